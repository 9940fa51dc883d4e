"""Unforeseen exceptions, as a place in the code for logs and reports.

Its text is left out on purpose: "invalid literal for int(): '010-...'" would show a value, and a
value may be a person's.
"""

from pathlib import Path
from traceback import extract_tb

_ROOTS = ("producers", "streams")
_FRAMES = 4


def place_of(error: BaseException) -> str:
    """The error's type and where it came from, the innermost frame last:
    `OverflowError at permits.py:73 < fields.py:154`.
    """
    frames = extract_tb(error.__traceback__)
    ours = [frame for frame in frames if any(root in Path(frame.filename).parts for root in _ROOTS)]
    chain = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in ours[-_FRAMES:])
    return f"{type(error).__name__} at {chain or '?'}"

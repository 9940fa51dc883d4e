"""What a long command says of how far it is, on stderr: at most a line every two seconds."""

import sys
import time
from collections.abc import Callable

EVERY_S = 2.0
Say = Callable[[str], None]


def to_stderr() -> Say:
    """Says a line, unless one was said just before."""
    said_s = time.monotonic()

    def say(text: str) -> None:
        nonlocal said_s
        if time.monotonic() - said_s >= EVERY_S:
            said_s = time.monotonic()
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    return say


def quiet(_: str) -> None:
    """Says nothing."""

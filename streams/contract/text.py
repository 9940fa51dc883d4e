"""Text from outside made harmless: one line, without what hides, turns or breaks it."""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
"""Controls, lone surrogates, and marks without a shape: bidi, zero-width, soft hyphen, tags."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_cell(text: str) -> str:
    """The text as a cell of a spreadsheet: one that it would run gets a ' in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def clean(text: str, limit: int, mark: str = "") -> str:
    """The text as one line of at most `limit` characters (NFC), blanks and line breaks folded into
    one blank; a text that is cut ends with `mark`.
    """
    line = " ".join(text.split())
    if not line.isprintable():
        seen = (letter for letter in line if unicodedata.category(letter) not in _HIDDEN)
        line = " ".join("".join(seen).split())
    line = unicodedata.normalize("NFC", line)
    return line if len(line) <= limit else line[: limit - len(mark)].rstrip() + mark

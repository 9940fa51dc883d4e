"""A text made plain before it is searched: one spelling of digits, dashes and blanks."""

import unicodedata
from typing import NamedTuple

_DASHES = frozenset("-‐‑‒–—―−∼")
_UNSEEN = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0\ufeff")


class Folded(NamedTuple):
    """A plain text, and for each of its letters the place in the text as it was written."""

    words: str
    origin: tuple[int, ...]


def fold(text: str) -> Folded:
    """NFKC, digits of any script as 0-9, any dash as `-`, any blank as one, nothing unseen."""
    letters: list[str] = []
    origin: list[int] = []
    for at, letter in enumerate(text):
        for each in unicodedata.normalize("NFKC", letter):
            if (shown := _plain_letter(each)) is not None:
                letters.append(shown)
                origin.append(at)
    return Folded("".join(letters), tuple(origin))


def plain(text: str) -> str:
    """The plain text alone."""
    return fold(text).words


def _plain_letter(letter: str) -> str | None:
    """How a letter reads, None for one that is not seen."""
    if letter in _UNSEEN or unicodedata.category(letter) == "Cf":
        return None
    if letter in _DASHES or unicodedata.category(letter) == "Pd":
        return "-"
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    return " " if letter.isspace() else letter

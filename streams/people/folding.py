"""A text made plain before it is searched: one spelling of digits, dashes and blanks."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_DASHES = frozenset("-‐‑‒–—―−∼")
_IS_PLAIN = re.compile("[ -~가-힣]*")
_UNSEEN = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0\ufeff")


class Folded(NamedTuple):
    """A plain text, and for each of its letters the place in the text as it was written."""

    words: str
    origin: Sequence[int]


def fold(text: str) -> Folded:
    """NFKC, digits of any script as 0-9, any dash as `-`, any blank as one, nothing unseen."""
    if _IS_PLAIN.fullmatch(text):
        return Folded(text, range(len(text)))
    shown = [_plain_letters(letter) for letter in text]
    origin = [at for at, letters in enumerate(shown) for _ in letters]
    return Folded("".join(shown), origin)


def plain(text: str) -> str:
    """The plain text alone."""
    return fold(text).words


@lru_cache(maxsize=4096)
def _plain_letters(letter: str) -> str:
    """How a letter reads: as none, one or several."""
    return "".join(map(_plain_letter, unicodedata.normalize("NFKC", letter)))


def _plain_letter(letter: str) -> str:
    """How a letter reads, "" for one that is not seen."""
    if letter in _UNSEEN or unicodedata.category(letter) == "Cf":
        return ""
    if letter in _DASHES or unicodedata.category(letter) == "Pd":
        return "-"
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    return " " if letter.isspace() else letter

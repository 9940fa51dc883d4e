"""A text without people: what names one is covered where it stands, the rest is as it was.

A text is made plain before it is searched: one spelling of digits, dashes and blanks.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from streams.people.names import is_name, is_place, may_be_name, name_of_office, names_in
from streams.people.numbers import NUMBER, PHONE, Redaction, numbers_in

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


_MANY = 8192
_PLAIN_ID = re.compile(r"(?!0|82)[A-Za-z]{0,6}\d{0,12}")  # a link's, a stop's: nothing to look for


@lru_cache(maxsize=_MANY)
def without_people(text: str) -> str:
    """The text with every number, plate, mail address, account and name of a person covered.

    The text of an ordinary work or incident comes back as it was; covering twice changes nothing.
    """
    return _covered(text, is_text=True)


def without_name_behind(office: str) -> str:
    """The name of a company or an office without the person's that stands behind it."""
    folded = fold(office)
    found = name_of_office(folded.words)
    return _replaced(office, folded, [found]) if found else office


def without_persons_numbers(text: str) -> str:
    """As `without_people`, for texts in which no name is looked for: identifiers, hours, numbers.

    A number without any separator counts here only where its check digit says so: permits are
    numbered in thirteen digits too.
    """
    return text if _PLAIN_ID.fullmatch(text) else _without_numbers(text)


def is_persons(number: str) -> bool:
    """Whether an identifier is made of a person: of a number or a name of one; 우두동 is none."""
    if without_persons_numbers(number) != number:
        return True
    return any(
        is_name(part) and not is_place(part) for part in re.split(r"[^가-힣]+", plain(number))
    )


def is_name_alone(text: str) -> bool:
    """Whether a text is what a person may be called, and nothing else; 우두동 is none."""
    words = plain(text)
    return bool(re.fullmatch("[가-힣]{2,4}", words)) and is_name(words) and not is_place(words)


def may_be_person(text: str) -> bool:
    """Whether a cell that should hold something else may hold a person: whoever shows it should
    not. It asks less than `without_people`, which lets ordinary words stand.
    """
    words = plain(text)
    is_covered = without_people(words) != words or without_persons_numbers(words) != words
    return is_covered or names_a_number(words) or "@" in words or may_be_name(words)


def names_a_number(text: str) -> bool:
    """Whether a text holds a mobile or resident number, or is any Korean telephone number."""
    words = plain(text)
    if any(each.label in (PHONE, NUMBER) for each in numbers_in(words, is_text=False)):
        return True
    digits = re.sub("[ .+-]", "", words)
    return re.fullmatch("(?:0|82)[0-9]{8,10}", digits) is not None


@lru_cache(maxsize=_MANY)
def _without_numbers(text: str) -> str:
    return _covered(text, is_text=False)


def _covered(text: str, *, is_text: bool) -> str:
    folded = fold(text)
    found = list(numbers_in(folded.words, is_text=is_text))
    if is_text:
        found += names_in(folded.words, found)
    return _replaced(text, folded, found) if found else text


def _replaced(text: str, folded: Folded, found: Iterable[Redaction]) -> str:
    """The text with labels in place of what was found; of two that overlap the longer one."""
    pieces: list[str] = []
    at = 0
    for begin, end, label in sorted(found, key=lambda each: (each.begin, -each.end)):
        first, last = folded.origin[begin], folded.origin[end - 1] + 1
        if first >= at:
            pieces += [text[at:first], label]
        at = max(at, last)
    return "".join((*pieces, text[at:]))

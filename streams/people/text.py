"""A text without people: what names one is covered where it stands, the rest is as it was."""

import re
from collections.abc import Iterable
from functools import lru_cache

from streams.people.folding import Folded, fold, plain
from streams.people.names import is_name, is_place, name_of_office, names_in
from streams.people.numbers import NUMBER, PHONE, Redaction, numbers_in

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

"""Numbers of people in a plain text: telephones, resident numbers, plates, accounts, mail."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

PHONE, NUMBER, PLATE, MAIL, ACCOUNT = "[phone]", "[number]", "[plate]", "[mail]", "[account]"


class Redaction(NamedTuple):
    """A stretch of a text, and what to write in its place."""

    begin: int
    end: int
    label: str


_ANY = re.compile(r"[\d@공영]")
_GAP = r"[\s\-~./()·,_]{0,3}"
_SPOKEN = str.maketrans("공영일이삼사오육륙칠팔구", "001234566789")
_DIGIT = "[0-9공영일이삼사오육륙칠팔구]"
_MOBILE = re.compile(
    rf"(?<!\d)(?:\+?82{_GAP}0?|0|공|영){_GAP}"
    rf"(?:[1일]{_GAP}[016789공영일육륙칠팔구]|[5오]{_GAP}0{_GAP}\d)"
    rf"{_GAP}{_DIGIT}(?:{_GAP}{_DIGIT}){{6,7}}(?!\d)"
)
_MAY_CALL = re.compile(r"(?:\+|(?<!\d)(?:0|8\D{0,4}2))(?:\D*\d){4}")
"""Where a telephone number of `_WRITTEN` may begin; the library looks at ten times the cost."""
_MOBILE_DIGITS = re.compile(r"0(?:1[016789]\d{7,8}|50\d{8,9})")
_BORN = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_RESIDENT = re.compile(rf"(?<!\d)({_BORN})(\s*[-~./_]?\s*)(\d{{7}}|\d[*●○xX]{{6}})(?!\d)")
_SYLLABLE = "[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호]"
_REGION = "(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주)"
_BANK = (
    "(?:농협|축협|수협|신협|국민|신한|우리|하나|기업|새마을|우체국|카카오|토스|케이|씨티|제일|대구|부산"
    "|경남|광주|전북|제주|산업)"
)
_PATTERNS = (
    (re.compile(r"[A-Za-z0-9._%+-]+\s?@\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), MAIL),
    (re.compile(r"(생년월일|출생|주민(?:등록)?번호)\s*[:=]?\s*\d[\d.\- /년월일]{4,}"), NUMBER),
    (re.compile(r"(?<!\d)\d{2}-\d{2}-\d{6}-\d{2}(?!\d)"), NUMBER),  # a driving licence
    (re.compile(rf"{_BANK}\s?(?:은행|금고|뱅크|계좌)*\s?:?\s?\d[\d-]{{8,}}\d"), ACCOUNT),
    (
        re.compile(
            rf"(?:{_REGION}\s?\d{{1,2}}\s?|(?<!\d)\d{{2,3}}\s?)"
            rf"{_SYLLABLE}\s?\d{{4}}(?!\d)(?!\s?번지)"
        ),
        PLATE,
    ),
)
_WRITTEN = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
}


def numbers_in(words: str, *, is_text: bool) -> Iterator[Redaction]:
    """What a plain text holds, in no order, overlaps included.

    In a text (`is_text`) any telephone number counts, and thirteen digits that begin with a date of
    birth. In an identifier only a mobile number does, and thirteen digits with a sound check digit.
    """
    if not _ANY.search(words):
        return
    for pattern, label in _PATTERNS:
        for match in pattern.finditer(words):
            yield Redaction(match.start(), match.end(), label)
    yield from _residents(words, is_text=is_text)
    yield from _telephones(words, is_text=is_text)


def _telephones(words: str, *, is_text: bool) -> Iterator[Redaction]:
    for match in _MOBILE.finditer(words):
        if _is_mobile(match[0]):
            yield Redaction(match.start(), match.end(), PHONE)
    if is_text and _MAY_CALL.search(words):
        yield from _calls(words)


def _calls(words: str) -> Iterator[Redaction]:
    for call in phonenumbers.PhoneNumberMatcher(words, "KR"):
        if phonenumbers.number_type(call.number) in _WRITTEN:
            yield Redaction(call.start, call.end, PHONE)


def _residents(words: str, *, is_text: bool) -> Iterator[Redaction]:
    for match in _RESIDENT.finditer(words):
        if is_text or match[2].strip() or has_check_digit(match[1] + match[3]):
            yield Redaction(match.start(), match.end(), NUMBER)


def _is_mobile(words: str) -> bool:
    """Whether it is a mobile or a personal (050) number once its spoken digits are written."""
    digits = re.sub(r"\D", "", words.translate(_SPOKEN))
    return bool(_MOBILE_DIGITS.fullmatch("0" + digits.removeprefix("82").lstrip("0")))


def has_check_digit(digits: str) -> bool:
    """Whether thirteen digits end as a resident's or a foreigner's number does; covered ones do.

    The weights are those of the resident registration number; since October 2020 new ones have no
    check digit, so this proves a number and never disproves one.
    """
    if not digits.isdecimal():
        return True
    weights = (*range(2, 10), *range(2, 6))
    total = sum(int(digit) * w for digit, w in zip(digits[:12], weights, strict=True))
    check = (11 - total % 11) % 10
    return int(digits[12]) in (check, (check + 2) % 10)

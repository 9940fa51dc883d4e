"""A begin or an end that nobody knows: why, and how screens, messages and the desk say so.

The flags of a permit say why: its source gives none, or what it gives cannot be read. Each word is
Korean and English.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from streams.words.catalogue import Joined, Phrase, has_word, joined, phrase

START_UNREADABLE = frozenset({"start_unreadable", "period_reversed"})
END_UNREADABLE = frozenset({"end_unreadable", "period_reversed"})
Words = tuple[str, str]

_SHORT: Mapping[str, tuple[Words, Words]] = {  # not given, not readable
    "starts_ms": (("시작일 미확인", "begin not stated"), ("시작일 미확인", "begin not readable")),
    "ends_ms": (("종료일 미정", "end not stated"), ("종료일 미확인", "end not readable")),
}
_SAID: Mapping[str, tuple[Words, Words]] = {
    "starts_ms": (
        ("시작하는 날은 목록에 없습니다", "the list gives no begin"),
        ("목록의 시작일을 읽지 못했습니다", "the begin in the list cannot be read"),
    ),
    "ends_ms": (
        ("끝나는 날은 목록에 없습니다", "the list gives no end"),
        ("목록의 종료일을 읽지 못했습니다", "the end in the list cannot be read"),
    ),
}
_BOTH: tuple[Words, Words] = (
    ("시작하는 날과 끝나는 날은 목록에 없습니다", "the list gives neither begin nor end"),
    ("목록의 시작일과 종료일을 읽지 못했습니다", "begin and end in the list cannot be read"),
)
_UNREADABLE = {"starts_ms": START_UNREADABLE, "ends_ms": END_UNREADABLE}


class Period(Protocol):
    """A begin and an end, and what is wrong with them in their source."""

    @property
    def starts_ms(self) -> int | None: ...
    @property
    def ends_ms(self) -> int | None: ...
    @property
    def flags(self) -> tuple[str, ...]: ...


def is_unreadable(name: str, flags: Iterable[str]) -> bool:
    """Whether a list gives "starts_ms" or "ends_ms", and in a way that cannot be read."""
    return not _UNREADABLE[name].isdisjoint(flags)


def short_words(name: str, flags: Collection[str]) -> Words:
    """In the place of the time: 시작일 미확인, 종료일 미정, 종료일 미확인."""
    return _SHORT[name][is_unreadable(name, flags)]


def said_words(name: str, flags: Collection[str]) -> Words:
    """Why it is not known, as a sentence without its stop."""
    return _SAID[name][is_unreadable(name, flags)]


def said_of(row: Period) -> Words:
    """What a work's row does not know, and why, as sentences; ("", "") where it knows both of its
    times.
    """
    flags = row.flags
    names = [name for name in _UNREADABLE if getattr(row, name) is None]
    if len({is_unreadable(name, flags) for name in names}) == 1 < len(names):
        ko, en = _BOTH[is_unreadable("ends_ms", flags)]
        return f"{ko}.", f"{en.capitalize()}."
    said = [said_words(name, flags) for name in names]
    return " ".join(f"{ko}." for ko, _ in said), " ".join(f"{en.capitalize()}." for _, en in said)


_WHICH = {"starts_ms": "start", "ends_ms": "end"}


def unknown_time(name: str, flags: Collection[str]) -> Phrase:
    """In the place of the time: 시작일 미확인, 종료일 미정, 종료일 미확인."""
    return phrase(f"period.{_WHICH[name]}.{_reason(name, flags)}")


def why_unknown(name: str, flags: Collection[str]) -> Phrase:
    """Why it is not known, as a sentence."""
    return phrase(f"period.{_WHICH[name]}.{_reason(name, flags)}.why")


def _reason(name: str, flags: Collection[str]) -> str:
    return "unreadable" if is_unreadable(name, flags) else "unstated"


def why_unknown_of(row: Period) -> Phrase | Joined:
    """What of a period is not known, and why, as sentences; "" where both of its times are."""
    names = [name for name in _UNREADABLE if getattr(row, name) is None]
    reasons = {_reason(name, row.flags) for name in names}
    if len(reasons) == 1 < len(names):
        return phrase(f"period.both.{reasons.pop()}.why")
    return joined((why_unknown(name, row.flags) for name in names), " ")


def notes(flags: Iterable[str] | None) -> Joined:
    """What the flags say, as sentences: what could not be read, or is not as it was listed.

    Flags of times that are not known are for `why_unknown`; any other says nothing.
    """
    codes = (f"flag.{flag}" for flag in dict.fromkeys(flags or ()))
    return joined((phrase(code) for code in codes if has_word(code)), " ")

"""What a row does not know and why: its begin, its end, and what its flags say to people.

The flags of a permit say why a time is not known: its source gives none, or what it gives cannot
be read.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

from streams.words.catalogue import Joined, Phrase, has_word, joined, phrase

START_UNREADABLE = frozenset({"start_unreadable", "period_reversed"})
END_UNREADABLE = frozenset({"end_unreadable", "period_reversed"})
_UNREADABLE = {"starts_ms": START_UNREADABLE, "ends_ms": END_UNREADABLE}
_WHICH = {"starts_ms": "start", "ends_ms": "end"}


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

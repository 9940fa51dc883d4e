"""The monthly check of the access records: what somebody has to look at, found in them. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from maps.records.chain import Fault
from streams.contract.access import AccessRecord
from streams.contract.enums import AccessAction
from streams.contract.errors import BomnaeError
from streams.contract.times import HOUR_MS, KST

MANY = 100  # subjects an account may look at in an hour before the check names it
NIGHT_BEGINS_H, NIGHT_ENDS_H = 22, 6
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_LOOKS = (AccessAction.LOOK, AccessAction.DOWNLOAD)


class MonthError(BomnaeError):
    """A month that is none."""


@dataclass(frozen=True, slots=True)
class Month:
    """A Korean calendar month, `2026-11`; `end_ms` is not part of it."""

    name: str
    begin_ms: int
    end_ms: int

    def has(self, at_ms: int) -> bool:
        return self.begin_ms <= at_ms < self.end_ms


def month_named(text: str) -> Month:
    """The month of `2026-11`; MonthError for another text."""
    if not _MONTH.fullmatch(text):
        raise MonthError(f"{text[:20]!r} is no month: 2026-11 is one")
    year, month = int(text[:4]), int(text[5:])
    begin = datetime(year, month, 1, tzinfo=KST)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=KST)
    return Month(text, int(begin.timestamp()) * 1000, int(end.timestamp()) * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding. `records` it stands for, `subjects` they were of, from its first to its last
    time; what a finding has not is None or "".
    """

    account: str = ""
    address: str = ""
    action: AccessAction | None = None
    does: str = ""
    first_ms: int | None = None
    last_ms: int | None = None
    records: int = 1
    subjects: int = 0
    subject: str = ""
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Findings of one kind; `columns` are the fields of its lines that say something."""

    code: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The check of a month. `checked` records and `heads` of the whole log stand in the chain."""

    month: Month
    made_ms: int
    many: int
    records: int
    sections: tuple[Section, ...]
    checked: int
    heads: int
    faults: tuple[Fault, ...]

    @property
    def chain(self) -> str:
        """What the chain came to: broken, holds, or unsigned: what the last of a writer was made
        into shows only once its day is signed.
        """
        if self.faults:
            return "broken"
        return "holds" if self.heads or not self.checked else "unsigned"


@dataclass(slots=True)
class MonthLog:
    """The records of a month as they are read, in the order of the log."""

    month: Month
    rows: list[tuple[int, AccessRecord]] = field(default_factory=list)

    def take(self, offset: int, record: AccessRecord) -> None:
        """Keep a record of the month; others are left out."""
        if self.month.has(record.at_ms):
            self.rows.append((offset, record))

    def sections(self, many: int = MANY) -> tuple[Section, ...]:
        """Every finding, by kind."""
        records = [record for _, record in self.rows]
        of = _grouped
        return (
            Section(
                "totals",
                ("account", "action", "does", "records", "subjects"),
                of(records, ("account", "action", "does")),
            ),
            Section(
                "night",
                ("account", "records", "subjects", "first_ms", "last_ms"),
                of(filter(is_at_night, records), ("account",)),
            ),
            Section(
                "mass",
                ("account", "subjects", "records", "first_ms", "last_ms"),
                tuple(_masses(records, many)),
            ),
            Section(
                "no_reason",
                ("first_ms", "account", "address", "does", "subject", "subjects", "offset"),
                tuple(_without_reason(self.rows)),
            ),
            Section(
                "failed",
                ("account", "address", "action", "records", "first_ms", "last_ms"),
                of(filter(has_failed, records), ("account", "address", "action")),
            ),
            Section(
                "refused",
                ("account", "address", "does", "subject", "records", "first_ms", "last_ms"),
                of(filter(is_refused, records), ("account", "address", "does", "subject")),
            ),
        )


def is_at_night(record: AccessRecord) -> bool:
    """Whether somebody who was logged in did it between 22:00 and 06:00 in Korea."""
    hour = datetime.fromtimestamp(record.at_ms / 1000, KST).hour
    return bool(record.account) and not NIGHT_ENDS_H <= hour < NIGHT_BEGINS_H


def has_failed(record: AccessRecord) -> bool:
    return record.action in {AccessAction.LOGIN_FAILED, AccessAction.LOGIN_LOCKED}


def is_refused(record: AccessRecord) -> bool:
    return record.action is AccessAction.REFUSED


_FIELDS: dict[str, Callable[[AccessRecord], str]] = {
    "account": lambda record: record.account,
    "address": lambda record: record.address,
    "action": lambda record: record.action.value,
    "does": lambda record: record.subject_kind,
    "subject": lambda record: record.subject,
}


def _grouped(records: Iterable[AccessRecord], names: Sequence[str]) -> tuple[Line, ...]:
    """A line for all records that are alike in these fields, in their order."""
    groups: defaultdict[tuple[str, ...], list[AccessRecord]] = defaultdict(list)
    for record in records:
        groups[tuple(_FIELDS[name](record) for name in names)].append(record)
    return tuple(
        _line_of(found, dict(zip(names, key, strict=True))) for key, found in sorted(groups.items())
    )


def _line_of(found: Sequence[AccessRecord], alike: dict[str, str]) -> Line:
    action = alike.get("action")
    return Line(
        account=alike.get("account", ""),
        address=alike.get("address", ""),
        does=alike.get("does", ""),
        subject=alike.get("subject", ""),
        action=None if action is None else AccessAction(action),
        first_ms=min(record.at_ms for record in found),
        last_ms=max(record.at_ms for record in found),
        records=len(found),
        subjects=sum(record.count for record in found),
    )


def _masses(records: Iterable[AccessRecord], many: int) -> Iterator[Line]:
    """Where an account looked at more than so many subjects within an hour: from the first look
    of the first such hour to the last of the last, hours that touch as one.
    """
    looks: defaultdict[str, list[AccessRecord]] = defaultdict(list)
    for record in records:
        if record.action in _LOOKS:
            looks[record.account].append(record)
    for account, found in sorted(looks.items()):
        ordered = sorted(found, key=lambda record: record.at_ms)
        for begin, end in _too_many(ordered, many):
            yield _line_of(ordered[begin:end], {"account": account})


def _too_many(ordered: Sequence[AccessRecord], many: int) -> list[tuple[int, int]]:
    """The runs of looks in which every hour that ends with one holds too many."""
    runs: list[tuple[int, int]] = []
    begin = total = 0
    for at, record in enumerate(ordered):
        total += record.count
        while record.at_ms - ordered[begin].at_ms >= HOUR_MS:
            total -= ordered[begin].count
            begin += 1
        if total > many:
            first = begin
            if runs and runs[-1][1] > begin:
                first = runs.pop()[0]
            runs.append((first, at + 1))
    return runs


def _without_reason(rows: Iterable[tuple[int, AccessRecord]]) -> Iterator[Line]:
    for offset, record in rows:
        if record.action is AccessAction.DOWNLOAD and not record.reason.strip():
            yield Line(
                account=record.account,
                address=record.address,
                action=record.action,
                first_ms=record.at_ms,
                last_ms=record.at_ms,
                subjects=record.count,
                does=record.subject_kind,
                subject=record.subject,
                offset=offset,
            )

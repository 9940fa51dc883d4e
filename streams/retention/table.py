"""The table of all that is kept, read from `kept.toml`. Pure but for reading that file."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from streams.contract import photo_folders, topics
from streams.contract.enums import Grade
from streams.contract.errors import SettingsError
from streams.contract.times import DAY_MS
from streams.delivery.sending import outbox
from streams.domain import scores
from streams.domain.stages import (
    accounts,
    acknowledgements,
    calls,
    closures,
    shifts,
    situations,
    works,
)
from streams.state.keys import parts_of

KEPT = Path(__file__).with_name("kept.toml")
RULES_DAYS: Mapping[str, int] = {
    "works": works.KEEP_FINISHED_MS // DAY_MS,
    "works_forgotten": works.KEEP_FORGOTTEN_MS // DAY_MS,
    "calls": calls.KEEP_MS // DAY_MS,
    "closures": closures.KEEP_MS // DAY_MS,
    "acknowledgements": acknowledgements.KEEP_MS // DAY_MS,
    "shifts": shifts.KEEP_MS // DAY_MS,
    "situation_acts": situations.KEEP_MS // DAY_MS,
    "accounts_gone": accounts.KEEP_GONE_MS // DAY_MS,
    "scores": scores.KEEP_DAYS,
    "outbox": outbox.KEPT_MS // DAY_MS,
    "photos": photo_folders.KEEP_MS // DAY_MS,
}
"""How many days the rules of the code keep what they keep."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    ko: str
    en: str


NOT_SAID = Said("", "")


class RecordFields(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a record by their grade."""

    open: tuple[str, ...] = msgspec.field(default=(), name="O")
    sensitive: tuple[str, ...] = msgspec.field(default=(), name="S")
    confidential: tuple[str, ...] = msgspec.field(default=(), name="C")

    def grades(self) -> dict[str, Grade]:
        """The grade of each field."""
        return {name: grade for grade in Grade for name in getattr(self, grade.name.lower())}


class _Row(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What every row of the file says."""

    ko: str
    en: str
    basis: str
    is_personal: bool


class TopicRow(_Row, kw_only=True):
    """A topic; its grade is that of its gravest field, unless it says one."""

    records: tuple[str, ...]
    grade: Grade | None = None


class _Held(_Row, kw_only=True):
    grade: Grade
    days: int = 0
    days_of: str = ""
    until_ko: str = ""
    until_en: str = ""


class StateRow(_Held, kw_only=True):
    """Families of keys in Redis."""

    names: tuple[str, ...]


class FileRow(_Held, kw_only=True):
    """Files of one kind, in a folder of their own."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    words: dict[str, Said]
    basis: dict[str, Said]
    topic: dict[str, TopicRow]
    record: dict[str, RecordFields]
    state: tuple[StateRow, ...]
    file: dict[str, FileRow]


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One line of the table. `days` 0: no number of days, `until` says how it ends, if it does.

    `how` is how it goes: "topic", "fold" (by the stage's own time), "job" (`retention run`), "self"
    (by a limit of Redis or of its writer), "stays".
    """

    kind: str  # topic, state, file
    names: tuple[str, ...]
    what: Said
    grade: Grade
    basis: Said
    days: int
    how: str
    is_personal: bool
    until: Said = NOT_SAID
    may_be_longer: bool = False


@dataclass(frozen=True, slots=True)
class KeptTable:
    """All rows, and the grade of each field of each record."""

    rows: tuple[KeptRow, ...]
    fields: Mapping[str, Mapping[str, Grade]]
    records: Mapping[str, tuple[str, ...]]  # topic -> the records on it
    words: Mapping[str, Said]  # of the page

    def row(self, kind: str, name: str) -> KeptRow | None:
        """The row of a topic, of a family of keys, or of files; None where there is none."""
        return next((x for x in self.rows if x.kind == kind and name in x.names), None)

    def of_key(self, name: str) -> KeptRow | None:
        """The row of a key in Redis."""
        return self.row("state", family_of(name))

    def sensitive(self) -> Iterator[tuple[str, str]]:
        """Every (record, field) above O."""
        for record, grades in self.fields.items():
            yield from ((record, name) for name, grade in grades.items() if grade is not Grade.OPEN)


def family_of(redis_key: str) -> str:
    """What a key in Redis is one of: `bomnae:{login}:session:HASH` is a `session`."""
    return parts_of(redis_key)[0].partition(":")[0]


def read_table(text: str) -> KeptTable:
    """The table of a file's text; SettingsError names what is wrong with it."""
    try:
        read = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"kept.toml: {error}") from None
    fields = {name: row.grades() for name, row in read.record.items()}
    by_name = {topic.name: topic for topic in topics.ALL}
    try:
        rows = (
            *(_topic(name, row, read, fields, by_name[name]) for name, row in read.topic.items()),
            *(_held("state", row.names, row, read) for row in read.state),
            *(_held("file", (name,), row, read) for name, row in read.file.items()),
        )
    except KeyError as unknown:
        raise SettingsError(f"kept.toml: there is no {unknown}") from None
    records = {name: row.records for name, row in read.topic.items()}
    return KeptTable(rows, fields, records, read.words)


def _topic(
    name: str,
    row: TopicRow,
    read: _File,
    fields: Mapping[str, Mapping[str, Grade]],
    topic: topics.Topic,
) -> KeptRow:
    own = Grade.gravest(grade for record in row.records for grade in fields[record].values())
    return KeptRow(
        "topic",
        (name,),
        Said(row.ko, row.en),
        row.grade or own,
        read.basis[row.basis],
        topic.retention_h // 24,
        "topic",
        row.is_personal,
        may_be_longer=topic.may_be_longer,
    )


def _held(kind: str, names: tuple[str, ...], row: StateRow | FileRow, read: _File) -> KeptRow:
    days = RULES_DAYS[row.days_of] if row.days_of else row.days
    how = "fold" if row.days_of else "stays"
    how = "job" if row.days or row.days_of in ("outbox", "photos") else how
    return KeptRow(
        kind,
        names,
        Said(row.ko, row.en),
        row.grade,
        read.basis[row.basis],
        days,
        "self" if row.until_en else how,
        row.is_personal,
        Said(row.until_ko, row.until_en),
    )


@cache
def kept() -> KeptTable:
    """The table of this product."""
    return read_table(KEPT.read_text(encoding="utf-8"))

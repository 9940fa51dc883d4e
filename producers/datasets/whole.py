"""All files of one reading of a dataset as its report and pages. Pure: no wire, no clock.

Rows stream through; only what may be kept is held (`MAX_ROWS`, `MAX_ROWS_BYTES`), and nothing goes
out before the last row was read.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import msgspec

from producers.datasets.city import NOWHERE, City
from producers.datasets.descriptor import Column, Descriptor, Period, Treatment
from producers.datasets.opening import Opened
from producers.datasets.reading import Outcome, Reading, Refused, Taken
from producers.datasets.values import leaves
from streams.contract.dataset import (
    MAX_COLUMNS,
    MAX_NOTE,
    MAX_PAGE_BYTES,
    MAX_PAGE_ROWS,
    MAX_REFUSED,
    MAX_ROWS,
    MAX_ROWS_BYTES,
    MAX_WORDS,
    DatasetAddresses,
    DatasetColumn,
    DatasetFacts,
    DatasetFigures,
    DatasetGrade,
    DatasetPage,
    DatasetRefused,
    DatasetReport,
)
from streams.contract.enums import PollOutcome
from streams.contract.times import DAY_MS, HOUR_MS
from streams.people.text import without_people

FRESH_MS: Mapping[Period, int] = {
    Period.LIVE: HOUR_MS,
    Period.HOUR: 3 * HOUR_MS,
    Period.DAY: 3 * DAY_MS,
    Period.WEEK: 15 * DAY_MS,
    Period.MONTH: 62 * DAY_MS,
    Period.QUARTER: 184 * DAY_MS,
    Period.HALF_YEAR: 366 * DAY_MS,
    Period.YEAR: 550 * DAY_MS,
    Period.ONCE: 0,
}
"""How old content may be where a descriptor does not say: about two periods; 0: for ever."""
NO_COLUMN, MOST_REFUSED, INCOMPLETE, CUT = "NO-COLUMN", "MOST-REFUSED", "INCOMPLETE", "CUT"
WRONG_CRS = "WRONG-CRS"
_encode = msgspec.json.encode


class StoppedError(Exception):
    """A reading that was ended before its last row."""


@dataclass(slots=True)
class Whole:
    """A reading under way: its rows, counted and kept. `stated_ms`: how old its source says its
    content is. Whoever sets `ending` ends it at the next row, with StoppedError.
    """

    reading: Reading
    stated_ms: int = 0
    ending: Event = field(default_factory=Event)
    kept: int = 0
    pages: list[tuple[int, bytes]] = field(default_factory=list)
    _rows: list[bytes] = field(default_factory=list)
    _page_bytes: int = 0
    _bytes: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    @classmethod
    def of(cls, descriptor: Descriptor, key: bytes = b"", city: City = NOWHERE) -> "Whole":
        return cls(Reading(descriptor, key, city))

    @property
    def descriptor(self) -> Descriptor:
        return self.reading.descriptor

    @property
    def outcome(self) -> Outcome:
        return self.reading.outcome

    def take(self, opened: Opened) -> int:
        """The rows of one file or page; how many its source listed in it."""
        before = self.outcome.listed
        for taken in self.reading.rows_of(opened):
            if self.ending.is_set():
                raise StoppedError
            self.reading.count(taken)
            self._keep(taken)
        return self.outcome.listed - before

    def _keep(self, taken: Taken) -> None:
        row = _encode(self._row(taken))
        self._digest.update(row)
        is_kept = self.descriptor.grade is not DatasetGrade.PERSONAL
        if not is_kept or self.kept >= MAX_ROWS or self._bytes + len(row) > MAX_ROWS_BYTES:
            return
        if len(self._rows) >= MAX_PAGE_ROWS or self._page_bytes + len(row) > MAX_PAGE_BYTES:
            self._turn()
        self._rows.append(row)
        self.kept += 1
        self._page_bytes += len(row) + 1
        self._bytes += len(row) + 1

    def _row(self, taken: Taken) -> list[Any]:
        placed = taken.placed
        at = placed.drawn or ((placed.lon, placed.lat) if placed.is_known else None)
        return [at, *(taken.values.get(column.name) for column in columns_of(self.descriptor))]

    def _turn(self) -> None:
        if self._rows:
            self.pages.append((len(self._rows), b"[" + b",".join(self._rows) + b"]"))
        self._rows, self._page_bytes = [], 0

    def end(self) -> None:
        """After the last file."""
        self._turn()
        self.reading.end()

    @property
    def digest(self) -> str:
        """16 hex digits over all rows and what their columns are."""
        columns = _encode([column.name for column in columns_of(self.descriptor)])
        whole = self._digest.copy()
        whole.update(columns)
        return str(whole.hexdigest()[:16])

    @property
    def fault(self) -> tuple[str, str]:
        """Why it does not take the place of what is known; ("", ""): it does."""
        outcome = self.outcome
        if outcome.misplaced is not None and not (outcome.is_short or outcome.is_cut):
            return WRONG_CRS, outcome.misplaced.words()
        at_all = next((each for each in outcome.refused if each.row is None), None)
        if outcome.is_cut:
            return CUT, at_all.why if at_all else "cut off where a spreadsheet cuts a list"
        if at_all is not None:
            return NO_COLUMN, f"{at_all.column or 'file'}: {at_all.why}"
        if outcome.is_short:
            return INCOMPLETE, f"{outcome.listed} of {outcome.total} rows came"
        if outcome.refused_count > outcome.rows:
            tried = outcome.refused_count + outcome.rows
            return MOST_REFUSED, f"{outcome.refused_count} of {tried} rows refused"
        return "", ""

    def figures(self) -> DatasetFigures:
        outcome, hidden = self.outcome, self.descriptor.grade is DatasetGrade.PERSONAL
        shown = {column.name for column in self.descriptor.columns if column.is_summed}
        return DatasetFigures(
            rows=outcome.rows,
            kept=self.kept,
            on_map=outcome.on_map,
            sums={} if hidden else {n: float(x) for n, x in outcome.sums.items() if n in shown},
            unknown=dict(outcome.unknown),
            box=None if hidden else outcome.box,
            stated_ms=max(0, self.stated_ms),
            addresses=self._addresses(),
            shapes={note.value: rows.count for note, rows in outcome.shapes.items()},
        )

    def _addresses(self) -> DatasetAddresses | None:
        """How positions lie to their addresses; None where nothing could be compared."""
        agreement = self.reading.agreement
        if agreement is None or not agreement.compared:
            return None
        offsets = [x.offset_m for x in self.outcome.verdicts if x.offset_m is not None]
        offset_m = round(max(offsets), 1) if offsets else None
        return DatasetAddresses(agreement.compared, offset_m, agreement.far, agreement.far_m)

    def page_messages(self, received_ms: int) -> Iterator[DatasetPage]:
        """The pages, in order."""
        for part, (count, rows) in enumerate(self.pages):
            yield DatasetPage(
                self.descriptor.id, received_ms, self.digest, part, count, msgspec.Raw(rows)
            )

    def report(self, received_ms: int, poll_ms: int, *, is_simulated: bool) -> DatasetReport:
        """What it came to, as the log has it."""
        outcome = self.outcome
        code, detail = self.fault
        is_partial = code in {INCOMPLETE, CUT}
        found = PollOutcome.DATA if outcome.rows else PollOutcome.EMPTY
        return DatasetReport(
            dataset=self.descriptor.id,
            received_ms=received_ms,
            poll_ms=poll_ms,
            facts=facts_of(self.descriptor),
            outcome=PollOutcome.UNKNOWN if code and not is_partial else found,
            code=code,
            detail=detail[:MAX_WORDS],
            figures=None if code else self.figures(),
            digest="" if code else self.digest,
            parts=0 if code else len(self.pages),
            refused_count=outcome.refused_count,
            refused=tuple(map(_refused, outcome.refused[:MAX_REFUSED])),
            left_out=dict(outcome.left_out),
            dropped=tuple(each[:MAX_WORDS] for each in outcome.dropped[:MAX_COLUMNS]),
            is_partial=is_partial,
            is_simulated=is_simulated,
        )


def columns_of(descriptor: Descriptor) -> tuple[Column, ...]:
    """The columns that leave."""
    return tuple(column for column in descriptor.columns if leaves(column))


def facts_of(descriptor: Descriptor) -> DatasetFacts:
    """What the log says of a dataset for people."""
    source = descriptor.source
    fresh_ms = FRESH_MS[descriptor.period]
    if descriptor.fresh_days is not None:
        fresh_ms = round(descriptor.fresh_days * DAY_MS)
    return DatasetFacts(
        title=descriptor.name[:MAX_WORDS],
        title_en=descriptor.name_en[:MAX_WORDS],
        field=descriptor.field[:MAX_WORDS],
        grade=descriptor.grade,
        period=descriptor.period,
        owner=descriptor.owner[:MAX_WORDS],
        licence=descriptor.licence[:MAX_WORDS],
        publisher=source.publisher[:MAX_WORDS],
        source=_said_source(descriptor),
        note=descriptor.note[:MAX_NOTE],
        draw=descriptor.drawn,
        shade=descriptor.shaded,
        fresh_ms=fresh_ms,
        columns=tuple(map(_column, columns_of(descriptor)))[:MAX_COLUMNS],
        key=descriptor.key,
        examples=tuple(_examples(descriptor))[:10],
        has_pseudonyms=needs_key(descriptor),
    )


def _column(column: Column) -> DatasetColumn:
    is_summed = column.is_number and column.is_summed and column.personal is None
    return DatasetColumn(column.name, column.type, column.unit, column.meaning, is_summed)


def _said_source(descriptor: Descriptor) -> str:
    """The kind of its source, and its host where it has one: no parameter, no key, no user."""
    source = descriptor.source
    host = source.url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    named = host or source.topic
    return f"{source.kind.value} {named}".strip()[:MAX_WORDS]


def _examples(descriptor: Descriptor) -> Iterator[str]:
    """The examples in a line each: the row, and what it comes to. They are rows: of a personal
    dataset there is none, and a person's cell in none.
    """
    if descriptor.grade is DatasetGrade.PERSONAL:
        return
    decided = (None, Treatment.NONE)
    own = {column.name for column in descriptor.columns if column.personal not in decided}
    for example in descriptor.examples:
        cells: dict[str, Any] = {**example.where, **example.expect}
        said = ", ".join(f"{name}: {x}" for name, x in cells.items() if name not in own)
        if said:
            yield without_people(said)[:MAX_WORDS]


def _refused(each: Refused) -> DatasetRefused:
    return DatasetRefused(
        each.row or 0,
        (each.column or "")[:MAX_WORDS],
        (each.value or "")[:60],
        each.why[:MAX_WORDS],
    )


def needs_key(descriptor: Descriptor) -> bool:
    """Whether it has pseudonyms, which need a secret."""
    return any(column.personal is Treatment.PSEUDONYM for column in descriptor.columns)

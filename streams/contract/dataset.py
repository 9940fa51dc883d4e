"""Datasets on the log: what a poll of one came to, and its rows in pages.

A report says all about a dataset that people may read; the pages of its `digest` come before it.
Only a whole reading has pages, and only a report of all of them makes them what is known: a part of
a list never takes the place of the list before it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from streams.contract.enums import PollOutcome
from streams.contract.errors import DatasetError

MAX_ROWS = 50_000
"""Rows of a dataset that are kept for pages, map and API; those beyond are counted and summed."""
MAX_ROWS_BYTES = 16 << 20
"""The same as bytes of JSON."""
MAX_PAGE_BYTES = 512 << 10
MAX_PAGE_ROWS = 2_000
MAX_PARTS = 200
MAX_REFUSED = 50
"""Refused rows of a report that are listed; all are counted."""
MAX_COLUMNS = 300
MAX_DATASETS = 500
MAX_ID, MAX_WORDS, MAX_NOTE = 63, 200, 2_000
MAX_TIME_MS = 4_102_444_800_000


class DatasetGrade(StrEnum):
    """Who may see it: all who may see the map; who has the right to; nobody, it is counted only."""

    OPEN = "open"
    INTERNAL = "internal"
    PERSONAL = "personal"


class DatasetDraw(StrEnum):
    """How its rows are drawn on the map."""

    NONE = "none"
    POINT = "point"
    LINE = "line"
    AREA = "area"
    DONG = "dong"  # the areas of their 동, whose boundaries are another dataset's


Cell = str | int | float | bool | None | dict[str, float | str]
"""A value of a row; an object is a range: min, max, min_excl, max_excl, or_text."""
Geometry = tuple[float, float] | dict[str, object] | None
"""Where a row lies: a point (lon, lat), a GeoJSON geometry, or nowhere."""


@dataclass(frozen=True, slots=True)
class DatasetColumn:
    """A column: its type as the descriptor has it, its unit, what it says for people."""

    name: str
    type: str
    unit: str = ""
    meaning: str = ""
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What a descriptor says of its dataset. `fresh_ms`: its content is late when it is older (0:
    it never is); `shade` is the column whose number shades areas; `examples` are those of the
    descriptor, in words; `has_pseudonyms`: a column has pseudonyms of persons in it, None: what
    read it was of a version that did not say.
    """

    title: str
    field: str
    grade: DatasetGrade
    period: str
    title_en: str = ""
    owner: str = ""
    licence: str = ""
    publisher: str = ""
    source: str = ""
    note: str = ""
    draw: DatasetDraw = DatasetDraw.NONE
    shade: str = ""
    fresh_ms: int = 0
    columns: tuple[DatasetColumn, ...] = ()
    key: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    has_pseudonyms: bool | None = None

    @property
    def may_have_pseudonyms(self) -> bool:
        """Whether rows are handled as pseudonyms: also until it is said. What is open has none."""
        if self.has_pseudonyms is None:
            return self.grade is not DatasetGrade.OPEN
        return self.has_pseudonyms


@dataclass(frozen=True, slots=True)
class DatasetRefused:
    """A row that does not fit, and why; `row` 0: the file as a whole."""

    row: int
    column: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class DatasetAddresses:
    """Positions against the gazetteer: `compared` rows have an address that it knows, the median
    of them lies `offset_m` off (None: too few to judge), `far` of them more than `far_m`.
    """

    compared: int
    offset_m: float | None
    far: int
    far_m: float


@dataclass(frozen=True, slots=True)
class DatasetFigures:
    """What a whole reading came to. `kept` of the rows are in pages; `unknown` counts the cells of
    a column that say nothing; `shapes` counts the rows whose shape was put right or is none, by
    what was wrong; `stated_ms` is how old the source says its content is, 0: it does not say.
    """

    rows: int = 0
    kept: int = 0
    on_map: int = 0
    sums: Mapping[str, float] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None
    stated_ms: int = 0
    addresses: DatasetAddresses | None = None
    shapes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What one poll of a dataset came to. `figures`, `digest` and `parts` are of a whole reading:
    then `parts` pages of this digest are on the log before it. `has_source`: there is somewhere to
    read it from at all. `is_stopped`: it is not polled before its descriptor or a key changes.
    `is_gone`: its descriptor was taken away, and its rows go. `fault`: what is wrong with the
    descriptor that lies there now; the one before it is in use.
    """

    dataset: str
    received_ms: int
    poll_ms: int
    facts: DatasetFacts
    outcome: PollOutcome
    code: str = ""
    detail: str = ""
    figures: DatasetFigures | None = None
    digest: str = ""
    parts: int = 0
    refused_count: int = 0
    refused: tuple[DatasetRefused, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    has_source: bool = True
    is_partial: bool = False
    is_stopped: bool = False
    is_simulated: bool = False
    latency_ms: int = 0
    is_gone: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """Rows of a whole reading, those of page `part` from 0. `rows` is a JSON list with a list a
    row: its geometry, then a cell a column, in the order of the facts.
    """

    dataset: str
    received_ms: int
    digest: str
    part: int
    count: int
    rows: msgspec.Raw


_ROWS = msgspec.json.Decoder(list[list[object]])


def rows_of(page: DatasetPage) -> list[list[object]]:
    """The rows of a page; each is a geometry and the cells. msgspec.MsgspecError for no rows."""
    return _ROWS.decode(page.rows)


def check_page(page: DatasetPage) -> None:
    """Raises DatasetError for a page that breaks a rule of its fields."""
    _check_id(page.dataset)
    _check_time(page.received_ms)
    if not 0 <= page.part < MAX_PARTS or not 0 < page.count <= MAX_PAGE_ROWS:
        raise DatasetError("part", f"{page.part} of {page.count} rows")
    if not 0 < len(page.digest) <= MAX_ID:
        raise DatasetError("digest", f"{len(page.digest)} characters")
    try:
        rows = rows_of(page)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise DatasetError("rows", "no list of rows") from None
    if len(rows) != page.count or any(not 0 < len(row) <= MAX_COLUMNS + 1 for row in rows):
        raise DatasetError("rows", f"{len(rows)} rows, {page.count} are said")


def check_report(report: DatasetReport) -> None:
    """Raises DatasetError for a report that breaks a rule of its fields."""
    _check_id(report.dataset)
    _check_time(report.received_ms)
    facts = report.facts
    if not 0 <= report.parts <= MAX_PARTS or report.poll_ms < 0 or facts.fresh_ms < 0:
        raise DatasetError("parts", f"{report.parts} pages, every {report.poll_ms} ms")
    if len(report.refused) > MAX_REFUSED or len(facts.columns) > MAX_COLUMNS:
        raise DatasetError("refused", f"{len(report.refused)} rows, {len(facts.columns)} columns")
    if report.figures is not None:
        _check_figures(report.figures)
    texts = (facts.title, facts.title_en, facts.field, facts.owner, facts.licence)
    if (
        not facts.title
        or any(len(text) > MAX_WORDS for text in (*texts, report.detail, report.fault))
        or len(facts.note) > MAX_NOTE
    ):
        raise DatasetError("facts", f"a text of at most {MAX_WORDS} characters")


def _check_figures(figures: DatasetFigures) -> None:
    if not 0 <= figures.kept <= figures.rows or figures.kept > MAX_ROWS:
        raise DatasetError("figures", f"{figures.kept} of {figures.rows} rows kept")
    if any(not math.isfinite(total) for total in (*figures.sums.values(), *(figures.box or ()))):
        raise DatasetError("figures", "a total or a place that is no number")
    _check_time(figures.stated_ms)


def _check_id(name: str) -> None:
    if not 0 < len(name) <= MAX_ID or not (name.isascii() and name.replace("_", "a").isalnum()):
        raise DatasetError("dataset", f"an id of 1 to {MAX_ID} of a-z, 0-9 and _")


def _check_time(time_ms: int) -> None:
    if not 0 <= time_ms <= MAX_TIME_MS:
        raise DatasetError("received_ms", f"time {time_ms} ms, within 0..{MAX_TIME_MS}")

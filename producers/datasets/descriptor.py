"""What a descriptor says: one TOML file a dataset, without code and without expressions."""

from enum import StrEnum
from typing import Annotated

import msgspec

from streams.contract.dataset import DatasetDraw, DatasetGrade


class ValueType(StrEnum):
    """What a cell is read as."""

    TEXT = "text"
    CODE = "code"  # a text of digits keeps its zeros
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"  # 2026-11-03
    MONTH = "month"  # 2026-11
    TIME = "time"  # 09:00, 24:00
    MOMENT = "moment"  # 2026-11-03T14:05:00+09:00
    DONG = "dong"  # the code or the name of a 동, as the city's table has it: gives the name
    RANGE = "range"  # {"min": 6, "max": 8, "or_text": "6~8"}


class Treatment(StrEnum):
    """What becomes of a person's data before a row leaves."""

    DROP = "drop"
    PSEUDONYM = "pseudonym"
    GENERALISE = "generalise"  # a number to its ten, a date to its year
    NONE = "none"  # looks like a person's and is none: an office's telephone


class Part(StrEnum):
    """The part of a cell that holds two things: `석사동 (5111065000)`."""

    BEFORE_BRACKETS = "before brackets"
    IN_BRACKETS = "in brackets"


class Form(StrEnum):
    """How a file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    XML = "xml"
    GEOJSON = "geojson"
    SHAPEFILE = "shapefile"


class SourceKind(StrEnum):
    """What a source is."""

    FOLDER = "folder"
    URL = "url"
    DATABASE = "database"
    KAFKA = "kafka"


class Files(StrEnum):
    """Which files of a folder are the dataset."""

    NEWEST = "newest"
    ALL = "all"


class Period(StrEnum):
    """How often it is published."""

    LIVE = "live"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"
    ONCE = "once"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a name that is not known is a fault."""


Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = tuple[str, ...]


class Column(_Part, frozen=True, kw_only=True):
    """One column that leaves. `aliases`: other names that publishers gave it; `parts`: columns that
    make it up together; `missing`: words for "not known" beside the usual ones; `zero`: words for
    0; `yes`, `no`: words of a flag; `unit`: of a number; `units`: others that stand in its cells,
    and how many of `unit` one is; `meaning`: what it says, for people, where its name does not;
    `fill`: a blank cell says what the one above it says, as merged cells do.
    """

    name: Name
    type: ValueType = ValueType.TEXT
    aliases: tuple[Name, ...] = ()
    parts: tuple[Name, ...] = ()
    part: Part | None = None
    unit: str = ""
    units: dict[str, Annotated[float, msgspec.Meta(gt=0)]] = {}
    meaning: Annotated[str, msgspec.Meta(max_length=200)] = ""
    missing: Words = ()
    zero: Words = ()
    yes: Words = ()
    no: Words = ()
    codes: dict[str, str] = {}
    is_optional: bool = msgspec.field(default=False, name="optional")
    is_summed: bool = msgspec.field(default=True, name="summed")
    is_filled: bool = msgspec.field(default=False, name="fill")
    personal: Treatment | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The names under which it may stand in a file."""
        return self.parts or (self.name, *self.aliases)

    @property
    def is_number(self) -> bool:
        return self.type in (ValueType.WHOLE, ValueType.NUMBER)


class Rows(_Part, frozen=True, kw_only=True):
    """Which rows count: `column` holds one of `is`, or begins or ends with one of the words. A
    name of the file means its cell as it stands there; a declared one the cell of that column.
    """

    column: Name
    is_: Words = msgspec.field(default=(), name="is")
    begins: Words = ()
    ends: Words = ()
    why: str = ""


class Place(_Part, frozen=True, kw_only=True):
    """Where a row lies: degrees, or metres of a plane with its `crs`; the first that is sound.
    `lat_lon`: a cell that holds both degrees, in either order.
    """

    lon: Words = ()
    lat: Words = ()
    lat_lon: Words = ()
    x: Words = ()
    y: Words = ()
    crs: str = ""


class Format(_Part, frozen=True, kw_only=True):
    """What the file cannot say itself. `header_lines`: lines of a header that belong together,
    their names joined by "/", 0: it has none, and its cells are the declared columns in their
    order; `rows`: where the rows of JSON or XML stand, `response.body.items`; `sheets`: of a
    workbook these alone; `sheet_name`: the column that is a sheet's name; `goes_on`: a sheet
    without a header goes on with the columns of the sheet before it; `short_lines`: last cells
    that are blank may have been left off; `quotes`: a `"` holds cells together; `inside`: the
    file that is read of a zip with several.
    """

    form: Form | None = msgspec.field(default=None, name="kind")
    header_lines: Annotated[int, msgspec.Meta(ge=0, le=9)] = 1
    delimiter: Annotated[str, msgspec.Meta(max_length=1)] = ""
    rows: str = ""
    sheets: tuple[Name, ...] = ()
    sheet_name: str = ""
    goes_on: bool = False
    short_lines: bool = False
    quotes: bool = True
    inside: str = ""


class Long(_Part, frozen=True, kw_only=True):
    """A wide table made long: `columns` names the parts of a heading, `{기준월}_{measure}`;
    `value`: the column that the cells come to, where no part of a heading says it.
    """

    columns: Name
    value: str = ""


class Example(_Part, frozen=True, kw_only=True):
    """A row of a file that is known, by its key or its number, and what it must come to."""

    where: dict[str, str | int | float] = {}
    row: int = 0
    expect: dict[str, str | int | float | bool | dict[str, str | int | float]] = {}
    unknown: Words = ()
    lon: float | None = None
    lat: float | None = None
    within_m: float = 5.0


class Source(_Part, frozen=True, kw_only=True):
    """Where it comes from; a key stands in a setting, never in the file.

    `folder`: the files in `path`, beside the descriptor; by default in the folder of its id; the
    `newest` of them, or `all` as parts of one list. `url`:
    `{page}`, `{start}`, `{end}` and `{size}` in it stand for a page, `{key}` for the key, which may
    travel in a `header` instead. `database`: all of `table`, by a URL of SQLAlchemy. `kafka`: what
    stands on `topic`, a JSON object a message; the last of a key holds. `key`: the name of the key
    among BOMNAE_DATASET_KEYS, by default the id of the dataset.
    """

    kind: SourceKind = SourceKind.FOLDER
    path: str = ""
    files: Files = Files.NEWEST
    url: str = ""
    header: str = ""
    table: str = ""
    topic: str = ""
    key: str = ""
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    first_page: Annotated[int, msgspec.Meta(ge=0, le=1)] = 1
    publisher: str = ""

    @property
    def is_paged(self) -> bool:
        return "{page}" in self.url or "{start}" in self.url


class Descriptor(_Part, frozen=True, kw_only=True):
    """A dataset. `draw`: how its rows are drawn; by default as points where it has places.
    `address`: the columns whose address says where a row lies; by default those that are named so.
    A row further than `far_m` from its address is told. `shade`: the number that shades areas; by
    default the first.
    """

    id: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{1,62}$")]
    name: Name
    name_en: str = ""
    field: Name
    owner: str = ""
    licence: str = ""
    grade: DatasetGrade
    period: Period
    fresh_days: Annotated[float, msgspec.Meta(gt=0)] | None = None
    note: str = ""
    key: tuple[Name, ...] = ()
    source: Source = Source()
    format: Format = Format()
    columns: tuple[Column, ...] = msgspec.field(name="column")
    draw: DatasetDraw | None = None
    shade: str = ""
    places: tuple[Place, ...] = msgspec.field(default=(), name="place")
    address: Words = ()
    far_m: Annotated[float, msgspec.Meta(gt=0)] | None = None
    keep: tuple[Rows, ...] = ()
    leave_out: tuple[Rows, ...] = ()
    long: Long | None = None
    examples: tuple[Example, ...] = msgspec.field(default=(), name="example")

    @property
    def drawn(self) -> DatasetDraw:
        """How its rows are drawn."""
        return self.draw or (DatasetDraw.POINT if self.places else DatasetDraw.NONE)

    @property
    def shaded(self) -> str:
        """The column whose number shades areas; "" for none."""
        if self.shade or self.drawn not in {DatasetDraw.AREA, DatasetDraw.DONG}:
            return self.shade
        numbers = [c for c in self.columns if c.is_number and c.personal is None]
        summed = (c.name for c in sorted(numbers, key=lambda column: not column.is_summed))
        return next((name for name in summed if name not in self.key), "")

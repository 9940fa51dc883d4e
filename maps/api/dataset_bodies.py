"""The bodies of the datasets' API."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from maps.picture.fields import Ms
from streams.contract.dataset import DatasetDraw, DatasetGrade
from streams.contract.enums import DatasetStatus

Count = Annotated[int, Meta(ge=0)]
RowValue = str | int | float | bool | None | dict[str, Any]


class DatasetShade(msgspec.Struct):
    """The number that shades areas; `is_sum`: of several rows of a 동 it is added up, else the
    mean is taken.
    """

    column: str
    meaning: str
    unit: str
    is_sum: bool


class DatasetAreas(msgspec.Struct):
    """How a dataset keyed by 동 is drawn: with the boundaries of which dataset (empty: there is
    none), how many areas, the 동 that have no boundary, of which time of its key the rows are.
    """

    boundaries: str
    drawn: Count
    without: list[str]
    time: str


class DatasetAddressesBody(msgspec.Struct):
    """Positions against the gazetteer: `compared` rows have an address that it knows."""

    compared: Count
    offset_m: Annotated[float | None, Meta(description="of the median; null: too few to judge")]
    far: Annotated[Count, Meta(description="rows further than `far_m` from their own address")]
    far_m: float


class DatasetBody(msgspec.Struct, kw_only=True):
    """A dataset. `rows` are those of the last whole reading, `kept` those of them that can be read
    here; `refused` those of the last poll that did not fit; `at_ms` when it was last read whole.
    """

    id: str
    title: str
    title_en: str
    field: str
    grade: DatasetGrade
    period: Annotated[str, Meta(description="live, hour, day, week, month ... once")]
    status: DatasetStatus
    rows: Count
    kept: Count
    refused: Count
    on_map: Annotated[Count, Meta(description="rows with a place")]
    at_ms: Ms | None
    changed_ms: Annotated[Ms | None, Meta(description="since when its content is so")]
    fresh: Annotated[bool, Meta(description="whether its content is within its rule of freshness")]
    due_ms: Annotated[Ms | None, Meta(description="when it is late; null: never, or no data")]
    draw: DatasetDraw
    shade: DatasetShade | None
    licence: str
    owner: str
    has_data: bool
    is_simulated: bool
    version: Annotated[str, Meta(description="names its content; another content, another version")]


class Datasets(msgspec.Struct):
    """Every dataset that whoever asks may see, by field and title; `hidden` are counted alone."""

    now_ms: Ms
    datasets: list[DatasetBody]
    hidden: Count


class DatasetColumnBody(msgspec.Struct):
    """A column; `sum` is its total, `unknown` how many cells say nothing: never a zero."""

    name: str
    type: Annotated[str, Meta(description="text, code, whole, number, flag, date, ... range")]
    unit: str
    meaning: str
    sum: float | None
    unknown: Count


class RefusedRow(msgspec.Struct):
    """A row that did not fit; `row` 0: the source as a whole."""

    row: Count
    column: str
    value: str
    why: str


class DatasetDetail(DatasetBody, kw_only=True):
    """A dataset with all that is said of it."""

    columns: list[DatasetColumnBody]
    key: list[str]
    refused_rows: Annotated[list[RefusedRow], Meta(description="the first of them")]
    left_out: Annotated[dict[str, int], Meta(description="rows that do not count, by why")]
    dropped: Annotated[list[str], Meta(description="columns of the source that stay behind")]
    sums: dict[str, float]
    box: Annotated[list[float] | None, Meta(description="west, south, east, north; degrees")]
    source: Annotated[str, Meta(description="where it comes from, without keys")]
    publisher: str
    note: str
    examples: list[str]
    poll_ms: Annotated[int, Meta(description="ms between two polls")]
    asked_ms: Annotated[Ms, Meta(description="when it was last asked")]
    code: Annotated[str, Meta(description="why the last poll brought nothing whole; empty: it did")]
    detail: str
    addresses: DatasetAddressesBody | None
    shapes: Annotated[
        dict[str, Count], Meta(description="rows whose shape was put right or is none, by why")
    ]
    areas: Annotated[DatasetAreas | None, Meta(description="of a dataset keyed by districts")]
    fault: Annotated[
        str, Meta(description="what is wrong with its descriptor; the one before is in use")
    ]


class DatasetRows(msgspec.Struct):
    """Rows in the order of the source; `total` those that match, `version` as of the dataset."""

    columns: list[str]
    rows: list[list[RowValue]]
    total: Count
    version: str


class DatasetGeometry(msgspec.Struct):
    """A GeoJSON geometry."""

    type: Annotated[str, Meta(description="Point, LineString, Polygon, Multi...")]
    coordinates: list[Any]


class DatasetFeature(msgspec.Struct):
    """A row with a place: its number in the source's order, its cells by column."""

    type: str
    id: Count
    geometry: DatasetGeometry
    properties: dict[str, RowValue]


class DatasetFeatures(msgspec.Struct):
    """The rows that have a place."""

    type: str
    features: list[DatasetFeature]


class DatasetShape(msgspec.Struct):
    """A row that is more than a dot, with as many positions as there are pixels."""

    id: Count
    geometry: DatasetGeometry


class DatasetLayer(msgspec.Struct):
    """What a map of some zoom shows of a dataset within a box."""

    version: str
    zoom: Count
    marks: Annotated[
        list[list[float]],
        Meta(description="[lon, lat, how many rows, the number of the row; 0: several]"),
    ]
    shapes: list[DatasetShape]
    left_out: Annotated[Count, Meta(description="rows here that only a closer look shows")]

"""A dataset's table as a file: CSV, XLSX, GeoJSON, Parquet. Pure; equal rows give equal bytes."""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from importlib.util import find_spec
from typing import Any, NamedTuple

from maps.datasets.file_table import Cell, Table, TableColumn, plain
from maps.picture.exports import CSV, GEOJSON, cell, csv_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
LON, LAT = "lon", "lat"
_WIDTH, _HEAD_ROW, _SHEET_NAME = 16, 0, 31
_EXCEL_TEXT, _EXCEL_WHOLE = 32_767, 10**15
_NOT_IN_A_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


class FileForm(StrEnum):
    """What a table can be taken as."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    PARQUET = "parquet"


class Making(NamedTuple):
    """How a form is made: its media type, and the library and extra that it needs ("": none)."""

    media: str
    make: Callable[[Table], bytes]
    library: str = ""
    extra: str = ""


class ExtraMissingError(Exception):
    """A form whose library is not installed; `extra` is what brings it."""

    def __init__(self, form: FileForm, extra: str) -> None:
        super().__init__(f"{form} needs the extra {extra!r}: pip install 'bomnae[{extra}]'")
        self.form, self.extra = form, extra


def file_of(table: Table, form: FileForm) -> bytes:
    """The table in a form. Raises ExtraMissingError."""
    making = MAKINGS[form]
    if making.library and find_spec(making.library) is None:
        raise ExtraMissingError(form, making.extra)
    return making.make(table)


def forms_of(*, has_places: bool) -> tuple[FileForm, ...]:
    """The forms that a table comes in: without places there is no map of it."""
    return tuple(form for form in FileForm if has_places or form is not FileForm.GEOJSON)


def _points(table: Table) -> bool:
    return any(row.geometry is not None for row in table.rows)


def _columns(table: Table) -> list[TableColumn]:
    """The columns of a flat file: where rows have points, their degrees stand last."""
    places = (TableColumn(LON, "number"), TableColumn(LAT, "number")) if _points(table) else ()
    return [*table.columns, *places]


def _lines(table: Table) -> Iterator[list[str | int | float | bool | None]]:
    has_points = _points(table)
    for row in table.rows:
        yield [*map(plain, row.cells), *(_degrees(row.geometry) if has_points else ())]


def _degrees(geometry: Mapping[str, Any] | None) -> tuple[float | None, float | None]:
    """The degrees of a point; a line and an area have none of one."""
    if geometry is None or geometry.get("type") != "Point":
        return None, None
    lon, lat = geometry["coordinates"][:2]
    return float(lon), float(lat)


def csv_of(table: Table) -> bytes:
    """For a spreadsheet: UTF-8 with a BOM, no cell is a formula, unknown is empty."""
    heads = (column.heading for column in _columns(table))
    return csv_file(heads, (map(_word, line) for line in _lines(table)))


def _word(value: object) -> object:
    """Y and N, as public files have it."""
    return ("Y" if value else "N") if isinstance(value, bool) else value


def xlsx_of(table: Table) -> bytes:
    """A workbook of one sheet, written line by line; text is text, never a formula or a link."""
    import xlsxwriter  # noqa: PLC0415 - an extra

    held = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(held, options) as book:
        made = datetime.fromtimestamp(table.at_ms / 1000, UTC).replace(tzinfo=None)
        book.set_properties({"title": table.title, "created": made})
        sheet = book.add_worksheet(_sheet_name(table.title))
        columns, bold = _columns(table), book.add_format({"bold": True})
        sheet.set_column(0, max(0, len(columns) - 1), _WIDTH)
        sheet.freeze_panes(_HEAD_ROW + 1, 0)
        for at, column in enumerate(columns):
            sheet.write_string(_HEAD_ROW, at, str(cell(column.heading)), bold)
        for number, line in enumerate(_lines(table), start=_HEAD_ROW + 1):
            for at, value in enumerate(line):
                _write(sheet, number, at, value)
    return held.getvalue()


def _sheet_name(title: str) -> str:
    return title.translate(_NOT_IN_A_SHEET_NAME).strip()[:_SHEET_NAME] or "data"


def _write(sheet: Any, row: int, at: int, value: object) -> None:
    value = _word(value)
    is_number = isinstance(value, int | float)
    if is_number and abs(float(str(value))) < _EXCEL_WHOLE:
        sheet.write_number(row, at, value)
    elif value is not None:
        sheet.write_string(row, at, str(cell(str(value)))[:_EXCEL_TEXT])


def geojson_of(table: Table) -> bytes:
    """A FeatureCollection in degrees; a row that lies nowhere has the geometry null."""
    features = [
        {
            "type": "Feature",
            "id": number,
            "geometry": row.geometry,
            "properties": {
                column.name: value for column, value in zip(table.columns, row.cells, strict=True)
            },
        }
        for number, row in enumerate(table.rows, start=1)
    ]
    body = {"type": "FeatureCollection", "name": table.id, "features": features}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def parquet_of(table: Table) -> bytes:
    """Typed columns; a column whose values do not all fit its type is text. Shapes are GeoJSON."""
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from pyarrow import parquet  # noqa: PLC0415

    lines = list(_lines(table))
    names, arrays, fields = set[str](), [], []
    for at, column in enumerate(_columns(table)):
        values = [line[at] for line in lines]
        kind, typed = _typed(pa, column, values)
        about = {"unit": column.unit, "meaning": column.meaning}
        name = _free(column.name, names)
        fields.append(pa.field(name, kind, metadata={k: v for k, v in about.items() if v}))
        arrays.append(pa.array(typed, type=kind))
    if any(row.geometry and row.geometry.get("type") != "Point" for row in table.rows):
        shapes = [None if r.geometry is None else json.dumps(r.geometry) for r in table.rows]
        fields.append(pa.field(_free("geometry", names), pa.string()))
        arrays.append(pa.array(shapes, type=pa.string()))
    held = io.BytesIO()
    schema = pa.schema(fields, metadata={"id": table.id, "title": table.title})
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), held, compression="zstd")
    return held.getvalue()


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _typed(pa: Any, column: TableColumn, values: Sequence[Cell]) -> tuple[Any, list[Any]]:
    """The Arrow type of a column and its values; text where one of them is of another type."""
    kinds: dict[str, tuple[Any, Callable[[Any], Any]]] = {
        "whole": (pa.int64(), _whole),
        "number": (pa.float64(), _number),
        "flag": (pa.bool_(), _flag),
        "date": (pa.date32(), date.fromisoformat),
        "moment": (pa.timestamp("ms", tz="Asia/Seoul"), datetime.fromisoformat),
    }
    if column.type in kinds:
        kind, read = kinds[column.type]
        try:
            return kind, [None if value is None else read(value) for value in values]
        except (TypeError, ValueError):
            pass
    return pa.string(), [None if value is None else str(_word(value)) for value in values]


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise TypeError
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


MAKINGS: Mapping[FileForm, Making] = {
    FileForm.CSV: Making(CSV, csv_of),
    FileForm.XLSX: Making(XLSX, xlsx_of, "xlsxwriter", "reports"),
    FileForm.GEOJSON: Making(GEOJSON, geojson_of),
    FileForm.PARQUET: Making(PARQUET, parquet_of, "pyarrow", "history"),
}

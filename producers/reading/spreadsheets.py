"""Workbooks as offices save them (.xlsx, .xlsb, .xls, .ods) into grids of texts."""

import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from producers.reading.answers import UnknownAnswerError, unknown
from producers.reading.workbook_bounds import MAX_CELLS, refuse_bomb

Grid = list[list[str]]
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def is_workbook(body: bytes) -> bool:
    return body.startswith((ZIP, OLE))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook."""

    name: str
    grid: Grid
    is_shown: bool = True


def grids_of(body: bytes) -> tuple[list[Grid], list[Grid]]:
    """The grids of the visible sheets and of the hidden ones."""
    sheets = sheets_of(body)
    shown = [sheet.grid for sheet in sheets if sheet.is_shown]
    return shown, [sheet.grid for sheet in sheets if not sheet.is_shown]


def sheets_of(body: bytes) -> list[Sheet]:
    """Every sheet; merged cells are filled downwards.

    A date becomes `YYYY-MM-DD`, with its time where its row has one. Raises R009 for what is no
    workbook or needs a password, R002 for one that would unpack to more than 256 MiB or 2 million
    cells.
    """
    if body.startswith(ZIP):
        refuse_bomb(body)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        shown = {s.name: s.visible is SheetVisibleEnum.Visible for s in book.sheets_metadata}
        grids = {name: _grid(book.get_sheet_by_name(name)) for name in book.sheet_names}
    except PasswordError:
        raise unknown("R009", "a workbook with a password") from None
    except (UnknownAnswerError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 a panic of the reader is no Exception
        raise unknown(
            "R009", "no workbook that can be read (HWP, Word, zip?): save it as .xlsx or .csv"
        ) from None
    return [Sheet(name, grid, shown.get(name, True)) for name, grid in grids.items()]


def _grid(sheet: CalamineSheet) -> Grid:
    if sheet.height * sheet.width > MAX_CELLS:
        raise unknown(
            "R002", f"a sheet of {sheet.height} x {sheet.width} cells, at most {MAX_CELLS}"
        )
    grid = [_line(row) for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in grid[top + 1 : bottom + 1]:
            if left < len(row) and left == right:
                row[left] = row[left] or grid[top][left]
    return grid


def _line(row: list[Any]) -> list[str]:
    """The cells of a row; beside a date with a time, one without is written as its midnight."""
    is_timed = any(isinstance(cell, datetime) for cell in row)
    midnight = " 00:00:00" if is_timed else ""
    return [f"{cell.isoformat()}{midnight}" if type(cell) is date else _text(cell) for cell in row]


def _text(cell: Any) -> str:
    """The cell as a CSV would have it: 12.0 is 12, a time is 09:00:00, an error is nothing."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return "Y" if cell else "N"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    words = str(cell)
    return "" if re.fullmatch(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", words) else words

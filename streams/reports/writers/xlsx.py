"""A report as a workbook: its text on the first sheet, each table on a sheet of its own, with
numbers that count as numbers, and each chart as a picture below the text it belongs to.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from streams.reports.writers.charts import text_width
from streams.reports.writers.document import (
    Block,
    ChartBlock,
    Document,
    Heading,
    Line,
    TableBlock,
    shown,
)
from streams.words.catalogue import word

_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 20, "align": "center", "top": 5, "bottom": 1},
    "subtitle": {"align": "center", "font_color": "#333333"},
    "key": {"bold": True, "align": "center", "border": 1, "bg_color": "#F2F4F7"},
    "fact": {"border": 1, "text_wrap": True, "align": "left"},
    "box": {"align": "center", "border": 1, "bg_color": "#F2F4F7", "font_size": 9},
    "sign": {"border": 1},
    "heading1": {"bold": True, "font_size": 14, "bottom": 2},
    "heading2": {"bold": True, "font_size": 12},
    "line": {"text_wrap": True},
    "caption": {"bold": True},
    "note": {"text_wrap": True, "font_size": 9, "font_color": "#333333"},
    "head": {
        "bold": True,
        "align": "center",
        "border": 1,
        "bg_color": "#E8EEF5",
        "text_wrap": True,
    },
    "text": {"border": 1, "text_wrap": True},
    "missing": {"border": 1, "align": "right"},
    "link": {"font_color": "#1F4E79", "underline": 1},
}
_COLUMNS = 6  # of the first sheet: text runs over all of them


@dataclass(slots=True)
class _Book:
    book: Any
    looks: dict[str, Any]

    def look(self, name: str) -> Any:
        """A look; `number.2` is a number with so many places."""
        if name not in self.looks:
            kind, _, places = name.partition(".")
            given: dict[str, object] = {
                "font_name": "Malgun Gothic",
                "font_size": 10,
                "valign": "vcenter",
            }
            if kind == "number":
                decimals = f".{'0' * int(places)}" if int(places) else ""
                given |= {"border": 1, "num_format": f"#,##0{decimals}"}
            else:
                given |= _LOOKS[kind]
            self.looks[name] = self.book.add_format(given)
        return self.looks[name]


def write(document: Document, pictures: list[bytes]) -> bytes:
    """The file; `pictures` are the charts of the document as PNG, in their order."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        made = datetime.fromtimestamp(document.made_ms / 1000, UTC).replace(tzinfo=None)
        book.set_properties({"title": document.title, "author": document.city, "created": made})
        looked = _Book(book, {})
        _text_sheet(looked, document, pictures)
        for table in document.tables:
            _table_sheet(looked, table)
    return held.getvalue()


def _text_sheet(looked: _Book, document: Document, pictures: list[bytes]) -> None:
    sheet = looked.book.add_worksheet(word(document.language, "reports.sheet"))
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_margins(left=0.6, right=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C- &P -")
    sheet.set_column(0, _COLUMNS - 1, 16)
    row = _head(looked, sheet, document)
    waiting = iter(pictures)
    for block in document.blocks:
        row = _block(looked, sheet, row, block, waiting)
    row += 1
    for text in document.closing:
        row = _wide(looked, sheet, row, text, "line")


def _head(looked: _Book, sheet: Any, document: Document) -> int:
    """What stands above the text; gives the row after it."""
    sheet.write_string(0, 0, document.city, looked.look("line"))
    sheet.write_string(1, 0, document.number, looked.look("line"))
    first = _COLUMNS - len(document.approvals)
    for at, box in enumerate(document.approvals, max(0, first)):
        sheet.write_string(0, at, box, looked.look("box"))
        sheet.write_blank(1, at, None, looked.look("sign"))
    sheet.set_row(1, 36)
    _wide(looked, sheet, 2, document.title, "title", height=36)
    _wide(looked, sheet, 3, document.subtitle, "subtitle")
    row = 4
    for name, value in document.facts:
        sheet.write_string(row, 0, name, looked.look("key"))
        sheet.merge_range(row, 1, row, _COLUMNS - 1, "", looked.look("fact"))
        sheet.write_string(row, 1, value, looked.look("fact"))
        row += 1
    return row + 1


def _wide(looked: _Book, sheet: Any, row: int, text: str, look: str, *, height: float = 0.0) -> int:
    """A text over the width of the sheet; gives the row after it."""
    sheet.merge_range(row, 0, row, _COLUMNS - 1, "", looked.look(look))
    sheet.write_string(row, 0, text, looked.look(look))
    lines = 1 + int(text_width(text, 10) / 640)
    sheet.set_row(row, height or 17.0 * lines)
    return row + 1


def _block(looked: _Book, sheet: Any, row: int, block: Block, waiting: Any) -> int:
    if isinstance(block, Heading):
        return _wide(looked, sheet, row + 1, block.whole, f"heading{block.level}", height=24)
    if isinstance(block, Line):
        indent = "   " * max(0, block.mark.depth - 1)
        return _wide(looked, sheet, row, f"{indent}{block.whole}", "line")
    if isinstance(block, ChartBlock):
        return _picture(looked, sheet, row, block, next(waiting))
    target = f"internal:'{block.label}'!A1"
    sheet.write_url(row, 0, target, looked.look("link"), f"{block.title}")
    return row + 1


def _picture(looked: _Book, sheet: Any, row: int, chart: ChartBlock, png: bytes) -> int:
    wide = int.from_bytes(png[16:20], "big")
    scale = 690 / wide  # the six columns are about 700 pixels wide
    sheet.insert_image(
        row,
        0,
        f"{chart.label}.png",
        {
            "image_data": io.BytesIO(png),
            "x_scale": scale * _dpi(png) / 96,
            "y_scale": scale * _dpi(png) / 96,
            "description": chart.alt,
            "object_position": 1,
        },
    )
    high = int.from_bytes(png[20:24], "big") * scale
    return _wide(looked, sheet, row + int(high / 20) + 2, chart.title, "caption") + 1


def _dpi(png: bytes) -> float:
    """Pixels per inch that a PNG states, 96 where it states none: a workbook reckons with it."""
    at = png.find(b"pHYs")
    return 96.0 if at < 0 else int.from_bytes(png[at + 4 : at + 8], "big") * 0.0254


def _table_sheet(looked: _Book, table: TableBlock) -> None:
    sheet = looked.book.add_worksheet(table.label)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, table.title, looked.look("caption"))
    for at, column in enumerate(table.columns):
        sheet.write_string(1, at, column.name, looked.look("head"))
        texts = [column.name, *(shown(row[at], column) for row in table.rows)]
        widest = max(text_width(text, 1.0) for text in texts)
        sheet.set_column(at, at, min(50.0, max(9.0, widest * 1.9 + 2)))
    for down, row in enumerate(table.rows, 2):
        for at, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            if isinstance(cell, int | float):
                sheet.write_number(down, at, cell, looked.look(f"number.{column.places or 0}"))
            else:
                look = "missing" if cell is None else "text"
                sheet.write_string(down, at, shown(cell, column), looked.look(look))
    last = len(table.rows) + 1
    if table.rows:
        sheet.autofilter(1, 0, last, len(table.columns) - 1)
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(1)
    for down, note in enumerate(table.notes, last + 1):
        sheet.write_string(down, 0, f"※ {note}")

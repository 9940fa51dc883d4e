"""A report as HWPX (OWPML, KS X 6101): what Hangul opens, made by python-hwpx.

The library gives paragraphs and tables ids by chance; they are counted anew here, so that the same
document gives the same bytes. The library's own checks are run over the package before it leaves.
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hwpx.document import HwpxDocument
from hwpx.tools.package_validator import validate_editor_open_safety, validate_package

from streams.contract.errors import PlainError
from streams.reports.writers.document import (
    Block,
    ChartBlock,
    Document,
    Heading,
    Line,
    Run,
    TableBlock,
    shown,
)
from streams.reports.writers.pdf import widths

PICTURE_MM = 170.0
MAIN = "#1F4E79"
_BODY_WIDTH = 48190  # 170 mm in HWPUNIT
_STAMP = (1980, 1, 1, 0, 0, 0)
_ID = re.compile(rb' (id|instid|idRef)="(\d+)"')


class HwpxFileError(PlainError):
    """A package that Hangul would not open."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class _Look:
    """How a paragraph looks: its letters and its place."""

    size: float = 10.5
    is_bold: bool = False
    colour: str = "#000000"
    place: tuple[tuple[str, object], ...] = ()


def _place(**given: object) -> tuple[tuple[str, object], ...]:
    return tuple({"line_spacing_percent": 160, **given}.items())


_TITLE = _Look(
    20,
    is_bold=True,
    colour=MAIN,
    place=_place(alignment="CENTER", spacing_before_pt=6, spacing_after_pt=4, bottom_border=True),
)
_CENTRE = _Look(11, place=_place(alignment="CENTER", spacing_after_pt=6))
_SMALL = _Look(9, colour="#333333", place=_place(line_spacing_percent=130))
_HEADINGS = (
    _Look(14.5, is_bold=True, place=_place(spacing_before_pt=14, keep_with_next=True)),
    _Look(12, is_bold=True, place=_place(spacing_before_pt=8, keep_with_next=True)),
)
_CAPTION = _Look(9.5, is_bold=True, place=_place(spacing_before_pt=8, keep_with_next=True))
_UNDER = _Look(9.5, is_bold=True, place=_place(spacing_after_pt=8))
_LINES = tuple(
    _Look(place=_place(indent_left_mm=left, first_line_indent_mm=-4.5 if left else 0))
    for left in (0.0, 7.0, 11.5, 16.0)
)
_RIGHT = _Look(9, place=_place(alignment="RIGHT", line_spacing_percent=120))
_CELL = _Look(9, place=_place(alignment="LEFT", line_spacing_percent=120))
_HEAD = _Look(9, is_bold=True, place=_place(alignment="CENTER", line_spacing_percent=120))


def write(document: Document, pictures: Sequence[bytes]) -> bytes:
    """The file; `pictures` are the charts of the document as PNG, in their order."""
    writer = _Writer(HwpxDocument.new(), {}, {})
    writer.page(document)
    writer.head(document)
    waiting = iter(pictures)
    for block in document.blocks:
        writer.block(block, lambda: next(waiting))
    for text in document.closing:
        writer.paragraph((Run(text),), _LINES[0])
    return _checked(_steady(writer.file.to_bytes(), document))


class _Writer:
    """Puts what a document holds into a file of the library, one after another."""

    def __init__(
        self, file: HwpxDocument, letters: dict[_Look, str], places: dict[_Look, str]
    ) -> None:
        self.file, self._letters, self._places = file, letters, places

    def page(self, document: Document) -> None:
        """A4, the number of the page below."""
        self.file.page.setup(
            paper_size="A4",
            margin_left_mm=20,
            margin_right_mm=20,
            margin_top_mm=18,
            margin_bottom_mm=15,
        )
        self.file.page.set_page_number(prefix="- ", suffix=" -")
        made = datetime.fromtimestamp(document.made_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.file.parts.clear_document_metadata(timestamp=made)
        self.file.parts.set_document_metadata(title=document.title, creator=document.city)

    def head(self, document: Document) -> None:
        self.paragraph((Run(document.city),), _SMALL)
        self.paragraph((Run(document.number),), _SMALL)
        if document.approvals:
            self.signed(document.approvals)
        self.paragraph((Run(document.title),), _TITLE)
        self.paragraph((Run(document.subtitle),), _CENTRE)
        if document.facts:
            self.facts(document.facts)

    def signed(self, boxes: Sequence[str]) -> None:
        """The boxes that are signed, at the right."""
        table = self.file.add_table(2, len(boxes), width=5400 * len(boxes))
        self._put_place(table.paragraph, _RIGHT)
        heads, signs = (row.cells for row in table.rows)
        for box, head, sign in zip(boxes, heads, signs, strict=True):
            self.cell(head, box, _HEAD)
            sign.set_size(height=3400)
        self.shade(table, heads, "#F2F4F7")

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """The pairs of the head, two in a row."""
        rows = [pairs[at : at + 2] for at in range(0, len(pairs), 2)]
        table = self.file.add_table(len(rows), 4, width=_BODY_WIDTH)
        for row, made in zip(rows, table.rows, strict=True):
            cells = made.cells
            for at, (name, value) in enumerate(row):
                self.cell(cells[2 * at], name, _HEAD)
                self.cell(cells[2 * at + 1], value, _CELL)
            self.shade(table, cells[::2], "#F2F4F7")
        table.set_column_widths([2, 5, 2, 5])

    def block(self, block: Block, picture: Callable[[], bytes]) -> None:
        if isinstance(block, Heading):
            self.paragraph((Run(block.whole),), _HEADINGS[block.level - 1])
        elif isinstance(block, Line):
            mark = (Run(f"{block.mark} "),) if block.mark else ()
            self.paragraph((*mark, *block.runs), _LINES[block.mark.depth])
        elif isinstance(block, ChartBlock):
            self.chart(block, picture())
        else:
            self.table(block)

    def chart(self, chart: ChartBlock, png: bytes) -> None:
        """A chart as a picture; what it shows is said in its description too."""
        wide, high = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
        picture = self.file.add_picture(
            png, "png", width_mm=PICTURE_MM, height_mm=PICTURE_MM * high / wide, align="CENTER"
        )
        for comment in picture.element.iter("{*}shapeComment"):
            comment.text = chart.alt
        self.paragraph((Run(chart.title),), _UNDER)

    def table(self, table: TableBlock) -> None:
        """A table below its caption, its first row on each page anew."""
        self.paragraph((Run(table.title),), _CAPTION)
        made = self.file.add_table(len(table.rows) + 1, len(table.columns), width=_BODY_WIDTH)
        made.element.set("repeatHeader", "1")
        made.set_column_widths(widths(table))
        heads, *rows = (row.cells for row in made.rows)
        for column, head in zip(table.columns, heads, strict=True):
            self.cell(head, column.name, _HEAD)
            head.element.set("header", "1")
        self.shade(made, heads, "#E8EEF5")
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, column, into in zip(row, table.columns, cells, strict=True):
                self.cell(into, shown(cell, column), _RIGHT if column.is_number else _CELL)
        for note in table.notes:
            self.paragraph((Run(f"※ {note}"),), _SMALL)

    def shade(self, table: Any, cells: Sequence[Any], colour: str) -> None:
        """The library makes the shading for a table's first cell; the others point to it."""
        table.set_cell_shading(0, 0, colour)
        shading = table.rows[0].cells[0].element.get("borderFillIDRef")
        for cell in cells:
            cell.element.set("borderFillIDRef", shading)

    def cell(self, cell: Any, text: str, look: _Look) -> None:
        cell.set_text(text)
        paragraph = cell.paragraphs[0]
        paragraph.char_pr_id_ref = self._letter(look)
        self._put_place(paragraph, look)

    def paragraph(self, runs: Sequence[Run], look: _Look) -> None:
        """A paragraph at the end of the file."""
        made = self.file.add_paragraph("", include_run=False, inherit_style=False)
        for run in runs:
            strong = _Look(look.size, look.is_bold or run.is_strong, look.colour, look.place)
            made.add_run(run.text, char_pr_id_ref=self._letter(strong))
        self._put_place(made, look)

    def _letter(self, look: _Look) -> str:
        if look not in self._letters:
            self._letters[look] = self.file.styles.ensure_run(
                bold=look.is_bold, size=look.size, color=look.colour
            )
        return self._letters[look]

    def _put_place(self, paragraph: Any, look: _Look) -> None:
        """Where a paragraph stands; the library makes each place once and it is pointed to."""
        if look not in self._places:
            given: dict[str, Any] = dict(look.place)
            self.file.styles.apply_paragraph_format(paragraphs=[paragraph], **given)
            self._places[look] = str(paragraph.para_pr_id_ref)
        paragraph.para_pr_id_ref = self._places[look]


def _steady(package: bytes, document: Document) -> bytes:
    """The package with its ids counted, its times fixed and its preview ours; `mimetype` first and
    as it is.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as given, zipfile.ZipFile(held, "w") as out:
        names = given.namelist()
        for name in ["mimetype", *(each for each in names if each != "mimetype")]:
            if name == "Preview/PrvImage.png":
                continue
            body = given.read(name)
            if name == "Preview/PrvText.txt":
                body = _preview(document).encode()
            elif name.startswith("Contents/section"):
                body = _counted(body)
            info = zipfile.ZipInfo(name, _STAMP)
            is_plain = name == "mimetype"
            info.compress_type = zipfile.ZIP_STORED if is_plain else zipfile.ZIP_DEFLATED
            out.writestr(info, body)
    return held.getvalue()


def _counted(body: bytes) -> bytes:
    """The part with the ids of its paragraphs and objects as 1000, 1001 ... as they come."""
    known: dict[bytes, bytes] = {}

    def count(match: re.Match[bytes]) -> bytes:
        new = known.setdefault(match[2], str(1000 + len(known)).encode())
        return b' %b="%b"' % (match[1], new)

    return _ID.sub(count, body)


def _preview(document: Document) -> str:
    """What a list of files shows of it."""
    lines = [block.whole for block in document.blocks if isinstance(block, Heading | Line)]
    return "\r\n".join([document.title, document.subtitle, *lines])[:1000]


def _checked(package: bytes) -> bytes:
    """The package; HwpxFileError where the library's checks find that an editor would refuse it."""
    found = validate_package(package)
    safety = validate_editor_open_safety(package)
    if not found.ok or not safety.ok:
        faults = "; ".join(str(issue) for issue in found.errors[:3]) or str(safety.summary)
        raise HwpxFileError(f"the HWPX package is not whole: {faults}")
    return package

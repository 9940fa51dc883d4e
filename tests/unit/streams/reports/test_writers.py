"""One document, four files: each is read back by another reader than wrote it."""

import io
import json
import random
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import typst
from hwpx.document import HwpxDocument
from hwpx.tools.package_validator import validate_editor_open_safety, validate_package

from streams.reports.making import written
from streams.reports.options import FORMATS
from streams.reports.writers import fonts, pdf
from streams.reports.writers.document import (
    BlockColumn,
    ChartBlock,
    Document,
    Heading,
    Line,
    Mark,
    Run,
    Series,
    rounded,
    shown,
    table,
)
from streams.statistics.figure import ChartKind

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "@SUM(A1)",
    "-2",
    "{=A1}",
    "<script>alert(1)</script>",
    "&lt;&amp;&#0;]]>",
    "#let x = 1; #panic() $x^2$ *a* _b_ `c` @ref <label> // /* \\ [ ]",
    "<hp:t>{문}</hp:t>",
    "'\"",
    "0012",
)
COLUMNS = (BlockColumn("도로"), BlockColumn("정체", "시간", 1), BlockColumn("통제", "건", 0))
ROWS = (
    *((text, 1234.25 + at, 1_000 * at) for at, text in enumerate(HOSTILE)),
    ("중앙로", None, 0),
    ("공지로", 0.05, None),
)
DOCUMENT = Document(
    title="월간 보고 <b>#x</b>",
    subtitle="2026. 11.",
    city="춘천시",
    number="제2026-11호",
    facts=(("보고 기간", "2026. 11. 1. ~ 11. 30."), ("부서", HOSTILE[5]), ("하나", "더")),
    approvals=("담당", "과장"),
    blocks=(
        Heading(1, "I.", HOSTILE[7]),
        Heading(2, "□", "도로별"),
        *(
            Line(mark, (Run(HOSTILE[at], is_strong=True), Run(" 이어짐")))
            for at, mark in enumerate(Mark)
        ),
        table("표 1", "도로별 정체", COLUMNS, ROWS, ("각주",)),
        ChartBlock(
            "그림 1",
            "정체",
            ChartKind.BARS,
            ("중앙로", HOSTILE[5]),
            (Series("정체", (1.5, None)),),
            "시간",
            1,
            "막대그래프",
        ),
        table("표 2", "한 줄", (BlockColumn("값", "", 2),), ((0.1 + 0.2,),)),
    ),
    closing=("붙임  통계표 1부.  끝.",),
    language="ko",
    made_ms=1_796_050_800_000,
)
EXPECTED = [each.texts() for each in DOCUMENT.tables]
SENTENCES = [block.whole for block in DOCUMENT.blocks if isinstance(block, Line)]


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return written(DOCUMENT, FORMATS, "")


class _Page(HTMLParser):
    """The tables of a page, its sentences, and whatever it would ask another for."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.lines: list[str] = []
        self.asked: list[str] = []
        self.tags: set[str] = set()
        self._into: list[str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.asked += [str(given[name]) for name in ("src", "href", "data") if name in given]
        if tag == "table" and given.get("class") == "data":
            self.tables.append([])
        if tag == "tr" and self.tables:
            self.tables[-1].append([])
        if tag in {"td", "th", "p"}:
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self.tables:
            self.tables[-1][-1].append(self._text)
        if tag == "p":
            self.lines.append(self._text)


def page_of(raw: bytes) -> _Page:
    page = _Page()
    page.feed(raw.decode())
    page.close()
    return page


def text_of(content: Any) -> str:
    """The text of a piece of Typst content."""
    if isinstance(content, dict):
        own = content.get("text", "")
        return (own if isinstance(own, str) else "") + "".join(
            text_of(content[name]) for name in ("body", "children", "child") if name in content
        )
    return "".join(map(text_of, content)) if isinstance(content, list) else ""


def typst_tables(document: Document) -> list[list[list[str]]]:
    lettering = fonts.find()
    found = json.loads(
        typst.query(
            pdf.source(),
            "table",
            font_paths=lettering.fonts,
            sys_inputs=pdf.inputs(document, lettering.family),
        )
    )
    tables = []
    for each in found:
        header, *cells = each["children"]
        heads = [text_of(cell) for cell in header["children"]]
        texts = [text_of(cell) for cell in cells]
        rows = [texts[at : at + len(heads)] for at in range(0, len(texts), len(heads))]
        tables.append([heads, *rows])
    return tables


def sheet_tables(raw: bytes, document: Document) -> list[list[list[str]]]:
    """The tables' sheets, each number as its format shows it."""
    book = openpyxl.load_workbook(io.BytesIO(raw))
    tables = []
    for each in document.tables:
        sheet = book[each.label]
        rows = [*sheet.iter_rows(min_row=2, max_row=len(each.rows) + 2)]
        tables.append([[cell_text(cell) for cell in row[: len(each.columns)]] for row in rows])
    return tables


def cell_text(cell: Any) -> str:
    if cell.data_type == "n" and cell.value is not None:
        places = len(cell.number_format.partition(".")[2])
        return f"{cell.value:,.{places}f}"
    assert cell.data_type in {"s", "n"}, f"{cell.coordinate} is a {cell.data_type}"
    return str(cell.value or "")


def hwpx_tables(raw: bytes, document: Document) -> list[list[list[str]]]:
    """Those with a head of the document's tables; the others are its head and its boxes."""
    with HwpxDocument.open(raw) as opened:
        found = [[[cell.text for cell in row.cells] for row in each.rows] for each in opened.tables]
    heads = [each.texts()[0] for each in document.tables]
    return [each for each in found if each[0] in heads]


def test_the_figures_are_equal_cell_by_cell_in_all_four(files: Mapping[str, bytes]) -> None:
    assert page_of(files["html"]).tables == EXPECTED
    assert typst_tables(DOCUMENT) == EXPECTED
    assert sheet_tables(files["xlsx"], DOCUMENT) == EXPECTED
    assert hwpx_tables(files["hwpx"], DOCUMENT) == EXPECTED


def test_the_sentences_are_the_same_in_html_hwpx_and_on_the_sheet(
    files: Mapping[str, bytes],
) -> None:
    lines = page_of(files["html"]).lines
    with HwpxDocument.open(files["hwpx"]) as opened:
        paragraphs = [paragraph.text for paragraph in opened.paragraphs]
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).worksheets[0]
    cells = [str(row[0].value or "").strip() for row in sheet.iter_rows()]
    for sentence in SENTENCES:
        assert sentence in lines
        assert sentence in paragraphs
        assert sentence in cells


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_document_gives_the_same_bytes(files: Mapping[str, bytes], form: str) -> None:
    assert written(DOCUMENT, [form], "")[form] == files[form]


def test_html_asks_nobody_and_runs_nothing(files: Mapping[str, bytes]) -> None:
    page = page_of(files["html"])
    assert page.asked == []
    assert not {"script", "link", "iframe", "object", "img"} & page.tags
    assert b"url(http" not in files["html"]
    assert b"@import" not in files["html"]
    assert {"svg", "thead", "figcaption"} <= page.tags


def test_the_pdf_is_an_archive_file_with_its_fonts_and_its_date(
    files: Mapping[str, bytes],
) -> None:
    raw = files["pdf"]
    assert raw.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in raw
    assert b"2026-11-30T15:00:00" in raw


def test_no_cell_of_the_workbook_is_a_formula_and_numbers_are_numbers(
    files: Mapping[str, bytes],
) -> None:
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as package:
        sheets = [package.read(name) for name in package.namelist() if "/sheet" in name]
    assert not any(b"<f>" in sheet for sheet in sheets)
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))["표 1"]
    assert [cell.value for cell in sheet[3]] == [HOSTILE[0], 1234.3, 0]
    assert sheet["B3"].number_format == "#,##0.0"


def test_the_hwpx_package_is_whole(files: Mapping[str, bytes]) -> None:
    raw = files["hwpx"]
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        first = package.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert package.read("mimetype") == b"application/hwp+zip"
        assert package.testzip() is None
        for name in package.namelist():
            if name.endswith((".xml", ".hpf", ".rdf")):
                ET.fromstring(package.read(name))  # noqa: S314 - ours
        pictures = [name for name in package.namelist() if name.startswith("BinData/")]
    report = validate_package(raw)
    assert report.errors == ()
    assert validate_editor_open_safety(raw).ok
    assert len(pictures) == len(DOCUMENT.charts)
    with HwpxDocument.open(raw) as opened:
        assert opened.validate().ok
        assert re.search(r"월간 보고", "\n".join(each.text for each in opened.paragraphs))


def test_a_number_is_rounded_once_and_halves_go_away_from_zero() -> None:
    column = BlockColumn("값", "", 1)
    assert [rounded(value, column) for value in (0.25, -0.25, 0.05, 1e15)] == [
        0.3,
        -0.3,
        0.1,
        1e15,
    ]
    assert shown(rounded(-0.01, column), column) == "0.0"
    assert shown(rounded(1234.25, column), column) == "1,234.3"
    assert shown(rounded(2.5, BlockColumn("수", places=0)), BlockColumn("수", places=0)) == "3"


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="cells"):
        table("표 1", "값", COLUMNS, (("중앙로",),))


def test_a_folder_that_is_none_or_has_no_font_is_named(tmp_path: Any) -> None:
    with pytest.raises(fonts.FontError, match="BOMNAE_REPORT_FONTS"):
        fonts.find(str(tmp_path / "none"))
    with pytest.raises(fonts.FontError, match="no Korean font"):
        fonts.find(str(tmp_path))


def test_whatever_stands_in_a_table_is_read_back() -> None:
    chance = random.Random(15)
    letters = "가힣漢ąß€🚧ﾊ0aZ \"'<>&;=+-@#$%*_`[]{}()\\/|~^.,:!?‘’“”·…"
    numbers = (-0.0, 0.04, -0.05, 0.25, 1e9, -123456.789, 1e-9, 99.95, None)
    rows = [
        (
            "".join(chance.choices(letters, k=chance.randrange(1, 20))).strip() or "x",
            chance.choice(numbers),
            chance.choice((0, -1, 10**9, None)),
        )
        for _ in range(60)
    ]
    given = replace(DOCUMENT, blocks=(table("표 1", "값", COLUMNS, rows),))
    expected = [given.tables[0].texts()]
    made = written(given, ["html", "xlsx", "hwpx"], "")
    assert page_of(made["html"]).tables == expected
    assert typst_tables(given) == expected
    assert sheet_tables(made["xlsx"], given) == expected
    assert hwpx_tables(made["hwpx"], given) == expected

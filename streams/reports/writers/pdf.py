"""A report as PDF/A-2a, its fonts inside; and its charts as pictures for files that take no SVG."""

import json
from importlib.resources import files
from typing import Any

import typst

from streams.reports.writers.charts import svg_of, text_width
from streams.reports.writers.document import (
    Block,
    ChartBlock,
    Document,
    Heading,
    Line,
    Mark,
    TableBlock,
)
from streams.reports.writers.fonts import Lettering

PICTURE_PPI = 220.0
MARGIN = 1.3  # of a cell, both sides, in letters of a table
_PICTURES = """#let doc = json(bytes(sys.inputs.document))
#set page(width: auto, height: auto, margin: 0pt)
#set text(font: (doc.family,))
#for svg in doc.charts { page(image(bytes(svg), format: "svg", width: 510pt)) }
"""


def write(document: Document, lettering: Lettering) -> bytes:
    """The file."""
    return typst.compile(
        source(),
        format="pdf",
        font_paths=lettering.fonts,
        sys_inputs=inputs(document, lettering.family),
        pdf_standards=["a-2a"],
        timestamp=document.made_ms // 1000,
    )


def pages(document: Document, lettering: Lettering, ppi: float = 100.0) -> list[bytes]:
    """The pages as PNG, for eyes."""
    return _pictures(source(), inputs(document, lettering.family), lettering, ppi)


def pictures(charts: tuple[ChartBlock, ...], lettering: Lettering) -> list[bytes]:
    """Each chart as PNG."""
    if not charts:
        return []
    given = {"family": lettering.family, "charts": [svg_of(chart) for chart in charts]}
    return _pictures(_PICTURES.encode(), _sent(given), lettering, PICTURE_PPI)


def source() -> bytes:
    """The Typst source of every report."""
    return files("streams.reports.writers").joinpath("report.typ").read_bytes()


def inputs(document: Document, family: str) -> dict[str, str]:
    """What the source is given: the document as JSON."""
    return _sent(
        {
            "title": document.title,
            "subtitle": document.subtitle,
            "city": document.city,
            "number": document.number,
            "facts": _pairs(document),
            "approvals": document.approvals,
            "blocks": [_block(block) for block in document.blocks],
            "closing": document.closing,
            "language": document.language,
            "family": family,
        }
    )


def _pictures(given: bytes, sent: dict[str, str], lettering: Lettering, ppi: float) -> list[bytes]:
    made: bytes | list[bytes] = typst.compile(
        given, format="png", ppi=ppi, font_paths=lettering.fonts, sys_inputs=sent
    )
    return [made] if isinstance(made, bytes) else made


def _sent(values: dict[str, Any]) -> dict[str, str]:
    return {"document": json.dumps(values, ensure_ascii=False)}


def _pairs(document: Document) -> list[tuple[str, str]]:
    """The pairs of the head; they stand two in a row, so an odd one gets an empty neighbour."""
    pairs = [*document.facts]
    return pairs + [("", "")] * (len(pairs) % 2)


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": block.whole}
    if isinstance(block, Line):
        return {
            "kind": "line",
            "mark": str(block.mark),
            "depth": block.mark.depth,
            "note": block.mark is Mark.NOTE,
            "runs": [{"text": run.text, "strong": run.is_strong} for run in block.runs],
        }
    if isinstance(block, ChartBlock):
        svg, title = svg_of(block), block.title
        return {"kind": "chart", "title": title, "svg": svg, "alt": block.alt}
    heads, *rows = block.texts()
    return {
        "kind": "table",
        "title": block.title,
        "heads": heads,
        "rows": rows,
        "numbers": [column.is_number for column in block.columns],
        "widths": widths(block),
        "notes": block.notes,
    }


def widths(table: TableBlock) -> list[float]:
    """How wide each column is beside the others, in letters: by its longest text, within bounds,
    and by the longest word of its head, which may go on in the next line.
    """
    return [_width(head, cells) for head, *cells in zip(*table.texts(), strict=True)]


def _width(head: str, cells: list[str]) -> float:
    words = (text_width(word, 1.0) for word in head.split())
    longest = max((text_width(cell, 1.0) for cell in cells), default=0.0)
    return MARGIN + max(5.0, *words, min(30.0, longest))

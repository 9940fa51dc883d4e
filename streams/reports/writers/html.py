"""A report as one HTML file: styled for A4 paper, asking nobody for anything."""

from html import escape

from streams.reports.writers.charts import svg_of
from streams.reports.writers.document import (
    Block,
    ChartBlock,
    Document,
    Heading,
    Line,
    Mark,
    TableBlock,
)
from streams.words.catalogue import word

STYLE = """
@page{size:A4;margin:20mm 18mm 18mm}
*{box-sizing:border-box}
html{background:#e9ecf0}
body{margin:24px auto;max-width:210mm;padding:20mm 18mm;background:#fff;color:#111;
font:11pt/1.65 'Noto Sans CJK KR','Noto Sans KR','Malgun Gothic',sans-serif;
word-break:keep-all;overflow-wrap:break-word}
.top{display:flex;justify-content:space-between;align-items:flex-end;gap:12px;min-height:20mm}
.top p{margin:0;color:#444;font-size:10pt}
.signed{border-collapse:collapse;font-size:9pt}
.signed th,.signed td{border:.7px solid #333;width:19mm;text-align:center;padding:1px 4px}
.signed th{background:#f2f4f7;font-weight:400}
.signed td{height:12mm}
h1{margin:10px 0 0;padding:10px 0;border-top:3px solid #1f4e79;border-bottom:1px solid #1f4e79;
text-align:center;font-size:22pt;line-height:1.3}
h1+p{margin:6px 0 12px;text-align:center;font-size:11.5pt;color:#333}
.facts{width:100%;border-collapse:collapse;margin:0 0 14px;font-size:10pt}
.facts th,.facts td{border:.7px solid #8a94a0;padding:4px 8px;text-align:left}
.facts th{background:#f2f4f7;width:22mm;text-align:center;font-weight:700;white-space:nowrap}
h2{margin:22px 0 6px;padding-bottom:3px;border-bottom:1.4px solid #1f4e79;font-size:15pt}
h3{margin:14px 0 2px;font-size:12pt}
h2,h3,caption,figcaption{break-after:avoid}
p.line{margin:2px 0;padding-left:1.3em;text-indent:-1.3em}
p.rank0{padding-left:0;text-indent:0}
p.rank1{margin-left:.6em}p.rank2{margin-left:1.7em}p.rank3{margin-left:2.8em}
p.note{color:#333;font-size:10pt}
table.data{width:100%;border-collapse:collapse;margin:10px 0 2px;font-size:9.5pt;line-height:1.4}
table.data caption,figcaption{padding:2px 0 4px;text-align:left;font-weight:700;font-size:10pt}
table.data thead{display:table-header-group}
table.data th{background:#e8eef5;border:.7px solid #8a94a0;border-top:1.6px solid #1f4e79;
padding:4px 6px;text-align:center}
table.data td{border:.7px solid #b6bec8;padding:3px 6px}
table.data td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
table.data tr{break-inside:avoid}
p.under{margin:0 0 8px;color:#444;font-size:9pt}
figure{margin:12px 0;break-inside:avoid}
figure svg{display:block;width:100%;height:auto;border:.7px solid #d3d8de}
.closing{margin-top:22px;white-space:pre-line}
@media print{html{background:#fff}body{margin:0;padding:0;max-width:none}}
"""


def write(document: Document) -> bytes:
    """The file."""
    language = document.language
    parts = [
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n',
        '<meta http-equiv="Content-Security-Policy" ',
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        f'<div class="top"><p>{escape(document.city)}<br>{escape(document.number)}</p>',
        _signed(document.approvals, word(language, "reports.approvals")),
        f"</div>\n<h1>{escape(document.title)}</h1>\n<p>{escape(document.subtitle)}</p>\n",
        _facts(document),
        *map(_block, document.blocks),
        _closing(document.closing),
        "</body>\n</html>\n",
    ]
    return "".join(parts).encode()


def _signed(boxes: tuple[str, ...], label: str) -> str:
    if not boxes:
        return ""
    heads = "".join(f"<th>{escape(box)}</th>" for box in boxes)
    cells = "<td></td>" * len(boxes)
    return (
        f'<table class="signed" aria-label="{escape(label)}"><tr>{heads}</tr><tr>{cells}</tr>'
        "</table>"
    )


def _facts(document: Document) -> str:
    """The pairs of the head, two in a row."""
    cells = [f"<th>{escape(name)}</th><td>{escape(value)}</td>" for name, value in document.facts]
    rows = [f"<tr>{''.join(cells[at : at + 2])}</tr>" for at in range(0, len(cells), 2)]
    return f'<table class="facts">{"".join(rows)}</table>\n' if rows else ""


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level + 1}>{escape(block.whole)}</h{block.level + 1}>\n"
    if isinstance(block, Line):
        return _line(block)
    if isinstance(block, ChartBlock):
        return f"<figure>{svg_of(block)}<figcaption>{escape(block.title)}</figcaption></figure>\n"
    return _table(block)


def _line(line: Line) -> str:
    mark = f"{line.mark} " if line.mark else ""
    text = "".join(
        f"<strong>{escape(run.text)}</strong>" if run.is_strong else escape(run.text)
        for run in line.runs
    )
    note = " note" if line.mark is Mark.NOTE else ""
    return f'<p class="line rank{line.mark.depth}{note}">{mark}{text}</p>\n'


def _table(table: TableBlock) -> str:
    heads, *rows = table.texts()
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f"<tr>{_row(row, table)}</tr>\n" for row in rows)
    notes = "".join(f'<p class="under">※ {escape(note)}</p>\n' for note in table.notes)
    return (
        f'<table class="data"><caption>{escape(table.title)}</caption><thead><tr>{head}</tr>'
        f"</thead><tbody>\n{body}</tbody></table>\n{notes}"
    )


def _row(texts: list[str], table: TableBlock) -> str:
    return "".join(
        f'<td class="number">{escape(text)}</td>'
        if column.is_number
        else f"<td>{escape(text)}</td>"
        for text, column in zip(texts, table.columns, strict=True)
    )


def _closing(lines: tuple[str, ...]) -> str:
    return f'<p class="closing">{escape(chr(10).join(lines))}</p>\n' if lines else ""

"""Rows out of a permit file: CSV of any encoding and delimiter, or JSON."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from producers.formats import bodies, envelopes
from producers.formats.answers import Exchange, unknown
from producers.formats.permit_columns import known_columns

MAX_FILE_BYTES = 64 * bodies.MIB
MAX_PAGE_BYTES = 5 * bodies.MIB
EXCEL_ROWS = frozenset({65_535, 65_536, 1_048_575, 1_048_576})
"""Rows at which a spreadsheet cuts a list without a word."""
_HEADER_WITHIN = 15


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a list. `broken` are rows that cannot be used, with the detail of why."""

    rows: tuple[dict[str, Any], ...]
    broken: tuple[tuple[dict[str, Any], str, str], ...] = ()
    is_partial: bool = False
    total: int | None = None
    flags: tuple[str, ...] = ()


def table_of(exchange: Exchange) -> Table:
    """The rows of an answer or file; raises UnknownAnswerError when it is no list of permits."""
    is_file = exchange.url.startswith("file:")
    max_bytes = MAX_FILE_BYTES if is_file else MAX_PAGE_BYTES
    words, flags = bodies.words_of(exchange, max_bytes=max_bytes)
    bare = words.lstrip("\ufeff \t\r\n")
    if bare[:1] in ("{", "[", "<", "") or not is_file:
        body = bodies.read(exchange, max_bytes=max_bytes)
        envelope = envelopes.opened(_unwrapped(body.tree), exchange, envelopes.PERMITS)
        rows = tuple(row for row in envelope.rows if isinstance(row, dict))
        odd = [({"row": row}, "R005", "row is not an object") for row in envelope.rows]
        broken = tuple(
            o for o, row in zip(odd, envelope.rows, strict=True) if not isinstance(row, dict)
        )
        return Table(rows, broken, envelope.is_short, envelope.total, body.flags)
    return _csv(words.removeprefix("\ufeff"), flags)


def _unwrapped(tree: Any) -> Any:
    """A dropped file may hold `{"data":[...]}` or `{"DATA":[...]}` without any code."""
    if isinstance(tree, dict) and len(tree) <= 3:
        lists = [value for value in tree.values() if isinstance(value, list)]
        if len(lists) == 1 and not {"response", "header", "resultCode"} & set(tree):
            return lists[0]
    return tree


def _csv(words: str, flags: tuple[str, ...]) -> Table:
    lines = _records(words)
    place = next(
        (i for i, line in enumerate(lines[:_HEADER_WITHIN]) if known_columns(line) >= 2), None
    )
    if place is None:
        raise unknown("R004", "no line with the columns of a permit list within the first 15")
    header, body = lines[place], [line for line in lines[place + 1 :] if any(map(str.strip, line))]
    rows: list[dict[str, Any]] = []
    broken: list[tuple[dict[str, Any], str, str]] = []
    for at, line in enumerate(body):
        row = dict(zip(header, line, strict=False))
        if len(line) == len(header) or _is_padded(line, header):
            rows.append(row)
            continue
        code = "R013" if at == len(body) - 1 else "R005"
        broken.append(
            (row, code, f"row {at + 1} has {len(line)} columns, the header {len(header)}")
        )
    is_cut = any(code == "R013" for _, code, _ in broken) or len(body) in EXCEL_ROWS
    marks = (*flags, *(("truncated_file",) if is_cut else ()))
    return Table(tuple(rows), tuple(broken), is_cut, None, marks)


def _records(words: str) -> list[list[str]]:
    """The fields of every line; the delimiter is the one of `,` tab `;` that the head uses most."""
    head = words[:4000]
    delimiter = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter)
    try:
        return list(reader)
    except csv.Error as error:
        raise unknown("R013", f"line {reader.line_num}: {error}") from None


def _is_padded(line: list[str], header: list[str]) -> bool:
    """Whether a spreadsheet merely left empty cells behind the last column."""
    return len(line) > len(header) and not any(map(str.strip, line[len(header) :]))

"""The rows of a permit list in whatever file an office exports, or an API answers with."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import unquote

from producers.reading import bodies, envelopes, grids, html_tables, spreadsheets, wrappings
from producers.reading.answers import Exchange, UnknownAnswerError, unknown
from producers.reading.bodies import MAX_FILE_BYTES, MAX_PAGE_BYTES
from producers.reading.encodings import decoded
from producers.reading.fields import text
from producers.reading.grids import Grid, Table
from streams.people import without_people

DELIMITERS = ",\t;|"
_HEAD = 20_000
_FORMULA = re.compile(r'^\s*="+([^"]*)"+\s*$')
KINDS = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"HWP Document": "an HWP document",
    b"{\\rtf": "a text document",
    b"\x1f\x8b": "a gzip archive",
}
"""How files begin that are dropped by mistake, and what they are."""


def table_of(exchange: Exchange) -> Table:
    """The rows of an answer or file; raises UnknownAnswerError when it is no list of permits."""
    if not exchange.is_file:
        body = bodies.body_of(exchange, max_bytes=MAX_PAGE_BYTES)
        return _of_tree(bodies.tree_of(decoded(body), exchange), exchange)
    body = bodies.body_of(exchange, max_bytes=MAX_FILE_BYTES)
    for start, kind in KINDS.items():
        if body.startswith(start):
            raise unknown("R009", f"{kind}, not a list: save it as .xlsx or .csv")
    if spreadsheets.is_workbook(body):
        visible, hidden = spreadsheets.grids_of(body)
        return _of_sheets(visible, hidden)
    return _of_text(decoded(body), exchange)


def file_name(exchange: Exchange) -> str:
    """The name of a dropped file, without what may be a person's number; "" for an API's answer."""
    if not exchange.is_file:
        return ""
    return without_people(text(unquote(name_in(exchange.url)), 100))


def name_in(url: str) -> str:
    """The quoted name in the URL of a file or a pushed list."""
    bare = url.partition("#")[0]
    return bare.removeprefix("file:").removeprefix("push:permits").removeprefix("/")


def crs_beside(exchange: Exchange) -> str:
    """The reference system of the `.prj` beside a file, which its URL names; "" for none."""
    _, _, fragment = exchange.url.partition("#")
    return unquote(fragment.removeprefix("crs=")) if fragment.startswith("crs=") else ""


def _of_text(words: str, exchange: Exchange) -> Table:
    bare = words.lstrip("\ufeff \t\r\n")
    if bare.startswith("<") and html_tables.is_html(bare):
        return _of_sheets(html_tables.grids_of(bare))
    if bare[:1] not in ("{", "[", "<", ""):
        return _of_csv(words)
    try:
        return _of_tree(bodies.tree_of(words, exchange), exchange)
    except UnknownAnswerError as error:
        if error.answer.code != "R001":
            raise
        if table := _of_lines(bare):
            return table
        try:  # a CSV whose title begins like JSON or XML: "[춘천시] 굴착 현황"
            return _of_csv(words)
        except UnknownAnswerError:
            raise error from None


def _of_tree(body: bodies.Body, exchange: Exchange) -> Table:
    tree, is_file = body.tree, exchange.is_file
    if is_file and (grid := wrappings.grid_of(tree)):
        return grids.table_of_grid(grid, is_ragged=False)
    has_objects = isinstance(tree, list) and any(isinstance(row, dict) for row in tree)
    listing = wrappings.known_listing(tree)
    if listing is None and is_file:
        listing = wrappings.any_listing(tree)
    if listing is None and is_file and has_objects:
        raise unknown("R004", "no columns of a permit list in its rows")
    if listing is None:
        envelope = envelopes.opened(tree, exchange, envelopes.PERMITS)
        listing = wrappings.Listing(envelope.rows, envelope.total)
    else:
        envelope = envelopes.Envelope(listing.rows, listing.total)
        envelopes.checked(envelope, exchange)
    return _of_objects(listing, body.flags, is_short=envelope.is_short or listing.is_cut)


def _of_objects(
    listing: wrappings.Listing, flags: tuple[str, ...] = (), *, is_short: bool = False
) -> Table:
    """The table of a list of objects; anything else in the list is broken."""
    numbered = list(enumerate(listing.rows, start=1))
    return Table(
        tuple(row for _, row in numbered if isinstance(row, dict)),
        tuple(number for number, row in numbered if isinstance(row, dict)),
        tuple(
            (number, {"row": row}, "R005", "row is not an object")
            for number, row in numbered
            if not isinstance(row, dict)
        ),
        is_partial=is_short,
        total=listing.total,
        flags=flags,
        crs=listing.crs,
    )


def _of_sheets(sheets: list[list[list[str]]], hidden: list[list[list[str]]] | None = None) -> Table:
    """The tables of all sheets with a header; of hidden ones (old copies) only where no other
    has.
    """
    tables: list[Table] = []
    for sheet in sheets:
        try:
            tables.append(grids.table_of_grid(sheet, is_ragged=False))
        except UnknownAnswerError:
            continue
    if tables:
        return grids.joined(tables)
    if hidden:
        return _of_sheets(hidden)
    raise unknown("R004", "no columns of a permit list in any sheet")


def _of_lines(words: str) -> Table | None:
    """JSON lines: an object a line, a broken line by itself; None for other text."""
    lines = [line for line in words.splitlines() if line.strip()]
    found = [_object(line) for line in lines]
    if not found or sum(row is not None for row in found) * 2 < len(found):
        return None
    rows = {number: row for number, row in enumerate(found, start=1) if row is not None}
    is_cut = found[-1] is None
    broken = tuple(
        (number, {"row": lines[number - 1][:200]}, code, f"line {number} is no JSON object")
        for number, row in enumerate(found, start=1)
        if row is None
        for code in ("R013" if is_cut and number == len(found) else "R001",)
    )
    flags = ("truncated_file",) if is_cut else ()
    return Table(tuple(rows.values()), tuple(rows), broken, is_partial=is_cut, flags=flags)


def _object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _of_csv(words: str) -> Table:
    return grids.table_of_grid(grid_of_csv(words), is_ragged=True)


def grid_of_csv(words: str) -> Grid:
    """The fields of a text, by the delimiter that gives its header most columns."""
    head = words[:_HEAD]
    best = max(DELIMITERS, key=lambda delimiter: grids.score(_records(head, delimiter)))
    return _records(words, best, is_whole=True)


def _records(words: str, delimiter: str, *, is_whole: bool = False) -> Grid:
    """The fields of every line; of a head, those before what cannot be read."""
    lines: list[list[str]] = []
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter)
    try:
        # the formula ="0012" keeps a spreadsheet from reading a number
        plain = ([_FORMULA.sub(r"\1", cell) for cell in line] for line in reader)
        lines.extend(plain if '="' in words else reader)
    except csv.Error as error:
        if is_whole:
            raise unknown("R013", f"line {reader.line_num}: {error}") from None
    return lines

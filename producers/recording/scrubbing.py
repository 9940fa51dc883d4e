"""Bodies without people: what is left of an answer when a recording writes it down. Pure.

Of a tree (JSON, XML) and of a table (CSV, workbook, page) only the columns that the feed's reader
takes keep their values, people covered in them and plates made pseudonyms; a feed with a reader of
its own kind says itself what is left. `UnfitError` where that cannot be done in place.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from producers.feeds import FEEDS
from producers.feeds.feed import Feed
from producers.reading import bodies, grids, html_tables, permit_files, spreadsheets
from producers.reading.answers import Exchange
from producers.reading.bodies import MAX_PAGE_BYTES
from producers.reading.columns import column_of
from producers.reading.encodings import decoded
from producers.reading.fields import text
from producers.reading.permit_columns import meaning_of
from producers.reading.privacy import is_known, recorded_plate
from streams import people
from streams.contract.scrubbing import without_secrets
from streams.contract.settings import Settings

NOBODY = "[name]"  # a company that is a person is left out, and a flag says so
_NAMES = frozenset(
    {"permit_id", "link_ids", "hours"}
    | {"ROUTEID", "ROUTENM", "NODEID", "LINKID", "STARTNODEID", "ENDNODEID", "INCIDENTID"}
)
"""Columns with names of things in them: no person's name is looked for, numbers are."""
_CODES = """
    RESULTCODE CODE TOTALCOUNT NUMOFROWS PAGENO PERPAGE PAGE CURRENTCOUNT MATCHCOUNT TOTAL TYPE
    LIST_TOTAL_COUNT EXCEEDEDTRANSFERLIMIT WKID LATESTWKID NUMBERMATCHED TOTALFEATURES SUCCESS
    RETURNREASONCODE RETURNAUTHMSG ERRMSG
"""
_ENVELOPE = frozenset(_CODES.split())
_CODE = re.compile(r"[A-Za-z0-9_. -]{0,80}")
_LONG = re.compile(r"\d{6}|\d[ .-]?\d[ .-]?\d[ .-]?\d[ .-]?\d[ .-]?\d")
_SMALL = re.compile(r"\d{1,5}")


class UnfitError(Exception):
    """The body cannot be freed of people in place."""


@dataclass(frozen=True, slots=True)
class Scrub:
    """How one exchange is freed of people."""

    exchange: Exchange
    settings: Settings

    def body(self) -> bytes:
        """The body without people, UTF-8; raises UnfitError, or what a reader raises."""
        scrub = self.feed.scrub
        words = scrub(self.exchange, self.settings) if scrub else self._words()
        return without_secrets(words, self.settings.secrets()).encode()

    @property
    def feed(self) -> Feed:
        return FEEDS[self.exchange.feed]

    def _words(self) -> str:
        exchange = self.exchange
        if not exchange.is_file:
            return self._tree(bodies.words_of(exchange, max_bytes=MAX_PAGE_BYTES))
        if spreadsheets.is_workbook(exchange.body):
            return self._table(_only(spreadsheets.grids_of(exchange.body)[0]))
        words = decoded(exchange.body)
        bare = words.lstrip("\ufeff \t\r\n")
        if bare.startswith("<") and html_tables.is_html(bare):
            return self._table(_only(html_tables.grids_of(bare)))
        if bare[:1] in ("{", "[", "<"):
            return self._tree(bare)
        return self._table(permit_files.grid_of_csv(words))

    def _tree(self, words: str) -> str:
        tree = bodies.tree_of(words, self.exchange).tree
        return json.dumps(self._node(tree, ""), ensure_ascii=False, separators=(",", ":"))

    def _node(self, node: Any, name: str) -> Any:
        if isinstance(node, dict):
            return {k: self._node(v, k) for k, v in node.items() if not self._is_left_out(k, v)}
        if isinstance(node, list):
            return [self._node(child, name) for child in node]
        return self._leaf(node, name)

    def _column(self, name: str) -> "ScrubbedColumn":
        return column(name, self.feed.columns)

    def _is_left_out(self, key: str, value: Any) -> bool:
        """Whether a key must go, with what it holds; raises UnfitError where it holds rows."""
        named = self._column(key)
        if named.is_known or not named.is_person:
            return False
        if isinstance(value, dict | list):
            raise UnfitError
        return True

    def _leaf(self, value: Any, name: str) -> Any:
        if value is None or isinstance(value, bool):
            return value
        named = self._column(name)
        if named.name and named.name == self.feed.plate:
            plate = text(value, 40)
            return recorded_plate(plate, self.settings, self.exchange.at_ms) if plate else ""
        if isinstance(value, int | float):
            return _number(value, named, is_known=named.is_known or name == "coordinates")
        if named.name in _ENVELOPE and _CODE.fullmatch(value) and not _LONG.search(value):
            return value
        return _covered(value, named.kind) if named.is_known else ""

    def _table(self, grid: grids.Grid) -> str:
        """The grid as the text of a CSV: of columns that no reader takes only what numbers a line
        or names a total.
        """
        names, first = grids.header_of(grid)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for line in grid[:first]:
            writer.writerow([people.without_people(cell) for cell in line])
        for line in grid[first:]:
            writer.writerow([self._cell(cell, at, names) for at, cell in enumerate(line)])
        return out.getvalue()

    def _cell(self, cell: str, at: int, names: Sequence[str]) -> str:
        named = self._column(names[at] if at < len(names) else "")
        if named.is_known:
            return _covered(cell, named.kind)
        return cell if _SMALL.fullmatch(cell.strip()) or grids.is_total(cell) else ""


@dataclass(frozen=True, slots=True)
class ScrubbedColumn:
    """A column by its name: `kind` is what it means in a list of permits, else its name.
    `is_person`: it may be a person itself (신청인 looks like one, too).
    """

    name: str
    kind: str
    is_known: bool
    is_person: bool


@lru_cache(maxsize=2000)
def column(name: str, columns: frozenset[str]) -> ScrubbedColumn:
    """The column of that name, of a feed that reads these columns."""
    found, bare = meaning_of(name), column_of(name)
    is_person = people.without_people(name) != name or people.is_persons(name)
    return ScrubbedColumn(bare, found[0] if found else bare, is_known(name, columns), is_person)


def _number(value: float, named: ScrubbedColumn, *, is_known: bool) -> float:
    """A number of a known column, of the envelope, of coordinates; any other one is 0."""
    if is_known:
        if named.kind == "phone" or people.without_people(str(value)) != str(value):
            raise UnfitError
        return value
    return value if abs(value) < 100_000 else 0


@lru_cache(maxsize=20_000)
def _covered(value: str, kind: str) -> str:
    """The text of a known column with people covered as a record has them covered."""
    if kind in _NAMES:
        if kind == "permit_id":
            return "" if people.is_persons(value) else value
        return people.without_persons_numbers(value)
    if kind in {"organisation", "client"}:
        return people.organisation(value) or (NOBODY if value.strip() else "")
    return people.office_phone(value) if kind == "phone" else people.without_people(value)


def _only(sheets: Sequence[grids.Grid]) -> grids.Grid:
    """The one grid with a header; raises UnfitError where several are read together."""
    listed = [sheet for sheet in sheets if grids.score(sheet)]
    if len(listed) != 1:
        raise UnfitError
    return listed[0]

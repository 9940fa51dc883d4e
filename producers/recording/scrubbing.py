"""Bodies without people: what is left of an answer when a recording writes it down. Pure.

Of a tree (JSON, XML) and of a table (CSV, workbook, page) only the columns that a reader knows keep
their values, people covered in them and plates made pseudonyms; a feed message keeps the fields
that are read. `UnfitError` where that cannot be done in place.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from producers.feeds import gtfs_rt
from producers.feeds.tago import positions as tago
from producers.reading import bodies, grids, html_tables, permit_files, spreadsheets
from producers.reading.answers import Exchange
from producers.reading.columns import column_of
from producers.reading.encodings import decoded
from producers.reading.fields import text
from producers.reading.permit_columns import meaning_of
from producers.reading.privacy import is_known, recorded_plate, secrets_of, without_secrets
from streams import people
from streams.contract.settings import Settings

NOBODY = "[name]"  # a company that is a person is none, and is told
PLATE = "VEHICLENO"
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
        return without_secrets(self._words(), secrets_of(self.settings)).encode()

    def _words(self) -> str:
        exchange = self.exchange
        if exchange.feed == gtfs_rt.FEED:
            return self._feed_message()
        if not exchange.is_file:
            return self._tree(bodies.words_of(exchange, max_bytes=permit_files.MAX_PAGE_BYTES))
        if spreadsheets.is_workbook(exchange.body):
            return _table(_only(spreadsheets.grids_of(exchange.body)[0]))
        words = decoded(exchange.body)
        bare = words.lstrip("\ufeff \t\r\n")
        if bare.startswith("<") and html_tables.is_html(bare):
            return _table(_only(html_tables.grids_of(bare)))
        if bare[:1] in ("{", "[", "<"):
            return self._tree(bare)
        return _table(permit_files.grid_of_csv(words))

    def _tree(self, words: str) -> str:
        tree = bodies.tree_of(words, self.exchange).tree
        return json.dumps(self._node(tree, ""), ensure_ascii=False, separators=(",", ":"))

    def _node(self, node: Any, name: str) -> Any:
        if isinstance(node, dict):
            return {k: self._node(v, k) for k, v in node.items() if not _is_left_out(k, v)}
        if isinstance(node, list):
            return [self._node(child, name) for child in node]
        return self._leaf(node, name)

    def _leaf(self, value: Any, name: str) -> Any:
        if value is None or isinstance(value, bool):
            return value
        column = _column(name)
        if column.name == PLATE and self.exchange.feed == tago.FEED:
            plate = text(value, 40)
            at_ms = self.exchange.at_ms
            return recorded_plate(plate, self.settings, at_ms) if plate else ""
        if isinstance(value, int | float):
            return _number(value, name)
        if column.name in _ENVELOPE and _CODE.fullmatch(value) and not _LONG.search(value):
            return value
        return _covered(value, column.kind) if column.is_known else ""

    def _feed_message(self) -> str:
        """The fields of a feed message that are read, as JSON."""
        message = gtfs_rt.message_of(self.exchange)
        return json.dumps(
            {
                "header": {
                    "gtfsRealtimeVersion": "2.0",
                    "timestamp": str(message.header.timestamp),
                },
                "entity": [
                    self._vehicle(number, entity)
                    for number, entity in enumerate(message.entity)
                    if entity.HasField("vehicle")
                ],
            },
            separators=(",", ":"),
        )

    def _vehicle(self, number: int, entity: Any) -> dict[str, Any]:
        vehicle = entity.vehicle
        name = gtfs_rt.name_of(entity)
        plate = recorded_plate(name, self.settings, self.exchange.at_ms) if name else ""
        said: dict[str, Any] = {
            "trip": {
                "tripId": people.without_persons_numbers(vehicle.trip.trip_id),
                "routeId": people.without_persons_numbers(vehicle.trip.route_id),
            },
            "vehicle": {"id": plate},
            "position": {
                "latitude": vehicle.position.latitude,
                "longitude": vehicle.position.longitude,
            },
            "timestamp": str(vehicle.timestamp),
            "stopId": people.without_persons_numbers(vehicle.stop_id),
            "currentStatus": int(vehicle.current_status),
        }
        if vehicle.HasField("current_stop_sequence"):
            said["currentStopSequence"] = vehicle.current_stop_sequence
        return {"id": str(number) if name else "", "vehicle": said}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column's name says: `kind` is what it means in a list of permits, else its name.
    `is_person`: it may be a person itself (신청인 looks like one, too).
    """

    name: str
    kind: str
    is_known: bool
    is_person: bool


@lru_cache(maxsize=2000)
def _column(name: str) -> Column:
    found, bare = meaning_of(name), column_of(name)
    is_person = people.without_people(name) != name or people.is_persons(name)
    return Column(bare, found[0] if found else bare, is_known(name), is_person)


def _is_left_out(key: str, value: Any) -> bool:
    """Whether a key must go, with what it holds; raises UnfitError where it holds rows."""
    column = _column(key)
    if column.is_known or not column.is_person:
        return False
    if isinstance(value, dict | list):
        raise UnfitError
    return True


def _number(value: float, name: str) -> float:
    """A number of a known column, of the envelope, of coordinates; any other one is 0."""
    column = _column(name)
    if column.is_known or name == "coordinates":
        if column.kind == "phone" or people.without_people(str(value)) != str(value):
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
    if kind == "organisation":
        return people.organisation(value) or (NOBODY if value.strip() else "")
    return people.office_phone(value) if kind == "phone" else people.without_people(value)


def _only(sheets: Sequence[grids.Grid]) -> grids.Grid:
    """The one grid with a header; raises UnfitError where several are read together."""
    listed = [sheet for sheet in sheets if grids.score(sheet)]
    if len(listed) != 1:
        raise UnfitError
    return listed[0]


def _table(grid: grids.Grid) -> str:
    """The grid as the text of a CSV: of columns that no reader knows only what numbers a line or
    names a total.
    """
    names, first = grids.header_of(grid)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for line in grid[:first]:
        writer.writerow([_heading(cell) for cell in line])
    for line in grid[first:]:
        writer.writerow([_cell(cell, at, names) for at, cell in enumerate(line)])
    return out.getvalue()


def _heading(cell: str) -> str:
    return people.without_people(cell)


def _cell(cell: str, at: int, names: Sequence[str]) -> str:
    name = names[at] if at < len(names) else ""
    column = _column(name)
    if column.is_known:
        return _covered(cell, column.kind)
    return cell if _SMALL.fullmatch(cell.strip()) or grids.is_total(cell) else ""

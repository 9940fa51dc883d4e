"""How the rows of a stage's table stand in its Redis hash: JSON by row id; links in pages.

A page is `PAGE` links that stand together: a line of JSON with their ids and, of those that have
obstructions, the subjects; after it their records as `columns.ROW` lays them out. The field `stood`
holds what stood in their places before. So a page says all about its links without the network.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np

from streams.contract.errors import StateError
from streams.domain.links.columns import (
    CERTAINTIES,
    CLOSURES,
    LEVELS,
    NO_STOOD,
    NOT_CLOSED,
    PAGE,
    ROW,
    STOOD,
    VIEW,
    LinkColumns,
    LinkPatch,
    empty_rows,
    picked,
    view_of,
    view_row,
)
from streams.domain.links.fold import LinkView
from streams.domain.stage import StageTable

STOOD_FIELD = b"stood"
_ROW_OF_BEFORE = b'{"speed_kmh":'
_FORM = 1
_LAST_CODES = {
    "level": len(LEVELS) - 1,
    "certainty": len(CERTAINTIES) - 1,
    "closure": len(CLOSURES) - 1,
    "closure_certainty": NOT_CLOSED,
}


class Writes(NamedTuple):
    """What to set and what to take away in a table's hash, by field."""

    kept: dict[str, bytes]
    gone: list[str]


class _Head(msgspec.Struct):
    """The first line of a page; `form` tells pages of another layout."""

    ids: list[str]
    subjects: dict[str, tuple[str, ...]] = {}
    form: int = _FORM


class PackedViews(msgspec.Struct):
    """Views of links in a delta: their ids, their records, the subjects of those that have any."""

    ids: list[str] = []
    subjects: dict[str, tuple[str, ...]] = {}
    rows: bytes = b""


_HEAD = msgspec.json.Decoder(_Head)
_VIEWS = msgspec.json.Decoder(LinkView)
_json = msgspec.json.encode


def written(changes: Any) -> Writes:
    """A step's changes of a table as writes to its hash."""
    if isinstance(changes, LinkPatch):
        return _written_pages(changes)
    kept = {name: _json(row) for name, row in changes.items() if row is not None}
    return Writes(kept, [name for name, row in changes.items() if row is None])


def read(table: StageTable[Any], rows: Mapping[bytes, bytes], name: str = "") -> Any:
    """A table's rows as its hash (of this name) holds them; StateError where they cannot be read:
    nothing goes on without a part of its state.
    """
    try:
        if table.columns is LinkColumns:
            return read_columns(rows)
        decode = msgspec.json.Decoder(table.row_type).decode
        return {field.decode(): decode(value) for field, value in rows.items()}
    except (msgspec.MsgspecError, ValueError) as error:
        raise StateError(
            f"{name or table.name} in Redis cannot be read: {error}. Another version wrote it, or "
            f"it is damaged; `python -m streams refold` has the state made again from the log"
        ) from None


def _written_pages(patch: LinkPatch) -> Writes:
    writes = Writes({str(page): _page(patch, page) for page in patch.pages}, [*patch.gone])
    if patch.stood is not None and len(patch.stood):
        writes.kept[STOOD_FIELD.decode()] = patch.stood.tobytes()
    elif patch.stood is not None:
        writes.gone.append(STOOD_FIELD.decode())
    return writes


def _page(patch: LinkPatch, page: int) -> bytes:
    begin, end = page * PAGE, min((page + 1) * PAGE, len(patch.rows))
    return _head(patch, range(begin, end)) + patch.rows[begin:end].tobytes()


def _head(patch: LinkPatch, places: range) -> bytes:
    """A page's first line: made anew where links or subjects came or went."""
    page, heads = places.start // PAGE, patch.base.heads
    is_new = places.stop > len(patch.rows) - len(patch.new_ids)
    if is_new or not patch.subjects.keys().isdisjoint(places):
        heads = {}
    if page not in heads:
        heads[page] = _json(_Head(patch.ids_at(places), patch.subjects_of(places))) + b"\n"
    return heads[page]


def read_columns(rows: Mapping[bytes, bytes]) -> LinkColumns:
    """The links of a partition, of pages or of the rows that stood there before there were any."""
    count = sum(is_page(name, value) for name, value in rows.items())
    if not count:
        return _read_views({name: row for name, row in rows.items() if name != STOOD_FIELD})
    ids: list[str] = []
    subjects: dict[int, tuple[str, ...]] = {}
    parts = []
    for number in range(count):
        head, part = _page_at(number, rows)
        if len(head.ids) != PAGE and number < count - 1:
            raise msgspec.ValidationError(f"page {number} of {count} has {len(head.ids)} links")
        places = {name: place for place, name in enumerate(head.ids, start=len(ids))}
        ids += head.ids
        parts.append(part)
        subjects |= {places[name]: row for name, row in head.subjects.items() if name in places}
    columns = LinkColumns(ids, np.concatenate(parts), subjects, _stood(rows, len(ids)))
    if len(columns.place) < len(ids):
        raise msgspec.ValidationError(f"{len(ids)} places of {len(columns.place)} links")
    return columns


def is_page(name: bytes, value: bytes) -> bool:
    """Whether a field of a hash of links is a page. The id of a standard link is a number too, and
    its row stood under it before there were pages.
    """
    return name.isdigit() and not value.startswith(_ROW_OF_BEFORE)


def _page_at(number: int, rows: Mapping[bytes, bytes]) -> tuple[_Head, Any]:
    """The page of this number; msgspec.ValidationError that names it where it is none."""
    value = rows.get(b"%d" % number)
    try:
        return page_of(b"" if value is None else value)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        reason = "there is none" if value is None else error
        raise msgspec.ValidationError(f"page {number}: {reason}") from None


def _stood(rows: Mapping[bytes, bytes], count: int) -> Any:
    """What stood in the places of so many links."""
    value = rows.get(STOOD_FIELD, b"")
    if len(value) % STOOD.itemsize:
        raise msgspec.ValidationError(f"stood: {len(value)} bytes of {STOOD.itemsize} each")
    stood = np.frombuffer(value, STOOD)
    if not len(stood):
        return NO_STOOD
    if stood["place"].min() < 0 or stood["place"].max() >= count:
        raise msgspec.ValidationError(f"stood: places of more than {count} links")
    return stood


def page_of(value: bytes) -> tuple[_Head, Any]:
    """A page's head and records; msgspec.ValidationError where it is none of ours."""
    line, _, body = value.partition(b"\n")
    head = _HEAD.decode(line)
    if head.form != _FORM or len(body) != len(head.ids) * ROW.itemsize:
        raise msgspec.ValidationError(
            f"page of form {head.form} with {len(body)} bytes for {len(head.ids)} links, "
            f"ours is {_FORM} with {ROW.itemsize} each"
        )
    rows = np.frombuffer(body, ROW)
    _check_codes(rows["view"])
    return head, rows


def _check_codes(views: Any) -> None:
    """msgspec.ValidationError where a later version says of a link what ours does not know."""
    for name, last in _LAST_CODES.items():
        if len(views) and views[name].max() > last:
            raise msgspec.ValidationError(f"{name} of a later version: {views[name].max()}")


def _read_views(rows: Mapping[bytes, bytes]) -> LinkColumns:
    """Columns of views in a row each, as they were stored before: all of it is to be written."""
    views = {name.decode(): _VIEWS.decode(row) for name, row in sorted(rows.items())}
    columns = LinkColumns(views, empty_rows(len(views)))
    for place, view in enumerate(views.values()):
        columns.rows["view"][place] = np.array(view_row(view), VIEW)
        if view.subjects:
            columns.subjects[place] = view.subjects
    columns.unpaged = tuple(views)
    return columns


def views_of(value: bytes) -> dict[str, LinkView]:
    """The views in a page, by link."""
    head, rows = page_of(value)
    return unpacked(head.ids, rows["view"], head.subjects)


def packed(patch: LinkPatch) -> PackedViews:
    """The views that a patch changed, for the screens."""
    rows = picked(patch.rows["view"], np.array(patch.shown, np.intp)).tobytes()
    return PackedViews(patch.ids_at(patch.shown), patch.subjects_of(patch.shown), rows)


def unpack(views: PackedViews) -> dict[str, LinkView]:
    """The views by link; msgspec.ValidationError where the records are not one a link."""
    if len(views.rows) != len(views.ids) * VIEW.itemsize:
        raise msgspec.ValidationError(f"{len(views.rows)} bytes for {len(views.ids)} links")
    rows = np.frombuffer(views.rows, VIEW)
    _check_codes(rows)
    return unpacked(views.ids, rows, views.subjects)


def unpacked(
    ids: list[str], rows: Any, subjects: Mapping[str, tuple[str, ...]]
) -> dict[str, LinkView]:
    """Records as views, by link."""
    return {
        link_id: view_of(row, subjects.get(link_id, ()))
        for link_id, row in zip(ids, rows, strict=True)
    }

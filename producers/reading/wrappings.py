"""Rows out of the trees that open-data portals and map servers hand out, beside the envelopes with
a code of their own: GeoJSON, ArcGIS, CKAN, odcloud, and whatever else holds one list of rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from producers.reading.fields import number, text
from producers.reading.permit_columns import known_columns

TOTALS = (
    "matchCount",
    "totalCount",
    "numberMatched",
    "totalFeatures",
    "total",
    "list_total_count",
)
_CODES = frozenset({"resultCode", "RESULT", "OpenAPI_ServiceResponse", "error", "cmmMsgHeader"})
_DEPTH = 6
_MAX_NODES = 10_000


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows a tree holds, how many its source says it has, the reference system it states (""
    for none), and whether the source says itself that it left rows out.
    """

    rows: tuple[Any, ...]
    total: int | None = None
    crs: str = ""
    is_cut: bool = False


def known_listing(tree: Any) -> Listing | None:
    """The rows of a form that names itself; None for any other tree."""
    if has_code(tree):
        return None
    for node in _dicts(tree):
        if isinstance(node.get("features"), list):
            rows = tuple(map(_flat, node["features"]))
            cut = node.get("exceededTransferLimit") is True
            return Listing(rows, _total(node), crs_of(node), cut)
        if isinstance(node.get("records"), list) and node.get("success", True) is not False:
            return Listing(tuple(map(_flat, node["records"])), _total(node))
        if isinstance(node.get("data"), list) and {"perPage", "currentCount"} & set(node):
            return Listing(tuple(map(_flat, node["data"])), _total(node))
    return None


def any_listing(tree: Any) -> Listing | None:
    """The rows of a file's tree, wherever they stand: the list whose rows have most of a permit's
    columns, else one bare row. None where there is none, or where the tree has a code of its own.
    """
    nodes = list(_dicts(tree))
    if has_code(tree):
        return None
    found = [(known_columns(_names(rows)), rows, node) for node in nodes for rows in _lists(node)]
    if isinstance(tree, list):
        found.append((known_columns(_names(tree)), tree, {}))
    columns, rows, node = max(found, key=lambda item: item[0], default=(0, [], {}))
    if columns:
        return Listing(tuple(map(_flat, rows)), _total(node), crs_of(node))
    one = max(nodes, key=known_columns, default={})
    return Listing((one,)) if known_columns(one) else None


def has_code(tree: Any) -> bool:
    """Whether the tree says itself how it went: an envelope's business."""
    return any(node.get(code) is not None for node in _dicts(tree) for code in _CODES)


def grid_of(tree: Any) -> list[list[str]] | None:
    """A list of lists, its header the first of them or in `columns`, `fields` or `header`."""
    if isinstance(tree, list):
        is_grid = len(tree) > 1 and all(isinstance(row, list) for row in tree)
        return [[text(cell, 2000) for cell in row] for row in tree] if is_grid else None
    for node in _dicts(tree):
        names = next((node[k] for k in ("columns", "fields", "header") if k in node), None)
        rows = next((node[k] for k in ("rows", "data", "records") if k in node), None)
        if isinstance(names, list) and isinstance(rows, list) and rows:
            named = [n.get("name", n.get("id")) if isinstance(n, dict) else n for n in names]
            if all(isinstance(row, list) for row in rows):
                return grid_of([named, *rows])
    return None


def _dicts(tree: Any) -> Iterator[dict[str, Any]]:
    """The objects of a tree from the top down, not those inside lists."""
    level, seen = [tree], 0
    for _ in range(_DEPTH):
        level = [node for node in level if isinstance(node, dict)]
        yield from level
        seen += len(level)
        level = [child for node in level for child in node.values()]
        if seen > _MAX_NODES:
            return


def _lists(node: Mapping[str, Any]) -> Iterator[list[Any]]:
    for value in node.values():
        if isinstance(value, list) and any(isinstance(row, dict) for row in value):
            yield value
    rows = [value for value in node.values() if isinstance(value, dict)]
    if len(rows) == len(node) > 1 and all(row.keys() == rows[0].keys() for row in rows):
        yield list(rows)  # by their numbers: {"0": {...}, "1": {...}}


def _names(rows: list[Any]) -> list[str]:
    return list(next((_flat(row) for row in rows if isinstance(row, dict)), {}))


def _flat(row: Any) -> Any:
    """A feature as one row: its properties or attributes, and its geometry."""
    if not isinstance(row, dict):
        return row
    inner = next(
        (row[k] for k in ("properties", "attributes") if isinstance(row.get(k), dict)), None
    )
    if inner is None:
        return row
    geometry = row.get("geometry")
    return {**inner, **({"geometry": geometry} if geometry else {})}


def _total(node: Mapping[str, Any]) -> int | None:
    for name in TOTALS:
        if (found := number(node.get(name))) is not None:
            return int(found)
    return None


def crs_of(node: Mapping[str, Any]) -> str:
    """The reference system of GeoJSON's `crs` or ArcGIS' `spatialReference`."""
    stated = node.get("crs")
    if isinstance(stated, dict) and isinstance(stated.get("properties"), dict):
        return text(stated["properties"].get("name") or stated["properties"].get("code"), 200)
    reference = node.get("spatialReference")
    if isinstance(reference, dict):
        code = number(reference.get("latestWkid") or reference.get("wkid"))
        return f"EPSG:{int(code)}" if code else text(reference.get("wkt"), 2000)
    return text(stated, 200)

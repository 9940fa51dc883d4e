"""Which links a request is about: those of views, `bbox` and `zoom`, and of tiles by name."""

import math
from collections.abc import Sequence

from aiohttp import web

from maps.api.operation import Parameter
from maps.http.refusals import bad_parameter
from maps.picture.filters import parse_bbox
from maps.picture.tiling import Tile, Tiling, View, tile_named

MAX_ZOOM = 24
MAX_TILES = 500
"""Tiles a request may name: a wall of screens shows fewer."""

BBOX = Parameter("bbox", "west,south,east,north in degrees, WGS84, with zoom: the links of a view")
ZOOM = Parameter("zoom", f"of the map, 0 to {MAX_ZOOM}: the lower, the fewer minor roads")
TILES = Parameter("tiles", "zoom/x/y, several with commas: the links of these tiles")
PARAMETERS = (BBOX, ZOOM, TILES)


def tiles_asked(request: web.Request, tiling: Tiling) -> frozenset[Tile] | None:
    """The tiles of all views and names of a request; None: it asks for the whole network.

    Several views are several pairs of bbox and zoom. Tiles that the network has not are left out:
    a page may have those of another version. What cannot be read is refused.
    """
    boxes, zooms = request.query.getall("bbox", []), request.query.getall("zoom", [])
    names = request.query.getall("tiles", [])
    if not (boxes or zooms or names):
        return None
    views = _views(boxes, zooms)
    named = [tile for text in names for tile in _tiles(text)]
    known = tiling.links_of.keys() & frozenset(named)
    return frozenset(known).union(*(tiling.tiles_in(view) for view in views))


def _views(boxes: Sequence[str], zooms: Sequence[str]) -> list[View]:
    if len(boxes) != len(zooms):
        raise bad_parameter("zoom", ";".join(zooms), "must.zoom_each")
    pairs = zip(boxes, zooms, strict=True)
    return [View(parse_bbox(box), _zoom(zoom)) for box, zoom in pairs]


def _zoom(text: str) -> float:
    try:
        zoom = float(text)
    except ValueError:
        zoom = math.nan
    if not 0 <= zoom <= MAX_ZOOM:
        raise bad_parameter("zoom", text, "must.zoom", most=MAX_ZOOM)
    return zoom


def _tiles(text: str) -> list[Tile]:
    names = text.split(",") if text else []
    found = [tile for name in names if (tile := tile_named(name))]
    if len(found) < len(names) or len(names) > MAX_TILES:
        raise bad_parameter("tiles", text, "must.tiles", most=MAX_TILES)
    return found

"""What goes over the wire where links come in tiles: a tile is made once, for all who see it.

The parts of an event are packed each for itself (see `broadcast.block`); a reader's event is the
parts of its tiles one after another, so a further reader costs a join of bytes.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from maps.picture import bodies
from maps.picture.broadcast import GZIP_HEADER, Block, block
from maps.picture.picture import Picture, PictureChanges
from maps.picture.tiling import Tile, Tiling
from streams.geo.network import Network

_COMMA = block(b",")
_LIST = b',"tiles":['
_END_OF_GZIP = b"\x03\x00"  # an empty last block


class TilePart:
    """The rows of one tile; encoded and packed for the first who wants them."""

    def __init__(self, rows: bodies.TileRows) -> None:
        self._rows = rows

    @cached_property
    def block(self) -> Block:
        return block(bodies.encode(self._rows))


@dataclass(frozen=True, slots=True)
class TiledEvent:
    """A delta whose links lie in tiles: what all readers get, and the part of each tile that was
    watched when it came. `unmade` are the tiles that changed and nobody watched.
    """

    prev: str
    head: Block
    parts: Mapping[Tile, TilePart]
    unmade: frozenset[Tile]

    def seen_by(self, tiles: frozenset[Tile]) -> Block:
        """The event as a reader of these tiles gets it."""
        found = (self.parts[tile].block for tile in sorted(self.parts.keys() & tiles))
        return joined([self.head, *_listed(found), _END_OF_EVENT])


_END_OF_EVENT = block(b"]}\n\n")
_END_OF_BODY = block(b"]}")


def tiled_event(
    news: PictureChanges,
    before: Picture | None,
    network: Network,
    tiling: Tiling,
    watched: frozenset[Tile],
    *,
    prev: str,
    delta_id: str,
    now_ms: int,
) -> TiledEvent:
    """The event of a run of deltas, by tiles; `before` as of `bodies.delta_event`."""
    body = bodies.delta_event(news, before, network, prev=prev, now_ms=now_ms, has_links=False)
    links, observed = tiling.by_tile(news.links), tiling.by_tile(news.observed)
    changed = links.keys() | observed.keys()
    parts: dict[Tile, TilePart] = {}
    for tile in changed & watched:
        rows = bodies.tile_rows(tile, links.get(tile, {}), observed.get(tile, {}), before)
        if rows is not None:
            parts[tile] = TilePart(rows)
    return TiledEvent(prev, _head(body, delta_id), parts, frozenset(changed - watched))


def states_event(body: bodies.Delta, delta_id: str, states: Iterable[Block]) -> Block:
    """An event that brings the states of tiles."""
    return joined([_head(body, delta_id), *_listed(states), _END_OF_EVENT])


def _head(body: bodies.Delta, delta_id: str) -> Block:
    return block(b"id: %b\nevent: d\ndata: %b" % (delta_id.encode(), opened(body)))


def opened(body: object) -> bytes:
    """A body's JSON up to where its tiles are listed; it names none itself, and has fields."""
    return bodies.encode(body)[:-1] + _LIST


def joined(parts: Iterable[Block]) -> Block:
    """Blocks as one."""
    found = list(parts)
    return Block(b"".join(each.plain for each in found), b"".join(each.deflated for each in found))


def body_of_tiles(head: Block, states: Iterable[Block]) -> tuple[bytes, bytes]:
    """A JSON body that ends with the states of tiles: plain, and as gzip."""
    whole = joined([head, *_listed(states), _END_OF_BODY])
    check = zlib.crc32(whole.plain).to_bytes(4, "little")
    size = (len(whole.plain) & 0xFFFFFFFF).to_bytes(4, "little")
    return whole.plain, GZIP_HEADER + whole.deflated + _END_OF_GZIP + check + size


def _listed(blocks: Iterable[Block]) -> list[Block]:
    found: list[Block] = []
    for each in blocks:
        found += (_COMMA, each) if found else (each,)
    return found


class TileShelf:
    """How the links of each tile are now, packed once and kept until one of them changes."""

    def __init__(self, tiling: Tiling) -> None:
        self._tiling = tiling
        self._kept: dict[Tile, Block] = {}

    def forget(self, tiles: Iterable[Tile]) -> None:
        for tile in tiles:
            self._kept.pop(tile, None)

    def clear(self) -> None:
        self._kept.clear()

    def states(self, tiles: Iterable[Tile], picture: Picture) -> list[Block]:
        """The states of tiles of the picture the shelf was last told of, in their order."""
        return [self._state(tile, picture) for tile in sorted(tiles)]

    def _state(self, tile: Tile, picture: Picture) -> Block:
        """Every link of the tile is named: a page need not know what it held of them before."""
        kept = self._kept.get(tile)
        if kept is None:
            places = self._tiling.links_of[tile]
            links = {place: picture.links.get(place) for place in places}
            seen = {place: picture.observed.get(place) for place in places}
            rows = bodies.tile_rows(tile, links, seen) or bodies.TileRows(tile=str(tile))
            kept = self._kept[tile] = block(bodies.encode(rows))
        return kept

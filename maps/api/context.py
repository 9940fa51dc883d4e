"""What the handlers share: made once per application, from settings, network and store."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from aiohttp import web

from maps.http.answers import CachedBody, body_of
from maps.pages.basemap import Basemap, read_basemap
from maps.pages.page import is_simulated
from maps.pages.pages import Pages, render_pages
from maps.pages.statics import Statics, read_statics
from maps.picture import bodies
from maps.picture.broadcast import Block, block
from maps.picture.catch_up import LOSSES
from maps.picture.loop import LOST, LiveUpdates
from maps.picture.network_file import network_body, network_index, tile_body
from maps.picture.picture import Picture
from maps.picture.tiled import body_of_tiles, opened
from maps.picture.tiling import FAR_Z, Tile, Tiling, tiling_of
from maps.search.finder import Finder
from streams.contract.grammars import Thresholds
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.domain.links.levels import thresholds_by_class
from streams.geo.loading import load_gazetteer
from streams.geo.network import Network
from streams.state.store import Store

JSON = "application/json; charset=utf-8"
SNAPSHOT_AGE_MS = 250  # how wrong the `t` of a shared snapshot may be
KEPT_EXPORTS = 16


@dataclass(slots=True)
class Context:
    """Fixed parts first, then what follows the picture."""

    settings: Settings
    network: Network
    tiling: Tiling
    live: LiveUpdates
    thresholds: dict[str, Thresholds]
    statics: Statics
    pages: Pages
    network_index: CachedBody
    finder: Finder
    is_simulated: bool
    basemap: Basemap | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    is_counted: bool = False  # whether the counts were ever read
    _network_file: CachedBody | None = None
    _tile_files: dict[Tile, CachedBody] = field(default_factory=dict)
    _snapshot: tuple[Picture, str, int, CachedBody] | None = None
    _frame: tuple[Picture, str, int, Block] | None = None
    _exports: dict[object, CachedBody] = field(default_factory=dict)
    _exports_of: str = ""
    _export_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def snapshot(self) -> CachedBody:
        """The snapshot all who ask within a quarter of a second share."""
        now_ms, kept = self.live.now_ms(), self._snapshot
        if kept is None or not self._is_fresh(kept, now_ms):
            body = body_of(bodies.encode(self._snapshot_body(now_ms)), JSON)
            kept = self._snapshot = (self.live.picture, self.live.store_state, now_ms, body)
        return kept[3]

    def snapshot_of(self, tiles: frozenset[Tile]) -> CachedBody:
        """The snapshot with the links of some tiles; all but these is shared as above."""
        now_ms, kept = self.live.now_ms(), self._frame
        if kept is None or not self._is_fresh(kept, now_ms):
            frame = block(opened(self._snapshot_body(now_ms, has_links=False)))
            kept = self._frame = (self.live.picture, self.live.store_state, now_ms, frame)
        return self._with_states(kept[3], tiles)

    def states_of(self, tiles: frozenset[Tile]) -> CachedBody:
        """The links of some tiles alone."""
        net, now_ms = self.network.version, self.live.now_ms()
        body = bodies.TilesNow(net=net, id=self.live.picture.delta_id, t=now_ms)
        return self._with_states(block(opened(body)), tiles)

    def _with_states(self, frame: Block, tiles: frozenset[Tile]) -> CachedBody:
        states = self.live.shelf.states(tiles, self.live.picture)
        return CachedBody(*body_of_tiles(frame, states), JSON)

    def _is_fresh(self, kept: tuple[Picture, str, int, object], now_ms: int) -> bool:
        picture, state, at_ms, _ = kept
        is_same = picture is self.live.picture and state == self.live.store_state
        return is_same and now_ms - at_ms < SNAPSHOT_AGE_MS

    def _snapshot_body(self, now_ms: int, *, has_links: bool = True) -> bodies.Snapshot:
        return bodies.snapshot(
            self.live.picture,
            self.network,
            now_ms=now_ms,
            store=self.live.store_state,
            is_simulated=self.is_simulated,
            undelivered=self.live.undelivered,
            trouble=self.live.health.trouble,
            has_links=has_links,
            works=self.live.works.rows(self.live.picture.works),
        )

    async def network_file(self) -> CachedBody:
        """The whole network; that of a large one is made when somebody first asks."""
        if self._network_file is None:
            return await asyncio.to_thread(self.keep_network_file)
        return self._network_file

    def keep_network_file(self) -> CachedBody:
        """Make the whole network's file, and keep it."""
        network, city = self.network, self.settings.city
        body = network_body(network, self.thresholds, city, is_simulated=self.is_simulated)
        kept = body_of(bodies.encode(body), JSON, etag=network.version, level=9)
        self._network_file = kept
        return kept

    def tile_file(self, tile: Tile) -> CachedBody | None:
        """The roads of a tile, packed once; None where the network has none there."""
        if tile not in self.tiling.links_of:
            return None
        if tile not in self._tile_files:
            body = tile_body(self.network, self.tiling, tile)
            etag = f"{self.network.version}-{tile.z}-{tile.x}-{tile.y}"
            self._tile_files[tile] = body_of(bodies.encode(body), JSON, etag=etag, level=9)
        return self._tile_files[tile]

    def keep_far_tiles(self) -> None:
        """Make the tiles of what is shown from far, some thousands of links: they are in the first
        picture of most pages.
        """
        for tile in self.tiling.links_of:
            if tile.z <= FAR_Z:
                self.tile_file(tile)

    def searched(self) -> Finder:
        """Everything that can be found now; works that changed since are taken up."""
        self.finder.follow(self.live.picture.works)
        return self.finder

    async def export(
        self, key: object, build: Callable[[Picture], tuple[bytes, int]], kind: str
    ) -> CachedBody:
        """An export of the picture now; built once per delta, off the loop, one at a time."""
        async with self._export_lock:
            picture = self.live.picture
            name = f"{self.network.version}-{picture.delta_id}"
            if self._exports_of != name or len(self._exports) >= KEPT_EXPORTS:
                self._exports, self._exports_of = {}, name
            if key not in self._exports:
                raw, rows = await asyncio.to_thread(build, picture)
                body = await asyncio.to_thread(body_of, raw, kind, etag=name)
                self._exports[key] = replace(body, rows=rows)
            return self._exports[key]

    async def read_counts(self) -> dict[str, int]:
        """Dead letters and other counts; the last known ones while the store is lost."""
        if self.live.store_state != LOST:
            try:
                self.counts = await self.live.store.counts()
                self.is_counted = True
            except LOSSES:
                return self.counts
        return self.counts


def make_context(settings: Settings, network: Network, store: Store) -> Context:
    """Everything that can be made before the first request; raises SettingsError."""
    statics = read_statics()
    thresholds = thresholds_by_class(settings)
    simulated = is_simulated(network, settings)
    tiling = tiling_of(network)
    index = network_index(network, tiling, thresholds, settings.city, is_simulated=simulated)
    basemap = read_basemap(settings.basemap, network)
    ground = basemap.address if basemap else ""
    context = Context(
        settings=settings,
        network=network,
        tiling=tiling,
        live=LiveUpdates(store, network, settings.partitions, now_ms, tiling),
        thresholds=thresholds,
        statics=statics,
        pages=render_pages(network, settings, statics.url, ground, is_large=tiling.is_large),
        network_index=body_of(bodies.encode(index), JSON, etag=f"{network.version}-index"),
        finder=Finder(network, load_gazetteer(settings.gazetteer), settings.province),
        is_simulated=simulated,
        basemap=basemap,
    )
    if tiling.is_large:
        context.keep_far_tiles()
    else:
        context.keep_network_file()
    return context


CONTEXT = web.AppKey("context", Context)

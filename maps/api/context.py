"""What the handlers share: made once per application, from settings, network and store."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from maps.http.answers import CachedBody, body_of
from maps.pages.page import is_simulated
from maps.pages.pages import Pages, render_pages
from maps.pages.statics import Statics, read_statics
from maps.picture import bodies
from maps.picture.catch_up import LOSSES
from maps.picture.loop import LOST, LiveUpdates
from maps.picture.network_file import network_body
from maps.picture.picture import Picture
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
    live: LiveUpdates
    thresholds: dict[str, Thresholds]
    statics: Statics
    pages: Pages
    network_file: CachedBody
    finder: Finder
    is_simulated: bool
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _snapshot: tuple[Picture, str, int, CachedBody] | None = None
    _exports: dict[object, CachedBody] = field(default_factory=dict)
    _exports_of: str = ""
    _export_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def snapshot(self) -> CachedBody:
        """The snapshot all who ask within a quarter of a second share."""
        now_ms = self.live.now_ms()
        picture, state = self.live.picture, self.live.store_state
        kept = self._snapshot
        if kept and kept[0] is picture and kept[1] == state and now_ms - kept[2] < SNAPSHOT_AGE_MS:
            return kept[3]
        body = bodies.snapshot(
            picture,
            self.network,
            now_ms=now_ms,
            store=state,
            is_simulated=self.is_simulated,
            undelivered=self.live.undelivered,
            trouble=self.live.health.trouble,
        )
        packed = body_of(bodies.encode(body), JSON)
        self._snapshot = (picture, state, now_ms, packed)
        return packed

    def searched(self) -> Finder:
        """Everything that can be found now; works that changed since are taken up."""
        self.finder.follow(self.live.picture.works)
        return self.finder

    async def export(self, key: object, build: Callable[[Picture], bytes], kind: str) -> CachedBody:
        """An export of the picture now; built once per delta, off the loop, one at a time."""
        async with self._export_lock:
            picture = self.live.picture
            name = f"{self.network.version}-{picture.delta_id}"
            if self._exports_of != name or len(self._exports) >= KEPT_EXPORTS:
                self._exports, self._exports_of = {}, name
            if key not in self._exports:
                self._exports[key] = await asyncio.to_thread(
                    lambda: body_of(build(picture), kind, etag=name)
                )
            return self._exports[key]

    async def read_counts(self) -> dict[str, int]:
        """Dead letters and other counts; the last known ones while the store is lost."""
        if self.live.store_state != LOST:
            try:
                self.counts = await self.live.store.counts()
            except LOSSES:
                return self.counts
        return self.counts


def make_context(settings: Settings, network: Network, store: Store) -> Context:
    """Everything that can be made before the first request; raises SettingsError."""
    statics = read_statics()
    thresholds = thresholds_by_class(settings)
    simulated = is_simulated(network, settings)
    file = bodies.encode(network_body(network, thresholds, settings.city, is_simulated=simulated))
    return Context(
        settings=settings,
        network=network,
        live=LiveUpdates(store, network, settings.partitions, now_ms),
        thresholds=thresholds,
        statics=statics,
        pages=render_pages(network, settings, statics.url),
        network_file=body_of(file, JSON, etag=network.version, level=9),
        finder=Finder(network, load_gazetteer(settings.gazetteer), settings.province),
        is_simulated=simulated,
    )


CONTEXT = web.AppKey("context", Context)

"""What a card is made from: a place, a picture of the city, and the time it is answered for."""

from collections.abc import Mapping
from dataclasses import dataclass

from maps.picture.picture import Picture, StoreState
from maps.search.entry import PlaceKind
from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.enums import FeedStatus
from streams.domain.stages.closures import ClosureRow
from streams.domain.stages.feeds import status
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import Work
from streams.geo.network import Network

LATE_MS = 10_000  # a clock further behind is no clock of now; the screens use the same bound
CURRENT = (FeedStatus.LIVE, FeedStatus.EMPTY, FeedStatus.PARTIAL)
"""A partial answer denies nothing it leaves out, and what it does contain is of now."""
HAND = "hand"
"""The "feed" of what our own house put on the map: it is of now whenever the picture is."""
BUS_FEEDS, SPEED_FEEDS = ".positions", ".speeds"
"""How the names of the feeds of one kind end."""


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """What was asked about: a result of the search with its links by index."""

    kind: PlaceKind
    id: str
    title: str
    subtitle: str = ""
    lon: float | None = None
    lat: float | None = None
    links: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment. `by_link` is `subjects_by_link(picture)`.

    `asked_ms` is when a question about the past was asked, 0 for one about now.
    """

    network: Network
    picture: Picture
    by_link: Mapping[int, tuple[str, ...]]
    now_ms: int
    store: StoreState = StoreState.OK
    fresh_ms: int = 600_000
    asked_ms: int = 0

    @property
    def reader_ms(self) -> int:
        """The time of whoever reads the answer: what "today" means, also in one about the past."""
        return self.asked_ms or self.now_ms

    @property
    def fresh_minutes(self) -> int:
        return self.fresh_ms // 60_000

    @property
    def is_clock_late(self) -> bool:
        clock_ms = self.picture.clock_ms
        return clock_ms is None or not -MAX_AHEAD_MS <= self.now_ms - clock_ms <= LATE_MS

    @property
    def is_known(self) -> bool:
        """Whether the picture is the state of now."""
        return self.store is StoreState.OK and not self.is_clock_late

    def status_of(self, feed: str) -> FeedStatus | None:
        """How a feed is doing, None for one that never reported."""
        state = self.picture.feeds.get(feed)
        return None if state is None else status(state, self.now_ms)

    def is_current(self, feed: str) -> bool:
        """Whether a feed's facts count as now; a feed that never reported does not."""
        return feed == HAND or self.status_of(feed) in CURRENT

    def feeds_of(self, ending: str) -> tuple[str, ...]:
        """The names of the feeds of one kind, in order."""
        return tuple(name for name in sorted(self.picture.feeds) if name.endswith(ending))

    def is_any_current(self, ending: str) -> bool:
        return any(self.is_current(name) for name in self.feeds_of(ending))

    def last_success_ms(self, feed: str) -> int:
        """When the feed last answered, 0 where it never did."""
        state = self.picture.feeds.get(feed)
        return state.last_success_ms if state else 0

    def due_ms(self, feed: str) -> int | None:
        """When the next answer of a feed is due, None of one that never reported."""
        state = self.picture.feeds.get(feed)
        return None if state is None else state.last.received_ms + state.last.poll_ms


def subjects_by_link(picture: Picture, network: Network) -> dict[int, tuple[str, ...]]:
    """Works, incidents and closures by hand ("work:ID" ...) by the index of each link they name."""
    found: dict[int, list[str]] = {}
    kinds: tuple[tuple[str, Mapping[str, Work | RunningIncident | ClosureRow]], ...] = (
        ("work", picture.works),
        ("incident", picture.incidents),
        ("closure", picture.hand_closures),
    )
    for kind, rows in kinds:
        for name, row in rows.items():
            for link_id in row.links:
                if (index := network.index.get(link_id)) is not None:
                    found.setdefault(index, []).append(f"{kind}:{name}")
    return {index: tuple(names) for index, names in found.items()}

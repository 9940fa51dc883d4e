"""What a card is made from: a place, a picture of the city, and the time it is answered for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.enums import FeedStatus
from streams.domain.stages.feeds import FeedState, status
from streams.geo.network import Network

Json = dict[str, Any]
LATE_MS = 10_000  # a clock further behind says nothing of now; the screens use the same bound
CALLS_WITHIN_MS = 30 * 60_000
CURRENT = (FeedStatus.LIVE, FeedStatus.EMPTY, FeedStatus.PARTIAL)
"""A partial answer denies nothing it leaves out, and what it does say is of now."""
BUS_FEEDS, SPEED_FEEDS = ".positions", ".speeds"
"""How the names of the feeds of one kind end."""


class PictureLike(Protocol):
    """The part of a picture that the desk reads; one of the past will do."""

    @property
    def links(self) -> Mapping[int, Json]: ...
    @property
    def buses(self) -> Mapping[str, Json]: ...
    @property
    def works(self) -> Mapping[str, Json]: ...
    @property
    def incidents(self) -> Mapping[str, Json]: ...
    @property
    def feeds(self) -> Mapping[str, FeedState]: ...
    @property
    def clock_ms(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """What was asked about: a find of the search with its links by index."""

    kind: str
    id: str
    title: str
    subtitle: str = ""
    lon: float | None = None
    lat: float | None = None
    links: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment. `by_link` is `subjects_by_link(picture)`; `store` is "ok", "rebuilding", "lost".

    `asked_ms` is when a question about the past was asked, 0 for one about now.
    """

    network: Network
    picture: PictureLike
    by_link: Mapping[int, tuple[str, ...]]
    now_ms: int
    store: str = "ok"
    fresh_ms: int = 600_000
    asked_ms: int = 0

    @property
    def said_ms(self) -> int:
        """The day that 오늘 is: of the one who reads the answer, whatever it is about."""
        return self.asked_ms or self.now_ms

    def rows(self, kind: str) -> Mapping[str, Json]:
        """Rows of a kind that not every picture has, such as "calls"."""
        found: Mapping[str, Json] = getattr(self.picture, kind, None) or {}
        return found

    @property
    def is_clock_late(self) -> bool:
        clock_ms = self.picture.clock_ms
        return clock_ms is None or not -MAX_AHEAD_MS <= self.now_ms - clock_ms <= LATE_MS

    def is_current(self, feed: str) -> bool:
        """Whether a feed's facts count as now; a feed that never reported does not."""
        state = self.picture.feeds.get(feed)
        return state is not None and status(state, self.now_ms) in CURRENT

    def feeds_of(self, ending: str) -> tuple[str, ...]:
        """The names of the feeds of one kind, in order."""
        return tuple(name for name in sorted(self.picture.feeds) if name.endswith(ending))

    def is_any_current(self, ending: str) -> bool:
        return any(self.is_current(name) for name in self.feeds_of(ending))

    def last_success_ms(self, feed: str) -> int:
        """When the feed last answered, 0 where it never did."""
        state = self.picture.feeds.get(feed)
        return state.last_success_ms if state else 0


def subjects_by_link(picture: PictureLike, network: Network) -> dict[int, tuple[str, ...]]:
    """Works and incidents ("work:ID", "incident:ID") by the index of each link they name."""
    found: dict[int, list[str]] = {}
    for kind, rows in (("work", picture.works), ("incident", picture.incidents)):
        for name, row in rows.items():
            for link_id in row.get("links") or ():
                place = network.index.get(link_id)
                if place is not None:
                    found.setdefault(place, []).append(f"{kind}:{name}")
    return {place: tuple(names) for place, names in found.items()}

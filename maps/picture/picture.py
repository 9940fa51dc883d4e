"""The picture in memory: what Redis said last, moved on by runs of deltas. Pure.

`translate` turns a run of Redis deltas into facts by link index (the last word on a thing wins);
`advance` applies them and gives the next picture with what really changed for a screen. Facts are
absolute, so applying a run at once or delta by delta ends in the same picture.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from maps.picture import shapes
from streams.domain.stages.feeds import FeedState
from streams.geo.network import Network
from streams.state.store import StoredPicture

Json = dict[str, Any]
BEGINNING = "0-0"
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Picture:
    """One moment of the city: `links` by link index; the rest as in Redis."""

    delta_id: str = BEGINNING
    at_ms: int = 0
    links: Mapping[int, Json] = field(default_factory=dict)
    buses: Mapping[str, Json] = field(default_factory=dict)
    works: Mapping[str, Json] = field(default_factory=dict)
    incidents: Mapping[str, Json] = field(default_factory=dict)
    calls: Mapping[str, Json] = field(default_factory=dict)
    reports: Mapping[str, Json] = field(default_factory=dict)
    clashes: Mapping[str, Json] = field(default_factory=dict)
    alerts: Mapping[str, Json] = field(default_factory=dict)
    acknowledgements: Mapping[str, Json] = field(default_factory=dict)
    feeds: Mapping[str, FeedState] = field(default_factory=dict)
    clocks: Mapping[str, int] = field(default_factory=dict)
    unknown_links: int = 0

    @property
    def clock_ms(self) -> int | None:
        """The watermark of the slowest partition, None before the first tick."""
        return min(self.clocks.values(), default=None)


@dataclass(frozen=True, slots=True)
class PictureChanges:
    """What a run of deltas says, the last word on each thing; None means it is gone."""

    delta_id: str = BEGINNING
    at_ms: int = 0
    links: Mapping[int, Json | None] = field(default_factory=dict)
    buses: Mapping[str, Json | None] = field(default_factory=dict)
    works: Mapping[str, Json | None] = field(default_factory=dict)
    incidents: Mapping[str, Json | None] = field(default_factory=dict)
    calls: Mapping[str, Json | None] = field(default_factory=dict)
    reports: Mapping[str, Json | None] = field(default_factory=dict)
    clashes: Mapping[str, Json | None] = field(default_factory=dict)
    alerts: Mapping[str, Json | None] = field(default_factory=dict)
    acknowledgements: Mapping[str, Json | None] = field(default_factory=dict)
    feeds: Mapping[str, FeedState] = field(default_factory=dict)
    clocks: Mapping[str, int] = field(default_factory=dict)
    unknown_links: int = 0


def picture_of(stored: StoredPicture, network: Network) -> Picture:
    """The picture of what Redis holds; links the network does not know are counted and left out."""
    links = {
        network.index[link_id]: view
        for link_id, view in stored.links.items()
        if link_id in network.index
    }
    return Picture(
        delta_id=stored.delta_id,
        links=links,
        buses=stored.buses,
        works=stored.works,
        incidents=stored.incidents,
        calls=stored.calls,
        reports=stored.reports,
        clashes=stored.clashes,
        alerts={name: row for name, row in told(stored.alerts).items() if row is not None},
        acknowledgements=stored.acknowledgements,
        feeds=feed_states(stored.feeds),
        clocks=stored.clocks,
        unknown_links=len(stored.links) - len(links),
    )


def translate(deltas: Iterable[tuple[str, Json]], network: Network) -> PictureChanges:
    """The facts of a run of deltas in order. Unknown links are counted, never followed."""
    delta_id, at_ms, unknown = BEGINNING, 0, 0
    run: dict[str, Json] = {letter: {} for letter in "lbwiqrkayfc"}
    for entry_id, delta in deltas:
        delta_id, at_ms = entry_id, delta.get("at") or at_ms
        for letter, facts in run.items():
            facts.update(delta.get(letter) or {})
    links: dict[int, Json | None] = {}
    for link_id, view in run["l"].items():
        place = network.index.get(link_id)
        if place is None:
            unknown += 1
        else:
            links[place] = view
    return PictureChanges(
        delta_id=delta_id,
        at_ms=at_ms,
        links=links,
        buses=run["b"],
        works=run["w"],
        incidents=run["i"],
        calls=run["q"],
        reports=run["r"],
        clashes=run["k"],
        alerts=told(run["a"]),
        acknowledgements=run["y"],
        feeds=feed_states(run["f"]),
        clocks=run["c"],
        unknown_links=unknown,
    )


def advance(picture: Picture, facts: PictureChanges) -> tuple[Picture, PictureChanges]:
    """The next picture, and the facts without things that stayed as they were.

    Links are compared where the event is made (`bodies.delta_event`): letter by letter.
    """
    following = replace(
        picture,
        delta_id=facts.delta_id,
        at_ms=facts.at_ms,
        links=_applied(picture.links, facts.links),
        buses=_applied(picture.buses, facts.buses),
        works=_applied(picture.works, facts.works),
        incidents=_applied(picture.incidents, facts.incidents),
        calls=_applied(picture.calls, facts.calls),
        reports=_applied(picture.reports, facts.reports),
        clashes=_applied(picture.clashes, facts.clashes),
        alerts=_applied(picture.alerts, facts.alerts),
        acknowledgements=_applied(picture.acknowledgements, facts.acknowledgements),
        feeds={**picture.feeds, **facts.feeds},
        clocks={**picture.clocks, **facts.clocks},
        unknown_links=picture.unknown_links + facts.unknown_links,
    )
    news = replace(
        facts,
        buses=_news(picture.buses, facts.buses),
        works=_news(picture.works, facts.works),
        incidents=_news(picture.incidents, facts.incidents),
        calls=_news(picture.calls, facts.calls),
        reports=_news(picture.reports, facts.reports),
        clashes=_news(picture.clashes, facts.clashes),
        alerts=_news(picture.alerts, facts.alerts),
        acknowledgements=_news(picture.acknowledgements, facts.acknowledgements),
        clocks=following.clocks,
    )
    return following, news


def feed_states(rows: Mapping[str, Json]) -> dict[str, FeedState]:
    """Feed states of their JSON values."""
    return {feed: msgspec.convert(row, FeedState) for feed, row in rows.items() if row}


def told(episodes: Mapping[str, Json | None]) -> dict[str, Json | None]:
    """Episodes ("rule subject" -> row); one that waits to be told is none yet."""
    return {name: row if row and row.get("told") else None for name, row in episodes.items()}


def _applied(old: Mapping[K, Json], facts: Mapping[K, Json | None]) -> Mapping[K, Json]:
    if not facts:
        return old
    merged = {**old, **facts}
    return {name: view for name, view in merged.items() if view is not None}


def _news(old: Mapping[K, Json], facts: Mapping[K, Json | None]) -> dict[K, Json | None]:
    return {name: view for name, view in facts.items() if old.get(name) != view}


def looks(view: Json | None) -> tuple[int, str, str, str]:
    """What a screen shows of a link: (km/h or -1, certainty letter, closure, its certainty)."""
    sure = str((view or {}).get("closure_certainty") or "")
    return shapes.speed_of(view), shapes.certainty_of(view), shapes.closure_of(view), sure

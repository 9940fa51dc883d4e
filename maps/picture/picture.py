"""The picture in memory: what Redis said last, moved on by runs of deltas. Pure.

`translate` turns a run of Redis deltas into changes by link index (the last row of a thing counts);
`advance` applies them and gives the next picture with what really changed. Rows are absolute, so
applying a run at once or delta by delta ends in the same picture.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Never, TypeVar

from streams.domain.alerts import Episode
from streams.domain.situations.situation import Situation
from streams.geo.network import Network
from streams.state.kinds import BEGINNING, KINDS, CityRows, StoredDelta, StoredPicture


class StoreState(StrEnum):
    """OK, being made again from the log, or not to be reached."""

    OK = "ok"
    REBUILDING = "rebuilding"
    LOST = "lost"


K = TypeVar("K")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Picture(CityRows[int, Never]):
    """One moment of the city: `links` by link index, the rest as in Redis."""

    unknown_links: int = 0
    situations: Mapping[str, Situation] = field(default_factory=dict)  # made of the rest

    @property
    def clock_ms(self) -> int | None:
        """The watermark of the slowest partition, None before the first tick."""
        return min(self.clocks.values(), default=None)


@dataclass(frozen=True, slots=True)
class PictureChanges(CityRows[int, None]):
    """What a run of deltas says, the last row of each thing; None means it is gone."""

    unknown_links: int = 0
    situations: Mapping[str, Situation | None] = field(default_factory=dict)


def picture_of(stored: StoredPicture, network: Network) -> Picture:
    """The picture of what Redis holds; links the network does not know are counted and left out."""
    rows: dict[str, Any] = {kind.name: getattr(stored, kind.name) for kind in KINDS}
    rows["links"] = by_index(stored.links, network)
    rows["observed"] = by_index(stored.observed, network)
    rows["alerts"] = {name: row for name, row in stored.alerts.items() if row.told}
    unknown = len(stored.links) - len(rows["links"])
    return Picture(
        delta_id=stored.delta_id,
        unknown_links=unknown,
        **rows,
    )


def translate(deltas: Iterable[StoredDelta], network: Network) -> PictureChanges:
    """The changes of a run of deltas in order. Unknown links are counted, never followed."""
    delta_id, at_ms = BEGINNING, 0
    run: dict[str, Any] = {kind.name: {} for kind in KINDS}
    for delta in deltas:
        delta_id, at_ms = delta.delta_id, delta.at_ms or at_ms
        for name, rows in run.items():
            rows.update(getattr(delta, name))
    links = by_index(run["links"], network)
    unknown = len(run["links"]) - len(links)
    run |= {"links": links, "observed": by_index(run["observed"], network)}
    run |= {"alerts": {name: told(row) for name, row in run["alerts"].items()}}
    return PictureChanges(delta_id, at_ms, unknown_links=unknown, **run)


def advance(picture: Picture, changes: PictureChanges) -> tuple[Picture, PictureChanges]:
    """The next picture, and the changes without things that stayed as they were.

    Links are compared where the event is made (`bodies.delta_event`): letter by letter.
    """
    rows: dict[str, Any] = {}
    news: dict[str, Any] = {}
    for name in (kind.name for kind in KINDS):
        before, now = getattr(picture, name), getattr(changes, name)
        rows[name] = applied(before, now)
        if name != "links":
            news[name] = {row_id: row for row_id, row in now.items() if before.get(row_id) != row}
    following = replace(
        picture,
        delta_id=changes.delta_id,
        at_ms=changes.at_ms,
        unknown_links=picture.unknown_links + changes.unknown_links,
        **rows,
    )
    return following, replace(changes, **news | {"clocks": following.clocks})


def by_index(links: Mapping[str, R], network: Network) -> dict[int, R]:
    """The rows of the links that the network knows, by their index."""
    index = network.index
    return {index[link_id]: row for link_id, row in links.items() if link_id in index}


def told(episode: Episode | None) -> Episode | None:
    """An episode; one that waits to be told is none yet."""
    return episode if episode and episode.told else None


def applied(before: Mapping[K, R], changes: Mapping[K, R | None]) -> Mapping[K, R]:
    """The rows after changes; the same mapping where there are none."""
    if not changes:
        return before
    rows: dict[K, Any] = {**before, **changes}
    for name, row in changes.items():
        if row is None:
            del rows[name]
    return rows

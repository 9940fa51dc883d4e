"""What was true at one time as it was known at another: a picture of the past.

Two times are asked for. `valid_ms`: the moment the answer speaks of. `known_ms`: only what had
come in by then counts. Later known than valid is hindsight (a permit that came in late closes its
road in the past too); valid later than known is what was expected then.

What is observed (the traffic of a link, how a feed is doing) is taken as of the earlier of the two.
What has a period of its own (works, incidents) is taken as known, and its phase is that of
`valid_ms`. The history tells a correction of an incident from a change of it as little as its feed.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import msgspec

from maps.past.moments import BitemporalMoment
from maps.picture import shapes
from maps.picture.picture import Picture
from streams.domain.closures import GRAVITY
from streams.domain.stages.calls import CallRow, reports_at
from streams.domain.stages.feeds import REMEMBER_MS, FeedState
from streams.domain.works.phases import OVER, is_in_force, phase_at
from streams.domain.works.rows import Work
from streams.geo.network import Network

Json = dict[str, Any]
T = TypeVar("T")
Remembered = tuple[int, Json | None]
LINK, WORK, INCIDENT, FEED = "link:", "work:", "incident:", "feed:"
_SEEN_BY = {  # a level's certainty says at least so much of who saw the road
    "confirmed": (2, {"bus": 2}),
    "reported": (0, {"its": 1}),
    "inferred": (1, {"bus": 1}),
}


class History(Protocol):
    """The part of the store that remembers."""

    async def changed_since(self, since_ms: int) -> list[str]: ...
    async def past_each(self, known: Mapping[str, int]) -> dict[str, Remembered]: ...


async def past_picture(
    history: History,
    network: Network,
    moment: BitemporalMoment,
    *,
    calls: Mapping[str, Json],
    fresh_ms: int,
) -> Picture:
    """The picture of a moment. `calls` are the rows of now: they keep their own times."""
    rows = await read_past(history, moment)
    # Beside the loop: thousands of works take a tenth of a second, and the streams must go on.
    return await asyncio.to_thread(
        picture_at, rows, network, moment, calls=calls, fresh_ms=fresh_ms
    )


async def read_past(history: History, moment: BitemporalMoment) -> dict[str, Remembered]:
    """What was known of every subject; of a work or an incident that was gone by `known_ms` but
    not at `valid_ms` the row before its end, with that end.
    """
    asked = {
        subject: moment.known_ms if subject.startswith((WORK, INCIDENT)) else moment.seen_ms
        for subject in await history.changed_since(0)
    }
    rows = await history.past_each(asked)
    gone = {
        subject: gone_ms
        for subject, (gone_ms, row) in rows.items()
        if row is None and gone_ms > moment.valid_ms
    }
    before = await history.past_each({subject: at_ms - 1 for subject, at_ms in gone.items()})
    return {**rows, **{subject: (rows[subject][0], row) for subject, (_, row) in before.items()}}


def picture_at(
    rows: Mapping[str, Remembered],
    network: Network,
    moment: BitemporalMoment,
    *,
    calls: Mapping[str, Json],
    fresh_ms: int,
) -> Picture:
    """The picture made of remembered rows. Pure; it has no buses and no clashes."""
    works = _works_at(rows, moment)
    incidents = _incidents_at(rows, moment)
    reports = {
        name: msgspec.to_builtins(report)
        for name, report in reports_at(_calls_at(calls, moment), moment.valid_ms).items()
    }
    links = _links_at(rows, network, moment, fresh_ms)
    return Picture(
        at_ms=moment.valid_ms,
        links=_closed(links, works, incidents, network),
        works=works,
        incidents=incidents,
        calls={row.call_id: msgspec.to_builtins(row) for row in _calls_at(calls, moment)},
        reports=reports,
        feeds=_feeds_at(rows, moment),
        clocks={"0": moment.valid_ms},
    )


def _of_kind(rows: Mapping[str, Remembered], kind: str) -> Iterable[tuple[str, int, Json]]:
    """(id, since when, row) of the subjects of a kind that were there."""
    for subject, (since_ms, row) in rows.items():
        if row is not None and subject.startswith(kind):
            yield subject.removeprefix(kind), since_ms, row


def _read(row: Json, kind: type[T]) -> T | None:
    """A remembered row as its record; None for one that another version wrote and ours cannot read:
    it must not take the rest of the past with it.
    """
    try:
        return msgspec.convert(row, kind)
    except msgspec.ValidationError:
        return None


def _works_at(rows: Mapping[str, Remembered], moment: BitemporalMoment) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for work_id, _, row in _of_kind(rows, WORK):
        if (work := _read(row, Work)) is None:
            continue
        phase = phase_at(work, moment.valid_ms)
        in_force = is_in_force(work, phase, moment.valid_ms)
        found[work_id] = {**row, "phase": phase, "is_in_force": in_force}
    return found


def _incidents_at(rows: Mapping[str, Remembered], moment: BitemporalMoment) -> dict[str, Json]:
    """The incidents that ran or were announced; one that ended before is none."""
    found: dict[str, Json] = {}
    for incident_id, _, row in _of_kind(rows, INCIDENT):
        if row.get("ends_ms") is not None and row["ends_ms"] <= moment.valid_ms:
            continue
        phase = "active" if moment.valid_ms >= row["starts_ms"] else "planned"
        found[incident_id] = {**row, "phase": phase}
    return found


def _links_at(
    rows: Mapping[str, Remembered], network: Network, moment: BitemporalMoment, fresh_ms: int
) -> dict[int, Json]:
    """The traffic of the links by index; nobody knows that of a time after `known_ms`."""
    is_foretold = moment.valid_ms - moment.known_ms > fresh_ms
    found: dict[int, Json] = {}
    for link_id, since_ms, row in _of_kind(rows, LINK):
        if link_id in network.index and not is_foretold:
            found[network.index[link_id]] = _view(row, since_ms, moment.seen_ms, fresh_ms)
    return found


def _view(row: Json, since_ms: int, seen_ms: int, fresh_ms: int) -> Json:
    """A link's view from what is remembered of it; `observed_ms` is at least so new: the fold lets
    go of what is older than `fresh_ms`, and that would be remembered.
    """
    certainty = str(row.get("certainty") or "lost")
    samples, sources = _SEEN_BY.get(certainty, (0, {}))
    observed_ms = max(since_ms, seen_ms - fresh_ms + 1) if sources else None
    return {
        "speed_kmh": row.get("speed_kmh"),
        "level": row.get("level") or "unknown",
        "samples": samples,
        "observed_ms": observed_ms,
        "certainty": certainty,
        "sources": dict(sources),
        "closure": "none",
        "subjects": [],
    }


def _closed(
    links: Mapping[int, Json],
    works: Mapping[str, Json],
    incidents: Mapping[str, Json],
    network: Network,
) -> dict[int, Json]:
    """The links with the gravest closure in force on each, and the names of what is on it."""
    on_link: dict[int, list[tuple[str, str]]] = {}
    for subject, row, is_in_effect in _subjects(works, incidents):
        closure = str(row["closure"]) if is_in_effect else "none"
        for place in shapes.known_links(row.get("links") or (), network):
            on_link.setdefault(place, []).append((subject, closure))
    views = dict(links)
    for place, found in on_link.items():
        view = views.get(place) or _view({}, 0, 0, 0)
        closure = min((each for _, each in found), key=GRAVITY.index)
        views[place] = {**view, "closure": closure, "subjects": sorted(name for name, _ in found)}
    return views


def _subjects(
    works: Mapping[str, Json], incidents: Mapping[str, Json]
) -> Iterable[tuple[str, Json, bool]]:
    """(subject, row, whether its closure is in force) of all that is not over."""
    for work_id, row in works.items():
        if row["phase"] not in OVER:
            yield f"{WORK}{work_id}", row, row["is_in_force"]
    for incident_id, row in incidents.items():
        yield f"{INCIDENT}{incident_id}", row, row["phase"] == "active"


def _feeds_at(rows: Mapping[str, Remembered], moment: BitemporalMoment) -> dict[str, FeedState]:
    """How each feed was doing. A feed that goes on as before is remembered once a minute: within
    that minute it is taken to have gone on, so its silence shows a minute late.
    """
    found: dict[str, FeedState] = {}
    for feed, _, row in _of_kind(rows, FEED):
        if (state := _read(row, FeedState)) is None:
            continue
        silence_ms = moment.seen_ms - state.last.received_ms
        later_ms = min(max(silence_ms, 0), REMEMBER_MS)
        if moment.valid_ms > moment.known_ms:
            later_ms += moment.valid_ms - moment.known_ms
        found[feed] = _moved(state, later_ms)
    return found


def _moved(state: FeedState, by_ms: int) -> FeedState:
    """The state as if its reports had come so much later; what never was stays so."""
    success_ms, change_ms = (
        at_ms + by_ms if at_ms else 0 for at_ms in (state.last_success_ms, state.last_change_ms)
    )
    last = replace(state.last, received_ms=state.last.received_ms + by_ms)
    return replace(state, last=last, last_success_ms=success_ms, last_change_ms=change_ms)


def _calls_at(calls: Mapping[str, Json], moment: BitemporalMoment) -> list[CallRow]:
    """The calls that had come by then; one called back later was still open."""
    rows = [row for each in calls.values() if (row := _read(each, CallRow)) is not None]
    return [
        row if 0 < row.done_ms <= moment.seen_ms else replace(row, done_ms=0)
        for row in rows
        if row.received_ms <= moment.seen_ms
    ]

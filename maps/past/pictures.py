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
from typing import Protocol, TypeVar

from maps.past.moments import BitemporalMoment
from maps.picture import shapes
from maps.picture.picture import Picture
from streams.contract.enums import Certainty, Closure, Phase
from streams.domain.closures import GRAVITY
from streams.domain.links.fold import LinkView
from streams.domain.stages.calls import CallRow, reports_at
from streams.domain.stages.feeds import REMEMBER_MS, FeedState
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.phases import OVER, is_in_force, phase_at
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.state.decoding import Remembered

T = TypeVar("T", LinkView, Work, RunningIncident, FeedState)
LINK, WORK, INCIDENT, FEED = "link:", "work:", "incident:", "feed:"
_SEEN_BY = {  # a level's certainty says at least so much of who saw the road
    Certainty.CONFIRMED: (2, {"bus": 2}),
    Certainty.REPORTED: (0, {"its": 1}),
    Certainty.INFERRED: (1, {"bus": 1}),
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
    calls: Mapping[str, CallRow],
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
    calls: Mapping[str, CallRow],
    fresh_ms: int,
) -> Picture:
    """The picture made of remembered rows. Pure; it has no buses and no clashes."""
    works = works_at(rows, moment)
    incidents = incidents_at(rows, moment)
    come = calls_at(calls, moment)
    links = links_at(rows, network, moment, fresh_ms)
    return Picture(
        at_ms=moment.valid_ms,
        links=closed(links, works, incidents, network),
        works=works,
        incidents=incidents,
        calls={call.call_id: call for call in come},
        reports=reports_at(come, moment.valid_ms),
        feeds=feeds_at(rows, moment),
        clocks={"0": moment.valid_ms},
    )


def of_kind(rows: Mapping[str, Remembered], kind: type[T]) -> Iterable[tuple[str, int, T]]:
    """(id, since when, row) of the subjects of a kind that were there."""
    for subject, (since_ms, row) in rows.items():
        if isinstance(row, kind):
            yield subject.partition(":")[2], since_ms, row


def works_at(rows: Mapping[str, Remembered], moment: BitemporalMoment) -> dict[str, Work]:
    found: dict[str, Work] = {}
    for work_id, _, work in of_kind(rows, Work):
        phase = phase_at(work, moment.valid_ms)
        in_force = is_in_force(work, phase, moment.valid_ms)
        found[work_id] = replace(work, phase=phase, is_in_force=in_force)
    return found


def incidents_at(
    rows: Mapping[str, Remembered], moment: BitemporalMoment
) -> dict[str, RunningIncident]:
    """The incidents that ran or were announced; one that ended before is none."""
    return {
        incident_id: replace(
            row, phase=Phase.ACTIVE if moment.valid_ms >= row.starts_ms else Phase.PLANNED
        )
        for incident_id, _, row in of_kind(rows, RunningIncident)
        if row.ends_ms is None or row.ends_ms > moment.valid_ms
    }


def links_at(
    rows: Mapping[str, Remembered], network: Network, moment: BitemporalMoment, fresh_ms: int
) -> dict[int, LinkView]:
    """The traffic of the links by index; nobody knows that of a time after `known_ms`.

    Of a link is remembered what it looked like, not since when it was seen: `observed_ms` is at
    least so new, for the fold lets go of what is older than `fresh_ms`, and that is remembered.
    """
    if moment.valid_ms - moment.known_ms > fresh_ms:
        return {}
    found: dict[int, LinkView] = {}
    for link_id, since_ms, row in of_kind(rows, LinkView):
        if link_id in network.index:
            samples, sources = _SEEN_BY.get(row.certainty, (0, {}))
            observed_ms = max(since_ms, moment.seen_ms - fresh_ms + 1) if sources else None
            found[network.index[link_id]] = LinkView(
                speed_kmh=row.speed_kmh,
                level=row.level,
                samples=samples,
                observed_ms=observed_ms,
                certainty=row.certainty,
                sources=sources,
            )
    return found


def closed(
    links: Mapping[int, LinkView],
    works: Mapping[str, Work],
    incidents: Mapping[str, RunningIncident],
    network: Network,
) -> dict[int, LinkView]:
    """The links with the gravest closure in force on each, and the names of what is on it."""
    standing: dict[str, Work | RunningIncident] = {
        **{f"{WORK}{work_id}": row for work_id, row in works.items() if row.phase not in OVER},
        **{f"{INCIDENT}{incident_id}": row for incident_id, row in incidents.items()},
    }
    on_link: dict[int, list[tuple[str, Closure]]] = {}
    for subject, row in standing.items():
        closure = row.closure if row.is_in_force else Closure.NONE
        for place in shapes.known_links(row.links, network):
            on_link.setdefault(place, []).append((subject, closure))
    views = dict(links)
    for place, found in on_link.items():
        views[place] = replace(
            views.get(place) or LinkView(),
            closure=min((each for _, each in found), key=GRAVITY.index),
            subjects=tuple(sorted(subject for subject, _ in found)),
        )
    return views


def feeds_at(rows: Mapping[str, Remembered], moment: BitemporalMoment) -> dict[str, FeedState]:
    """How each feed was doing. A feed that goes on as before is remembered once a minute: within
    that minute it is taken to have gone on, so its silence shows a minute late.
    """
    found: dict[str, FeedState] = {}
    for feed, _, state in of_kind(rows, FeedState):
        silence_ms = moment.seen_ms - state.last.received_ms
        later_ms = min(max(silence_ms, 0), REMEMBER_MS)
        if moment.valid_ms > moment.known_ms:
            later_ms += moment.valid_ms - moment.known_ms
        found[feed] = moved(state, later_ms)
    return found


def moved(state: FeedState, by_ms: int) -> FeedState:
    """The state as if its reports had come so much later; what never was stays so."""
    success_ms, change_ms = (
        at_ms + by_ms if at_ms else 0 for at_ms in (state.last_success_ms, state.last_change_ms)
    )
    last = replace(state.last, received_ms=state.last.received_ms + by_ms)
    return replace(state, last=last, last_success_ms=success_ms, last_change_ms=change_ms)


def calls_at(calls: Mapping[str, CallRow], moment: BitemporalMoment) -> list[CallRow]:
    """The calls that had come by then; one called back later was still open."""
    return [
        row if 0 < row.done_ms <= moment.seen_ms else replace(row, done_ms=0)
        for row in calls.values()
        if row.received_ms <= moment.seen_ms
    ]

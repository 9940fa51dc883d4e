"""What was true at one time as it was known at another: a picture of the past.

Two times are asked for. `valid_ms`: the moment the answer is about. `known_ms`: only what had
come in by then counts. Later known than valid is hindsight (a permit that came in late closes its
road in the past too); valid later than known is what was expected then.

What is observed (the traffic of a link, how a feed is doing) is taken as of the earlier of the two.
Of a moment that was still ahead, what is usual stands for the traffic.
What has a period of its own (works, incidents) is taken as known, and its phase is that of
`valid_ms`. The history tells a correction of an incident from a change of it as little as its feed.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from maps.past.moments import BitemporalMoment
from maps.picture.picture import Picture
from maps.picture.shapes import known_links
from streams.contract.enums import Certainty, Closure, Phase
from streams.contract.times import HOUR_MS
from streams.domain.closures import GRAVITY
from streams.domain.links.fold import ENOUGH_BUSES, LinkView
from streams.domain.links.quarters import QUARTER_MS, IsHoliday, QuarterPlace, place_of
from streams.domain.situations.weight import PLANNED
from streams.domain.stages.calls import CallRow, rows_at
from streams.domain.stages.closures import ClosureRow, timed
from streams.domain.stages.feeds import REMEMBER_MS, FeedState
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.phases import OVER, is_in_force, phase_at
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.state.kinds import HistoryValue, Remembered

LASTS_MS = 3 * HOUR_MS  # so long an incident whose end nobody tells is expected to go on
T = TypeVar("T", bound=HistoryValue)
LINK, WORK, INCIDENT, FEED, CLOSURE = "link:", "work:", "incident:", "feed:", "closure:"
_SEEN_BY = {  # a level's certainty says at least so much of who saw the road
    Certainty.CONFIRMED: (ENOUGH_BUSES, {"bus": ENOUGH_BUSES}),
    Certainty.REPORTED: (0, {"its": 1}),
    Certainty.INFERRED: (1, {"bus": 1}),
}


class History(Protocol):
    """The part of the store that remembers."""

    async def changed_since(self, since_ms: int) -> list[str]: ...
    async def past_each(self, known: Mapping[str, int]) -> dict[str, Remembered]: ...
    async def links_past(self, known_ms: int, back_ms: int) -> dict[str, Remembered]: ...
    async def usual_kmh(self, at: QuarterPlace) -> dict[str, float]: ...


async def past_picture(
    history: History,
    network: Network,
    moment: BitemporalMoment,
    *,
    calls: Mapping[str, CallRow],
    fresh_ms: int,
    is_holiday: IsHoliday,
) -> Picture:
    """The picture of a moment. `calls` are the rows of now: they keep their own times."""
    rows = await read_past(history, moment, fresh_ms)
    usual: Mapping[str, float] = {}
    if moment.is_ahead(fresh_ms):
        usual = await history.usual_kmh(place_of(moment.valid_ms // QUARTER_MS, is_holiday))
    # Beside the loop: thousands of works take a tenth of a second, and the streams must go on.
    return await asyncio.to_thread(
        picture_at, rows, network, moment, usual=usual, calls=calls, fresh_ms=fresh_ms
    )


async def read_past(
    history: History, moment: BitemporalMoment, fresh_ms: int
) -> dict[str, Remembered]:
    """What was known of every subject; of a work or an incident that was gone by `known_ms` but
    not at `valid_ms` the row before its end, with that end. Of links since when they were so, as
    far as what they show is fresh.
    """
    asked = {
        subject: moment.known_ms
        if subject.startswith((WORK, INCIDENT, CLOSURE))
        else moment.seen_ms
        for subject in await history.changed_since(0)
        if not subject.startswith(LINK)
    }
    rows = await history.past_each(asked)
    links = await history.links_past(moment.seen_ms, fresh_ms)
    gone = {
        subject: gone_ms
        for subject, (gone_ms, row) in rows.items()
        if row is None and gone_ms > moment.valid_ms
    }
    before = await history.past_each({subject: at_ms - 1 for subject, at_ms in gone.items()})
    ended = {subject: (rows[subject][0], row) for subject, (_, row) in before.items()}
    return {**links, **rows, **ended}


def picture_at(
    rows: Mapping[str, Remembered],
    network: Network,
    moment: BitemporalMoment,
    *,
    usual: Mapping[str, float],
    calls: Mapping[str, CallRow],
    fresh_ms: int,
) -> Picture:
    """The picture made of remembered rows. Pure; it has no buses and no clashes."""
    valid_ms = moment.valid_ms
    works = {}
    for work_id, _, work in _of(rows, WORK, Work):
        phase = phase_at(work, valid_ms)
        in_force = is_in_force(work, phase, valid_ms)
        works[work_id] = replace(work, phase=phase, is_in_force=in_force)
    incidents = {
        name: replace(row, phase=_incident_phase(row, valid_ms))
        for name, since_ms, row in _of(rows, INCIDENT, RunningIncident)
        if _is_there(row, since_ms, moment)
    }
    by_hand = {
        name: _by_hand_at(row, valid_ms)
        for name, since_ms, row in _of(rows, CLOSURE, ClosureRow)
        if min(row.starts_ms, since_ms) <= valid_ms
    }
    known_calls = _calls_at(calls.values(), moment)
    seen = _links_at(rows, network, moment, fresh_ms)
    if moment.is_ahead(fresh_ms):
        seen = {
            network.index[link_id]: LinkView(usual_kmh=kmh)
            for link_id, kmh in usual.items()
            if link_id in network.index
        }
    return Picture(
        at_ms=moment.valid_ms,
        links=_closed(seen, works, incidents, by_hand, network),
        works=works,
        incidents=incidents,
        hand_closures=by_hand,
        feeds={feed: _feed_at(state, moment) for feed, _, state in _of(rows, FEED, FeedState)},
        clocks={"0": moment.valid_ms},
        **rows_at(known_calls, moment.valid_ms),
    )


def _is_there(row: RunningIncident, since_ms: int, moment: BitemporalMoment) -> bool:
    """Whether an incident is one of a moment. What nobody planned is none before it began, known
    by hindsight alone, and, where its end is not told, none further ahead than it may well last.
    """
    valid_ms = moment.valid_ms
    if row.ends_ms is not None and row.ends_ms <= valid_ms:
        return False
    if row.kind in PLANNED:
        return True
    is_ahead = row.ends_ms is None and valid_ms > max(row.starts_ms, moment.known_ms) + LASTS_MS
    return min(row.starts_ms, since_ms) <= valid_ms and not is_ahead


def _by_hand_at(row: ClosureRow, valid_ms: int) -> ClosureRow:
    """A closure by hand as it stood; who ended it later had not ended it then."""
    if row.is_over and row.at_ms > valid_ms:
        row = replace(row, is_over=False, ends_ms=row.at_ms)
    return timed(replace(row, over_ms=0), valid_ms)


def _incident_phase(row: RunningIncident, valid_ms: int) -> Phase:
    if row.ended is not None and row.ended.at_ms <= valid_ms:
        return Phase.FINISHED
    return Phase.ACTIVE if valid_ms >= row.starts_ms else Phase.PLANNED


def _of(
    rows: Mapping[str, Remembered], kind: str, row_type: type[T]
) -> Iterable[tuple[str, int, T]]:
    """(id, since when, row) of the subjects of a kind that were there."""
    for subject, (since_ms, row) in rows.items():
        if subject.startswith(kind) and isinstance(row, row_type):
            yield subject.removeprefix(kind), since_ms, row


def _links_at(
    rows: Mapping[str, Remembered], network: Network, moment: BitemporalMoment, fresh_ms: int
) -> dict[int, LinkView]:
    """The traffic of the links by index, as it was last known."""
    return {
        network.index[link_id]: _view_at(view, max(since_ms, moment.seen_ms - fresh_ms + 1))
        for link_id, since_ms, view in _of(rows, LINK, LinkView)
        if link_id in network.index
    }


def _view_at(view: LinkView, observed_ms: int) -> LinkView:
    """A link's view from what is remembered of it, which is its speed and the certainty of that.

    It was observed then at the earliest: the fold lets go of what is older than `fresh_ms`, and
    that would be remembered.
    """
    samples, sources = _SEEN_BY.get(view.certainty, (0, {}))
    return LinkView(
        speed_kmh=view.speed_kmh,
        level=view.level,
        samples=samples,
        observed_ms=observed_ms if sources else None,
        certainty=view.certainty,
        sources=dict(sources),
    )


def _closed(
    links: Mapping[int, LinkView],
    works: Mapping[str, Work],
    incidents: Mapping[str, RunningIncident],
    by_hand: Mapping[str, ClosureRow],
    network: Network,
) -> dict[int, LinkView]:
    """The links with the gravest closure in force on each, and the names of what is on it."""
    on_link: dict[int, list[tuple[str, Closure]]] = {}
    going: dict[str, Work | RunningIncident | ClosureRow] = {
        **{f"{WORK}{name}": work for name, work in works.items() if work.phase not in OVER},
        **{f"{INCIDENT}{name}": row for name, row in incidents.items()},
        **{f"{CLOSURE}{name}": row for name, row in by_hand.items() if row.phase not in OVER},
    }
    for subject, row in going.items():
        closure = row.closure if row.is_in_force else Closure.NONE
        for index in known_links(row.links, network):
            on_link.setdefault(index, []).append((subject, closure))
    views = dict(links)
    for index, found in on_link.items():
        views[index] = replace(
            views.get(index) or LinkView(),
            closure=min((closure for _, closure in found), key=GRAVITY.index),
            subjects=tuple(sorted(name for name, _ in found)),
        )
    return views


def _feed_at(state: FeedState, moment: BitemporalMoment) -> FeedState:
    """How a feed was doing. A feed that goes on as before is remembered once a minute: within that
    minute it is taken to have gone on, so its silence shows a minute late.
    """
    silence_ms = moment.seen_ms - state.last.received_ms
    later_ms = min(max(silence_ms, 0), REMEMBER_MS)
    return _moved(state, later_ms + max(0, moment.valid_ms - moment.known_ms))


def _moved(state: FeedState, by_ms: int) -> FeedState:
    """The state as if its reports had come so much later; what never was stays so."""
    success_ms, change_ms = (
        at_ms + by_ms if at_ms else 0 for at_ms in (state.last_success_ms, state.last_change_ms)
    )
    last = replace(state.last, received_ms=state.last.received_ms + by_ms)
    return replace(state, last=last, last_success_ms=success_ms, last_change_ms=change_ms)


def _calls_at(calls: Iterable[CallRow], moment: BitemporalMoment) -> list[CallRow]:
    """The calls that had come by then; one called back later was still open."""
    return [
        call if 0 < call.done_ms <= moment.seen_ms else replace(call, done_ms=0)
        for call in calls
        if call.received_ms <= moment.seen_ms
    ]

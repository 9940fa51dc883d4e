"""A picture of a moment from the history on disk. Pure.

The history keeps what screens showed, and no words: a work, an incident and a closure by hand are
known by id, place and times. Of a permit that is still known its words are shown with them.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import isnan

from maps.picture.picture import Picture
from maps.picture.shapes import known_links
from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.enums import (
    Certainty,
    Closure,
    ClosureAct,
    FeedStatus,
    IncidentKind,
    Phase,
    PlacedBy,
    PollOutcome,
)
from streams.contract.records import FeedReport
from streams.contract.times import MINUTE_MS
from streams.domain.closures import GRAVITY
from streams.domain.links.columns import CLOSURES, LEVELS
from streams.domain.links.fold import LinkView
from streams.domain.listings import Usual
from streams.domain.stages.calls import CallRow, rows_at
from streams.domain.stages.closures import ClosureRow
from streams.domain.stages.feeds import FeedState
from streams.domain.stages.incidents import RunningIncident
from streams.domain.stages.works import KEEP_FINISHED_MS
from streams.domain.works.phases import OVER, is_in_force
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.history import tables
from streams.history.past import PastDay, latest

INCIDENT, CLOSURE = "incident:", "closure:"
Going = Mapping[str, Work | RunningIncident | ClosureRow]
_ANSWERS = (FeedStatus.LIVE, FeedStatus.EMPTY, FeedStatus.PARTIAL)
_OUTCOMES = {FeedStatus.UNKNOWN: PollOutcome.UNKNOWN, FeedStatus.EMPTY: PollOutcome.EMPTY}
_OFF_MS = {FeedStatus.STALE: -MINUTE_MS, FeedStatus.AHEAD: 2 * MAX_AHEAD_MS}
"""How far from a moment the report came that makes a feed late, or ahead of it."""


def archived_picture(
    day: PastDay, network: Network, at_ms: int, permits: Mapping[str, Work]
) -> Picture:
    """The picture of a moment of a day as it was known then; `permits` are the works of now. Of a
    time that nobody recorded nothing is shown, also no closure that may long be over.
    """
    if not day.is_recorded(at_ms):
        return Picture(at_ms=at_ms, clocks={"0": at_ms})
    works = _works(day, at_ms, permits)
    incidents, by_hand = _closures(day, at_ms)
    feeds = latest(day.feeds, lambda row: row.feed, at_ms, lambda row: row.at_ms).values()
    going: Going = {
        **{f"work:{name}": row for name, row in works.items() if row.phase not in OVER},
        **{f"{INCIDENT}{name}": row for name, row in incidents.items()},
        **{f"{CLOSURE}{name}": row for name, row in by_hand.items()},
    }
    return Picture(
        at_ms=at_ms,
        links=_links(day, network, at_ms, going),
        works=works,
        incidents=incidents,
        hand_closures=by_hand,
        feeds={row.feed: feed_then(row, at_ms) for row in feeds},
        clocks={"0": at_ms},
        **rows_at(_calls(day, at_ms), at_ms),
    )


def _links(day: PastDay, network: Network, at_ms: int, going: Going) -> dict[int, LinkView]:
    """What was shown of each link; a level that buses or reports gave is told from one inferred.

    A minute's row may lag behind what closed a link in it, so the gravest of both counts.
    """
    places, views = day.links_at(at_ms)
    found: dict[int, LinkView] = {}
    for at, place in enumerate(places.tolist()):
        kmh = float(views.speed_kmh[at])
        is_known = not isnan(kmh)
        found[place] = LinkView(
            speed_kmh=round(kmh, 1) if is_known else None,
            level=LEVELS[int(views.level[at])],
            certainty=_certainty(is_known=is_known, is_measured=bool(views.is_measured[at])),
            closure=CLOSURES[int(views.closure[at])],
        )
    for place, closing in _on_links(going, network).items():
        view = found.get(place) or LinkView()
        closures = [view.closure, *closing.values()]
        found[place] = replace(
            view, closure=min(closures, key=GRAVITY.index), subjects=tuple(sorted(closing))
        )
    return found


def _on_links(going: Going, network: Network) -> dict[int, dict[str, Closure]]:
    """What lies on each link, and what it takes from it now."""
    found: dict[int, dict[str, Closure]] = {}
    for subject, row in going.items():
        for place in known_links(row.links, network):
            found.setdefault(place, {})[subject] = row.closure if row.is_in_force else Closure.NONE
    return found


def _certainty(*, is_known: bool, is_measured: bool) -> Certainty:
    """The least that is certain of a speed: who saw it is not kept."""
    if is_measured:
        return Certainty.REPORTED
    return Certainty.INFERRED if is_known else Certainty.LOST


def _works(day: PastDay, at_ms: int, permits: Mapping[str, Work]) -> dict[str, Work]:
    """The works as they stood; one that is over stays as long as on the live map."""
    rows = latest(day.works, lambda row: row.work_id, at_ms, lambda row: row.at_ms).values()
    works = (work_then(row, at_ms, permits.get(row.work_id)) for row in rows)
    from_ms = at_ms - KEEP_FINISHED_MS
    return {
        work.permit_id: work
        for work in works
        if work.phase not in OVER or work.updated_ms > from_ms
    }


def work_then(row: tables.WorkPhase, at_ms: int, permit: Work | None) -> Work:
    """A work as the history has it, with the words of its permit where that is still known."""
    if permit is None:
        known = Work(permit_id=row.work_id, title=row.work_id, starts_ms=None, ends_ms=None)
    else:
        known = Work(
            permit_id=row.work_id,
            title=permit.title,
            starts_ms=None,
            ends_ms=None,
            number=permit.number,
            purpose=permit.purpose,
            place=permit.place,
            phone=permit.phone,
            hours=permit.hours,
            lon=permit.lon,
            lat=permit.lat,
        )
    phase = Phase(row.phase)
    return replace(
        known,
        starts_ms=row.from_ms,
        ends_ms=row.until_ms,
        first_ends_ms=row.until_ms,
        organisation=row.office,
        contractor=row.contractor or "",  # a file of before does not say
        client=row.client or "",
        closure=Closure(row.closure),
        links=row.links,
        placed_by=_placed_by(row.links),
        phase=phase,
        is_in_force=is_in_force(known, phase, at_ms),
        updated_ms=row.at_ms,
    )


def _placed_by(links: tuple[str, ...]) -> PlacedBy:
    """The history has links, and not by what evidence."""
    return PlacedBy.LINK_ID if links else PlacedBy.NOWHERE


def _closures(day: PastDay, at_ms: int) -> tuple[dict[str, RunningIncident], dict[str, ClosureRow]]:
    """What incidents and people took from links then, each by its id."""
    last = latest(
        day.closures, lambda row: (row.closure_id, row.link_id), at_ms, lambda row: row.at_ms
    )
    rows: dict[str, list[tables.ClosureActRow]] = {}
    for row in last.values():
        if row.act == "declared" and (row.until_ms is None or row.until_ms > at_ms):
            rows.setdefault(row.closure_id, []).append(row)
    incidents = {
        name.removeprefix(INCIDENT): _incident(name.removeprefix(INCIDENT), own)
        for name, own in rows.items()
        if name.startswith(INCIDENT)
    }
    by_hand = {
        name.removeprefix(CLOSURE): _by_hand(name.removeprefix(CLOSURE), own)
        for name, own in rows.items()
        if name.startswith(CLOSURE)
    }
    return incidents, by_hand


def _incident(name: str, rows: list[tables.ClosureActRow]) -> RunningIncident:
    first = rows[0]
    return RunningIncident(
        incident_id=name,
        kind=IncidentKind.OTHER,
        title=name,
        starts_ms=min(row.from_ms for row in rows),
        ends_ms=first.until_ms,
        closure=Closure(first.closure),
        links=tuple(row.link_id for row in rows),
        placed_by=PlacedBy.LINK_ID,
    )


def _by_hand(name: str, rows: list[tables.ClosureActRow]) -> ClosureRow:
    first = rows[0]
    return ClosureRow(
        closure_id=name,
        act_id="",
        version=1,
        act=ClosureAct.MAKE,
        by="",
        at_ms=min(row.at_ms for row in rows),
        title=name,
        cause=IncidentKind.OTHER,
        closure=Closure(first.closure),
        starts_ms=min(row.from_ms for row in rows),
        ends_ms=first.until_ms,
        link_ids=tuple(row.link_id for row in rows),
        phase=Phase.ACTIVE,
    )


def _calls(day: PastDay, at_ms: int) -> list[CallRow]:
    """The calls that had come by then, without their words: a place and times."""
    asked = [row for row in day.calls if row.state == "asked" and row.at_ms <= at_ms]
    done = {row.call_id: row.at_ms for row in day.calls if row.answered_ms and row.at_ms <= at_ms}
    return [
        CallRow(
            call_id=row.call_id,
            received_ms=row.at_ms,
            title="",
            link_ids=(row.link_id,) if row.link_id else (),
            closed=(row.link_id,) if row.link_id and row.topic == "closure" else (),
            done_ms=done.get(row.call_id, 0),
        )
        for row in asked
    ]


def feed_then(row: tables.FeedAct, at_ms: int) -> FeedState:
    """A feed of which is said at a time what was said then: of its reports no more is kept."""
    was = FeedStatus(row.state)
    success_ms = row.at_ms - row.delay_ms if row.delay_ms is not None else 0
    if was in _ANSWERS:
        success_ms = at_ms
    last = FeedReport(
        feed=row.feed,
        outcome=_OUTCOMES.get(was, PollOutcome.DATA),
        received_ms=at_ms + _OFF_MS.get(was, 0),
        poll_ms=0,
        change_within_ms=int(was is FeedStatus.FROZEN),
        is_partial=was is FeedStatus.PARTIAL,
        is_stopped=was is FeedStatus.STOPPED,
    )
    usual = Usual(short=int(was is FeedStatus.DROPPED))
    changed_ms = at_ms - int(was is FeedStatus.FROZEN)
    return FeedState(row.feed, last, success_ms, changed_ms, usual)

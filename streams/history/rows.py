"""What one message's effects bring for the history: rows of the tables but those of links and of
situations. Pure.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from streams.contract.derived import Passage
from streams.contract.enums import Cause, Closure, DiscrepancyKind, Observed
from streams.contract.records import (
    Message,
    PermitBatch,
    Receipt,
    SiteReport,
    Tick,
    Undelivered,
)
from streams.contract.situation import ActKind, SituationAct
from streams.domain.alerts import Alert
from streams.domain.observed.rows import Discrepancy, ObservedView
from streams.domain.observed.tables import DISCREPANCIES, OBSERVED
from streams.domain.stage import Effects, StageTable, State
from streams.domain.stages.calls import CALLS, CallRow
from streams.domain.stages.closures import CLOSURES, ClosureRow
from streams.domain.stages.feeds import FEEDS, FeedState, status
from streams.domain.stages.incidents import INCIDENTS, RunningIncident
from streams.domain.works.rows import Work
from streams.domain.works.step import WORKS
from streams.history import tables
from streams.history.roads import PASSED
from streams.people import organisation

Closing = Work | RunningIncident | ClosureRow
_BY_KIND = {"work": "permit", "incident": "incident", "closure": "hand"}
_TABLE_OF: dict[str, StageTable[Any]] = {
    "work": WORKS,
    "incident": INCIDENTS,
    "closure": CLOSURES,
}
_NOT_AS_SAID = frozenset(
    {
        DiscrepancyKind.NO_EFFECT,
        DiscrepancyKind.OVERDECLARED,
        DiscrepancyKind.LATE_START,
        DiscrepancyKind.EARLY_END,
    }
)
"""Of these a declared closure is none."""


class Row(NamedTuple):
    """A row of a table, and the time that says of which day it is."""

    table: str
    at_ms: int
    row: tuple[Any, ...]


class InForce(NamedTuple):
    """What takes a closure from a link, and since when."""

    closure: str
    from_ms: int


@dataclass(slots=True)
class RowMemory:
    """What is known of a place besides its stage's state: closures in force by subject and link,
    and the state of each feed as it was told last.
    """

    in_force: dict[str, dict[str, InForce]] = field(default_factory=dict)
    feeds: dict[str, str] = field(default_factory=dict)


def rows_of(message: Message, state: State, effects: Effects, memory: RowMemory) -> Iterator[Row]:
    """The rows that a message brings; `state` is that before it."""
    yield from _remembered(message, state, effects, memory)
    for table, changed in _CHANGED.items():
        for name, row in effects.changes.get(table, {}).items():
            yield from changed(name, state[table].get(name), row)
    for alert in effects.alerts:
        yield _queued(alert)
    if isinstance(message, Tick) and FEEDS.name in state:
        yield from _feeds(_now(state, effects, FEEDS.name), message.tick_ms, memory)


def _remembered(
    message: Message, state: State, effects: Effects, memory: RowMemory
) -> Iterator[Row]:
    phases: dict[str, Work | None] = {}
    for subject, known_ms, row in effects.remembered:
        kind, _, name = subject.partition(":")
        if subject == PASSED:
            yield _passage(row)
        if kind == "work":
            known = phases[name] if name in phases else state[WORKS.name].get(name)
            yield from _phase(known, row, known_ms, message)
            phases[name] = row
        if kind in _BY_KIND:
            yield from _closures(kind, name, row, known_ms, memory)


def known_of(state: State) -> RowMemory:
    """What a stage's state tells of the memory: what is in force, as far as is known since when."""
    found = RowMemory()
    for kind, table in _TABLE_OF.items():
        for name, row in state.get(table.name, {}).items():
            if now := _in_force(row, row.updated_ms, {}):
                found.in_force[f"{kind}:{name}"] = now
    return found


def rows_of_told(message: Message) -> Iterator[Row]:
    """The rows of what people and endpoints tell, which no stage has to read first."""
    if isinstance(message, Receipt | Undelivered):
        state = "delivered" if isinstance(message, Receipt) else "given_up"
        for alert_id in message.covers or (message.alert_id,):
            row = tables.WebhookAct(
                message.at_ms, message.endpoint, alert_id, state, message.attempts, message.took_ms
            )
            yield Row("webhooks", row.at_ms, row)
    elif isinstance(message, SituationAct) and message.act is ActKind.ACKNOWLEDGE:
        act = tables.SituationActRow(
            at_ms=message.at_ms,
            situation_id=message.situation,
            act="acknowledged",
            kind="",
            severity=message.severity.value,
            since_ms=None,
            links=(),
            facts=len(message.episodes),
            sources=(),
        )
        yield Row("situations", act.at_ms, act)


def _now(state: State, effects: Effects, table: str) -> dict[str, Any]:
    rows = {**state[table], **effects.changes.get(table, {})}
    return {name: row for name, row in rows.items() if row is not None}


def _passage(passage: Passage) -> Row:
    row = tables.PassageRow(
        exited_ms=passage.exited_ms,
        link_id=passage.link_id,
        route_id=passage.route_id,
        travel_ms=passage.travel_ms,
        length_m=passage.length_m,
        unsure_ms=passage.unsure_ms,
    )
    return Row("passages", passage.exited_ms, row)


def _phase(before: Work | None, now: Work | None, at_ms: int, message: Message) -> Iterator[Row]:
    if now is None or (before is not None and before.phase is now.phase):
        return
    contractor, client = _whose(now)
    row = tables.WorkPhase(
        at_ms=at_ms,
        work_id=now.permit_id,
        phase=now.phase.value,
        phase_before=None if before is None else before.phase.value,
        told_by=_told_by(message),
        office=now.organisation,
        contractor=contractor,
        client=client,
        cause=Cause.WORK.value,
        closure=now.closure.value,
        from_ms=now.begins_ms,
        until_ms=now.ends_ms,
        links=now.links,
    )
    yield Row("work_phases", at_ms, row)


def _told_by(message: Message) -> str:
    if isinstance(message, SiteReport):
        return message.by.value
    return "feed" if isinstance(message, PermitBatch) else "clock"


def _closures(
    kind: str, name: str, row: Closing | None, at_ms: int, memory: RowMemory
) -> Iterator[Row]:
    """What a work, an incident or a closure by hand takes from links now and did not before, and
    the other way round.
    """
    subject = f"{kind}:{name}"
    known = memory.in_force.get(subject, {})
    now = _in_force(row, at_ms, known)
    work_id = name if kind == "work" else None
    whose = _whose(row)
    for link_id, old in known.items():
        if link_id not in now:
            yield _closure(
                tables.ClosureActRow(
                    at_ms, subject, "ended", _BY_KIND[kind], link_id, *old, at_ms, work_id, *whose
                )
            )
    until_ms = None if row is None else row.ends_ms
    for link_id, new in now.items():
        if known.get(link_id) != new:
            act = tables.ClosureActRow(
                at_ms, subject, "declared", _BY_KIND[kind], link_id, *new, until_ms, work_id, *whose
            )
            yield _closure(act)
    memory.in_force.pop(subject, None)
    if now:
        memory.in_force[subject] = now


def _whose(row: Closing | None) -> tuple[str, str]:
    """Who builds and for whom, of a work; companies and offices alone."""
    if not isinstance(row, Work):
        return "", ""
    return organisation(row.contractor), organisation(row.client)


def _in_force(row: Closing | None, at_ms: int, known: Mapping[str, InForce]) -> dict[str, InForce]:
    if row is None or not row.is_in_force or row.closure is Closure.NONE:
        return {}
    found = {}
    for link_id in row.links:
        old = known.get(link_id)
        from_ms = old.from_ms if old else at_ms
        found[link_id] = InForce(row.closure.value, from_ms)
    return found


def _closure(row: tables.ClosureActRow) -> Row:
    return Row("closures", row.at_ms, row)


def _observed(link_id: str, before: ObservedView | None, now: ObservedView | None) -> Iterator[Row]:
    """Buses show that a link is impassable, or no longer."""
    was, is_so = _is_closed(before), _is_closed(now)
    view = now if is_so else before
    if was is is_so or view is None:
        return
    at_ms = now.since_ms if now is not None else view.since_ms
    cause = view.cause.removeprefix("work:") if view.cause.startswith("work:") else None
    yield _closure(
        tables.ClosureActRow(
            at_ms=at_ms,
            closure_id=f"observed:{link_id}",
            act="observed" if is_so else "ended",
            by_kind="bus",
            link_id=link_id,
            closure=Closure.FULL.value,
            from_ms=view.since_ms,
            until_ms=None if is_so else at_ms,
            work_id=cause,
        )
    )


def _is_closed(view: ObservedView | None) -> bool:
    return view is not None and view.state is Observed.IMPASSABLE


def _discrepancy(name: str, before: Discrepancy | None, now: Discrepancy | None) -> Iterator[Row]:
    was, is_so = _goes_on(before), _goes_on(now)
    row = now or before
    if was is is_so or row is None:
        return
    at_ms = row.told_ms if is_so else (row.until_ms or row.told_ms)
    lead = row.links[0] if row.links else ""
    act = tables.DiscrepancyAct(
        at_ms, name, row.kind.value, "begun" if is_so else "ended", row.work or None, lead,
        row.since_ms,
    )  # fmt: skip
    yield Row("discrepancies", at_ms, act)
    if not is_so or row.kind not in _NOT_AS_SAID:
        return
    for link_id in row.links:
        yield _closure(
            tables.ClosureActRow(
                at_ms=at_ms,
                closure_id=f"work:{row.work}" if row.work else name,
                act="contradicted",
                by_kind="bus",
                link_id=link_id,
                closure=Closure.NONE.value,
                from_ms=row.since_ms,
                until_ms=None,
                work_id=row.work or None,
            )
        )


def _goes_on(row: Discrepancy | None) -> bool:
    return row is not None and row.until_ms == 0


def _call(call_id: str, before: CallRow | None, now: CallRow | None) -> Iterator[Row]:
    if now is None:
        return
    topic = "closure" if now.closed else "place"
    link_id, dong = (now.link_ids[0] if now.link_ids else None), now.dong or None
    if before is None:
        at_ms = now.received_ms
        asked = tables.CallAct(at_ms, call_id, topic, link_id, dong, "asked", None)
        yield Row("calls", at_ms, asked)
    if now.done_ms and not (before and before.done_ms):
        done_ms = now.done_ms
        answered = tables.CallAct(done_ms, call_id, topic, link_id, dong, "answered", done_ms)
        yield Row("calls", done_ms, answered)


def _queued(alert: Alert) -> Row:
    row = tables.WebhookAct(alert.at_ms, "", alert.id, "queued", None, None)
    return Row("webhooks", alert.at_ms, row)


def _feeds(feeds: Mapping[str, FeedState], now_ms: int, memory: RowMemory) -> Iterator[Row]:
    """The feeds that are in another state at a tick."""
    for name, feed in sorted(feeds.items()):
        now = status(feed, now_ms).value
        if memory.feeds.get(name) == now:
            continue
        memory.feeds[name] = now
        delay_ms = now_ms - feed.last_success_ms if feed.last_success_ms else None
        yield Row("feeds", now_ms, tables.FeedAct(now_ms, name, now, delay_ms))


_CHANGED: dict[str, Callable[[str, Any, Any], Iterator[Row]]] = {
    OBSERVED.name: _observed,
    DISCREPANCIES.name: _discrepancy,
    CALLS.name: _call,
}

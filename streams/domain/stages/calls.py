"""Calls of citizens about a place, and the unconfirmed reports they add up to.

Nothing of a caller is known here: a place, a time, and the desk's own number to call back under.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from typing import TypedDict

from streams.contract.derived import Declaration, Origin
from streams.contract.enums import Cause, Closure
from streams.contract.records import Call, CallDone, Forgotten, Message, Tick
from streams.contract.times import DAY_MS, MINUTE_MS
from streams.domain.alerts import Episode
from streams.domain.derive import send
from streams.domain.rules import AlertRules
from streams.domain.rules.reports import watch_reports
from streams.domain.rules.watching import Look
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.geo.homes import Homes
from streams.geo.measures import distance_m

REPORT_MS = (
    30 * MINUTE_MS
)  # so long calls in one place count as one report, and its last call shows
NEAR_M = 150.0
POINTING = 2  # calls about one place point to a closure there
KEEP_MS = 7 * DAY_MS  # so long a call stays on the call-back list


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow(Call):
    """A call and when the desk called back (0: not yet)."""

    done_ms: int = 0


@dataclass(frozen=True, slots=True)
class CallReport:
    """Calls of the last 30 minutes in one place: what citizens report, confirmed by nobody.

    `title`, `lon` and `lat` are the first call's, whose id it bears; `link_ids` are all calls'.
    `confirmed` are the calls about a closure that the screens showed while the caller spoke.
    """

    id: str
    title: str
    link_ids: tuple[str, ...]
    lon: float | None
    lat: float | None
    count: int
    first_ms: int
    last_ms: int
    confirmed: int = 0


class CallRows(TypedDict):
    """The rows of this stage, by the kinds of the map they are."""

    calls: dict[str, CallRow]
    reports: dict[str, CallReport]


def rows_at(calls: Collection[CallRow], now_ms: int) -> CallRows:
    """The calls, and the reports they add up to at a time."""
    return CallRows(calls={call.call_id: call for call in calls}, reports=reports_at(calls, now_ms))


def reports_at(calls: Iterable[CallRow], now_ms: int) -> dict[str, CallReport]:
    """The reports that calls of the last 30 minutes add up to, by id.

    Two calls are of one place when they share a link or lie within 150 m; so are two that a third
    joins. The order of the calls leaves no trace.
    """
    recent = [call for call in calls if call.received_ms > now_ms - REPORT_MS]
    reports = (_report(cluster) for cluster in _clusters(recent))
    return {report.id: report for report in reports}


def _clusters(calls: Iterable[CallRow]) -> list[list[CallRow]]:
    """The calls by place, each cluster in the order of time."""
    clusters: list[list[CallRow]] = []
    for call in calls:
        joined = [c for c in clusters if any(is_one_place(call, other) for other in c)]
        clusters = [c for c in clusters if c not in joined]
        clusters.append([*(each for c in joined for each in c), call])
    for cluster in clusters:
        cluster.sort(key=lambda each: (each.received_ms, each.call_id))
    return clusters


def is_one_place(a: Call, b: Call) -> bool:
    """Whether two calls share a link or lie within 150 m; without links and point, nowhere."""
    if not set(a.link_ids).isdisjoint(b.link_ids):
        return True
    if a.lon is None or a.lat is None or b.lon is None or b.lat is None:
        return False
    return distance_m((a.lon, a.lat), (b.lon, b.lat)) <= NEAR_M


def _report(cluster: list[CallRow]) -> CallReport:
    first = cluster[0]
    return CallReport(
        id=first.call_id,
        title=first.title,
        link_ids=tuple(sorted({link_id for call in cluster for link_id in call.link_ids})),
        lon=first.lon,
        lat=first.lat,
        count=len(cluster),
        first_ms=first.received_ms,
        last_ms=cluster[-1].received_ms,
        confirmed=sum(bool(call.closed) for call in cluster),
    )


CALLS = StageTable("calls", CallRow)
REPORTS = StageTable("reports", CallReport)
CLOCK = StageTable("calls_clock", int)  # the last tick, ms, as "now"
EPISODES = StageTable("call-episodes", Episode)


class CallsStage:
    """calls -> the call-back list and the reports on the map. The links get only the time."""

    takes = (Call, CallDone, Tick, Forgotten)
    tables = (CALLS, REPORTS, CLOCK, EPISODES)

    def __init__(
        self,
        *,
        partitions: int,
        rules: AlertRules = AlertRules(),  # noqa: B008 - frozen
        homes: Homes | None = None,
    ) -> None:
        """`homes`: where buses are held against what citizens report; None: nowhere."""
        self._partitions = partitions
        self._homes = homes
        self._rules = rules

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        """A call known already changes nothing; the end of an unknown call is counted."""
        effects = Effects()
        calls, reports = Rows(CALLS, state, effects), Rows(REPORTS, state, effects)
        clock = Rows(CLOCK, state, effects)
        if isinstance(message, CallDone):
            _finish(calls, message, effects)
            return effects
        if isinstance(message, Tick):
            now_ms = max(message.tick_ms, clock.get("now") or 0)
            clock.put("now", now_ms)
            for call_id, call in calls.stored.items():
                if call.received_ms <= now_ms - KEEP_MS:
                    calls.put(call_id, None)
            is_due = any(x.first_ms <= now_ms - REPORT_MS for x in reports.stored.values())
        elif isinstance(message, Call):
            known_ms = clock.get("now")
            now_ms = message.received_ms if known_ms is None else known_ms
            _admit(calls, message, now_ms, effects)
            is_due = True
        elif isinstance(message, Forgotten):
            now_ms = max(message.at_ms, clock.get("now") or 0)
            is_due = _forget(calls, Look(effects, Rows(EPISODES, state, effects), now_ms), message)
        else:
            return effects
        if is_due:  # else no call has aged: the reports stand as they are
            _show(calls, reports, now_ms)
        send(
            effects,
            origin,
            self._partitions,
            declarations=_declared(reports),
            homes=self._homes,
            tick_ms=message.tick_ms if isinstance(message, Tick) else 0,
        )
        look = Look(effects, Rows(EPISODES, state, effects), now_ms)
        watch_reports(look, self._rules, reports, NEAR_M)
        return effects


def _admit(calls: Rows[CallRow], call: Call, now_ms: int, effects: Effects) -> None:
    """Take a call; one older than the list goes back is counted, as is one that is there."""
    if call.call_id in calls.stored:
        effects.count("calls repeated")
    elif call.received_ms <= now_ms - KEEP_MS:
        effects.count("calls late")
    else:
        calls.put(
            call.call_id, CallRow(**{part.name: getattr(call, part.name) for part in fields(Call)})
        )


def _finish(calls: Rows[CallRow], done: CallDone, effects: Effects) -> None:
    known = calls.get(done.call_id)
    if known is None:
        effects.count("calls done unknown")
    elif known.done_ms == 0:
        calls.put(done.call_id, replace(known, done_ms=done.received_ms))


def _forget(calls: Rows[CallRow], look: Look, gone: Forgotten) -> bool:
    """Let go of a call, and of what was told under its id; whether there was one."""
    kind, _, call_id = gone.subject.partition(":")
    if kind != "call":
        look.effects.count("forgotten unknown")
        return False
    look.forget(f"report:{call_id}")
    is_known = call_id in calls.stored
    if is_known:
        calls.put(call_id, None)
    return is_known


def _show(calls: Rows[CallRow], reports: Rows[CallReport], now_ms: int) -> None:
    """Put the reports that are there now, take away those that are not."""
    due = reports_at(calls.all().values(), now_ms)
    for report_id in reports.stored.keys() - due.keys():
        reports.put(report_id, None)
    for report_id, report in due.items():
        if reports.stored.get(report_id) != report:
            reports.put(report_id, report)


def _declared(reports: Rows[CallReport]) -> list[Declaration]:
    """What calls point to, as far as a message changed it; one call alone points to nothing."""
    found = []
    for report_id, now in reports.changed.items():
        before = reports.stored.get(report_id)
        is_on = now is not None and now.count >= POINTING
        row = now if is_on else before
        if row is not None and (is_on or row.count >= POINTING):
            subject = f"calls:{report_id}"
            found.append(
                Declaration(
                    subject, Cause.CALL, Closure.UNKNOWN, row.link_ids, is_on, is_over=not is_on
                )
            )
    return found

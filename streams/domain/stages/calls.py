"""Calls of citizens about a place, and the unconfirmed reports they add up to.

Nothing of a caller is known here: a place, a time, and the desk's own number to call back under.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from streams.contract.records import Call, CallDone, Message, Origin, Tick
from streams.domain.alerts import Episode
from streams.domain.derive import send
from streams.domain.rules import AlertRules
from streams.domain.rules.reports import watch_reports
from streams.domain.rules.watching import Look
from streams.domain.stage import Effects, Episodes, Rows, StageTable
from streams.geo.network import distance_m

REPORT_MS = 30 * 60_000  # so long calls in one place count as one report, and its last call shows
NEAR_M = 150.0
EPISODES = "call-episodes"
KEEP_MS = 7 * 86_400_000  # so long a call stays on the call-back list


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow(Call):
    """A call and when the desk called back (0: not yet)."""

    done_ms: int = 0


@dataclass(frozen=True, slots=True)
class CallReport:
    """Calls of the last 30 minutes in one place: what citizens say, confirmed by nobody.

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


class CallsStage:
    """calls -> the call-back list and the reports on the map. It tells the links only the time."""

    takes = (Call, CallDone, Tick)
    tables = (
        StageTable("calls", CallRow),
        StageTable("reports", CallReport),
        StageTable("calls_clock", int),
        StageTable(EPISODES, Episode),
    )

    def __init__(
        self,
        *,
        partitions: int,
        rules: AlertRules = AlertRules(),  # noqa: B008 - frozen
    ) -> None:
        self._partitions = partitions
        self._rules = rules

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects:
        """A call known already changes nothing; the end of a call never heard of is counted."""
        effects = Effects()
        if isinstance(message, CallDone):
            _finish(state, message, effects)
        elif isinstance(message, Tick):
            now_ms = max(message.tick_ms, state["calls_clock"].get("now", 0))
            effects.put("calls_clock", "now", now_ms)
            _forget(state, now_ms, effects)
            send(effects, origin, self._partitions, tick_ms=message.tick_ms)
            if any(report.first_ms <= now_ms - REPORT_MS for report in state["reports"].values()):
                _show(
                    state, now_ms, effects
                )  # else no call has aged: the reports stand as they are
            self._watch(state, now_ms, effects)
        elif isinstance(message, Call):
            now_ms = state["calls_clock"].get("now", message.received_ms)
            _admit(state, message, now_ms, effects)
            _show(state, now_ms, effects)
            self._watch(state, now_ms, effects)
        return effects

    def _watch(self, state: Mapping[str, Rows], now_ms: int, effects: Effects) -> None:
        watch_reports(
            Look(effects, Episodes(EPISODES, state[EPISODES]), now_ms),
            self._rules,
            known=state["reports"],
            changed=effects.changes.get("reports", {}),
            near_m=NEAR_M,
        )


def _forget(state: Mapping[str, Rows], now_ms: int, effects: Effects) -> None:
    for call_id, call in state["calls"].items():
        if call.received_ms <= now_ms - KEEP_MS:
            effects.put("calls", call_id, None)


def _admit(state: Mapping[str, Rows], call: Call, now_ms: int, effects: Effects) -> None:
    """Take a call; one older than the list goes back is counted, as is one that is there."""
    if call.call_id in state["calls"]:
        effects.count("calls repeated")
    elif call.received_ms <= now_ms - KEEP_MS:
        effects.count("calls late")
    else:
        effects.put("calls", call.call_id, CallRow(**_fields_of(call)))


def _finish(state: Mapping[str, Rows], done: CallDone, effects: Effects) -> None:
    known: CallRow | None = state["calls"].get(done.call_id)
    if known is None:
        effects.count("calls done unknown")
    elif known.done_ms == 0:
        row = CallRow(**_fields_of(known), done_ms=done.received_ms)
        effects.put("calls", done.call_id, row)


def _show(state: Mapping[str, Rows], now_ms: int, effects: Effects) -> None:
    """Put the reports that are there now, take away those that are not."""
    rows = {**state["calls"], **effects.changes.get("calls", {})}
    due = reports_at((row for row in rows.values() if row is not None), now_ms)
    for report_id in state["reports"].keys() - due.keys():
        effects.put("reports", report_id, None)
    for report_id, report in due.items():
        if state["reports"].get(report_id) != report:
            effects.put("reports", report_id, report)


def _fields_of(call: Call) -> dict[str, Any]:
    return {part.name: getattr(call, part.name) for part in fields(Call)}

"""How works kept what was declared: closures, the punctuality league, what works cost others."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from streams.contract.times import HOUR_MS
from streams.statistics.figure import Cell, Chart, ChartKind, Column, Note, Unit
from streams.statistics.small_numbers import ranks, shrunk, wilson
from streams.statistics.statistic import Asked, Rows, Statistic, real, rounded, whole

GRACE_MS = HOUR_MS
"""A work that ends so soon after its end was on time: feeds and crews tell it a little later."""

_WORKS = """
-- One row a work that was to end in the period: what was first declared, and what was reported.
-- Its office is its client, else the name that its list has for it where that is no contractor's.
WITH named AS (
  SELECT *, coalesce(contractor, '') AS builder,
         coalesce(nullif(client, ''), nullif(office, contractor), '') AS whose
  FROM work_phases
  WHERE day <= $last_day AND at_ms < $until_ms AND closure <> 'none'
),
works AS (
  SELECT work_id,
         arg_max(whose, at_ms) AS office, arg_max(builder, at_ms) AS contractor,
         arg_min(from_ms, at_ms) AS from_ms, arg_min(until_ms, at_ms) AS until_ms,
         min(at_ms) FILTER (phase = 'active' AND told_by <> 'clock') AS begun_ms,
         CASE WHEN arg_max(phase, at_ms) NOT IN ('active', 'overdue', 'paused')
           THEN max(at_ms) FILTER (phase = 'finished' AND told_by <> 'clock') END AS ended_ms,
         arg_max(phase, at_ms) AS phase
  FROM named GROUP BY work_id
)"""
_ENDING = """
FROM works
WHERE until_ms >= $from_ms AND until_ms < $until_ms AND phase <> 'cancelled'
"""
_ALL_SELECT = """
SELECT office, contractor, from_ms, until_ms, begun_ms, ended_ms, phase,
       $until_ms AS seen_until_ms"""
_ALL = _WORKS + _ALL_SELECT + _ENDING + "ORDER BY office, contractor, work_id"
_ROWS_SELECT = """
SELECT work_id, office, contractor, from_ms, until_ms, begun_ms, ended_ms, phase"""
_WORK_ROWS = _WORKS + _ROWS_SELECT + _ENDING + "ORDER BY until_ms, work_id"
OVER = ("active", "overdue", "paused")
"""The phases in which a work goes on."""


def _overrun_ms(row: tuple[Cell, ...]) -> int | None:
    """By how much a work ran over, so far; None where nobody reported its end."""
    until_ms, ended_ms, phase, seen_ms = whole(row[3]), row[5], row[6], whole(row[7])
    if ended_ms is not None:
        return max(0, whole(ended_ms) - until_ms)
    return max(0, seen_ms - until_ms) if phase in OVER else None


def _closures(rows: Rows, _: Asked) -> tuple[Rows, tuple[Note, ...]]:
    """A row an office and contractor, the longest overrun first."""
    groups: dict[tuple[str, str], list[tuple[Cell, ...]]] = defaultdict(list)
    for row in rows:
        groups[str(row[0]), str(row[1])].append(row)
    found = []
    for (office, contractor), works in groups.items():
        both = [each for each in works if each[4] is not None and each[5] is not None]
        over = [ms for ms in map(_overrun_ms, works) if ms is not None]
        declared = sum(whole(each[3]) - whole(each[2]) for each in both if whole(each[2]) > 0)
        took = sum(whole(each[5]) - whole(each[4]) for each in both)
        found.append(
            (
                office,
                contractor,
                len(works),
                len(both),
                rounded(declared / HOUR_MS),
                rounded(took / HOUR_MS),
                sum(ms > GRACE_MS for ms in over),
                rounded(sum(over) / HOUR_MS),
            )
        )
    found.sort(key=lambda row: (-(row[7] or 0), row[0], row[1]))
    return found, ()


CLOSURES = Statistic(
    id="closures",
    columns=(
        Column("office", Unit.TEXT),
        Column("contractor", Unit.TEXT),
        Column("works", Unit.COUNT),
        Column("reported", Unit.COUNT),
        Column("declared_h", Unit.HOURS),
        Column("real_h", Unit.HOURS),
        Column("late", Unit.COUNT),
        Column("overrun_h", Unit.HOURS),
    ),
    chart=Chart(ChartKind.BARS, "contractor", ("declared_h", "real_h", "overrun_h"), "office"),
    sql=_ALL,
    rows_sql=_WORK_ROWS,
    shape=_closures,
    notes=(Note("works_of_period", {}), Note("reported_alone", {})),
    goes_on=True,
)


def _league(place: int) -> Callable[[Rows, Asked], tuple[Rows, tuple[Note, ...]]]:
    """By the name in a column of the query; who still has the time of grace is neither yet."""

    def shape(rows: Rows, _: Asked) -> tuple[Rows, tuple[Note, ...]]:
        counted: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for row in rows:
            over, name = _overrun_ms(row), str(row[place])
            is_decided = over is not None and (row[5] is not None or over > GRACE_MS)
            if over is not None and is_decided and name:
                good, of = counted[name]
                counted[name] = (good + (over <= GRACE_MS), of + 1)
        return league_of(counted)

    return shape


def league_of(counted: Mapping[str, tuple[int, int]]) -> tuple[Rows, tuple[Note, ...]]:
    """The names with their (on time, of), best first; a rank is a range, or nobody's."""
    names = sorted(counted)
    cases = [counted[name] for name in names]
    intervals = [wilson(*each) for each in cases]
    drawn, possible = shrunk(cases), ranks(intervals)
    found: list[tuple[Cell, ...]] = []
    for at, name in enumerate(names):
        (good, of), (low, high) = cases[at], intervals[at]
        best, worst = possible[at] or (None, None)
        shares = (rounded(100 * each) for each in (good / of, low, high, drawn.shares[at]))
        found.append((name, of, good, *shares, best, worst))
    found.sort(key=lambda row: (-real(row[6]), str(row[0])))
    notes = [Note("on_time", {"grace_min": GRACE_MS // 60_000}), Note("ranks", {})]
    if found:
        notes.append(Note("shrunk_to", {"percent": rounded(100 * drawn.mean) or 0.0}))
    return found, tuple(notes)


def _punctuality(name: str, place: int) -> Statistic:
    return Statistic(
        id=f"punctuality_{name}s",
        columns=(
            Column(name, Unit.TEXT),
            Column("works", Unit.COUNT),
            Column("on_time", Unit.COUNT),
            Column("on_time_percent", Unit.PERCENT),
            Column("low_percent", Unit.PERCENT),
            Column("high_percent", Unit.PERCENT),
            Column("fair_percent", Unit.PERCENT),
            Column("rank_best", Unit.RANK),
            Column("rank_worst", Unit.RANK),
        ),
        chart=Chart(
            ChartKind.INTERVALS, name, ("on_time_percent",), low="low_percent", high="high_percent"
        ),
        sql=_ALL,
        rows_sql=_WORK_ROWS,
        shape=_league(place),
        notes=(Note("works_of_period", {}),),
        goes_on=True,
    )


PUNCTUALITY_OFFICES = _punctuality("office", 0)
PUNCTUALITY_CONTRACTORS = _punctuality("contractor", 1)

_COST = """
-- While a work was on the road; a phase holds until the work's next one.
WITH phases AS (
  SELECT work_id, office, links, phase, closure, at_ms,
         lead(at_ms, 1, $until_ms) OVER (PARTITION BY work_id ORDER BY at_ms) AS next_ms
  FROM work_phases WHERE day <= $last_day AND at_ms < $until_ms
),
spans AS (
  SELECT work_id, office, unnest(links) AS link_id, at_ms AS begin_ms, next_ms AS end_ms
  FROM phases
  WHERE phase IN ('active', 'overdue') AND closure <> 'none' AND next_ms > at_ms
    AND next_ms > $usual_ms
),
-- Read twice and kept nowhere: a year of passages is more than the memory that a question has.
driven AS NOT MATERIALIZED (
  SELECT exited_ms, link_id, travel_ms, ((exited_ms + 32400000) // 3600000) % 24 AS hour,
         ((exited_ms + 32400000) // 86400000 + 3) % 7 >= 5 AS is_weekend
  FROM passages
  WHERE day BETWEEN $usual_day AND $last_day AND exited_ms < $until_ms
    AND link_id IN (SELECT link_id FROM spans WHERE end_ms > $from_ms)
),
-- Usual is the median of the link at this hour of such days, on 28 days before and in the period,
-- while no work was on it; of fewer than 5 passages there is none.
usual AS (
  SELECT link_id, hour, is_weekend, median(travel_ms::INTEGER) AS usual_ms
  FROM driven ANTI JOIN spans ON driven.link_id = spans.link_id
    AND driven.exited_ms >= spans.begin_ms AND driven.exited_ms < spans.end_ms
  GROUP BY ALL HAVING count(*) >= 5
),
delayed AS (
  SELECT work_id, any_value(office) AS office, link_id, exited_ms // 3600000 AS hour_no,
         count(*) AS passages, sum(travel_ms - usual_ms) AS lost_ms,
         avg(travel_ms - usual_ms) AS mean_ms,
         least(any_value(end_ms), any_value(exited_ms // 3600000 + 1) * 3600000)
           - greatest(any_value(begin_ms), any_value(exited_ms // 3600000) * 3600000) AS within_ms
  FROM driven
  JOIN spans USING (link_id)
  JOIN usual USING (link_id, hour, is_weekend)
  WHERE exited_ms >= begin_ms AND exited_ms < end_ms AND exited_ms >= $from_ms
  GROUP BY work_id, link_id, hour_no, begin_ms
)
SELECT work_id, coalesce(any_value(office), '') AS office, sum(passages) AS passages,
       sum(lost_ms) / 60000.0 AS bus_min,
       sum(mean_ms * within_ms / 3600000.0 * $vehicles_per_hour) / 60000.0 AS vehicle_min
FROM delayed GROUP BY work_id ORDER BY bus_min DESC, work_id
"""


def _cost(rows: Rows, asked: Asked) -> tuple[Rows, tuple[Note, ...]]:
    found = [
        (row[0], row[1], whole(row[2]), rounded(real(row[3])), rounded(real(row[4]), 0))
        for row in rows
    ]
    return found, (Note("vehicles_assumed", {"number": asked.vehicles_per_hour}),)


WORK_COST = Statistic(
    id="work_cost",
    columns=(
        Column("work", Unit.TEXT),
        Column("office", Unit.TEXT),
        Column("passages", Unit.COUNT),
        Column("bus_min", Unit.MINUTES),
        Column("vehicle_min", Unit.MINUTES),
    ),
    chart=Chart(ChartKind.BARS, "work", ("bus_min",)),
    sql=_COST,
    rows_sql="""
SELECT at_ms, work_id, phase, told_by, office, contractor, client, closure, from_ms, until_ms, links
FROM work_phases
WHERE day <= $last_day AND at_ms < $until_ms AND closure <> 'none'
  AND phase IN ('active', 'overdue')
ORDER BY at_ms, work_id
""",
    shape=_cost,
    takes=("vehicles_per_hour",),
    within_s=40.0,
    notes=(Note("usual_travel", {}),),
)

"""How months compare: means of their days, with what chance alone may have done to them."""

from collections import defaultdict

from streams.statistics.figure import Cell, Chart, ChartKind, Column, Note, Unit
from streams.statistics.small_numbers import change_interval, mean_interval
from streams.statistics.statistic import Asked, Rows, Statistic, real, rounded

MONTHS = 12
SEED = 20_261_128
MEASURES = ("jam_percent", "calls", "situations", "begun_works")
LEAST_DAYS = 5
"""Of fewer days a month is compared with none."""

_DAYS = """
-- One row a day on which the roads were seen: the mean of its full hours, and what began on it. A
-- day that is not over, and the one in whose midst the history begins, are no days like the others.
WITH hours AS (
  SELECT day, minute_ms, 100.0 * count(*) FILTER (level = 'jam') / count(*) AS jam_percent
  FROM link_minutes
  WHERE day BETWEEN $first_day AND $last_day AND minute_ms % 3600000 = 0 AND level <> 'unknown'
  GROUP BY day, minute_ms
),
seen AS (
  SELECT day, avg(jam_percent) AS jam_percent, min(minute_ms) AS first_ms,
         epoch_ms(day::TIMESTAMP) - 32400000 AS begin_ms
  FROM hours GROUP BY day
),
days AS (
  SELECT day, jam_percent FROM seen
  WHERE begin_ms + 82800000 <= $until_ms
    AND NOT (first_ms > begin_ms + 3600000 AND day > $first_day
             AND day = (SELECT min(day) FROM seen))
),
asked AS (
  SELECT day, count(DISTINCT call_id) AS calls FROM calls
  WHERE day BETWEEN $first_day AND $last_day AND state = 'asked' GROUP BY day
),
began AS (
  SELECT day, count(DISTINCT situation_id) AS situations FROM situations
  WHERE day BETWEEN $first_day AND $last_day AND act = 'begun' GROUP BY day
),
dug AS (
  SELECT day, count(DISTINCT work_id) AS begun_works FROM work_phases
  WHERE day BETWEEN $first_day AND $last_day AND phase = 'active'
    AND phase_before IS DISTINCT FROM 'active' GROUP BY day
)
SELECT CAST(day AS VARCHAR) AS day, jam_percent, coalesce(calls, 0) AS calls,
       coalesce(situations, 0) AS situations, coalesce(begun_works, 0) AS begun_works
FROM days LEFT JOIN asked USING (day) LEFT JOIN began USING (day) LEFT JOIN dug USING (day)
ORDER BY day
"""


def _trends(rows: Rows, _: Asked) -> tuple[Rows, tuple[Note, ...]]:
    """A row a measure and month, with the change against the month before and whether it is sure:
    an interval that does not hold 0.
    """
    by_month: dict[str, list[tuple[Cell, ...]]] = defaultdict(list)
    for row in rows:
        by_month[str(row[0])[:7]].append(row)
    months = sorted(by_month)
    found: list[tuple[Cell, ...]] = []
    for place, measure in enumerate(MEASURES, 1):
        before: list[float] = []
        for month in months:
            values = [real(row[place]) for row in by_month[month]]
            found.append((measure, month, *_month(before, values)))
            before = values
    return found, (Note("bootstrap", {"seed": SEED}),)


def _month(before: list[float], values: list[float]) -> tuple[Cell, ...]:
    days, mean = len(values), sum(values) / len(values)
    low, high = mean_interval(values, SEED) if days >= LEAST_DAYS else (None, None)
    own = (days, rounded(mean, 2), rounded(low, 2), rounded(high, 2))
    if min(days, len(before)) < LEAST_DAYS:
        return (*own, None, None, None, None)
    least, most = change_interval(before, values, SEED)
    change = mean - sum(before) / len(before)
    sure = "up" if least > 0 else "down" if most < 0 else "unsure"
    return (*own, rounded(change, 2), rounded(least, 2), rounded(most, 2), sure)


TRENDS = Statistic(
    id="trends",
    columns=(
        Column("measure", Unit.WORD, "stats.measure."),
        Column("month", Unit.MONTH),
        Column("days", Unit.COUNT),
        Column("day_mean", ""),
        Column("low", ""),
        Column("high", ""),
        Column("change", ""),
        Column("change_low", ""),
        Column("change_high", ""),
        Column("direction", Unit.WORD, "stats.direction."),
    ),
    chart=Chart(ChartKind.LINES, "month", ("day_mean",), "measure", "low", "high"),
    sql=_DAYS,
    rows_sql=_DAYS,
    shape=_trends,
    months=MONTHS,
)

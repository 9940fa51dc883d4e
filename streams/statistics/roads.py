"""How the roads were: jam-hours by road and hour of the day, and the usual week."""

from collections import defaultdict
from collections.abc import Mapping

from streams.statistics.figure import Cell, Chart, ChartKind, Column, Note, Unit
from streams.statistics.statistic import Asked, Rows, Statistic, real, rounded, whole

TOP_ROADS = 15
HOURS = range(24)

_HELD = """
-- What a link showed holds until its next row, and until the full hour at most: then each link that
-- has a value has a row again. A file lies sorted by link and minute, so the next row is the next;
-- behind a link's last row in a file of a day in parts, its first row in another is.
WITH shown AS (
  SELECT link_id, level, minute_ms, minute_ms // 3600000 AS hour,
         least((minute_ms // 3600000 + 1) * 3600000, $until_ms) AS full_ms,
         lead(link_id) OVER () AS next_link, lead(minute_ms) OVER () AS next_ms
  FROM link_minutes WHERE day BETWEEN $first_day AND $last_day
),
firsts AS (
  SELECT link_id, minute_ms // 3600000 AS hour, list(minute_ms) AS begins_ms
  FROM (SELECT link_id, minute_ms,
               lag(link_id) OVER () AS link_before, lag(minute_ms) OVER () AS before_ms
        FROM link_minutes_in_parts WHERE day BETWEEN $first_day AND $last_day)
  WHERE link_before IS DISTINCT FROM link_id OR before_ms >= minute_ms
  GROUP BY ALL
),
held AS (
  SELECT link_id, level, minute_ms,
         least(full_ms, CASE WHEN next_link = link_id AND next_ms > minute_ms THEN next_ms
               ELSE list_min(list_filter(begins_ms, lambda x: x > minute_ms)) END
         ) - minute_ms AS held_ms
  FROM shown LEFT JOIN firsts USING (link_id, hour) WHERE level <> 'unknown'
)
SELECT link_id, (minute_ms // 3600000 + 9) % 24 AS hour,
       sum(CASE WHEN level = 'jam' THEN held_ms ELSE 0 END) / 3600000.0 AS jam_h,
       sum(held_ms) / 3600000.0 AS known_h
FROM held GROUP BY ALL ORDER BY ALL
"""
_JAMS = """
SELECT minute_ms, link_id, speed_kmh, level, closure, passages, is_measured
FROM link_minutes
WHERE day BETWEEN $first_day AND $last_day AND minute_ms >= $from_ms AND minute_ms < $until_ms
  AND level = 'jam'
ORDER BY minute_ms, link_id
"""


def _by_road(rows: Rows, asked: Asked) -> Mapping[str, Mapping[int, tuple[float, float]]]:
    """Road -> hour of the day -> hours in a jam, hours known."""
    found: dict[str, dict[int, tuple[float, float]]] = defaultdict(dict)
    for link_id, hour, jam_h, known_h in rows:
        of_road = found[asked.road_of(str(link_id))]
        jam, known = of_road.get(whole(hour), (0.0, 0.0))
        of_road[whole(hour)] = (jam + real(jam_h), known + real(known_h))
    return found


def _roads(rows: Rows, asked: Asked) -> tuple[Rows, tuple[Note, ...]]:
    """A row a road, most jam-hours first."""
    found = []
    for road, hours in _by_road(rows, asked).items():
        jam = sum(each for each, _ in hours.values())
        known = sum(each for _, each in hours.values())
        worst = max(hours, key=lambda hour: (hours[hour][0], -hour)) if jam else None
        found.append((road, rounded(jam), rounded(known), rounded(100 * jam / known), worst))
    found.sort(key=lambda row: (-(row[1] or 0), row[0]))
    return found, ()


def _hours(rows: Rows, asked: Asked) -> tuple[Rows, tuple[Note, ...]]:
    """A row a road and hour, of the roads with most jam-hours."""
    roads = _by_road(rows, asked)
    total = {road: sum(jam for jam, _ in hours.values()) for road, hours in roads.items()}
    first = sorted(total, key=lambda road: (-total[road], road))[:TOP_ROADS]
    found: list[tuple[Cell, ...]] = []
    for road in (each for each in first if total[each] > 0):
        for hour in HOURS:
            jam, known = roads[road].get(hour, (0.0, 0.0))
            given = (rounded(jam, 2), rounded(known, 2)) if known else (None, 0.0)
            found.append((road, hour, *given))
    return found, (Note("top_roads", {"shown": min(TOP_ROADS, len(total)), "of": len(total)}),)


JAM_ROADS = Statistic(
    id="jam_roads",
    columns=(
        Column("road", Unit.TEXT),
        Column("jam_h", Unit.HOURS),
        Column("known_h", Unit.HOURS),
        Column("jam_percent", Unit.PERCENT),
        Column("worst_hour", Unit.HOUR),
    ),
    chart=Chart(ChartKind.BARS, "road", ("jam_h",)),
    sql=_HELD,
    rows_sql=_JAMS,
    shape=_roads,
    notes=(Note("jam_hours", {}),),
)
JAM_HOURS = Statistic(
    id="jam_hours",
    columns=(
        Column("road", Unit.TEXT),
        Column("hour", Unit.HOUR),
        Column("jam_h", Unit.HOURS),
        Column("known_h", Unit.HOURS),
    ),
    chart=Chart(ChartKind.HEAT, "hour", ("jam_h",), group="road"),
    sql=_HELD,
    rows_sql=_JAMS,
    shape=_hours,
    notes=(Note("jam_hours", {}),),
)

_WEEK = """
-- Every link that has a value has a row at each full hour: these are the samples.
WITH hours AS (
  SELECT minute_ms, count(*) FILTER (level = 'jam') AS jammed, count(*) AS known,
         avg(speed_kmh) AS kmh
  FROM link_minutes
  WHERE day BETWEEN $first_day AND $last_day AND minute_ms % 3600000 = 0
    AND minute_ms >= $from_ms AND minute_ms < $until_ms AND level <> 'unknown'
    AND (len($links) = 0 OR list_contains($links, link_id))
  GROUP BY minute_ms
)
SELECT ((minute_ms + 32400000) // 86400000 + 3) % 7 AS weekday,
       ((minute_ms + 32400000) // 3600000) % 24 AS hour,
       median(100.0 * jammed / known) AS jam_percent, mad(100.0 * jammed / known) AS jam_mad,
       median(kmh) AS kmh, mad(kmh) AS kmh_mad, count(*) AS days
FROM hours GROUP BY ALL ORDER BY ALL
"""


def _week(rows: Rows, _: Asked) -> tuple[Rows, tuple[Note, ...]]:
    """All 168 hours; of one that nobody saw nothing is known."""
    seen = {(whole(row[0]), whole(row[1])): row[2:] for row in rows}
    nothing: tuple[Cell, ...] = (None, None, None, None, 0)
    found: list[tuple[Cell, ...]] = []
    for weekday in range(7):
        for hour in HOURS:
            *values, days = seen.get((weekday, hour), nothing)
            shown = (None if each is None else rounded(float(each)) for each in values)
            found.append((weekday, hour, *shown, days))
    notes: tuple[Note, ...] = (Note("median_of_days", {}),)
    days = sum(max((whole(row[-1]) for row in rows if row[0] == x), default=0) for x in range(7))
    if days < 28:
        notes = (*notes, Note("few_weeks", {"days": days}))
    return (found if rows else ()), notes


USUAL_WEEK = Statistic(
    id="usual_week",
    columns=(
        Column("weekday", Unit.WEEKDAY),
        Column("hour", Unit.HOUR),
        Column("jam_percent", Unit.PERCENT),
        Column("jam_mad", Unit.PERCENT),
        Column("kmh", Unit.KMH),
        Column("kmh_mad", Unit.KMH),
        Column("days", Unit.COUNT),
    ),
    chart=Chart(ChartKind.HEAT, "hour", ("jam_percent",), group="weekday"),
    sql=_WEEK,
    rows_sql="""
SELECT minute_ms, link_id, speed_kmh, level, closure, passages, is_measured
FROM link_minutes
WHERE day BETWEEN $first_day AND $last_day AND minute_ms % 3600000 = 0
  AND minute_ms >= $from_ms AND minute_ms < $until_ms AND level <> 'unknown'
  AND (len($links) = 0 OR list_contains($links, link_id))
ORDER BY minute_ms, link_id
""",
    shape=_week,
    takes=("road",),
)

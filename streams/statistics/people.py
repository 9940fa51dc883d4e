"""How people were answered and feeds were there: calls by place, response times, availability."""

from collections import defaultdict

from streams.statistics.figure import Cell, Chart, ChartKind, Column, Note, Unit
from streams.statistics.statistic import Asked, Rows, Statistic, rounded, whole

TOP_PLACES = 20

_CALLS = """
SELECT coalesce(dong, '') AS dong, coalesce(link_id, '') AS link_id, topic,
       count(DISTINCT call_id) AS calls
FROM calls
WHERE day BETWEEN $first_day AND $last_day AND at_ms >= $from_ms AND at_ms < $until_ms
  AND state = 'asked'
GROUP BY ALL ORDER BY ALL
"""


def _calls(rows: Rows, asked: Asked) -> tuple[Rows, tuple[Note, ...]]:
    """A row a place and topic, the places with most calls first; a call without a 동 is of the
    road of its link.
    """
    of_place: dict[str, int] = defaultdict(int)
    of_topic: dict[tuple[str, str], int] = defaultdict(int)
    for dong, link_id, topic, calls in rows:
        place = str(dong) or (asked.road_of(str(link_id)) if link_id else "")
        of_place[place] += whole(calls)
        of_topic[place, str(topic)] += whole(calls)
    first = sorted(of_place, key=lambda dong: (-of_place[dong], dong))[:TOP_PLACES]
    kept = [(*each, calls) for each, calls in of_topic.items() if each[0] in first]
    kept.sort(key=lambda row: (first.index(str(row[0])), str(row[1])))
    return kept, (Note("top_places", {"shown": len(first), "of": len(of_place)}),)


CALLS = Statistic(
    id="calls",
    columns=(
        Column("dong", Unit.TEXT),
        Column("topic", Unit.WORD, "stats.topic."),
        Column("calls", Unit.COUNT),
    ),
    chart=Chart(ChartKind.HEAT, "topic", ("calls",), group="dong"),
    sql=_CALLS,
    rows_sql="""
SELECT at_ms, topic, link_id, dong, state, answered_ms
FROM calls
WHERE day BETWEEN $first_day AND $last_day AND at_ms >= $from_ms AND at_ms < $until_ms
ORDER BY at_ms, topic
""",
    shape=_calls,
)

_WAITS = """
-- What began in the period, and how long until somebody answered; null: nobody has yet.
WITH waits AS (
  SELECT 'calls' AS of_what, any_value(topic) AS sort,
         min(at_ms) FILTER (state = 'asked') AS begun_ms,
         min(answered_ms) FILTER (state = 'answered')
           - min(at_ms) FILTER (state = 'asked') AS waited_ms
  FROM calls WHERE day >= $first_day GROUP BY call_id
  UNION ALL
  SELECT 'situations', arg_min(severity, at_ms), min(at_ms) FILTER (act = 'begun'),
         min(at_ms) FILTER (act = 'acknowledged') - min(at_ms) FILTER (act = 'begun')
  FROM situations WHERE day >= $first_day GROUP BY situation_id
  UNION ALL
  SELECT 'webhooks', state, at_ms, took_ms
  FROM webhooks WHERE day BETWEEN $first_day AND $last_day AND state = 'delivered'
)"""
_SORTED = """,
sorted AS (
  SELECT of_what, sort, count(*) AS number, count(waited_ms) AS answered,
         list(waited_ms / 60000.0 ORDER BY waited_ms) FILTER (waited_ms IS NOT NULL) AS waits
  FROM waits WHERE begun_ms >= $from_ms AND begun_ms < $until_ms GROUP BY ALL
)
-- The median lies between the waits of rank n/2 -+ 0.98 sqrt(n), in 95 of 100 cases (order
-- statistics; W. J. Conover, Practical nonparametric statistics, 3.2); of fewer than 6 none.
SELECT of_what, sort, number, answered, list_aggregate(waits, 'median') AS median_min,
       CASE WHEN answered >= 6
         THEN waits[greatest(1, floor(answered / 2 - 0.98 * sqrt(answered))::BIGINT)]
       END AS low_min,
       CASE WHEN answered >= 6
         THEN waits[least(answered, ceil(answered / 2 + 1 + 0.98 * sqrt(answered))::BIGINT)]
       END AS high_min,
       list_aggregate(waits, 'quantile_cont', 0.9) AS p90_min
FROM sorted ORDER BY of_what, sort
"""
_WAIT_ROWS = """
SELECT of_what, sort, begun_ms, waited_ms FROM waits
WHERE begun_ms >= $from_ms AND begun_ms < $until_ms
ORDER BY begun_ms, of_what, sort
"""


def _responses(rows: Rows, _: Asked) -> tuple[Rows, tuple[Note, ...]]:
    found = [
        (*row[:4], *(None if each is None else rounded(float(each), 2) for each in row[4:]))
        for row in rows
    ]
    return found, (Note("median_interval", {}),)


RESPONSES = Statistic(
    id="responses",
    columns=(
        Column("of_what", Unit.WORD, "stats.of."),
        Column("sort", Unit.WORD, "stats.sort."),
        Column("number", Unit.COUNT),
        Column("answered", Unit.COUNT),
        Column("median_min", Unit.MINUTES),
        Column("low_min", Unit.MINUTES),
        Column("high_min", Unit.MINUTES),
        Column("p90_min", Unit.MINUTES),
    ),
    chart=Chart(ChartKind.INTERVALS, "sort", ("median_min",), "of_what", "low_min", "high_min"),
    sql=_WAITS + _SORTED,
    rows_sql=_WAITS + _WAIT_ROWS,
    shape=_responses,
)

_FEEDS = """
-- A state holds until the feed's next one, an hour at most: what nobody wrote nobody knows.
WITH held AS (
  SELECT feed, state, greatest(at_ms, $from_ms) AS begin_ms,
         least(lead(at_ms, 1, $until_ms) OVER (PARTITION BY feed ORDER BY at_ms),
               at_ms + 3600000, $until_ms) AS end_ms
  FROM feeds
  WHERE day BETWEEN $day_before AND $last_day
    AND at_ms > $from_ms - 3600000 AND at_ms < $until_ms
)
SELECT feed, sum(end_ms - begin_ms) FILTER (state IN ('live', 'empty')) / 3600000.0 AS there_h,
       sum(end_ms - begin_ms) FILTER (state NOT IN ('live', 'empty')) / 3600000.0 AS away_h,
       count(*) FILTER (state NOT IN ('live', 'empty')) AS spells
FROM held WHERE end_ms > begin_ms GROUP BY feed ORDER BY feed
"""


def _feeds(rows: Rows, _: Asked) -> tuple[Rows, tuple[Note, ...]]:
    found: list[tuple[Cell, ...]] = []
    for feed, there, away, _spells in rows:
        there_h, away_h = float(there or 0), float(away or 0)
        share = rounded(100 * there_h / (there_h + away_h), 2)
        found.append((feed, share, rounded(there_h), rounded(away_h)))
    return sorted(found, key=lambda row: (row[1] or 0, str(row[0]))), ()


FEEDS = Statistic(
    id="feeds",
    columns=(
        Column("feed", Unit.WORD, "feed."),
        Column("there_percent", Unit.PERCENT),
        Column("there_h", Unit.HOURS),
        Column("away_h", Unit.HOURS),
    ),
    chart=Chart(ChartKind.BARS, "feed", ("there_percent",)),
    sql=_FEEDS,
    rows_sql="""
SELECT at_ms, feed, state, delay_ms FROM feeds
WHERE day BETWEEN $first_day AND $last_day AND at_ms >= $from_ms AND at_ms < $until_ms
ORDER BY at_ms, feed
""",
    shape=_feeds,
    notes=(Note("feed_states", {}),),
)

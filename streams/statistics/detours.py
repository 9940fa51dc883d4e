"""Where buses went round, and where what happened was not what was declared."""

from streams.statistics.figure import Cell, Chart, ChartKind, Column, Note, Unit
from streams.statistics.statistic import Asked, Rows, Statistic, real, rounded, whole

_DETOURS = """
-- A detour lasts until it ends, or is still there at the period's end.
WITH detours AS (
  SELECT situation_id, min(at_ms) FILTER (act = 'begun') AS begun_ms,
         coalesce(max(at_ms) FILTER (act = 'ended'), $until_ms) AS ended_ms,
         arg_max(links, at_ms) AS links
  FROM situations
  WHERE day BETWEEN $usual_day AND $last_day AND at_ms < $until_ms AND kind = 'detour'
  GROUP BY situation_id
),
seen AS (
  SELECT link_id, closure_id, min(at_ms) AS at_ms
  FROM closures
  WHERE day BETWEEN $first_day AND $last_day AND at_ms >= $from_ms AND at_ms < $until_ms
    AND act = 'observed' AND by_kind = 'bus'
  GROUP BY ALL
)
SELECT 'detour' AS sort, situation_id AS id, link_id, begun_ms,
       least(ended_ms, $until_ms) - greatest(begun_ms, $from_ms) AS lasted_ms
FROM (SELECT *, unnest(links) AS link_id FROM detours)
WHERE ended_ms > $from_ms
UNION ALL
SELECT 'closed', closure_id, link_id, at_ms, NULL FROM seen
ORDER BY ALL
"""


def _detours(rows: Rows, asked: Asked) -> tuple[Rows, tuple[Note, ...]]:
    """A row a road: a detour of several of its links is one, and lasts as long as the longest."""
    lasted: dict[str, dict[str, float]] = {}
    closed: dict[str, set[str]] = {}
    for sort, each, link_id, _begun, lasted_ms in rows:
        road = asked.road_of(str(link_id))
        of_road = lasted.setdefault(road, {})
        if sort == "closed":
            closed.setdefault(road, set()).add(str(each))
        else:
            of_road[str(each)] = max(of_road.get(str(each), 0.0), real(lasted_ms))
    found: list[tuple[Cell, ...]] = []
    for road, detours in lasted.items():
        hours = rounded(sum(detours.values()) / 3_600_000)
        found.append((road, len(detours), hours, len(closed.get(road, ()))))
    found.sort(key=lambda row: (-real(row[2]), -whole(row[3]), str(row[0])))
    return found, ()


DETOURS = Statistic(
    id="detours",
    columns=(
        Column("road", Unit.TEXT),
        Column("detours", Unit.COUNT),
        Column("detour_h", Unit.HOURS),
        Column("seen_closed", Unit.COUNT),
    ),
    chart=Chart(ChartKind.BARS, "road", ("detour_h",)),
    sql=_DETOURS,
    rows_sql=_DETOURS,
    shape=_detours,
    notes=(Note("detours", {}),),
    goes_on=True,
)

DISCREPANCIES = Statistic(
    id="discrepancies",
    columns=(
        Column("kind", Unit.WORD, "discrepancy."),
        Column("number", Unit.COUNT),
        Column("still", Unit.COUNT),
        Column("median_h", Unit.HOURS),
    ),
    chart=Chart(ChartKind.BARS, "kind", ("number",)),
    sql="""
WITH each AS (
  SELECT discrepancy_id, any_value(kind) AS kind,
         min(at_ms) FILTER (state = 'begun') AS begun_ms,
         max(at_ms) FILTER (state = 'ended') AS ended_ms
  FROM discrepancies
  WHERE day BETWEEN $first_day AND $last_day AND at_ms < $until_ms
  GROUP BY discrepancy_id
)
SELECT kind, count(*) AS number, count(*) FILTER (ended_ms IS NULL) AS still,
       round(median(ended_ms - begun_ms) / 3600000.0, 1) AS median_h
FROM each WHERE begun_ms >= $from_ms GROUP BY kind ORDER BY number DESC, kind
""",
    rows_sql="""
SELECT at_ms, discrepancy_id, kind, state, work_id, link_id, since_ms
FROM discrepancies
WHERE day BETWEEN $first_day AND $last_day AND at_ms >= $from_ms AND at_ms < $until_ms
ORDER BY at_ms, discrepancy_id
""",
)

"""How alerts reached their receivers: delivered or given up, how fast, after how many attempts."""

from streams.statistics.figure import Cell, Chart, ChartKind, Column, Note, Unit
from streams.statistics.statistic import Asked, Rows, Statistic, real, rounded, whole

_TOLD = """
-- One row an alert and endpoint: given up is what was never delivered. An alert that was given up
-- and is sent after all is delivered; one that two processes gave up was given up once.
WITH told AS (
  SELECT endpoint_id, alert_id, bool_or(state = 'delivered') AS is_delivered,
         min(took_ms) FILTER (state = 'delivered') AS took_ms, max(attempts) AS attempts
  FROM webhooks
  WHERE day BETWEEN $first_day AND $last_day AND at_ms >= $from_ms AND at_ms < $until_ms
    AND state IN ('delivered', 'given_up')
  GROUP BY endpoint_id, alert_id
)
SELECT endpoint_id, count(*) FILTER (is_delivered) AS delivered,
       count(*) FILTER (NOT is_delivered) AS given_up,
       median(took_ms) / 1000.0 AS p50_s, quantile_cont(took_ms, 0.95) / 1000.0 AS p95_s,
       avg(attempts) AS attempts
FROM told GROUP BY endpoint_id ORDER BY endpoint_id
"""


def _webhooks(rows: Rows, asked: Asked) -> tuple[Rows, tuple[Note, ...]]:
    """A row a receiver, those that missed most first; one whose name is not known has a number."""
    ordered = sorted(rows, key=lambda row: (-whole(row[2]), -whole(row[1]), str(row[0])))
    found: list[tuple[Cell, ...]] = []
    for number, (endpoint, delivered, given_up, p50, p95, attempts) in enumerate(ordered, 1):
        name = asked.receivers.get(str(endpoint)) or f"#{number}"
        share = rounded(100 * whole(delivered) / (whole(delivered) + whole(given_up)))
        times = (None if each is None else rounded(real(each)) for each in (p50, p95))
        tries = None if attempts is None else rounded(real(attempts), 2)
        found.append((name, delivered, given_up, share, *times, tries))
    return found, ()


WEBHOOKS = Statistic(
    id="webhooks",
    columns=(
        Column("receiver", Unit.TEXT),
        Column("delivered", Unit.COUNT),
        Column("given_up", Unit.COUNT),
        Column("delivered_percent", Unit.PERCENT),
        Column("p50_s", Unit.SECONDS),
        Column("p95_s", Unit.SECONDS),
        Column("attempts", ""),
    ),
    chart=Chart(ChartKind.BARS, "receiver", ("delivered", "given_up")),
    sql=_TOLD,
    rows_sql="""
SELECT at_ms, state, attempts, took_ms FROM webhooks
WHERE day BETWEEN $first_day AND $last_day AND at_ms >= $from_ms AND at_ms < $until_ms
  AND state IN ('delivered', 'given_up')
ORDER BY ALL
""",
    shape=_webhooks,
    notes=(Note("webhooks", {}),),
    names_receivers=True,
)

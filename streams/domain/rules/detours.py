"""The rule `detour`: the buses of a route go round, and what explains it."""

from typing import Any

from streams.contract.enums import RuleName
from streams.domain.alerts import Condition, Episode
from streams.domain.observed.detours import BusDetour
from streams.domain.observed.ways import streets_of
from streams.domain.rules.book import AlertRules
from streams.domain.rules.watching import Look, point_of
from streams.domain.stage import Rows
from streams.geo.network import Network

_PREFIX = f"{RuleName.DETOUR} detour:"


def watch_detours(
    look: Look, rules: AlertRules, network: Network, detours: Rows[BusDetour]
) -> None:
    """Look at every detour, and at those that are over."""

    def condition(row: BusDetour, _episode: Episode | None) -> Condition:
        return Condition(rules.detour.severity, _facts(row, network))

    rows = detours.all()
    for name in sorted({*rows, *look.episodes_of(_PREFIX)}):
        look.at(RuleName.DETOUR, rules.detour, f"detour:{name}", condition, rows.get(name))


def _facts(row: BusDetour, network: Network) -> dict[str, Any]:
    """The facts of a detour: the route's number, the way by its streets, the stops by name, and
    the permit behind it; how many buses took it is no news.
    """
    route = network.route_by_id.get(row.route_id)
    stops = (network.stop_by_id.get(stop_id) for stop_id in row.stops)
    kind, _, subject = row.cause.partition(":")
    return {
        "title": route.no if route else row.route_id,
        "links": list(row.links),
        "streets": streets_of(row.way, row.links, network),
        "stops": [stop.name for stop in stops if stop],
        "works": [subject] if kind == "work" else [],
        "cause": row.cause,
        **point_of(row.links, network),
    }

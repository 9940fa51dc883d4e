"""Every route of the authored lines as its buses drive it."""

from dataclasses import dataclass

from producers.simulator.city import courses


@dataclass(frozen=True, slots=True)
class DrivenRoute:
    """One route as driven: stop ids in order, the nodes they stand at, the links to each next."""

    route_id: str
    no: str
    kind: str
    stops: tuple[str, ...]
    nodes: tuple[str, ...]
    legs: tuple[tuple[int, ...], ...]
    partner: str


def runs() -> dict[str, DrivenRoute]:
    """Every route by number."""
    return {
        course.line.no: DrivenRoute(
            course.route_id,
            course.line.no,
            course.line.kind,
            course.stops,
            course.nodes,
            course.legs,
            course.line.partner,
        )
        for course in courses()
    }

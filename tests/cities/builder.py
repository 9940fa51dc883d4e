"""Little cities: a grid of streets both ways, some missing, some with a standard link over."""

from dataclasses import replace

from streams.geo.measures import bearing_deg
from streams.geo.network import Landmark, Link, Network, Overlay, Route, Stop

SPACING_DEG = 0.004
SPACING_M = 400


def node(x: int, y: int) -> str:
    return f"N{x}.{y}"


def stop(x: int, y: int) -> Stop:
    return Stop(node(x, y), f"{x}로{y}거리", 127.7 + SPACING_DEG * x, 37.88 + SPACING_DEG * y)


def section(a: Stop, b: Stop, *, road_name: str = "") -> Link:
    line = ((a.lon, a.lat), (b.lon, b.lat))
    return Link(
        id=f"{a.id}>{b.id}",
        kind="section",
        name=f"{a.name} → {b.name}",
        road_name=road_name,
        road_class="city",
        length_m=SPACING_M,
        length_source="geometry",
        bearing_deg=bearing_deg(*line),
        free_flow_kmh=50,
        geometry=line,
        from_id=a.id,
        to_id=b.id,
    )


def standard(over: Link) -> Link:
    return replace(over, id=f"T{over.id}", kind="standard", length_source="standard")


def town(
    width: int,
    height: int,
    *,
    missing: frozenset[str] = frozenset(),
    carried: frozenset[str] = frozenset(),
    routes: tuple[Route, ...] = (),
    places: tuple[Landmark, ...] = (),
) -> Network:
    """A grid of streets both ways without the missing links; carried ones have a standard link."""
    pairs = [
        (stop(x, y), stop(x + dx, y + dy), f"{y}가로" if dx else f"{x}세로")
        for x in range(width)
        for y in range(height)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < width and y + dy < height
    ]
    sections = [
        link
        for a, b, road_name in pairs
        for link in (section(a, b, road_name=road_name), section(b, a, road_name=road_name))
        if link.id not in missing
    ]
    standards = [standard(link) for link in sections if link.id in carried]
    return Network(
        city="Grid",
        released="2026-11-22",
        links=(*sections, *standards),
        stops=tuple(stop(x, y) for x in range(width) for y in range(height)),
        overlay=tuple(Overlay(link.id, link.id[1:], 1.0) for link in standards),
        routes=routes,
        places=places,
    )

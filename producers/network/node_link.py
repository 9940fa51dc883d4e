"""The national standard node-link shapefile (MOCT_LINK) into the links of one city."""

import re
import struct
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import shapefile
from pyproj import Transformer

from producers.reading.fields import number, text
from producers.reading.shapefiles import reader_of, system_of
from streams.contract.errors import NetworkError
from streams.contract.grammars import Bounds
from streams.geo.measures import Point, bearing_deg, length_of_m
from streams.geo.network import ROAD_CLASSES, Link

NEEDED = frozenset({"LINK_ID", "ROAD_RANK", "ROAD_NAME", "MAX_SPD", "LENGTH"})
DEFAULT_FREE_FLOW_KMH = {"motorway": 100.0, "express": 80.0, "national": 70.0}
_CITY_FREE_FLOW_KMH = 50.0


def read_links(path: Path, bounds: Bounds) -> list[Link]:
    """The links that touch the bounds, by id; raises NetworkError when the file is not a node-link,
    or none of its links lies there.
    """
    if not path.is_file():
        raise NetworkError(f"{path.name} does not exist")
    system = system_of(path)
    to_plane = Transformer.from_crs(4326, system, always_xy=True)
    to_degrees = Transformer.from_crs(system, 4326, always_xy=True)
    west, south, east, north = to_plane.transform_bounds(
        bounds.west, bounds.south, bounds.east, bounds.north
    )
    try:
        with ExitStack() as stack:
            reader = stack.enter_context(reader_of(path, stack))
            names = [column[0] for column in reader.fields[1:]]
            if missing := sorted(NEEDED - set(names)):
                raise NetworkError(f"{path.name} lacks the column {', '.join(missing)}")
            pieces = reader.iterShapeRecords(bbox=[west, south, east, north])
            links = [link for piece in pieces if (link := _link(piece, to_degrees))]
            if not links:
                box = ", ".join(f"{edge:.0f}" for edge in reader.bbox)
                raise NetworkError(
                    f"{path.name}: none of its {len(reader)} links lies within {bounds}; read as "
                    f"{system.name} it spans {box}: is its .prj there and right?"
                )
    except (shapefile.ShapefileException, struct.error, OSError, ValueError) as error:
        raise NetworkError(f"{path.name} cannot be read: {error}") from error
    return sorted(links, key=lambda link: link.id)


def _link(piece: Any, to_degrees: Transformer) -> Link | None:
    """One link, None when it has no line or no id. A line in parts is taken in their order."""
    row = piece.record.as_dict()
    link_id = text(row["LINK_ID"], 20).replace(" ", "")
    link_id = re.sub(r"\.0+$", "", link_id)  # a spreadsheet or a numeric column wrote decimals
    points = list(piece.shape.points)
    if not link_id or len(points) < 2:
        return None
    lons, lats = to_degrees.transform([p[0] for p in points], [p[1] for p in points])
    line: tuple[Point, ...] = tuple(
        (round(lon, 6), round(lat, 6)) for lon, lat in zip(lons, lats, strict=True)
    )
    rank = number(text(row["ROAD_RANK"], 10))  # 101..107; anything else counts as a city road
    place = int(rank) - 101 if rank is not None else -1
    road_class = ROAD_CLASSES[place] if 0 <= place < len(ROAD_CLASSES) else "city"
    road = text(row["ROAD_NAME"], 60).strip("- ")
    measured_m = number(row["LENGTH"])
    lanes = number(row.get("LANES"))
    return Link(
        id=link_id,
        kind="standard",
        name=road or link_id,
        road_name=road,
        road_class=road_class,
        length_m=max(1, round(measured_m or length_of_m(line))),
        length_source="standard" if measured_m else "geometry",
        bearing_deg=bearing_deg(line[0], line[-1]),
        free_flow_kmh=number(row["MAX_SPD"])
        or DEFAULT_FREE_FLOW_KMH.get(road_class, _CITY_FREE_FLOW_KMH),
        geometry=line,
        from_id=text(row.get("F_NODE"), 20),
        to_id=text(row.get("T_NODE"), 20),
        lanes=int(lanes) if lanes else None,
    )

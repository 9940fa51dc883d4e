from typing import Any

import pytest

from streams.geo.network import Landmark, Link, Network, Route
from tests.cities.builder import city, in_a_row, link


def bent(number: int, road_name: str, **own: Any) -> Link:
    lon, lat = 127.70 + 0.01 * number, 37.88
    points = ((lon, lat), (lon + 0.005, lat + 0.001), (lon + 0.01, lat))
    name = f"정류장{number} → 정류장{number + 1}"
    usual = {"name": name, "road_name": road_name, "length_m": 880}
    return link(f"S{number}>S{number + 1}", *points, **(usual | own))


@pytest.fixture
def network() -> Network:
    return city(
        bent(0, "중앙로"),
        bent(1, "중앙로"),
        bent(2, "가람대로", road_class="express"),
        released="2026-11-01",
        stops=in_a_row((f"정류장{n}" for n in range(4)), step_deg=0.01, has_poles=True),
        routes=(Route("R300", "300", ("S0", "S1", "S2", "S9")),),
        places=(Landmark("춘천시청", "office", 127.73, 37.881),),
        is_simulated=True,
    )


@pytest.fixture
def work() -> dict[str, Any]:
    return {
        "permit_id": "2026-굴착-1007",
        "title": "하수관 정비",
        "starts_ms": 1_795_392_000_000,
        "ends_ms": 1_795_478_400_000,
        "purpose": "하수",
        "place": "중앙로 12",
        "organisation": "춘천시 하수과",
        "phone": "033-250-0000",
        "hours": "09:00-18:00",
        "closure": "partial",
        "lanes_closed": 1,
        "lon": None,
        "lat": None,
        "flags": [],
        "geometry": [],
        "phase": "active",
        "links": ["S0>S1", "S7>S8"],
        "placed_by": "address",
        "feed": "permits",
        "seen_ms": 1_795_392_000_000,
    }

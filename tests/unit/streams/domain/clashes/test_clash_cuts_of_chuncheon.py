"""On Chuncheon's own roads, which are straight from stop to stop, closures cut a hospital off."""

from dataclasses import replace

import pytest

from streams.contract.enums import Closure
from streams.contract.records import Permit
from streams.domain.clashes.clash import Clash
from streams.domain.stages.works import WorksStage
from streams.geo.measures import midpoint_of
from tests.cities.fakes import Folded
from tests.cities.networks import network_of
from tests.cities.works import PERMIT, listed

STATION, HOSPITAL = "대룡119안전센터", "강원대학병원"
NORTH, SOUTH = "춘천교도소입구 → 석사극동A", "신촌리종점 → 신촌1리"
"""The road from the fire station into town, and the only one round it."""
ELSEWHERE = "명동입구 → 한국은행"


def full(name: str, section: str, **more: object) -> Permit:
    """A permit that closes the road at the middle of a section, as a list states it: by a point."""
    link = next(link for link in network_of("chuncheon").links if link.name == section)
    lon, lat = midpoint_of(link.geometry)
    dig = replace(PERMIT, permit_id=name, title=name, closure=Closure.FULL, lon=lon, lat=lat)
    return replace(dig, **more)  # type: ignore[arg-type]


def cuts(*permits: Permit) -> list[Clash]:
    fold = Folded(WorksStage(network_of("chuncheon"), partitions=1), topic="permits")
    fold.take(listed(*permits))
    return [clash for clash in fold.state["clashes"].values() if clash.kind == "cut"]


def test_two_closures_together_cut_a_hospital_off_its_fire_station() -> None:
    [cut] = cuts(full("A", NORTH), full("B", SOUTH), full("C", ELSEWHERE))
    assert cut.works == ("A", "B")
    assert {STATION, HOSPITAL} <= set(cut.places)


@pytest.mark.parametrize("alone", [NORTH, SOUTH])
def test_one_of_them_alone_leaves_a_way(alone: str) -> None:
    assert cuts(full("A", alone), full("C", ELSEWHERE)) == []


def test_a_lane_that_is_left_is_a_way() -> None:
    assert cuts(full("A", NORTH), full("B", SOUTH, closure=Closure.PARTIAL)) == []

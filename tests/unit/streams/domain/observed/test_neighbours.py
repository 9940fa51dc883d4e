"""Which links are one road, and which lie near each other."""

from streams.domain.observed.neighbours import Neighbours
from tests.cities.buses import town, with_standards

TOWN = with_standards(town())
NEIGHBOURS = Neighbours(TOWN)


def test_a_link_and_the_other_layers_of_its_road() -> None:
    assert set(NEIGHBOURS.layers("M1>M2")) == {"M1>M2", "T1", "T2"}
    assert set(NEIGHBOURS.layers("T2")) == {"T2", "M1>M2", "M2>M3"}
    assert NEIGHBOURS.layers("M2>M1") == ("M2>M1",)
    assert NEIGHBOURS.layers("no such link") == ("no such link",)


def test_the_roads_under_a_section_are_its_standard_links() -> None:
    assert set(NEIGHBOURS.roads("M1>M2")) == {"T1", "T2"}
    assert NEIGHBOURS.roads("T1") == ()
    assert NEIGHBOURS.roads("no such link") == ()


def test_a_place_is_its_standard_links_and_its_sections_where_it_has_none() -> None:
    assert NEIGHBOURS.whole(("T1", "M1>M2")) == {"T1"}
    assert NEIGHBOURS.whole(("M1>M2", "M2>M1")) == {"M1>M2", "M2>M1"}
    assert NEIGHBOURS.whole(("no such link",)) == frozenset()


def test_near_is_within_400_m_of_the_middle_of_a_link() -> None:
    assert NEIGHBOURS.is_near(["M3>M4"], ["N3>N4"])  # 300 m north
    assert NEIGHBOURS.is_near(["M3>M4"], ["M5>M4"])  # 200 m on
    assert NEIGHBOURS.is_near(["M3>M4"], ["M8>M9", "M3>M4"])
    assert not NEIGHBOURS.is_near(["M3>M4"], ["M5>M6"])  # 600 m on
    assert not NEIGHBOURS.is_near(["M3>M4"], [])
    assert not NEIGHBOURS.is_near(["no such link"], ["M3>M4"])

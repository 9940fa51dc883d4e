from dataclasses import replace

import pytest

from streams.geo.addresses import Gazetteer
from streams.geo.placement import place
from tests.cities.fakes import LAT, LON, STANDARD, STEP, street

STREET = street()
MIDDLE = (LON + STEP / 2, LAT)  # between stops 1 and 2
M = 1 / 111_195  # a metre north, degrees


def north(metres: float, *, of: tuple[float, float] = MIDDLE) -> tuple[float, float]:
    return (of[0], of[1] + metres * M)


def test_a_known_link_id_is_the_best_evidence() -> None:
    placed = place(STREET, link_ids=("?", "S4>S5"), geometry=(MIDDLE,), point=MIDDLE)
    assert placed == (("S4>S5",), "link_id")


def test_a_standard_link_lies_on_itself_and_on_the_sections_over_it() -> None:
    assert place(STREET, link_ids=(STANDARD,)) == ((STANDARD, "S1>S2", "S2>S3"), "link_id")


def test_a_geometry_lies_on_the_links_it_runs_along() -> None:
    # 20 m beside the third section; its end reaches 9 m into the fourth
    drawn = [(LON + STEP * part, LAT + 20 * M) for part in (2.2, 2.5, 2.8, 3.02)]
    links, placed_by = place(STREET, geometry=drawn, point=MIDDLE)
    assert (set(links), placed_by) == ({"S3>S4", "S4>S3"}, "geometry")


def test_a_geometry_between_distant_vertices_lies_on_every_link_between_them() -> None:
    links, _ = place(STREET, geometry=[(LON + STEP * 1.5, LAT), (LON + STEP * 3.5, LAT)])
    assert {"S2>S3", "S3>S4", "S4>S5"} <= set(links)


@pytest.mark.parametrize("vertices", [2, 9, 101])
def test_a_geometry_does_not_lie_on_a_road_it_crosses(vertices: int) -> None:
    middle = (LON + STEP * 2.5, LAT)
    metres = [200 - 400 * i / (vertices - 1) for i in range(vertices)]
    assert place(STREET, geometry=[north(m, of=middle) for m in metres]) == ((), "nowhere")


def test_a_geometry_of_one_point_lies_where_it_is() -> None:
    links, placed_by = place(STREET, geometry=[(LON + STEP * 2.5, LAT)])
    assert (set(links), placed_by) == ({"S3>S4", "S4>S3"}, "geometry")


def test_a_geometry_far_from_every_road_leaves_the_word_to_the_point() -> None:
    links, placed_by = place(STREET, geometry=[north(500)], point=MIDDLE)
    assert placed_by == "point"
    assert links


@pytest.mark.parametrize(("metres", "placed_by"), [(0, "point"), (79, "point"), (81, "nowhere")])
def test_a_point_lies_on_a_road_within_80_m(metres: float, placed_by: str) -> None:
    assert place(STREET, point=north(metres))[1] == placed_by


def test_a_point_lies_on_both_directions_of_the_nearest_road() -> None:
    links, _ = place(STREET, point=(LON + STEP * 2.5, LAT + 10 * M))
    assert set(links) == {"S3>S4", "S4>S3"}


def test_the_road_a_work_names_goes_before_a_nearer_one() -> None:
    links, _ = place(STREET, point=MIDDLE, road_name="국도5호선")
    assert STANDARD in links
    other = replace(STREET.links[-1], road_name="남춘천로", from_id="", to_id="", id="other")
    apart = replace(STREET, links=(*STREET.links[:-1], other), overlay=())
    assert place(apart, point=MIDDLE, road_name="남춘천로")[0] == ("other",)


def test_an_address_counts_only_when_the_gazetteer_knows_it() -> None:
    known = Gazetteer({"춘천시 효자동 123-4": (LON + STEP * 2.5, LAT)})
    links, placed_by = place(STREET, address="춘천시 효자동 123-4번지 앞", gazetteer=known)
    assert (set(links), placed_by) == ({"S3>S4", "S4>S3"}, "address")
    assert place(STREET, address="춘천시 효자동 9", gazetteer=known) == ((), "nowhere")
    assert place(STREET, address="춘천시 효자동 123-4") == ((), "nowhere")


def test_a_lot_of_the_same_number_places_near_the_address() -> None:
    known = Gazetteer({"효자동 123-4": (LON + STEP * 2.5, LAT)})
    links, placed_by = place(STREET, address="효자동 123-9", gazetteer=known)
    assert (set(links), placed_by) == ({"S3>S4", "S4>S3"}, "address_near")


def test_a_range_of_addresses_lies_at_both_ends_and_straight_between() -> None:
    ends = {"중앙로 2": (LON + STEP * 1.5, LAT), "중앙로 30": (LON + STEP * 3.5, LAT)}
    links, placed_by = place(STREET, address="중앙로 2~30 구간", gazetteer=Gazetteer(ends))
    assert ({"S2>S3", "S3>S4", "S4>S5"} <= set(links), placed_by) == (True, "address")


def test_no_evidence_is_nowhere() -> None:
    assert place(STREET) == ((), "nowhere")
    assert place(STREET, link_ids=("?",), geometry=[north(9_000)], point=north(9_000)) == (
        (),
        "nowhere",
    )

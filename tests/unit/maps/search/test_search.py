from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.search.finder import MAX_RESULTS, Finder
from maps.search.hangul import composed, initials, jamo, typed_korean
from maps.search.wording import core, is_noise, spelled
from streams.contract.enums import PlacedBy
from streams.domain.works.rows import Work
from streams.geo.network import Network
from tests.cities.networks import DATA
from tests.unit.maps.search.cases import Case, cases, finder_of, misled, share_right

CITIES = ["sim"] + (["real"] if DATA.is_dir() else [])


@pytest.fixture
def work(work: dict[str, Any]) -> Work:
    return msgspec.convert(work, Work)


@pytest.fixture
def finder(network: Network, work: Work) -> Finder:
    finder = Finder(network)
    finder.follow({"2026-굴착-1007": work})
    return finder


@pytest.fixture(scope="module", params=CITIES)
def city(request: pytest.FixtureRequest) -> tuple[str, Finder]:
    return request.param, finder_of(request.param)


@pytest.fixture(scope="module")
def simulated() -> Finder:
    return finder_of("sim")


@pytest.mark.parametrize(
    ("point", "dong"),
    [
        ((127.7320, 37.8705), "효자동"),
        ((127.7383, 37.8634), "석사동"),
        ((127.7319, 37.8750), "효자동"),  # 490 m from its only lot
        ((127.7319, 37.8752), ""),  # 510 m
        ((129.0, 35.0), ""),
    ],
)
def test_a_point_is_of_the_dong_of_its_nearest_lot(
    simulated: Finder, point: tuple[float, float], dong: str
) -> None:
    assert simulated.addresses.dong_of(point) == dong


def test_a_dong_has_its_longest_name(network: Network) -> None:
    finder = Finder(network, {"신북읍율문리935-93": (127.7, 37.9), "율문리935-93": (127.7, 37.9)})
    assert finder.addresses.dong_of((127.7, 37.9)) == "신북읍 율문리"


def cases_of(city: str, *, held: bool) -> list[Case]:
    return [c for c in cases() if (c.city, c.is_held_out) == (city, held)]


@pytest.mark.parametrize("held", [False, True])
def test_first_result_is_right_for_19_of_20_questions(
    city: tuple[str, Finder], *, held: bool
) -> None:
    name, finder = city
    assert share_right(finder, cases_of(name, held=held)) >= 0.95


def test_no_wrong_place_is_certain(city: tuple[str, Finder]) -> None:
    name, finder = city
    asked = [case for case in cases() if case.city == name]
    assert misled(finder, asked) == []


@pytest.mark.parametrize(
    ("query", "kind", "title"),
    [
        ("ㅈㅇㄹ", "section", "중앙로 정류장0~정류장2"),
        ("중ㅇㄹ", "section", "중앙로 정류장0~정류장2"),
        (" 중 앙 로 ", "section", "중앙로 정류장0~정류장2"),
        ("\u110c\u116e\u11bc앙로", "section", "중앙로 정류장0~정류장2"),  # as macOS types it
        ("중앙로\x00\x1b", "section", "중앙로 정류장0~정류장2"),
        ("ㄱㄹㄷㄹ", "section", "가람대로 정류장2~정류장3"),
        ("중아", "section", "중앙로 정류장0~정류장2"),  # half typed
        ("정류장0에서 정류장1까지", "section", "중앙로 정류장0~정류장1"),
        ("300번", "route", "300"),
        ("３００", "route", "300"),
        ("1002", "stop", "정류장2"),
        ("시청", "place", "춘천시청"),
        ("2026-굴착", "work", "하수관 정비"),
        ("굴착 1007", "work", "하수관 정비"),
        ("ㅎㅅㄱ", "work", "하수관 정비"),
    ],
)
def test_a_query_finds(finder: Finder, query: str, kind: str, title: str) -> None:
    best = finder.search(query)[0]
    assert (best.kind, best.title) == (kind, title)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "\x00\x07",
        "가" * 500,
        "<script>alert(1)</script>",
        "(((",
        "[",
        "\ud800",
        "🚧",
        "\\",
        "언제 끝나요?",
    ],
)
def test_a_query_that_names_nothing_finds_nothing(finder: Finder, query: str) -> None:
    assert finder.search(query) == []


def test_a_road_is_its_stretches_and_never_one_result(simulated: Finder) -> None:
    found = simulated.search("중앙로")
    assert [row.title for row in found] == [
        "중앙로 끝~금강로",
        "중앙로 금강로~소양로",
        "중앙로 소양로~남춘천로",
        "중앙로 남춘천로~스포츠타운길",
    ]
    assert not any(row.is_certain for row in found)


def test_every_result_has_what_the_api_promises(simulated: Finder) -> None:
    for query in ("중앙로", "명동입구", "시청", "300번", "굴착-0412", "중앙로 77", "석사동"):
        for row in simulated.search(query):
            assert set(msgspec.to_builtins(row)) == {
                *("kind", "id", "title", "subtitle", "lon", "lat", "radius_m"),
                *("links", "score", "is_certain"),
            }
            assert 0 <= row.score <= 100
            assert all(0 <= place < len(simulated.network.links) for place in row.links)


def test_every_result_is_found_again_by_its_kind_and_id(city: tuple[str, Finder]) -> None:
    name, finder = city
    for case in cases_of(name, held=False):
        for row in finder.search(case.query)[:3]:
            again = finder.find(row.kind, row.id)
            assert again is not None
            assert (again.title, again.links) == (row.title, row.links)


def test_a_landmark_has_the_links_around_it_and_says_how_far(simulated: Finder) -> None:
    best = simulated.search("한림대병원 앞 공사 언제 끝나요")[0]
    names = {simulated.network.links[place].name for place in best.links}
    assert best.radius_m == 100
    assert names == {"삭주로", "동보빌리지 → 한림대학교", "한림대학교 → 동보빌리지"}


def test_a_stretch_is_found_by_the_title_the_screen_gives_it(simulated: Finder) -> None:
    best = simulated.search("중앙로 금강로~소양로")[0]
    assert (best.title, best.is_certain) == ("중앙로 금강로~소양로", True)


def test_an_exact_name_is_certain_and_a_slip_is_not(simulated: Finder) -> None:
    assert simulated.search("명동입구 앞 막혔나요")[0].is_certain
    assert not simulated.search("명동입꾸")[0].is_certain
    assert not simulated.search("명동")[0].is_certain


def test_two_names_that_stand_near_each_other_are_not_certain(simulated: Finder) -> None:
    found = simulated.search("명동거리 명동입구")
    assert found
    assert not found[0].is_certain


def test_a_slip_never_changes_a_number(simulated: Finder) -> None:
    assert simulated.search("퇴계주굉3차")[0].title == "퇴계주공3차"
    assert "퇴계주공3차" not in [row.title for row in simulated.search("퇴계주공4차")]


def test_a_lot_that_two_villages_may_have_is_not_certain(network: Network) -> None:
    known = {"동면지내리749": (127.73, 37.88), "신북읍지내리1": (127.72, 37.88)}
    best = Finder(network, known).search("지내리 749")[0]
    assert (best.title, best.is_certain) == ("동면 지내리 749", False)


def test_an_unknown_number_shows_the_nearest_known_one_unsure(network: Network) -> None:
    finder = Finder(network, {"중앙로77": (127.73, 37.88), "중앙로90-1": (127.73, 37.88)})
    known, near = finder.search("중앙로 77번지")[0], finder.search("중앙로 79")[0]
    assert (known.title, known.is_certain) == ("중앙로 77", True)
    assert (near.title, near.is_certain) == ("중앙로 77", False)


@pytest.mark.parametrize("query", ["서울 중앙로", "원주시 중앙로", "대구중앙로", "강릉 정류장1"])
def test_a_place_of_another_city_is_never_certain_nor_a_good_match(
    finder: Finder, query: str
) -> None:
    assert all(row.score <= 55 and not row.is_certain for row in finder.search(query))


def test_at_most_twenty_are_found(network: Network, work: Work) -> None:
    finder = Finder(network)
    finder.follow({f"W{number}": work for number in range(50)})
    assert len(finder.search("하수")) == MAX_RESULTS


def test_a_work_placed_nowhere_is_found(network: Network, work: Work) -> None:
    finder = Finder(network)
    finder.follow({"W": replace(work, links=(), placed_by=PlacedBy.NOWHERE)})
    [row] = finder.search("하수관")
    assert (row.id, row.lon, row.links) == ("W", None, ())


@pytest.mark.parametrize("others", [0, 300])
def test_works_are_followed_as_they_change_and_go(
    network: Network, work: Work, others: int
) -> None:
    finder = Finder(network)
    works = {f"기타-{n}": replace(work, title=f"가로등 {n}") for n in range(others)}
    works["W"] = work
    finder.follow(works)
    finder.follow({**works, "W": replace(work, title="교량 보수")})
    assert finder.search("하수관 정비") == []
    assert finder.search("교량 보수")[0].id == "W"
    finder.follow({name: row for name, row in works.items() if name != "W"})
    assert finder.search("교량 보수") == []
    assert finder.find("work", "W") is None


def test_only_changed_works_are_spelled_again(network: Network, work: Work) -> None:
    finder = Finder(network)
    works = {f"W{n}": replace(work) for n in range(3)}
    finder.follow(works)
    before = {name: finder._works.entry(name) for name in works}
    finder.follow({**works, "W1": replace(work, title="다른 이름")})
    same = {name: finder._works.entry(name) is before[name] for name in works}
    assert same == {"W0": True, "W1": False, "W2": True}


def test_a_route_knows_its_links_and_ends(finder: Finder) -> None:
    route = next(row for row in finder.search("300") if row.kind == "route")
    assert (route.links, route.subtitle) == ((0, 1), "정류장0")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
def test_no_text_breaks_the_search(simulated: Finder, query: str) -> None:
    found = simulated.search(query)
    assert sum(row.is_certain for row in found) <= 1
    assert [row.score for row in found] == sorted((row.score for row in found), reverse=True)


@given(st.text(alphabet=[chr(code) for code in range(0xAC00, 0xD7A4)], max_size=8))
def test_syllables_taken_apart_are_put_together_again(text: str) -> None:
    doubled = {"ㄲ": "R", "ㄸ": "E", "ㅃ": "Q", "ㅆ": "T", "ㅉ": "W"}
    if not any(letter in doubled for letter in jamo(text)):
        assert composed(jamo(text)) == text
    assert len(initials(text)) == len(text)


@pytest.mark.parametrize(
    ("typed", "korean"),
    [
        ("wnddkdfh", "중앙로"),
        ("중dkdfh", "중앙로"),
        ("xhlrPfh", "퇴계로"),
        ("rkqt", "값"),
        ("a", "a"),
    ],
)
def test_latin_keys_type_korean(typed: str, korean: str) -> None:
    assert typed_korean(typed) == korean


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("석사 4거리", "석사사거리"),
        ("한림대학교 병원", "한림대병원"),
        ("퇴계동 418 다시 26", "퇴계동418-26"),
        ("굴착 - 0412", "굴착0412"),
        ("ＫＢＳ방송국", "케이비에스방송국"),
        ("석사동주민센터", "석사동행복센터"),
    ],
)
def test_two_ways_to_write_a_name_are_spelled_alike(text: str, same: str) -> None:
    assert spelled(text) == spelled(same)


@pytest.mark.parametrize(
    "text", ["앞공사언제끝나요", "가막혔나요", "에서", "근처", "인데요", "은왜"]
)
def test_words_of_asking_name_nothing(text: str) -> None:
    assert is_noise(text)


@pytest.mark.parametrize("text", ["도", "마트", "말고", "병원", "1가", "중앙로"])
def test_what_may_be_part_of_a_name_is_no_noise(text: str) -> None:
    assert not is_noise(text)


def test_core_keeps_the_name_alone() -> None:
    assert core("중앙노막혔어요") == "중앙노"
    assert core("의암도") == "의암도"

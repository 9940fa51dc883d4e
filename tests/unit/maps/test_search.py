from typing import Any

import pytest

from maps.views.search import MAX_RESULTS, Entry, network_entries, search, work_entries
from streams.domain.network import Network


@pytest.fixture
def entries(network: Network, work: dict[str, Any]) -> list[Entry]:
    return [*network_entries(network), *work_entries({"2026-굴착-1007": work}, network)]


@pytest.mark.parametrize(
    ("query", "kind", "title"),
    [
        ("ㅈㅇㄹ", "road", "중앙로"),
        ("중ㅇㄹ", "road", "중앙로"),
        (" 중 앙 로 ", "road", "중앙로"),
        ("\u110c\u116e\u11bc앙로", "road", "중앙로"),  # decomposed, as macOS types it
        ("ㄱㄹㄷㄹ", "road", "가람대로"),
        ("300번", "route", "300"),
        ("３００", "route", "300"),
        ("1002", "stop", "정류장2"),
        ("시청", "place", "춘천시청"),
        ("2026-굴착", "work", "하수관 정비"),
        ("ㅎㅅㄱ", "work", "하수관 정비"),
        ("중앙로\x00\x1b", "road", "중앙로"),
    ],
)
def test_a_query_finds(entries: list[Entry], query: str, kind: str, title: str) -> None:
    best = search(query, entries)[0]
    assert (best["kind"], best["title"]) == (kind, title)


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
    ],
)
def test_a_query_that_names_nothing_finds_nothing(entries: list[Entry], query: str) -> None:
    assert search(query, entries) == []


def test_a_road_is_found_once_with_all_its_links(entries: list[Entry]) -> None:
    roads = [row for row in search("중앙로", entries) if row["kind"] == "road"]
    assert [row["links"] for row in roads] == [[0, 1]]


def test_a_beginning_comes_before_an_inside(entries: list[Entry]) -> None:
    ranks = [row["title"].startswith("정류장1") for row in search("정류장1", entries)]
    assert ranks == sorted(ranks, reverse=True)


def test_at_most_twenty_are_found(network: Network, work: dict[str, Any]) -> None:
    works = {f"W{number}": work for number in range(50)}
    assert len(search("하수", work_entries(works, network))) == MAX_RESULTS


def test_a_work_placed_nowhere_is_found(network: Network, work: dict[str, Any]) -> None:
    nowhere = {**work, "links": [], "placed_by": "nowhere"}
    [row] = search("하수관", work_entries({"W": nowhere}, network))
    assert (row["id"], row["lon"], row["links"]) == ("W", None, [])


def test_a_route_knows_its_links_and_ends(entries: list[Entry]) -> None:
    route = next(row for row in search("300", entries) if row["kind"] == "route")
    assert (route["links"], route["subtitle"]) == ([0, 1], "정류장0")

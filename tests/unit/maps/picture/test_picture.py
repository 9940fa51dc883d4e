from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.picture.bodies import delta_event, feed_rows, link_body, snapshot
from maps.picture.picture import Picture, PictureChanges, advance, picture_of, translate
from streams.contract.records import FeedReport, PollOutcome
from streams.domain.stages.feeds import FeedState
from streams.geo.network import Network
from streams.state.store import StoredPicture
from tests.cities.builder import city, link

Json = dict[str, Any]
NOW_MS = 1_795_400_000_000


def view(speed_kmh: float | None, **more: Any) -> Json:
    base = {"speed_kmh": speed_kmh, "level": "slow", "samples": 2, "certainty": "confirmed"}
    return {**base, "closure": "none", "subjects": [], **more}


def run(*deltas: Json) -> list[tuple[str, Json]]:
    return [(f"{number}-0", {"at": number, **delta}) for number, delta in enumerate(deltas, 1)]


def event(before: Picture, network: Network, *deltas: Json) -> Json:
    _, news = advance(before, translate(run(*deltas), network))
    return delta_event(news, before, network, prev=before.delta_id, now_ms=NOW_MS)


views = st.none() | st.builds(
    view,
    st.none() | st.integers(0, 5),
    certainty=st.sampled_from(["confirmed", "lost"]),
    closure=st.sampled_from(["none", "full"]),
)
things = st.none() | st.fixed_dictionaries({"links": st.just([]), "title": st.sampled_from("ab")})
deltas = st.fixed_dictionaries(
    {},
    optional={
        "l": st.dictionaries(st.sampled_from(["S0>S1", "S1>S2", "gone"]), views),
        "b": st.dictionaries(st.sampled_from("xy"), things),
        "w": st.dictionaries(st.sampled_from("xy"), things),
        "i": st.dictionaries(st.sampled_from("xy"), things),
        "c": st.dictionaries(st.sampled_from("01"), st.integers(0, 9)),
    },
)

TWO_LINKS = city(*(link(name, (127.0, 37.0), (127.1, 37.0)) for name in ("S0>S1", "S1>S2")))


@given(st.lists(deltas, min_size=1, max_size=8), st.data())
def test_any_split_of_a_run_ends_in_the_same_screen(rows: list[Json], data: st.DataObject) -> None:
    entries = run(*rows)
    cuts = data.draw(st.sets(st.integers(1, len(entries))))
    bounds = sorted({0, *cuts, len(entries)})
    in_parts = one_by_one = Picture()
    for start, end in pairwise(bounds):
        in_parts, _ = advance(in_parts, translate(entries[start:end], TWO_LINKS))
    for entry in entries:
        one_by_one, _ = advance(one_by_one, translate([entry], TWO_LINKS))
    assert body_of(in_parts) == body_of(one_by_one)


def body_of(picture: Picture) -> Json:
    body = snapshot(picture, TWO_LINKS, now_ms=NOW_MS, store="ok", is_simulated=True)
    for letter in ("buses", "works", "incidents"):
        body[letter] = sorted(body[letter], key=str)
    return body


@given(st.lists(deltas, min_size=1, max_size=6), st.integers(0, 5))
def test_a_snapshot_and_the_events_after_it_show_the_links_of_the_last_snapshot(
    rows: list[Json], at: int
) -> None:
    entries = run(*rows)
    start, _ = advance(Picture(), translate(entries[:at], TWO_LINKS))
    screen = snapshot(start, TWO_LINKS, now_ms=NOW_MS, store="ok", is_simulated=True)
    end, news = advance(start, translate(entries[at:], TWO_LINKS))
    told = delta_event(news, start, TWO_LINKS, prev=start.delta_id, now_ms=NOW_MS)
    flat = told.get("l", [])
    places = accumulate(flat[::2])  # each index is the step from the one before
    for place, speed in zip(places, flat[1::2], strict=True):
        screen["speeds"][place] = speed
    assert (
        screen["speeds"]
        == snapshot(end, TWO_LINKS, now_ms=NOW_MS, store="ok", is_simulated=True)["speeds"]
    )


def test_only_what_looks_different_is_told(network: Network) -> None:
    before, _ = advance(Picture(), translate(run({"l": {"S0>S1": view(20.2)}}), network))
    assert "l" not in event(before, network, {"l": {"S0>S1": view(20.9, samples=9)}})
    told = event(before, network, {"l": {"S0>S1": view(19.9, closure="full")}})
    assert (told["l"], told["c"]) == ([0, 19], [[0, "full"]])
    assert "q" not in told


def test_speed_is_rounded_down_so_that_it_stays_in_its_level(network: Network) -> None:
    told = event(Picture(), network, {"l": {"S0>S1": view(14.9)}})
    assert told["l"] == [0, 14]


def test_a_link_that_is_taken_away_has_no_speed_and_is_lost(network: Network) -> None:
    before, _ = advance(Picture(), translate(run({"l": {"S0>S1": view(20)}}), network))
    told = event(before, network, {"l": {"S0>S1": None}})
    assert (told["l"], told["q"]) == ([0, -1], [0, "l"])


def test_unknown_links_are_counted_and_change_nothing(network: Network) -> None:
    facts = translate(run({"l": {"nowhere": view(20)}}), network)
    after, _ = advance(Picture(), facts)
    assert (after.unknown_links, dict(after.links)) == (1, {})
    stored = picture_of(StoredPicture(links={"nowhere": view(1), "S0>S1": view(2)}), network)
    assert (stored.unknown_links, list(stored.links)) == (1, [0])


def test_what_is_gone_travels_by_name(network: Network, work: Json) -> None:
    bus = {"route_no": "300", "lon": 127.7, "lat": 37.8, "bearing_deg": None, "observed_ms": 5}
    before, _ = advance(
        Picture(), translate(run({"w": {"W": work}, "b": {"v": bus}, "i": {"I": {}}}), network)
    )
    told = event(before, network, {"w": {"W": None}, "b": {"v": None}, "i": {"I": None}})
    assert (told["wx"], told["bx"], told["nx"]) == (["W"], ["v"], ["I"])


def test_a_bus_is_a_row_and_has_minus_one_for_no_bearing(network: Network) -> None:
    bus = {"route_no": "300", "lon": 127.7, "lat": 37.8, "observed_ms": 5, "stop_id": "S0"}
    told = event(Picture(), network, {"b": {"v": {**bus, "bearing_deg": None}}})
    assert told["b"] == [["v", "300", 127.7, 37.8, -1, 5, "S0"]]


def test_a_work_without_a_point_stands_in_the_middle_of_its_first_link(
    network: Network, work: Json
) -> None:
    [row] = event(Picture(), network, {"w": {"W": work}})["w"]
    assert (row["links"], row["lon"], row["lat"]) == ([0], 127.705, 37.881)
    [row] = event(Picture(), network, {"w": {"W": {**work, "links": []}}})["w"]
    assert (row["links"], row["lon"], row["lat"]) == ([], None, None)


def test_text_of_feeds_cannot_turn_the_text_around_it(network: Network, work: Json) -> None:
    told = event(Picture(), network, {"w": {"W": {**work, "title": "a\u202eb\x00c"}}})
    assert told["w"][0]["title"] == "abc"


def test_the_clock_is_the_slowest_partition(network: Network) -> None:
    before, _ = advance(Picture(), translate(run({"c": {"0": 5, "1": 9}}), network))
    assert event(before, network, {"c": {"0": 20}})["k"] == 9


def test_an_event_without_news_has_no_letters(network: Network) -> None:
    body = delta_event(PictureChanges(), Picture(), network, prev="1-0", now_ms=NOW_MS)
    assert set(body) == {"net", "prev", "t", "at"}


def test_a_link_never_heard_of_is_unknown_and_lost(network: Network) -> None:
    body = link_body(2, Picture(), network)
    assert (body["level"], body["certainty"], body["speed_kmh"]) == ("unknown", "lost", None)


def test_a_link_lists_its_works_and_incidents(network: Network, work: Json) -> None:
    picture = Picture(
        links={0: view(5, subjects=["work:W", "incident:I", "work:gone"])},
        works={"W": work},
        incidents={"I": {"title": "사고", "links": ["S0>S1"]}},
    )
    body = link_body(0, picture, network)
    assert ([row["id"] for row in body["works"]], body["incidents"][0]["id"]) == (["W"], "I")


def heard(*names: str) -> dict[str, FeedState]:
    return {
        name: FeedState(name, FeedReport(name, PollOutcome.DATA, NOW_MS, 60_000), NOW_MS, NOW_MS)
        for name in names
    }


@pytest.mark.parametrize(
    ("names", "missed"),
    [
        ([], []),  # nothing is known yet
        (["its.speeds"], ["tago.positions", "permits"]),
        (["tago.positions"], ["permits"]),
        (["permits", "seoul.positions"], []),
    ],
)
def test_a_core_feed_that_never_reported_is_named(names: list[str], missed: list[str]) -> None:
    rows = feed_rows(Picture(feeds=heard(*names)), NOW_MS)
    assert [row["feed"] for row in rows] == [*names, *missed]
    assert [row["feed"] for row in rows if row["status"] == "never"] == missed

from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.picture.bodies import delta_event, feed_rows, link_body, snapshot
from maps.picture.picture import Picture, PictureChanges, advance, picture_of, translate
from streams.contract.enums import Certainty, PollOutcome
from streams.contract.records import FeedReport
from streams.domain.links.fold import LinkView
from streams.domain.stages.feeds import FeedState
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.state.kinds import StoredPicture
from tests.cities.builder import city, link
from tests.cities.rows import BUS, INCIDENT, json_of, row_of, run, typed

Json = dict[str, Any]
NOW_MS = 1_795_400_000_000


def view(speed_kmh: float | None, **more: Any) -> Json:
    base = {"speed_kmh": speed_kmh, "level": "slow", "samples": 2, "certainty": "confirmed"}
    return {**base, "closure": "none", "subjects": [], **more}


def event(before: Picture, network: Network, *deltas: Json) -> Json:
    _, news = advance(before, translate(run(*deltas), network))
    found: Json = json_of(delta_event(news, before, network, prev=before.delta_id, now_ms=NOW_MS))
    return found


views = st.none() | st.builds(
    view,
    st.none() | st.integers(0, 5),
    certainty=st.sampled_from(["confirmed", "lost"]),
    closure=st.sampled_from(["none", "full"]),
)


def things(**row: Any) -> st.SearchStrategy[Json | None]:
    """A row that says nothing but its title, and none."""
    return st.none() | st.sampled_from("ab").map(lambda title: {**row, "title": title})


buses = st.none() | st.sampled_from("ab").map(lambda route_no: {**BUS, "route_no": route_no})
deltas = st.fixed_dictionaries(
    {},
    optional={
        "l": st.dictionaries(st.sampled_from(["S0>S1", "S1>S2", "gone"]), views),
        "b": st.dictionaries(st.sampled_from("xy"), buses),
        "w": st.dictionaries(
            st.sampled_from("xy"), things(permit_id="x", starts_ms=None, ends_ms=None)
        ),
        "n": st.dictionaries(st.sampled_from("xy"), things(**INCIDENT)),
        "k": st.dictionaries(st.sampled_from("01"), st.integers(0, 9)),
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
    body: Json = json_of(snapshot(picture, TWO_LINKS, now_ms=NOW_MS, is_simulated=True))
    for letter in ("buses", "works", "incidents"):
        body[letter] = sorted(body[letter], key=str)
    return body


@given(st.lists(deltas, min_size=1, max_size=6), st.integers(0, 5))
def test_a_snapshot_and_the_events_after_it_show_the_links_of_the_last_snapshot(
    rows: list[Json], at: int
) -> None:
    entries = run(*rows)
    start, _ = advance(Picture(), translate(entries[:at], TWO_LINKS))
    screen = snapshot(start, TWO_LINKS, now_ms=NOW_MS, is_simulated=True).speeds
    end, news = advance(start, translate(entries[at:], TWO_LINKS))
    told = delta_event(news, start, TWO_LINKS, prev=start.delta_id, now_ms=NOW_MS)
    flat = told.speeds
    places = accumulate(flat[::2])  # each index is the step from the one before
    for place, speed in zip(places, flat[1::2], strict=True):
        screen[place] = speed
    last = snapshot(end, TWO_LINKS, now_ms=NOW_MS, is_simulated=True)
    assert screen == last.speeds


def test_only_what_looks_different_is_told(network: Network) -> None:
    before, _ = advance(Picture(), translate(run({"l": {"S0>S1": view(20.2)}}), network))
    assert "l" not in event(before, network, {"l": {"S0>S1": view(20.9, samples=9)}})
    told = event(before, network, {"l": {"S0>S1": view(19.9, closure="full")}})
    assert (told["l"], told["c"]) == ([0, 19], [[0, "full"]])
    assert "q" not in told


def test_what_is_usual_is_told_beside_the_speed(network: Network) -> None:
    known = run({"l": {"S0>S1": view(20, usual_kmh=41.6)}})
    before, _ = advance(Picture(), translate(known, network))
    place = network.index["S0>S1"]
    first = snapshot(before, network, now_ms=NOW_MS, is_simulated=True)
    assert {n: kmh for n, kmh in enumerate(first.usual) if kmh >= 0} == {place: 42}
    assert len(first.usual) == len(network.links)
    told = event(before, network, {"l": {"S0>S1": view(20, usual_kmh=31.2)}})
    assert (told["h"], "l" in told) == ([place, 31], False)
    body = link_body(place, before, network)
    assert (body.usual_kmh, body.times_slower) == (41.6, 2.1)
    assert link_body(place + 1, before, network).times_slower is None


def test_a_speed_is_told_with_its_range_and_what_it_rests_on(network: Network) -> None:
    seen = view(20.2, speed_low_kmh=15.6, speed_high_kmh=26.1, sources={"bus": 3, "its": 1})
    before, _ = advance(Picture(), translate(run({"l": {"S0>S1": seen}}), network))
    body = snapshot(before, network, now_ms=NOW_MS, is_simulated=True)
    assert body.ranges == [(0, (15, 27, 3, 1))]
    told = event(before, network, {"l": {"S0>S1": {**seen, "speed_high_kmh": 27.4}}})
    assert (told["r"], "l" in told) == ([0, [15, 28, 3, 1]], False)
    gone = event(before, network, {"l": {"S0>S1": None}})
    assert gone["r"] == [0, [-1, -1, 0, 0]]


def test_a_speed_of_before_has_a_letter_of_its_own(network: Network) -> None:
    assert len({certainty[0] for certainty in Certainty}) == len(Certainty) - 1  # c is taken twice
    told = event(Picture(), network, {"l": {"S0>S1": view(20.2, certainty="stale")}})
    assert told["q"] == [0, "s"]


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
    links = typed(LinkView, {"nowhere": view(1), "S0>S1": view(2)})
    stored = picture_of(StoredPicture(links=links), network)
    assert (stored.unknown_links, list(stored.links)) == (1, [0])


def test_what_is_gone_travels_by_name(network: Network, work: Json) -> None:
    rows = {"w": {"W": work}, "b": {"v": BUS}, "n": {"I": INCIDENT}}
    before, _ = advance(Picture(), translate(run(rows), network))
    told = event(before, network, {"w": {"W": None}, "b": {"v": None}, "n": {"I": None}})
    assert (told["wx"], told["bx"], told["nx"]) == (["W"], ["v"], ["I"])


def test_a_bus_is_a_row_and_has_minus_one_for_no_bearing(network: Network) -> None:
    told = event(Picture(), network, {"b": {"v": {**BUS, "bearing_deg": None}}})
    assert told["b"] == [["v", "300", 127.73, 37.88, -1, 5, ""]]


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
    before, _ = advance(Picture(), translate(run({"k": {"0": 5, "1": 9}}), network))
    assert event(before, network, {"k": {"0": 20}})["k"] == 9


def test_an_event_without_news_has_no_letters(network: Network) -> None:
    body = delta_event(PictureChanges(), Picture(), network, prev="1-0", now_ms=NOW_MS)
    assert set(json_of(body)) == {"net", "prev", "t", "at"}


def test_a_link_never_heard_of_is_unknown_and_lost(network: Network) -> None:
    body = link_body(2, Picture(), network)
    assert (body.level, body.certainty, body.speed_kmh) == ("unknown", "lost", None)


def test_a_link_lists_its_works_and_incidents(network: Network, work: Json) -> None:
    picture = Picture(
        links={0: row_of(LinkView, view(5, subjects=["work:W", "incident:I", "work:gone"]))},
        works=typed(Work, {"W": work}),
        incidents=typed(RunningIncident, {"I": INCIDENT}),
    )
    body = link_body(0, picture, network)
    assert ([row.id for row in body.works], body.incidents[0].id) == (["W"], "I")


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
    assert [row.feed for row in rows] == [*names, *missed]
    assert [row.feed for row in rows if row.status == "never"] == missed

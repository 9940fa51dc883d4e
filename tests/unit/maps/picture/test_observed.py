"""What traffic says of links, and discrepancies, as snapshots and deltas carry them."""

from typing import Any

import pytest

from maps.picture.bodies import delta_event, link_body, snapshot
from maps.picture.observed import observed_look
from maps.picture.picture import Picture, advance, translate
from streams.contract.enums import Certainty, DiscrepancyKind, Observed, SightingKind
from streams.domain.observed.rows import Discrepancy, ObservedView, SeenBus
from streams.geo.network import Network
from tests.cities.rows import json_of, run

Json = dict[str, Any]
NOW_MS = 1_795_400_000_000
CLOSED = {"state": "impassable", "since_ms": 7, "certainty": "confirmed", "promise_s": 301}


def event(before: Picture, network: Network, *deltas: Json) -> Json:
    _, news = advance(before, translate(run(*deltas), network))
    found: Json = json_of(delta_event(news, before, network, prev=before.delta_id, now_ms=NOW_MS))
    return found


@pytest.mark.parametrize(
    ("state", "certainty", "letter"),
    [
        (Observed.PASSABLE, Certainty.CONFIRMED, "p"),
        (Observed.IMPASSABLE, Certainty.CONFIRMED, "c"),
        (Observed.IMPASSABLE, Certainty.INFERRED, "i"),
        (Observed.UNKNOWN, Certainty.LOST, "u"),
    ],
)
def test_each_state_has_a_letter(state: Observed, certainty: Certainty, letter: str) -> None:
    assert observed_look(ObservedView(state, 1, certainty)) == (letter, 0)


@pytest.mark.parametrize(("seconds", "minutes"), [(None, 0), (1, 1), (300, 5), (301, 6)])
def test_a_promise_is_in_whole_minutes_and_never_sooner_than_it_is(
    seconds: int | None, minutes: int
) -> None:
    assert observed_look(ObservedView(promise_s=seconds)) == ("u", minutes)


def test_a_snapshot_has_a_letter_a_link_and_the_promises_there_are(network: Network) -> None:
    seen = {1: ObservedView(Observed.PASSABLE, 1, Certainty.CONFIRMED, promise_s=600)}
    body = json_of(snapshot(Picture(observed=seen), network, now_ms=NOW_MS, is_simulated=False))
    assert body["observed"] == "u" + "p" + "u" * (len(network.links) - 2)
    assert body["promises"] == [1, 10]


def test_a_delta_names_what_looks_different_and_nothing_else(network: Network) -> None:
    first, second = (link.id for link in network.links[:2])
    found = event(Picture(), network, {"v": {second: CLOSED, first: {"promise_s": 60}}})
    assert (found["v"], found["m"]) == ([1, "c"], [0, 1, 1, 6])
    before = Picture(observed={1: ObservedView(Observed.IMPASSABLE, 3, Certainty.CONFIRMED)})
    found = event(before, network, {"v": {second: {**CLOSED, "since_ms": 9, "promise_s": None}}})
    assert "v" not in found
    assert "m" not in found


def test_a_link_that_is_forgotten_is_unknown_and_promises_nothing(network: Network) -> None:
    before = Picture(
        observed={0: ObservedView(Observed.PASSABLE, 3, Certainty.CONFIRMED, promise_s=60)}
    )
    found = event(before, network, {"v": {network.links[0].id: None}})
    assert (found["v"], found["m"]) == ([0, "u"], [0, 0])


def test_a_discrepancy_travels_with_its_evidence_and_goes_by_its_id(network: Network) -> None:
    link_id = network.links[1].id
    row = Discrepancy(
        DiscrepancyKind.UNDECLARED,
        "",
        (link_id, "gone"),
        5,
        9,
        round=1,
        events=(SeenBus(6, SightingKind.ASTRAY, network.routes[0].id),),
    )
    picture = Picture(discrepancies={"d1": row})
    body = json_of(snapshot(picture, network, now_ms=NOW_MS, is_simulated=False))
    [shown] = body["discrepancies"]
    assert (shown["links"], shown["since_ms"], shown["told_ms"]) == ([1], 5, 9)
    assert shown["buses"] == [[6, "astray", network.routes[0].no]]
    assert "until_ms" not in shown
    assert "work" not in shown
    assert event(picture, network, {"d": {"d1": None}})["dx"] == ["d1"]


def test_a_link_says_what_buses_say_and_since_when(network: Network) -> None:
    seen = ObservedView(Observed.IMPASSABLE, 7, Certainty.INFERRED, promise_s=300)
    body = link_body(0, Picture(observed={0: seen}), network)
    assert (body.observed, body.observed_since_ms, body.promise_s) == ("impassable", 7, 300)
    assert link_body(1, Picture(), network).observed_since_ms is None

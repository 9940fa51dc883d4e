from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.desk.judging.certainty import Certain, Ground, Grounds, certainty
from maps.picture.picture import StoreState
from streams.contract.enums import Certainty, Closure
from streams.domain.closures import GRAVITY
from streams.words.catalogue import word

OPEN = Grounds(closure=Closure.NONE)
PARTIAL = Grounds(closure=Closure.PARTIAL)
FULL = Grounds(closure=Closure.FULL)
SURE = Certainty.CONFIRMED

TABLE = [
    # what it rests on is silent: lost, whatever else is known
    (replace(FULL, store=StoreState.LOST), "lost", "store"),
    (replace(OPEN, store=StoreState.LOST, passages=9), "lost", "store"),
    (replace(OPEN, store=StoreState.REBUILDING, passages=9), "lost", "rebuilding"),
    (replace(FULL, is_clock_late=True, is_reported=True), "lost", "clock"),
    (replace(FULL, is_notice_live=False), "lost", "notice"),
    (replace(FULL, is_notice_live=False, is_reported=True), "lost", "notice"),
    (replace(PARTIAL, is_notice_live=False, passages=6), "lost", "notice"),
    (replace(OPEN, is_bus_live=False, passages=6), "lost", "bus"),
    # a full closure that buses pass
    (replace(FULL, passages=2), "reported", "contradicted"),
    (replace(FULL, passages=2, is_reported=True), "reported", "contradicted"),
    (replace(FULL, passages=1), "reported", "notice"),
    (replace(FULL, passages=6, is_bus_live=False), "reported", "notice"),
    # a crew or an office said so
    (replace(FULL, is_reported=True), "confirmed", "people"),
    (replace(PARTIAL, is_reported=True, passages=3), "confirmed", "people"),
    # a closure that leaves a way: of it a bus sees nothing
    (replace(PARTIAL, passages=2), "reported", "notice"),
    (replace(PARTIAL, passages=1), "reported", "notice"),
    (replace(PARTIAL, passages=6, is_bus_live=False), "reported", "notice"),
    (replace(PARTIAL, closure=Closure.SIDEWALK, passages=2), "reported", "notice"),
    (replace(PARTIAL, closure=Closure.UNKNOWN), "reported", "notice"),
    (PARTIAL, "reported", "notice"),
    (replace(FULL, is_listed=False), "inferred", "notice"),
    (replace(PARTIAL, is_listed=False, passages=2), "inferred", "notice"),
    # buses go round it
    (replace(FULL, rounds=SURE), "confirmed", "round"),
    (replace(FULL, rounds=SURE, passages=2), "confirmed", "round"),
    (replace(FULL, rounds=Certainty.INFERRED, passages=2), "reported", "contradicted"),
    (replace(FULL, rounds=SURE, is_bus_live=False), "reported", "notice"),
    (replace(PARTIAL, rounds=SURE), "reported", "notice"),
    (replace(OPEN, rounds=SURE, passages=2), "confirmed", "round"),
    (replace(OPEN, rounds=Certainty.INFERRED, has_speed=True), "inferred", "round"),
    (replace(OPEN, rounds=SURE, is_bus_live=False), "lost", "bus"),
    # nothing is closed
    (replace(OPEN, passages=2), "confirmed", "bus"),
    (replace(OPEN, passages=2, has_speed=True), "confirmed", "bus"),
    (replace(OPEN, has_speed=True), "reported", "centre"),
    (replace(OPEN, has_speed=True, is_bus_live=False), "reported", "centre"),
    (replace(OPEN, is_reported=True), "reported", "people"),
    (replace(OPEN, passages=1), "inferred", "bus"),
    (replace(OPEN, has_ended=True), "inferred", "ended"),
    (OPEN, "lost", "unseen"),
]

GROUNDS = st.builds(
    Grounds,
    closure=st.sampled_from(GRAVITY),
    store=st.sampled_from([StoreState.OK] * 3 + [StoreState.LOST, StoreState.REBUILDING]),
    is_clock_late=st.booleans(),
    is_bus_live=st.booleans(),
    is_notice_live=st.booleans(),
    is_listed=st.booleans(),
    passages=st.integers(0, 5),
    has_speed=st.booleans(),
    is_reported=st.booleans(),
    has_ended=st.booleans(),
    rounds=st.sampled_from([None, Certainty.INFERRED, SURE]),
)
RANK = ("lost", "inferred", "reported", "confirmed")


@pytest.mark.parametrize(("grounds", "sure", "ground"), TABLE)
def test_a_verdict_is_as_sure_as_its_evidence(grounds: Grounds, sure: str, ground: str) -> None:
    assert certainty(grounds) == Certain(Certainty(sure), Ground(ground))


def test_the_words_are_fixed() -> None:
    levels = ("confirmed", "reported", "inferred", "lost")
    assert {level: word("ko", f"certainty.{level}") for level in levels} == {
        "confirmed": "확인됨",
        "reported": "통보됨",
        "inferred": "추정",
        "lost": "자료 끊김",
    }


@given(GROUNDS)
def test_a_lost_store_or_a_late_clock_is_always_lost(grounds: Grounds) -> None:
    assert certainty(replace(grounds, store=StoreState.LOST)).certainty == "lost"
    assert certainty(replace(grounds, is_clock_late=True)).certainty == "lost"


@given(GROUNDS)
def test_nothing_is_confirmed_by_a_silent_feed(grounds: Grounds) -> None:
    silent = replace(grounds, is_bus_live=False, is_notice_live=False, is_reported=False)
    assert certainty(silent).certainty != "confirmed"


@given(GROUNDS)
def test_a_closure_whose_feed_is_silent_is_lost(grounds: Grounds) -> None:
    closed = replace(grounds, closure=Closure.FULL, is_notice_live=False)
    assert certainty(closed).certainty == "lost"


@given(GROUNDS.filter(lambda grounds: grounds.closure is not Closure.FULL))
def test_one_more_bus_never_makes_it_less_sure(grounds: Grounds) -> None:
    before, after = certainty(grounds), certainty(replace(grounds, passages=grounds.passages + 1))
    assert RANK.index(after.certainty) >= RANK.index(before.certainty)


@given(GROUNDS)
def test_a_full_closure_that_buses_pass_is_never_confirmed(grounds: Grounds) -> None:
    passed = replace(grounds, closure=Closure.FULL, passages=2, is_bus_live=True, rounds=None)
    assert certainty(passed).certainty in ("reported", "lost")


def test_every_ground_of_confirmed_is_a_bus_or_a_person() -> None:
    flags = product((False, True), repeat=7)
    found = {
        certainty(
            Grounds(
                closure=closure,
                is_bus_live=bus,
                is_notice_live=notice,
                is_listed=listed,
                passages=3 if passed else 0,
                has_speed=speed,
                is_reported=reported,
                rounds=SURE if rounded else None,
            )
        )
        for bus, notice, listed, passed, speed, reported, rounded in flags
        for closure in GRAVITY
    }
    assert {sure.ground for sure in found if sure.certainty == "confirmed"} == {
        "bus",
        "people",
        "round",
    }


@given(
    GROUNDS.filter(lambda grounds: grounds.closure not in (Closure.NONE, Closure.FULL)),
)
def test_no_bus_confirms_what_it_cannot_see(grounds: Grounds) -> None:
    unseen = replace(grounds, is_reported=False)
    assert certainty(unseen).certainty != "confirmed"

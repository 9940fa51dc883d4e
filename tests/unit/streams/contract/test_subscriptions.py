"""What a subscription may say, and what the stage keeps of what was said."""

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LinearRing

from streams.contract import wire
from streams.contract.derived import Origin
from streams.contract.errors import RecordRefusedError, SubscriptionError
from streams.contract.rings import contains, is_simple
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import (
    MAX_ENDPOINTS,
    check_room,
    check_subscription,
    tidied,
)
from streams.domain.stage import State, apply, empty_state
from streams.domain.stages.subscriptions import SubscriptionsStage
from streams.domain.subscriptions.changes import (
    PREVIOUS_MS,
    added,
    changed,
    checked,
    removed,
    rotated,
)
from streams.geo.network import Network
from tests.cities import worlds

SQUARE = ((127.7, 37.8), (127.8, 37.8), (127.8, 37.9), (127.7, 37.9))
GOOD = Subscription(endpoint="ep_0123456789abcdef", url="https://crew.example/hook", title="현장반")
WHOLE = replace(
    GOOD,
    rules=("closure", "feed"),
    severities=("critical",),
    area=SQUARE,
    links=("S0>S1",),
    organisations=("춘천시 하수과",),
    routes=("1",),
    weekdays=(0, 6),
    hours="22:00-05:00",
    quiet_hours="18:00-24:00",
)


@pytest.fixture(scope="module")
def network() -> Network:
    return worlds.road(4)


def test_what_is_said_of_every_field_goes_through_the_log_unchanged(network: Network) -> None:
    assert checked(WHOLE, network, ()) == WHOLE
    assert wire.decode(wire.encode(WHOLE)) == WHOLE


@pytest.mark.parametrize(
    ("field", "value", "bound"),
    [
        ("endpoint", "ep_1", "8 to 40"),
        ("endpoint", "x" * 12, "ep_"),
        ("title", "", "1 to 80"),
        ("title", "가" * 81, "1 to 80"),
        ("title", "두\n줄", "printable"),
        ("title", "\u202e현장", "printable"),
        (
            "rules",
            ("closing",),
            "one of closure overdue unseen slowdown jam clash feed reports detour",
        ),
        ("severities", ("grave",), "one of critical warning notice"),
        ("links", ("",), "1 to 80"),
        ("links", ("S0>S1",) * 1 + tuple(f"L{i}" for i in range(500)), "at most 500"),
        ("organisations", ("가" * 81,), "1 to 80"),
        ("routes", ("1\x00",), "printable"),
        ("weekdays", (7,), "0 (Monday) to 6"),
        ("weekdays", (-1,), "0 (Monday) to 6"),
        ("hours", "9:00-18:00", "HH:MM-HH:MM"),
        ("hours", "09:00~18:00", "HH:MM-HH:MM"),
        ("hours", "24:00-05:00", "HH:MM-HH:MM"),
        ("hours", "09:00-09:00", "not the same"),
        ("hours", "09:60-18:00", "HH:MM-HH:MM"),
        ("quiet_hours", "밤", "HH:MM-HH:MM"),
        ("area", SQUARE[:2], "3 to 200 points"),
        ("area", tuple((127 + i / 1000, 37.0) for i in range(201)), "3 to 200 points"),
        ("area", (*SQUARE[:3], (139.7, 35.7)), "124.0..132.0"),
        ("area", ((37.8, 127.7), (37.8, 127.8), (37.9, 127.8)), "124.0..132.0"),  # lat, lon
        ("area", (*SQUARE[:3], (float("nan"), 37.8)), "124.0..132.0"),
        ("area", (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), "does not cross itself"),
        ("area", (SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[3]), "does not cross itself"),
        ("area", ((127.0, 37.0), (127.1, 37.0), (127.2, 37.0)), "does not cross itself"),
        ("secret_generation", 0, "1 to 1000000"),
        ("changed_ms", -1, "0 to"),
        ("previous_until_ms", 9_999_999_999_999, "0 to"),
    ],
)
def test_a_field_out_of_bounds_is_refused_by_name_and_bound(
    field: str, value: Any, bound: str
) -> None:
    wrong = replace(GOOD, **{field: value})
    with pytest.raises(SubscriptionError) as refusal:
        check_subscription(wrong)
    assert refusal.value.field == field
    assert bound in refusal.value.bound
    with pytest.raises(RecordRefusedError, match=r"R\d\d\d"):  # nor does the log take it
        wire.decode(wire.encode(wrong))


@pytest.mark.parametrize(("field", "value"), [("links", ("S9>S1",)), ("routes", ("1", "300"))])
def test_a_link_or_route_that_the_network_does_not_have_is_refused(
    field: str, value: Any, network: Network
) -> None:
    with pytest.raises(SubscriptionError, match="of the network"):
        checked(replace(GOOD, **{field: value}), network, ())


def test_a_title_with_a_persons_number_does_not_enter_the_log() -> None:
    with pytest.raises(RecordRefusedError) as refusal:
        wire.decode(wire.encode(replace(GOOD, title="홍길동 010-1234-5678")))
    assert "1234" not in str(refusal.value)


def test_what_is_typed_twice_or_with_spaces_is_kept_once() -> None:
    typed = replace(
        GOOD, rules=("feed", " feed"), weekdays=(6, 0, 6), area=(*SQUARE, SQUARE[0]), title=" 반 "
    )
    expected = replace(GOOD, rules=("feed",), weekdays=(0, 6), area=SQUARE, title="반")
    assert tidied(typed) == expected == tidied(expected)


def test_room_for_endpoints_ends() -> None:
    check_room(MAX_ENDPOINTS - 1)
    with pytest.raises(SubscriptionError, match="at most 500"):
        check_room(MAX_ENDPOINTS)


def test_a_change_leaves_what_it_does_not_name() -> None:
    made = added("ep_0123456789abcdef", {"url": GOOD.url, "title": GOOD.title}, 1)
    assert made == replace(GOOD, changed_ms=1)
    assert changed(made, {"rules": ("feed",)}, 2) == replace(GOOD, rules=("feed",), changed_ms=2)


def test_a_rotation_keeps_the_secret_before_for_a_day_unless_it_leaked() -> None:
    assert rotated(GOOD, 1000).previous_until_ms == 1000 + PREVIOUS_MS
    assert rotated(GOOD, 1000, is_leaked=True).previous_until_ms == 0
    assert rotated(rotated(GOOD, 1), 2).secret_generation == 3


# --- the stage


def told(*messages: Subscription) -> tuple[State, dict[str, int]]:
    stage, counts = SubscriptionsStage(), dict[str, int]()
    state = empty_state(stage)
    for offset, message in enumerate(messages):
        effects = stage.step(state, message, Origin("subscriptions", 0, offset))
        apply(state, effects.changes)
        counts |= effects.counts
    return state, counts


def test_the_last_word_of_an_endpoint_holds() -> None:
    first, later = replace(GOOD, changed_ms=5), replace(GOOD, title="다른 반", changed_ms=9)
    kept = replace(later, created_ms=5)  # alerts before it came are none of its business
    assert told(first, later)[0]["subscriptions"] == {GOOD.endpoint: kept}


def test_what_is_removed_stays_removed() -> None:
    state, counts = told(GOOD, removed(GOOD, 5), replace(GOOD, is_enabled=False))
    assert state["subscriptions"] == {}
    assert counts == {"subscriptions gone": 1}


def test_who_has_not_heard_of_a_rotation_does_not_undo_it() -> None:
    new = rotated(GOOD, 5)
    state, counts = told(GOOD, new, replace(GOOD, is_enabled=False))
    assert state["subscriptions"] == {GOOD.endpoint: new}
    assert counts == {"subscriptions stale": 1}


def test_endpoints_above_the_bound_are_counted_and_those_within_may_change() -> None:
    many = [replace(GOOD, endpoint=f"ep_{n:08d}") for n in range(MAX_ENDPOINTS + 1)]
    state, counts = told(*many, replace(many[0], title="새 이름"))
    assert len(state["subscriptions"]) == MAX_ENDPOINTS
    assert counts == {"subscriptions too many": 1}
    assert state["subscriptions"]["ep_00000000"].title == "새 이름"


# --- rings


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        (((0, 0), (4, 0), (4, 4), (0, 4)), True),
        (((0, 0), (4, 0), (4, 4), (2, 1), (0, 4)), True),  # not convex
        (((0, 0), (4, 4), (4, 0), (0, 4)), False),  # a bow tie
        (((0, 0), (4, 0), (2, 0), (2, 4)), False),  # folds back on itself
        (((0, 0), (4, 0), (4, 4), (2, 0), (0, 4)), False),  # a corner touches an edge
        (((0, 4), (0, 0), (4, 0), (0, 2)), False),  # the closing edge lies on the first
        (((0, 0), (4, 0), (4, 4), (4, 0), (0, 4)), False),  # a corner twice
    ],
)
def test_a_ring_is_simple_when_no_two_edges_meet(ring: Any, *, expected: bool) -> None:
    for turn in range(len(ring)):
        turned = ring[turn:] + ring[:turn]
        assert is_simple(turned) is expected
        assert is_simple(turned[::-1]) is expected


@pytest.mark.parametrize(
    ("point", "expected"),
    [((1, 1), True), ((3.9, 3.5), True), ((2, 3), False), ((5, 1), False), ((-1, 0), False)],
)
def test_a_point_in_the_bay_of_a_ring_is_outside(point: Any, *, expected: bool) -> None:
    ring = ((0, 0), (4, 0), (4, 4), (2, 1), (0, 4))
    assert contains(ring, point) is expected


GRID = st.tuples(st.integers(0, 6), st.integers(0, 6))


@given(GRID, st.integers(1, 5), st.integers(1, 5))
def test_two_halves_of_a_square_share_every_point_once(
    point: tuple[int, int], left: int, right: int
) -> None:
    lower = ((0, 0), (6, 0), (6, right), (0, left))
    upper = ((0, left), (6, right), (6, 6), (0, 6))
    whole = ((0, 0), (6, 0), (6, 6), (0, 6))
    assert contains(lower, point) + contains(upper, point) == contains(whole, point)


@given(st.lists(GRID, min_size=3, max_size=7, unique=True))
def test_turning_a_ring_round_changes_neither_its_inside_nor_its_kind(points: list[Any]) -> None:
    ring = tuple(points)
    assert is_simple(ring) is is_simple(ring[::-1])
    assert contains(ring, (2.5, 3.25)) is contains(ring[::-1], (2.5, 3.25))


@given(st.lists(GRID, min_size=3, max_size=7, unique=True))
def test_a_ring_is_simple_where_a_library_says_so_too(points: list[Any]) -> None:
    assert is_simple(tuple(points)) is bool(LinearRing(points).is_simple)


def test_whether_a_ring_is_simple_hangs_on_no_library() -> None:
    code = "import sys, streams.contract.subscription_checks; print('shapely' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"

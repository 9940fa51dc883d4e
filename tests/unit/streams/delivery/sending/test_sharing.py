import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.delivery.health import reason_against
from streams.delivery.sending.leases import chosen
from streams.delivery.sending.outbox import KEPT_MS, is_behind, order, trim_bounds

NAMES = st.lists(st.text("abc", min_size=1, max_size=4), unique=True, min_size=2, max_size=6)
NOW_MS = 1_795_305_600_000


@given(NAMES, st.integers(0, 500))
def test_one_that_goes_moves_its_own_endpoints_and_no_others(names: list[str], nth: int) -> None:
    endpoint = f"ep_{nth}"
    owner = chosen(endpoint, names)
    assert owner == chosen(endpoint, names[::-1])
    for gone in names:
        left = [name for name in names if name != gone]
        assert chosen(endpoint, left) == owner or gone == owner


def test_endpoints_are_shared_about_evenly() -> None:
    names = ["a", "b", "c", "d"]
    owners = [chosen(f"ep_{i}", names) for i in range(400)]
    assert all(60 <= owners.count(name) <= 140 for name in names)
    assert chosen("ep_1", []) == ""


@pytest.mark.parametrize(
    ("cursors", "bound_ms"),
    [
        ([], NOW_MS - KEPT_MS),
        ([f"{NOW_MS}-3"], NOW_MS - KEPT_MS),
        ([f"{NOW_MS}-3", f"{NOW_MS - KEPT_MS - 5}-0"], NOW_MS - KEPT_MS - 5),
        (["0-0", f"{NOW_MS}-3"], 0),
    ],
)
def test_nothing_is_trimmed_that_is_young_or_that_an_endpoint_has_not_had(
    cursors: list[str], bound_ms: int
) -> None:
    known = [order(cursor, 1) for cursor in cursors]
    assert trim_bounds(known, 1, NOW_MS) == ((bound_ms, 0),)


def test_cursors_compare_as_numbers() -> None:
    given = ["10-2", "9-1", "10-10", "0-0"]
    assert sorted(given, key=lambda x: order(x, 1)) == ["0-0", "9-1", "10-2", "10-10"]


def test_each_partition_is_trimmed_behind_the_endpoint_that_is_last_there() -> None:
    young, old, older = NOW_MS, NOW_MS - KEPT_MS - 5, NOW_MS - KEPT_MS - 9
    first, second = ((young, 0), (older, 0)), ((old, 0), (young, 0))
    assert trim_bounds([first, second], 2, NOW_MS) == ((old, 0), (older, 0))


@pytest.mark.parametrize(
    ("own", "head", "expected"),
    [
        ("0-0", "0-0", False),
        ("7-0", "7.0~0", False),
        ("7-0", "9.0~2.1~0", True),
        ("9.0~2.1~0", "8.0~0.1~1", True),
        ("what no version wrote", "8.0~0", True),
    ],
)
def test_who_has_not_read_all_of_one_partition_is_behind(
    own: str, head: str, *, expected: bool
) -> None:
    assert is_behind(order(own, 2), order(head, 2)) is expected


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ({}, "no dispatcher of here has taken a turn"),
        ({"there-1-x": NOW_MS}, "no dispatcher of here has taken a turn"),
        ({"here-1-x": NOW_MS - 8_000}, ""),
        ({"here-1-x": NOW_MS - 8_001}, "its last turn was 8001 ms ago"),
        ({"here-1-x": NOW_MS - 60_000, "here-2-y": NOW_MS}, ""),
    ],
)
def test_a_host_is_well_while_its_dispatcher_takes_turns(
    turns: dict[str, int], reason: str
) -> None:
    assert reason_against(turns, "here", NOW_MS) == reason

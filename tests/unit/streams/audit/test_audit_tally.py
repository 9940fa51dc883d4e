"""The history as the log says, held against what is kept of it."""

import pytest

from streams.audit.tally import Entry, Past, past_differences
from streams.domain.stage import HistoryRow


def past(*memories: tuple[int, object]) -> Past:
    kept = Past()
    kept.add(HistoryRow("link:A", ms, row) for ms, row in memories)
    return kept


def differing(due: Past, live: list[tuple[Entry, bytes]], kept_from_ms: int = 0) -> list[str]:
    return [
        str(each) for each in past_differences("link:A", due.entries("link:A"), live, kept_from_ms)
    ]


def test_entries_are_numbered_within_their_time_which_never_goes_back() -> None:
    entries = past((1000, 1), (1000, 2), (2000, 3), (500, None)).entries("link:A")
    assert list(entries) == [
        ((1000, 0), b"1"),
        ((1000, 1), b"2"),
        ((2000, 0), b"3"),
        ((2000, 1), b"null"),
    ]


def test_the_first_entry_of_time_zero_is_numbered_as_redis_does() -> None:
    assert list(past((0, 1), (0, 2)).entries("link:A")) == [((0, 1), b"1"), ((0, 2), b"2")]


DUE = past((1000, 1), (2000, 2), (3000, 3))
WHOLE: list[tuple[Entry, bytes]] = [((1000, 0), b"1"), ((2000, 0), b"2"), ((3000, 0), b"3")]


def test_a_whole_history_is_the_same() -> None:
    assert differing(DUE, WHOLE) == []
    assert differing(past((1, {"a": 1, "b": 2})), [((1, 0), b'{"b":2, "a":1}')]) == []


@pytest.mark.parametrize(
    ("live", "said"),
    [
        (WHOLE[1:], "1000-0: live nothing, oracle 1"),
        ([WHOLE[0], WHOLE[2]], "2000-0: live nothing, oracle 2"),
        (WHOLE[:2], "3000-0: live nothing, oracle 3"),
        ([*WHOLE[:2], ((3000, 0), b"4")], "3000-0: live 4, oracle 3"),
        ([WHOLE[0], ((1500, 0), b"9"), *WHOLE[1:]], "1500-0: live 9, oracle nothing"),
    ],
)
def test_what_is_missing_made_up_or_other_is_named(
    live: list[tuple[Entry, bytes]], said: str
) -> None:
    assert differing(DUE, live) == [f"bomnae:past:link:A {said}"]


def test_what_is_too_old_may_be_forgotten_but_not_what_comes_after_it() -> None:
    assert differing(DUE, WHOLE[1:], kept_from_ms=2500) == []
    assert differing(DUE, [], kept_from_ms=3001) == []
    same_time = past((1000, 1), (1000, 2), (3000, 3))
    assert differing(same_time, [((1000, 1), b"2"), ((3000, 0), b"3")], kept_from_ms=2500) == []
    assert differing(DUE, WHOLE[2:], kept_from_ms=1500) == [
        "bomnae:past:link:A 2000-0: live nothing, oracle 2"
    ]
    assert len(differing(DUE, [WHOLE[0], WHOLE[2]], kept_from_ms=3000)) == 1  # a gap is none


def test_what_the_live_state_learnt_since_is_no_difference() -> None:
    assert differing(DUE, [*WHOLE, ((3000, 1), b"5"), ((9000, 0), b"6")]) == []

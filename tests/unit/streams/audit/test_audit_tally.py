"""The history as the log says, held against what is kept of it."""

import zlib

import pytest

from streams.audit.tally import Entry, Past, past_differences
from streams.contract.enums import Certainty, Closure, Level
from streams.domain.links.history import LinksEntry, Obstructed, packed, record
from streams.domain.links.quarters_told import QuarterEntry, packed_quarter
from streams.domain.stage import HistoryRow
from streams.state.keys import past_key


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


A = past_key("link:A", 0)
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
    assert differing(DUE, live) == [f"{A} {said}"]


def test_what_is_too_old_may_be_forgotten_but_not_what_comes_after_it() -> None:
    assert differing(DUE, WHOLE[1:], kept_from_ms=2500) == []
    assert differing(DUE, [], kept_from_ms=3001) == []
    same_time = past((1000, 1), (1000, 2), (3000, 3))
    assert differing(same_time, [((1000, 1), b"2"), ((3000, 0), b"3")], kept_from_ms=2500) == []
    assert differing(DUE, WHOLE[2:], kept_from_ms=1500) == [f"{A} 2000-0: live nothing, oracle 2"]
    assert len(differing(DUE, [WHOLE[0], WHOLE[2]], kept_from_ms=3000)) == 1  # a gap is none


def test_what_the_live_state_learnt_since_is_no_difference() -> None:
    assert differing(DUE, [*WHOLE, ((3000, 1), b"5"), ((9000, 0), b"6")]) == []


def row(*levels: str, closure: Closure = Closure.NONE, names: tuple[str, ...] = ()) -> bytes:
    """A packed entry of links by place, the first of which is closed so."""
    records = [
        record(place, Level(level), Certainty.REPORTED, is_kept=False)
        for place, level in enumerate(levels)
    ]
    closed = {} if closure is Closure.NONE else {0: Obstructed(closure, ("work:P1",))}
    return packed(LinksEntry(records, 0, names, closed))


LINKS = (row("free", "jam", names=("A", "B")), row("slow", "jam"))


@pytest.mark.parametrize(
    ("live", "said"),
    [
        (LINKS, []),
        (
            (LINKS[0], row("jam", "jam", closure=Closure.FULL)),
            [
                '2-0 A closure: live "full", oracle "none"',
                '2-0 A level: live "jam", oracle "slow"',
                '2-0 A subjects: live ["work:P1"], oracle []',
            ],
        ),
        (
            (row("free", "jam", names=("A", "C")), row("slow")),
            [
                '1-0 names: live [0,"A","C"], oracle [0,"A","B"]',
                '2-0 B certainty: live nothing, oracle "reported"',
                '2-0 B closure: live nothing, oracle "none"',
                '2-0 B level: live nothing, oracle "jam"',
                "2-0 B subjects: live nothing, oracle []",
            ],
        ),
        ((LINKS[0], b"\x09"), ['2-0: live "unreadable: entry of form 09", oracle {"A level":']),
        ((LINKS[0],), ['2-0: live nothing, oracle {"A level":"slow"']),
    ],
)
def test_an_entry_of_links_is_compared_link_by_link(
    live: tuple[bytes, ...], said: list[str]
) -> None:
    due = Past()
    due.add(HistoryRow("links/3", ms, value) for ms, value in enumerate(LINKS, 1))
    stored = [((ms, 0), value) for ms, value in enumerate(live, 1)]
    found = map(str, past_differences("links/3", due.entries("links/3"), stored, 0))
    for told, expected in zip(found, said, strict=True):
        assert told.startswith(f"{past_key('links/3', 3)} {expected}")


def test_the_same_links_deflated_otherwise_are_no_difference() -> None:
    other = b"\x02" + zlib.compress(zlib.decompress(LINKS[0][1:]), 0)
    assert other != LINKS[0]
    due = Past()
    due.add([HistoryRow("links/3", 1, LINKS[0])])
    assert past_differences("links/3", due.entries("links/3"), [((1, 0), other)], 0) == []


def test_a_quarter_hour_is_compared_link_by_link() -> None:
    due = Past()
    due.add([HistoryRow("quarters/3", 1, packed_quarter(QuarterEntry(7, (205, 0), (3, 0))))])
    rows = due.entries("quarters/3")
    other = packed_quarter(QuarterEntry(7, (210, 0), (3, 0)))
    [found] = map(str, past_differences("quarters/3", rows, [((1, 0), other)], 0))
    assert found == (
        f"{past_key('quarters/3', 3)} 1-0 link 0 dkmh, passages: live [210,3], oracle [205,3]"
    )
    rows = due.entries("quarters/3")
    [found] = map(str, past_differences("quarters/3", rows, [((1, 0), b"\x09")], 0))
    assert 'live "unreadable: entry of form 09"' in found

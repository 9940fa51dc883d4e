"""What the history is told of links, and read of it again."""

import random
import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.audit.rows import PlainRoads
from streams.contract.derived import LinkEvents, Obstruction, Origin, SpeedColumns, SpeedShare
from streams.contract.enums import Cause, Certainty, Closure, Level, Phase
from streams.contract.times import HOUR_MS
from streams.domain.links import history
from streams.domain.links.history import (
    EntryError,
    LinksEntry,
    LinksThen,
    Obstructed,
    certainty_of,
    level_of,
    named,
    packed,
    record,
    unpacked,
)
from streams.domain.stage import HistoryRow
from streams.domain.stages.roadstate import RoadsStage
from tests.cities.fakes import RULES, Folded, at, street

LINKS = ("S1>S2", "S2>S3", "S3>S2")
Said = tuple[str, str, tuple[str, ...], str]


def told(offset: int, tick_s: float, *rows: SpeedShare | Obstruction) -> LinkEvents:
    """A message of these rows, after which the clock is at `tick_s`."""
    speeds = SpeedColumns.of([row for row in rows if isinstance(row, SpeedShare)])
    blocks = tuple(row for row in rows if isinstance(row, Obstruction))
    return LinkEvents(Origin("in", 0, offset), at(tick_s), (), speeds, blocks)


def speed(kmh: float, second: float, link: str = "S1>S2") -> SpeedShare:
    return SpeedShare(link, link, kmh, at(second), 1.0)


def block(closure: Closure, link: str = "S1>S2", phase: Phase = Phase.ACTIVE) -> Obstruction:
    return Obstruction(link, "work:P1", Cause.WORK, phase, closure)


def columns() -> Folded:
    return Folded(RoadsStage(street(), RULES, ("in/0",)), topic="link-events")


def entries(fold: Folded, message: LinkEvents) -> list[tuple[int, LinksEntry]]:
    rows = fold.take(message).remembered
    assert {row.subject for row in rows} <= {"links/0", "quarters/0"}
    return [(row.known_ms, unpacked(row.row)) for row in rows if row.subject == "links/0"]


def then(run: Sequence[tuple[int, LinksEntry]]) -> dict[str, Said]:
    """How each link was after these entries."""
    links, names = LinksThen(), named(entry for _, entry in run)
    for ms, entry in run:
        links.take(ms, entry)
    rows = {names[place]: known for place, known in links.known.items()}
    return {
        name: (level_of(number), *obstructed, certainty_of(number))
        for name, (_, number, obstructed) in rows.items()
    }


def test_a_link_is_told_when_level_closure_or_works_change_and_not_at_each_speed() -> None:
    fold = columns()
    steps = (
        told(0, 10, speed(50, 5)),
        told(1, 20, speed(48, 15)),  # as free as before
        told(2, 30, speed(9, 25)),
        told(3, 40, block(Closure.FULL)),
        told(4, 50, block(Closure.FULL)),
        told(5, 60),
    )
    run = [entries(fold, step) for step in steps]
    free = {"S1>S2": ("free", "none", (), "reported")}
    assert [len(each) for each in run] == [0, 1, 1, 1, 0, 0]
    assert [ms for each in run for ms, _ in each] == [at(10), at(20), at(30)]
    said = [then([x for each in run[:n] for x in each]) for n in (2, 3, 4)]
    jam = {"S1>S2": ("jam", "none", (), "reported")}
    shut = {"S1>S2": ("jam", "full", ("work:P1",), "reported")}
    assert said == [free, jam, shut]


def test_what_closes_a_link_is_told_once_and_kept_until_it_ends() -> None:
    fold = columns()
    run = []
    for message in (
        told(0, 10, speed(50, 5), block(Closure.PARTIAL)),
        told(1, 20),
        told(2, 30, speed(9, 25)),
        told(3, 40, replace(block(Closure.NONE, phase=Phase.FINISHED), is_over=True)),
        told(4, 50),
    ):
        run += entries(fold, message)
    assert [bool(entry.obstructed) for _, entry in run] == [True, False, False]
    assert [then(run[:n])["S1>S2"][1:3] for n in (1, 2, 3)] == [
        ("partial", ("work:P1",)),
        ("partial", ("work:P1",)),
        ("none", ()),
    ]


def test_the_last_look_of_an_hour_tells_every_link_and_names_it() -> None:
    fold = columns()
    first = entries(fold, told(0, 10, speed(50, 5), speed(40, 6, "S3>S2")))
    first += entries(fold, told(1, 20))
    assert first[0][1].is_whole  # all links are new
    [(_, second)] = entries(fold, told(2, 30, speed(9, 25, "S2>S3")))
    assert (second.named_from, second.names, second.is_whole) == (2, ("S2>S3",), False)
    [(ms, whole)] = entries(fold, told(3, HOUR_MS / 1000))
    assert (ms, whole.is_whole, whole.names) == (at(30), True, ("S1>S2", "S3>S2", "S2>S3"))
    assert then([(ms, whole)]) == then([*first, (at(20), second)])


steps_of = st.lists(
    st.tuples(
        st.integers(1, 1_500),  # seconds the clock goes on
        st.lists(
            st.tuples(st.sampled_from(LINKS), st.sampled_from([3, 20, 60]), st.integers(0, 400))
        ),
        st.lists(
            st.tuples(
                st.sampled_from(LINKS),
                st.sampled_from([Closure.FULL, Closure.PARTIAL, Closure.NONE]),
                st.booleans(),
            ),
            max_size=2,
        ),
    ),
    max_size=25,
)


@given(steps_of)
def test_rows_and_columns_tell_the_same_bytes(steps: list[Any]) -> None:
    plain = Folded(PlainRoads(street(), RULES, ("in/0",)), topic="link-events")
    fold, second = columns(), 10
    for offset, (passed_s, speeds, blocks) in enumerate(steps):
        second += passed_s
        rows = [speed(kmh, second - ago, link) for link, kmh, ago in speeds]
        shut = [replace(block(closure, x), is_over=is_over) for x, closure, is_over in blocks]
        message = told(offset, second, *rows, *shut)
        assert fold.take(message).remembered == plain.take(message).remembered


@given(steps_of)
def test_what_is_read_from_any_whole_entry_on_is_what_was_told(steps: list[Any]) -> None:
    fold, second, run = columns(), 10, []
    for offset, (passed_s, speeds, blocks) in enumerate(steps):
        second += passed_s
        rows = [speed(kmh, second - ago, link) for link, kmh, ago in speeds]
        shut = [replace(block(closure, x), is_over=is_over) for x, closure, is_over in blocks]
        run += entries(fold, told(offset, second, *rows, *shut))
    from_all = {name: row[:3] for name, row in then(run).items()}
    begins = [number for number, (_, entry) in enumerate(run) if entry.is_whole]
    for begin in begins:
        assert {name: row[:3] for name, row in then(run[begin:]).items()} == from_all
    for begin, end in pairwise([*begins, len(run)]):  # so an hour more is enough to keep
        assert len({ms // HOUR_MS for ms, _ in run[begin + 1 : end]}) <= 1


ENTRIES = (
    LinksEntry((record(7, Level.JAM, Certainty.STALE, is_kept=True),)),
    LinksEntry((), 3, ("가>나", "a\nb")),
    LinksEntry(
        (record(70_000, Level.FREE, Certainty.CONFIRMED, is_kept=False),),
        obstructed={70_000: Obstructed(Closure.FULL, ("work:P1",))},
    ),
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_is_read_as_it_was_written(entry: LinksEntry) -> None:
    assert unpacked(packed(entry)) == entry


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{}",
        b"\x09abcd",
        b"\x01abc",
        b"\x02abc",
        b"\x02" + zlib.compress(b"[]\n"),
        b"\x02" + zlib.compress(b'{"obstructed":{"1":["dug",[]]}}\n'),
        b"\x02" + zlib.compress(b'{"names":3}\n'),
        b"\x02" + zlib.compress(b"{}\nabc"),
        packed(ENTRIES[2])[:-4],
    ],
)
def test_what_is_no_entry_is_said_so(value: bytes) -> None:
    with pytest.raises(EntryError):
        unpacked(value)


def test_any_bytes_are_an_entry_or_none() -> None:
    chance = random.Random(5)
    good = packed(ENTRIES[2])
    for _ in range(2_000):
        value = bytearray(good)
        value[chance.randrange(len(value))] = chance.randrange(256)
        try:
            unpacked(bytes(value))
        except EntryError:
            continue


def test_codes_keep_their_meaning_for_what_is_written() -> None:
    assert record(1, Level.FREE, Certainty.CONFIRMED, is_kept=False) == 1 << 8
    assert record(0, Level.UNKNOWN, Certainty.CONTRADICTED, is_kept=True) == 128 + (5 << 3) + 3
    assert [Level(level_of(n)) for n in range(4)] == ["free", "slow", "jam", "unknown"]
    names = ["confirmed", "reported", "inferred", "lost", "stale", "contradicted"]
    assert [certainty_of(n << 3) for n in range(6)] == names


def test_rows_of_the_history_have_one_subject_a_partition() -> None:
    fold = columns()
    fold.take(told(0, 10, speed(50, 5)))
    [row] = fold.take(told(1, 20)).remembered
    assert isinstance(row, HistoryRow)
    assert (row.subject, row.known_ms) == ("links/0", at(10))


records_of_looks = st.lists(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 255)), max_size=4), max_size=8
)


@given(records_of_looks, st.sets(st.integers(0, 6)), st.sets(st.integers(0, 8)))
def test_of_a_run_is_read_what_it_tells_of_some_links(
    looks: list[list[tuple[int, int]]], places: set[int], whole: set[int]
) -> None:
    run = [
        (ms, LinksEntry([place << 8 | code for place, code in rows], 0, ("a",) * (ms in whole)))
        for ms, rows in enumerate(looks)
    ]
    packed_run = [(ms, history.told(packed(entry))) for ms, entry in run]

    def known(entries: Sequence[tuple[int, LinksEntry]]) -> list[tuple[int, dict[int, Any]]]:
        links = LinksThen(places)
        news = [(ms, links.take(ms, entry)) for ms, entry in entries]
        return [(ms, {place: links.known[place] for place in found}) for ms, found in news if found]

    assert known(list(history.told_of(packed_run, places))) == known(run)
    everything = [(ms, tuple(entry.records)) for ms, entry in history.told_of(packed_run, None)]
    assert everything == [
        (ms, tuple(entry.records)) for ms, entry in run if entry.records or entry.names
    ]


@pytest.mark.parametrize("value", [b"", b"\x03abcd", b"\x01abc", b"\x02nonsense"])
def test_what_is_no_entry_is_refused_before_it_is_wanted(value: bytes) -> None:
    with pytest.raises(EntryError):
        history.told(value)

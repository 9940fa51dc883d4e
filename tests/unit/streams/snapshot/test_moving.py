"""Offsets that stand in a state are moved onto another log, all of them and nothing else."""

from dataclasses import replace

import msgspec

from streams.contract import topics, wire
from streams.contract.derived import LinkBatch, LinkEvents, Origin, PassedTick, SpeedColumns
from streams.domain.observed.tables import QUEUE
from streams.domain.stages.roadstate import SOURCES
from streams.snapshot.moving import moved_message, moved_rows
from streams.state.keys import POSITIONS

SPEEDS = (topics.LINK_SPEEDS.name, 1)
SHIFTS = {SPEEDS: 100, (topics.LINK_EVENTS.name, 0): 7}
DERIVED = topics.LINK_EVENTS.name


def part(offset: int, offsets: tuple[int, ...] = (), ticks: tuple[int, ...] = ()) -> LinkEvents:
    rows = len(offsets)
    speeds = SpeedColumns(("A",) * rows, (30.0,) * rows, (1,) * rows, offsets=offsets)
    passed = tuple(PassedTick(x, x * 1000) for x in ticks)
    return LinkEvents(Origin(*SPEEDS, offset), 5_000, speeds=speeds, ticks=passed)


def test_positions_sources_and_what_is_queued_move() -> None:
    positions = {b"link-speeds/1": b"150", b"link-events/0": b"9", b"calls/0": b"3"}
    assert moved_rows(POSITIONS, positions, SHIFTS) == {
        b"link-speeds/1": b"50",
        b"link-events/0": b"2",
        b"calls/0": b"3",
    }
    sources = moved_rows(SOURCES.name, {b"link-speeds/1": b"[140,5000]"}, SHIFTS)
    assert {k: msgspec.json.decode(v) for k, v in sources.items()} == {b"link-speeds/1": [40, 5000]}
    queued = {b"000001795392000 link-speeds/1 000000000150": b"[[],[]]"}
    assert moved_rows(QUEUE.name, queued, SHIFTS) == {
        b"000001795392000 link-speeds/1 000000000050": b"[[],[]]"
    }


def test_what_holds_no_offset_and_what_stays_on_its_log_is_as_it_was() -> None:
    rows = {b"link-speeds/1": b"150"}
    assert moved_rows("works", rows, SHIFTS) == rows
    assert moved_rows(POSITIONS, rows, {}) == rows


def test_derived_messages_name_the_offsets_of_the_other_log() -> None:
    before = LinkBatch((part(150, (148, 149), (147,)), part(151)))
    payload = moved_message(DERIVED, wire.encode(before), SHIFTS)
    after = wire.read(payload, (LinkBatch,), DERIVED)
    ticks = (PassedTick(47, 147_000),)
    assert after == LinkBatch((replace(part(50, (48, 49)), ticks=ticks), part(51)))


def test_messages_of_inputs_and_what_cannot_be_read_stay() -> None:
    payload = wire.encode(LinkBatch((part(150),)))
    assert moved_message("permits", payload, SHIFTS) == payload
    assert moved_message(DERIVED, b"{oops", SHIFTS) == b"{oops"
    assert moved_message(DERIVED, None, SHIFTS) is None

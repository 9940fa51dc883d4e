import random

import pytest

from streams.audit.fold import (
    Fold,
    Tables,
    differences,
    fold_log,
    nothing_folded,
    report,
    table_names,
    unsettled,
)
from streams.contract import wire
from streams.contract.errors import LogError
from streams.contract.records import PositionBatch
from streams.contract.settings import Settings
from streams.state.keys import key, parts_of
from streams.topology.stages import stages
from tests.cities import worlds

STAGES = stages(Settings(), worlds.road(8))


def shuffled(
    log: list[tuple[str, int, int, bytes]], seed: int
) -> list[tuple[str, int, int, bytes]]:
    """The log with its partitions interleaved in another way."""
    chance = random.Random(seed)
    queues: dict[tuple[str, int], list[tuple[str, int, int, bytes]]] = {}
    for record in reversed(log):
        queues.setdefault(record[:2], []).append(record)
    mixed = []
    while left := [queue for queue in queues.values() if queue]:
        queue = chance.choice(left)
        mixed += [queue.pop() for _ in range(min(len(queue), chance.randrange(1, 9)))]
    return mixed


@pytest.mark.parametrize("seed", range(5))
def test_how_partitions_interleave_leaves_no_trace(seed: int) -> None:
    log = list(worlds.numbered(worlds.drive(5, 8)))
    assert fold_log(STAGES, shuffled(log, seed)) == fold_log(STAGES, log)


def test_every_table_of_the_fold_is_one_the_audit_reads() -> None:
    tables = fold_log(STAGES, worlds.numbered(worlds.drive(5, 8)))
    assert {parts_of(name)[0] for name in tables} <= set(table_names(STAGES))
    assert {key("folds", 2), key("sources", 0), key("clock", 0)} <= set(tables)


def test_a_message_that_is_not_the_next_is_refused() -> None:
    fold = Fold(STAGES)
    with pytest.raises(LogError, match="permits/0 goes on at offset 2, the next one is 0"):
        fold.take("permits", 0, 2, b"")


def test_poison_takes_an_offset_and_changes_nothing() -> None:
    batch = wire.encode(PositionBatch("tago.positions", 0, ()))
    for poison in (b"{oops", None, b"\xff", batch):
        fold = Fold(STAGES)
        fold.take("permits", 0, 0, poison)
        assert (fold.tables(), fold.taken) == ({}, {("permits", 0): 1})


def test_a_difference_names_table_row_field_and_both_values() -> None:
    live: Tables = {"t": {"a": {"x": 1, "y": {"z": 2}}, "extra": 5}}
    oracle: Tables = {"t": {"a": {"x": 1, "y": {"z": 3}}}, "u": {"b": [1, 2]}}
    assert report(differences(live, oracle)) == [
        "t a y.z: live 2, oracle 3",
        "t extra: live 5, oracle nothing",
        "u b: live nothing, oracle [1,2]",
        "3 differences",
    ]
    assert report(differences(oracle, oracle)) == ["identical"]


def test_at_most_fifty_differences_are_shown() -> None:
    live: Tables = {"t": {str(n): n for n in range(60)}}
    lines = report(differences(live, {}))
    assert (len(lines), lines[-1]) == (51, "60 differences")


def test_roads_behind_their_inputs_are_not_settled() -> None:
    oracle: Tables = {key("sources", 1): {"permits/0": [7, 1000]}, key("works", 0): {"a": 1}}
    assert unsettled(oracle, oracle) == ""
    behind: Tables = {key("sources", 1): {"permits/0": [6, 900]}}
    assert "permits/0 up to offset 6, its position means 7" in unsettled(behind, oracle)
    assert "permits/0 up to offset None" in unsettled({}, oracle)


def test_a_state_without_a_position_is_compared_only_with_a_log_without_a_message() -> None:
    assert nothing_folded({}, [0, 0]) == ""
    assert nothing_folded({("permits", 0): 0}, [1, 5]) == ""
    assert "the log has 6 messages" in nothing_folded({}, [1, 5])

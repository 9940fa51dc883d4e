from types import SimpleNamespace
from typing import Any

import pytest

from streams.contract.topics import ALL, LINK_EVENTS
from streams.kafka.cluster import TopicFacts
from streams.worker.metrics import BEHIND
from streams.worker.watch import (
    PartitionPosition,
    PartitionProgress,
    PartitionWatch,
    caught_up,
    is_catching_up,
    made_anew,
    misfit,
    pace,
    rebuild_target,
    remember,
    stalled,
    to_send_back,
    went_back,
)

PLACE = ("bus-positions", 0)
ROADS = (LINK_EVENTS.name, 0)


def after(*sights: PartitionPosition, passed_s: float = 1.0) -> PartitionProgress:
    """The memory after looks a second apart."""
    memory = None
    for sight in sights:
        memory = remember(memory, sight, passed_s)
    assert memory is not None
    return memory


def test_a_partition_that_stands_while_messages_wait_is_stalled_after_the_limit() -> None:
    memory = {PLACE: after(*[PartitionPosition(5, 9)] * 4)}
    assert stalled(memory, 3).startswith("bus-positions/0 stands at offset 5 for 3 s")
    assert stalled(memory, 4) == ""


@pytest.mark.parametrize(
    "sights",
    [
        [PartitionPosition(9, 9)] * 9,  # idle
        [PartitionPosition(-1, -1)] * 9,  # empty
        [PartitionPosition(5, 3)] * 9,  # a broker that understates the end
        [PartitionPosition(n, 99) for n in range(9)],  # far behind, and moving
        [
            *[PartitionPosition(5, 9)] * 3,
            PartitionPosition(6, 9),
            *[PartitionPosition(6, 9)] * 2,
        ],  # moved in time
        [
            *[PartitionPosition(5, 9)] * 3,
            PartitionPosition(2, 9),
            *[PartitionPosition(2, 9)] * 2,
        ],  # sent back in time
    ],
)
def test_nothing_is_stalled_that_is_idle_or_moves(sights: list[PartitionPosition]) -> None:
    assert stalled({PLACE: after(*sights)}, 3) == ""


def test_standing_counts_less_while_another_partition_of_the_topic_moves() -> None:
    other, speeds = ("bus-positions", 1), ("link-speeds", 0)
    known = {
        PLACE: PartitionProgress(PartitionPosition(5, 9)),
        other: PartitionProgress(PartitionPosition(5, 9)),
        speeds: PartitionProgress(PartitionPosition(5, 9)),
    }
    now = {
        PLACE: PartitionPosition(5, 9),
        other: PartitionPosition(6, 9),
        speeds: PartitionPosition(5, 9),
    }
    assert pace(known, now) == {PLACE: 0.1, other: 0.1, speeds: 1.0}


def test_standing_counts_less_while_the_process_catches_up_on_any_topic() -> None:
    other, speeds = ("permits", 0), ("link-speeds", 0)
    known = {
        PLACE: PartitionProgress(PartitionPosition(5, 9)),
        other: PartitionProgress(PartitionPosition(5, 900)),
        speeds: PartitionProgress(PartitionPosition(5, 9)),
    }
    now = {
        PLACE: PartitionPosition(5, 9),
        other: PartitionPosition(300, 900),
        speeds: PartitionPosition(5, 9),
    }
    assert pace(known, now) == dict.fromkeys(now, 0.1)
    at_its_end = {
        **now,
        other: PartitionPosition(890, 900),
    }  # it moves with the clock, as in every second
    assert pace(known, at_its_end)[speeds] == 1.0
    stands_too = {**now, other: PartitionPosition(5, 900)}
    assert pace(known, stands_too) == dict.fromkeys(now, 1.0)


def test_a_rebuild_behind_other_topics_is_neither_stalled_nor_sent_back() -> None:
    """One topic waits for 100 looks while others fold 15,000 messages, and then has its turn."""
    other, memory = ("link-events", 0), dict[tuple[str, int], PartitionProgress]()
    for look in range(100):
        now = {PLACE: PartitionPosition(-1, 2000), other: PartitionPosition(150 * look, 15_000)}
        paces, is_busy = pace(memory, now), is_catching_up(memory, now)
        memory = {
            place: remember(memory.get(place), sight, 1.0, pace=paces[place], is_busy=is_busy)
            for place, sight in now.items()
        }
        assert stalled(memory, 60) == ""
        assert to_send_back(memory) == []


def test_a_partition_whose_way_back_got_lost_is_sent_back_while_others_move_with_the_clock() -> (
    None
):
    other, memory, sent = ("bus-positions", 1), dict[tuple[str, int], PartitionProgress](), []
    for look in range(20):
        now = {PLACE: PartitionPosition(5, 9 + look), other: PartitionPosition(look, look + 1)}
        is_busy = is_catching_up(memory, now)
        memory = {p: remember(memory.get(p), s, 1.0, is_busy=is_busy) for p, s in now.items()}
        sent += [look] * len(to_send_back(memory))
    assert sent == [8, 16]


def test_the_time_in_which_the_process_itself_was_stopped_counts_for_little() -> None:
    memory = remember(after(PartitionPosition(5, 9)), PartitionPosition(5, 9), passed_s=90)
    assert memory.still_s == 3


def test_a_consumer_is_sent_back_ever_more_rarely_while_its_partition_stands() -> None:
    memory, sent = PartitionProgress(PartitionPosition(5, 9)), []
    for look in range(1, 40):
        memory = remember(memory, PartitionPosition(5, 9), 1.0)
        sent += [look] * len(to_send_back({PLACE: memory}))
    assert sent == [8, 16, 32]
    assert to_send_back({PLACE: remember(memory, PartitionPosition(6, 9), 1.0)}) == []


@pytest.mark.parametrize(
    ("known", "now", "is_back"),
    [
        (None, PartitionPosition(5, 5), False),
        (None, PartitionPosition(5, 4), True),
        (PartitionPosition(5, 9), PartitionPosition(5, 9), False),
        (PartitionPosition(5, 3), PartitionPosition(5, 3), False),  # understated as before
        (PartitionPosition(5, 9), PartitionPosition(5, 8), True),
    ],
)
def test_a_log_goes_back_when_it_ends_before_where_it_was(
    known: PartitionPosition | None, now: PartitionPosition, *, is_back: bool
) -> None:
    assert went_back(known and PartitionProgress(known), now) is is_back


def test_a_state_that_went_back_is_made_again_up_to_the_end_of_the_log() -> None:
    assert rebuild_target(None, PartitionPosition(-1, 99)) is None
    assert (
        rebuild_target(PartitionProgress(PartitionPosition(50, 60)), PartitionPosition(50, 70))
        is None
    )
    assert (
        rebuild_target(PartitionProgress(PartitionPosition(50, 60)), PartitionPosition(-1, 70))
        == 70
    )
    assert (
        rebuild_target(PartitionProgress(PartitionPosition(50, 60)), PartitionPosition(20, 30))
        == 50
    )  # an understated end


def test_a_mark_goes_when_the_state_has_what_the_log_had_a_look_ago() -> None:
    marks = {PLACE: 50}
    known = {PLACE: PartitionProgress(PartitionPosition(40, 60))}
    assert caught_up(marks, known, {PLACE: PartitionPosition(55, 61)}) == []
    assert caught_up(marks, known, {PLACE: PartitionPosition(60, 61)}) == [PLACE]
    assert caught_up(marks, {}, {PLACE: PartitionPosition(60, 60)}) == []
    assert caught_up({("other", 1): 5}, known, {PLACE: PartitionPosition(60, 61)}) == []


def test_the_roads_have_not_caught_up_before_their_inputs() -> None:
    marks = {PLACE: 50, ROADS: 10}
    known = {
        PLACE: PartitionProgress(PartitionPosition(40, 60)),
        ROADS: PartitionProgress(PartitionPosition(10, 20)),
    }
    assert (
        caught_up(
            marks, known, {PLACE: PartitionPosition(55, 61), ROADS: PartitionPosition(20, 20)}
        )
        == []
    )
    assert caught_up(
        marks, known, {PLACE: PartitionPosition(60, 61), ROADS: PartitionPosition(20, 20)}
    ) == [PLACE, ROADS]
    assert (
        caught_up(marks, known, {ROADS: PartitionPosition(20, 20)}) == []
    )  # the input is another worker's


def facts(**other: TopicFacts) -> dict[str, TopicFacts]:
    due = {topic.name: TopicFacts(topic.partitions(4), f"id of {topic.name}") for topic in ALL}
    return due | {name.replace("_", "-"): fact for name, fact in other.items()}


def test_topics_that_do_not_fit_are_named() -> None:
    assert misfit(facts(), 4) == ""
    assert misfit(facts(bus_positions=TopicFacts(3, "")), 4) == (
        "topic bus-positions has 3 partitions, BOMNAE_PARTITIONS=4 means 4"
    )
    missing = facts()
    del missing["permits"]
    assert misfit(missing, 4).startswith("topic permits is missing")


def test_a_topic_with_another_id_is_named_and_one_without_is_not() -> None:
    known = {"permits": "id of permits"}
    assert made_anew(facts(), known) == ""
    assert made_anew(facts(permits=TopicFacts(1, "")), known) == ""
    assert "topic permits was made anew" in made_anew(facts(permits=TopicFacts(1, "b")), known)


def shown() -> dict[tuple[str, ...], float]:
    """The lag of each partition as it is scraped."""
    (metric,) = BEHIND.collect()
    return {tuple(map(str, each.labels.values())): each.value for each in metric.samples}


def test_the_lag_of_a_partition_can_be_scraped_at_any_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker: Any = SimpleNamespace(settings=None, gate=None)
    watch = PartitionWatch(worker, list)
    watch._show({PLACE: PartitionPosition(5, 9), ROADS: PartitionPosition(5, 3)})
    assert shown() == {("bus-positions", "0"): 4, (ROADS[0], "0"): 0}
    scraped: list[int] = []
    labels = BEHIND.labels

    def scraped_before(*of: Any) -> Any:
        scraped.append(len(shown()))
        return labels(*of)

    monkeypatch.setattr(BEHIND, "labels", scraped_before)
    watch._show({PLACE: PartitionPosition(6, 9)})
    assert shown() == {("bus-positions", "0"): 3}
    assert scraped == [1]
    watch._show({})
    assert shown() == {}

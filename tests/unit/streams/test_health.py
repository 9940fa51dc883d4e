"""When a health check complains."""

from producers.health import reason_against as producers_reason
from producers.health import reason_of_polls
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport
from streams.state.clocks import reason_against as stream_reason

NOW_MS = 1_795_000_000_000


def test_a_stream_whose_partitions_all_move_is_well() -> None:
    assert stream_reason({"0": NOW_MS - 2_000, "1": NOW_MS - 59_000}, 2, NOW_MS) == ""


def test_one_standing_partition_is_named() -> None:
    reason = stream_reason({"0": NOW_MS, "1": NOW_MS - 61_000}, 2, NOW_MS)
    assert reason == "partition 1 of link-events is 61000 ms behind, at most 60000"


def test_a_partition_without_time_is_named() -> None:
    assert stream_reason({"0": NOW_MS}, 2, NOW_MS) == "no time yet on partition 1 of link-events"


def test_ticks_in_the_log_must_be_fresh() -> None:
    assert producers_reason(NOW_MS - 60_000, NOW_MS) == ""
    assert "61000 ms old" in producers_reason(NOW_MS - 61_000, NOW_MS)
    assert producers_reason(None, NOW_MS) == "no tick in the log yet"


def test_a_tick_that_is_ahead_is_a_fault_with_its_own_words() -> None:
    assert producers_reason(NOW_MS + 120_000, NOW_MS) == ""
    assert producers_reason(NOW_MS + 49 * 60_000, NOW_MS).startswith("the clock is 49 min ahead")


def report(feed: str, received_ms: int, code: str = "") -> FeedReport:
    outcome = PollOutcome.UNKNOWN if code else PollOutcome.DATA
    return FeedReport(feed, outcome, received_ms, 10_000, code=code)


def test_polls_are_well_while_any_is_told_of_whatever_the_portals_say() -> None:
    told = [report("permits", NOW_MS - 500_000), report("its.speeds", NOW_MS - 1_000, "HTTP-500")]
    assert reason_of_polls(told, 80_000, NOW_MS) == ""


def test_polls_that_nobody_hears_of_are_not_well() -> None:
    assert "no poll" in reason_of_polls([], 80_000, NOW_MS)
    assert "no poll" in reason_of_polls([report("permits", NOW_MS - 81_000)], 80_000, NOW_MS)


def test_a_feed_whose_messages_kafka_does_not_take_is_named() -> None:
    told = [report("its.speeds", NOW_MS - 9, "LOG-SIZE"), report("permits", NOW_MS)]
    assert reason_of_polls(told, 80_000, NOW_MS).endswith("its.speeds LOG-SIZE")
    assert reason_of_polls([*told, report("its.speeds", NOW_MS)], 80_000, NOW_MS) == ""


def test_polls_of_a_clock_that_is_ahead_are_not_well() -> None:
    assert "3 min ahead" in reason_of_polls([report("permits", NOW_MS + 180_000)], 80_000, NOW_MS)

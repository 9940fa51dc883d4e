"""When a health check complains."""

from producers.health import reason_against as producers_reason
from streams.health import reason_against as stream_reason

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

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract import topics


def test_a_partition_is_the_crc32_of_the_key() -> None:
    assert crc32(b"123456789") == 0xCBF43926  # the check value of CRC-32
    assert topics.partition_of("123456789", 4) == 0xCBF43926 % 4 == 2
    assert topics.partition_of("춘천", 1) == 0


@given(st.text(max_size=40), st.integers(1, 512))
def test_a_key_has_one_partition_within_the_topic(key: str, partitions: int) -> None:
    place = topics.partition_of(key, partitions)
    assert 0 <= place < partitions
    assert topics.partition_of(key, partitions) == place


def test_the_roads_time_is_that_of_the_inputs_that_tell_of_roads() -> None:
    assert {t.name for t in topics.WATERMARKED} == {
        "bus-positions",
        "link-speeds",
        "permits",
        "incidents",
        "calls",
        "closures",
    }
    assert {*topics.TICKED} - {*topics.WATERMARKED} == {topics.FEED_REPORTS}


@pytest.mark.parametrize(("topic", "count"), [(topics.LINK_EVENTS, 8), (topics.PERMITS, 1)])
def test_only_wide_topics_have_the_partitions_of_the_deployment(
    topic: topics.Topic, count: int
) -> None:
    assert topic.partitions(8) == count


def test_no_two_topics_share_a_name() -> None:
    assert len({topic.name for topic in topics.ALL}) == len(topics.ALL)

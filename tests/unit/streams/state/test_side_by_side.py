"""Places in several streams as text, and entries of several in one order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.state.side_by_side import (
    BEFORE,
    Places,
    StreamEntry,
    beginning,
    in_order,
    moved,
    places_of,
    written,
)

ids = st.one_of(
    st.just(BEFORE), st.tuples(st.integers(1, 2_000_000_000_000), st.integers(0, 10**6))
)


def entry(ms: int, partition: int, number: int = 0) -> StreamEntry:
    return StreamEntry((ms, number), partition, {})


@given(st.lists(ids, min_size=1, max_size=8).map(tuple))
def test_places_are_read_as_they_were_written(places: Places) -> None:
    assert places_of(written(places), len(places)) == places


@pytest.mark.parametrize(
    ("places", "text"),
    [
        (((0, 0), (0, 0)), "0-0"),
        (((1_795_392_000_000, 0), (0, 0)), "1795392000000.0~0"),
        (((1_795_392_000_000, 0), (1_795_391_999_500, 2)), "1795392000000.0~0.1~1f4-2"),
    ],
)
def test_a_text_names_the_newest_and_how_much_older_the_others_are(
    places: Places, text: str
) -> None:
    assert written(places) == text


def test_512_partitions_fit_into_an_address() -> None:
    week = 7 * 86_400_000
    places = tuple((1_795_392_000_000 - week * n // 511, 12) for n in range(512))
    assert len(written(places)) < 8_000  # as `maps.picture.events` takes


def test_an_id_alone_is_a_place_in_the_first_stream() -> None:
    assert places_of("1795392000000-7", 3) == ((1_795_392_000_000, 7), BEFORE, BEFORE)


@pytest.mark.parametrize(
    "text", ["", "x", "5", "5.", "5.0~", "5.0~g", "5.0~1.x", "-5.0~1", "5.0~1\n"]
)
def test_what_is_none_is_none(text: str) -> None:
    assert places_of(text, 3) is None


def test_a_partition_that_is_there_no_more_is_left_out() -> None:
    assert places_of("9.0~0.7~1", 2) == ((9, 0), BEFORE)


def test_entries_of_several_streams_come_by_their_ids() -> None:
    runs = [[entry(1, 0), entry(5, 0)], [entry(3, 1), entry(3, 1, 1)], []]
    assert [(x.id, x.partition) for x in in_order(runs, 9)] == [
        ((1, 0), 0),
        ((3, 0), 1),
        ((3, 1), 1),
        ((5, 0), 0),
    ]


def test_a_page_ends_where_one_stream_may_have_more() -> None:
    runs = [[entry(1, 0), entry(2, 0)], [entry(1, 1), entry(9, 1)], [entry(7, 2)]]
    assert [x.id[0] for x in in_order(runs, 2)] == [1, 1, 2]


def test_a_place_never_goes_back() -> None:
    places = moved(beginning(2), [entry(5, 1), entry(3, 1), entry(4, 0)])
    assert places == ((4, 0), (5, 0))

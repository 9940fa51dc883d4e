"""A quarter hour as the history keeps it: packed and read again, and what is none of ours."""

import zlib

import pytest

from streams.domain.links.history import EntryError
from streams.domain.links.quarters_told import (
    FORM,
    LinkQuarter,
    QuarterEntry,
    entry_of,
    packed_quarter,
    read_quarter,
)

PLACES = {"a": 0, "b": 1, "c": 2, "d": 3}


def test_what_was_told_is_read() -> None:
    entry = entry_of(1_988_000, {"b": 123, "d": 500}, {"b": 3, "c": 1, "x": 9}, PLACES)
    assert entry == QuarterEntry(1_988_000, (0, 123, 0, 500), (0, 3, 1, 0))
    assert read_quarter(packed_quarter(entry)) == entry
    assert [entry.of(place) for place in range(5)] == [
        LinkQuarter(None, 0),
        LinkQuarter(12.3, 3),
        LinkQuarter(None, 1),
        LinkQuarter(50.0, 0),
        LinkQuarter(None, 0),
    ]
    assert entry.ends_ms == 1_988_001 * 900_000


def test_no_speed_is_not_a_speed_of_nothing() -> None:
    standing = entry_of(1, {"a": 0}, {}, PLACES)
    assert standing is not None
    assert standing.of(0).kmh == 0.1, "a road that stands still"
    assert standing.of(1).kmh is None


def test_a_quarter_hour_of_which_nothing_is_known_is_not_told() -> None:
    assert entry_of(1, {}, {"a": 0}, PLACES) is None
    assert entry_of(1, {"of another city": 300}, {}, PLACES) is None


def test_more_than_fits_is_told_as_the_most() -> None:
    entry = entry_of(1, {"a": 99_999}, {"a": 300}, PLACES)
    assert entry is not None
    assert read_quarter(packed_quarter(entry)).of(0) == LinkQuarter(6553.5, 255)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x09abc",
        FORM + b"no deflate",
        FORM + zlib.compress(b"12"),
        FORM + zlib.compress(b"12345"),
    ],
)
def test_what_is_none_of_ours_is_an_error(value: bytes) -> None:
    with pytest.raises(EntryError):
        read_quarter(value)


def test_what_is_cut_short_is_an_error() -> None:
    whole = packed_quarter(QuarterEntry(7, (1, 2), (3, 4)))
    with pytest.raises(EntryError, match="cut short"):
        read_quarter(whole[:-3])

"""The re-identification test: its measures by hand, and a few minutes of the simulated city."""

import random

from bench import tracks
from bench.tracks import PublishedDay, Sighting, Track, alone_after, found_again, hidden_among
from streams.contract.times import DAY_MS

DAY_MIN = 24 * 60


def track(*places: tuple[int, str, str]) -> Track:
    return frozenset(Sighting(*place) for place in places)


ONE = track((1, "300", "S1"), (2, "300", "S2"))
TWO = track((1, "300", "S1"), (2, "300", "S3"))
THREE = track((1, "7", "S1"), (2, "7", "S9"))
TRACKS = {"a": ONE, "b": TWO, "c": THREE}


def test_k_counts_the_names_that_were_where_one_was_seen() -> None:
    assert hidden_among(TRACKS) == {"route": [1, 1, 2, 2], "stop": [1, 1, 1, 1, 2]}


def test_who_shares_every_sighting_is_never_alone() -> None:
    alike = {"a": ONE, "b": ONE, "c": THREE}
    assert alone_after(alike, 2, random.Random(1)) == 1 / 3
    assert alone_after(TRACKS, 2, random.Random(1)) == 1
    assert alone_after(TRACKS, 3, random.Random(1)) == 0  # none was seen so often


def test_a_bus_is_found_again_by_its_drive_and_not_where_drives_are_swapped() -> None:
    later = {
        name.upper(): frozenset(each._replace(minute=each.minute + DAY_MIN) for each in its)
        for name, its in TRACKS.items()
    }
    first = PublishedDay({"a": ONE, "c": THREE}, {"a": 0, "c": 2})
    same = PublishedDay({"A": later["A"], "C": later["C"]}, {"A": 0, "C": 2})
    swapped = PublishedDay(same.tracks, {"A": 2, "C": 0})
    assert found_again(first, same) == (1, 1)
    assert found_again(first, swapped)[0] == 0


def test_no_name_of_one_day_comes_again_on_the_next() -> None:
    first = tracks.published(1, tracks.UNTIL_MS, 3)
    second = tracks.published(1, tracks.UNTIL_MS + DAY_MS, 3)
    assert len(first.tracks) > 40
    assert len(first.bus_of.keys() & first.tracks.keys()) > 40
    assert not first.tracks.keys() & second.tracks.keys()
    assert len(tracks.report(first, second, 1)) == 8

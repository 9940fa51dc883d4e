"""Who hears which alert, and when nobody is to be disturbed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.subscription import Subscription
from streams.contract.times import KST
from streams.delivery.deciding.matching import is_quiet, is_within, matches, quiet_until_ms
from streams.domain.alerts import Alert
from streams.geo.network import Network, Overlay
from tests.cities import worlds

ALL = Subscription(endpoint="ep_0123456789abcdef", url="https://crew.example/hook", title="현장반")
EMPTY_FACTS: dict[str, Any] = {"title": "하수관", "links": []}


def at(text: str) -> int:
    """A time in Korea; 2026-11-23 is a Monday."""
    return round(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=KST).timestamp() * 1000)


def alert(**facts: Any) -> Alert:
    return Alert(
        id="alrt_a.1",
        episode="alrt_a",
        rule=RuleName.CLOSURE,
        subject="work:W1",
        word=AlertEvent.BEGIN,
        severity=Severity.WARNING,
        began_ms=at("2026-11-23 10:00"),
        at_ms=at("2026-11-23 10:00"),
        facts={**EMPTY_FACTS, **facts},
    )


@pytest.fixture(scope="module")
def network() -> Network:
    """A road of four stops along 37.88 N, from 127.70 E in steps of 0.004; L1 is S0>S1's."""
    road = worlds.road(4)
    other = replace(road.links[0], id="L1", kind="standard", from_id="N1", to_id="N2")
    return replace(road, links=(*road.links, other), overlay=(Overlay("L1", "S0>S1", 1.0),))


WEST = ((127.69, 37.87), (127.703, 37.87), (127.703, 37.89), (127.69, 37.89))
WEST_OF_IT = tuple((min(lon, 127.7019), lat) for lon, lat in WEST)


@pytest.mark.parametrize(
    ("filters", "facts", "expected"),
    [
        ({}, {}, True),
        ({"rules": ("closure", "feed")}, {}, True),
        ({"rules": ("feed",)}, {}, False),
        ({"severities": ("warning",)}, {}, True),
        ({"severities": ("critical", "notice")}, {}, False),
        ({"organisations": ("하수과",)}, {"organisation": " 하수과 "}, True),
        ({"organisations": ("하수과",)}, {"organisation": "하수과2"}, False),
        ({"organisations": ("하수과",)}, {"organisation": "가스 · 하수과"}, True),  # a clash
        ({"organisations": ("가스 · 하수과",)}, {"organisation": "가스 · 하수과"}, True),
        ({"organisations": ("하수과",)}, {}, False),
        ({"organisations": ("None",)}, {"organisation": None}, False),
        ({"links": ("S1>S2",)}, {"links": ["S0>S1", "S1>S2"]}, True),
        ({"links": ("S1>S2",)}, {"links": ["S2>S1"]}, False),
        ({"links": ("S1>S2",)}, {"links": "S1>S2"}, False),  # no list
        ({"area": WEST}, {"links": ["S0>S1"]}, True),  # half of it lies at 127.702
        ({"area": WEST_OF_IT}, {"links": ["S0>S1"]}, False),
        ({"area": WEST}, {"links": ["S1>S2"]}, False),
        ({"area": WEST}, {"links": ["gone"]}, False),
        ({"area": WEST}, {"lon": 127.7, "lat": 37.88}, True),
        ({"area": WEST}, {"lon": 127.7, "lat": 37.9}, False),
        ({"area": WEST}, {"lon": None, "lat": 37.88}, False),
        ({"area": WEST}, {}, False),  # a feed is nowhere
        ({"area": WEST, "links": ("S2>S3",)}, {"links": ["S2>S3"]}, True),  # one or the other
        ({"routes": ("1",)}, {"links": ["S0>S1"]}, True),  # its number
        ({"routes": ("R1",)}, {"links": ["S0>S1"]}, True),  # its id
        ({"routes": ("1",)}, {"links": ["L1"]}, True),  # the road under its section
        ({"routes": ("1",)}, {"links": ["S1>S0"]}, False),  # it does not run that way
        ({"routes": ("2",)}, {"links": ["S0>S1"]}, False),
        ({"routes": ("1",)}, {}, False),
        ({"rules": ("closure",), "organisations": ("하수과",)}, {}, False),  # all of them
        ({"is_enabled": False}, {}, True),  # whether it is sent is another question
    ],
)
def test_every_filter_lets_through_what_it_names(
    filters: dict[str, Any], facts: dict[str, Any], network: Network, *, expected: bool
) -> None:
    assert matches(replace(ALL, **filters), alert(**facts), network) is expected


@pytest.mark.parametrize(
    ("weekdays", "hours", "when", "expected"),
    [
        ((), "09:00-18:00", "2026-11-23 09:00", True),
        ((), "09:00-18:00", "2026-11-23 08:59", False),
        ((), "09:00-18:00", "2026-11-23 18:00", False),
        ((), "18:00-24:00", "2026-11-23 23:59", True),
        ((), "18:00-24:00", "2026-11-24 00:00", False),
        ((), "22:00-05:00", "2026-11-23 21:59", False),
        ((), "22:00-05:00", "2026-11-24 04:59", True),
        ((), "22:00-05:00", "2026-11-24 05:00", False),
        ((0,), "", "2026-11-23 00:00", True),
        ((0,), "", "2026-11-22 23:59", False),
        ((0,), "", "2026-11-24 00:00", False),
        ((6,), "", "2026-11-22 23:59", True),
        ((0,), "22:00-05:00", "2026-11-24 04:59", True),  # Monday's night
        ((1,), "22:00-05:00", "2026-11-24 04:59", False),
        ((0,), "22:00-05:00", "2026-11-23 04:59", False),  # Sunday's night
        ((0,), "09:00-18:00", "2026-11-23 10:00", True),
        ((1,), "09:00-18:00", "2026-11-23 10:00", False),
    ],
)
def test_hours_and_weekdays_are_koreas_and_a_night_is_of_its_evening(
    weekdays: tuple[int, ...], hours: str, when: str, *, expected: bool
) -> None:
    assert is_within(replace(ALL, weekdays=weekdays, hours=hours), at(when)) is expected


def test_the_words_of_an_episode_go_together(network: Network) -> None:
    by_day = replace(ALL, hours="09:00-18:00")
    ended = replace(alert(), word=AlertEvent.END, at_ms=at("2026-11-23 23:00"))
    assert matches(by_day, ended, network)
    begun_at_night = replace(ended, began_ms=at("2026-11-23 02:00"), at_ms=at("2026-11-23 10:00"))
    assert not matches(by_day, begun_at_night, network)


@pytest.mark.parametrize(
    ("hours", "when", "until"),
    [
        ("22:00-06:00", "2026-11-23 22:00", "2026-11-24 06:00"),
        ("22:00-06:00", "2026-11-24 05:59", "2026-11-24 06:00"),
        ("22:00-06:00", "2026-11-24 00:00", "2026-11-24 06:00"),
        ("12:00-13:00", "2026-11-23 12:30", "2026-11-23 13:00"),
        ("18:00-24:00", "2026-11-23 18:00", "2026-11-24 00:00"),
        ("22:00-06:00", "2026-11-24 06:00", ""),
        ("22:00-06:00", "2026-11-23 21:59", ""),
        ("", "2026-11-23 21:59", ""),
    ],
)
def test_quiet_hours_end_when_they_say(hours: str, when: str, until: str) -> None:
    quiet = replace(ALL, quiet_hours=hours)
    assert is_quiet(quiet, at(when)) is bool(until)
    assert quiet_until_ms(quiet, at(when)) == at(until or when)


CLOCK = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda hm: f"{hm[0]:02}:{hm[1]:02}")


@given(CLOCK, CLOCK, st.integers(0, 4_000_000_000_000))
def test_the_end_of_quiet_hours_is_the_first_moment_out_of_them(
    begin: str, end: str, at_ms: int
) -> None:
    quiet = replace(ALL, quiet_hours="" if begin == end else f"{begin}-{end}")
    until_ms = quiet_until_ms(quiet, at_ms)
    assert not is_quiet(quiet, until_ms)
    if is_quiet(quiet, at_ms):
        assert at_ms < until_ms <= at_ms + 86_400_000
        assert is_quiet(quiet, until_ms - 1)
        assert datetime.fromtimestamp(until_ms / 1000, UTC).astimezone(KST).strftime("%H:%M") == end


@given(CLOCK, CLOCK, st.integers(0, 4_000_000_000_000))
def test_every_moment_is_in_a_window_or_in_the_one_that_completes_the_day(
    begin: str, end: str, at_ms: int
) -> None:
    if begin != end:
        day = is_within(replace(ALL, hours=f"{begin}-{end}"), at_ms)
        assert day is not is_within(replace(ALL, hours=f"{end}-{begin}"), at_ms)


@given(st.integers(0, 4_000_000_000_000), st.sampled_from(["", "22:00-05:00"]))
def test_every_moment_is_of_one_weekday(at_ms: int, hours: str) -> None:
    days = [d for d in range(7) if is_within(replace(ALL, weekdays=(d,), hours=hours), at_ms)]
    assert len(days) == is_within(replace(ALL, hours=hours), at_ms)

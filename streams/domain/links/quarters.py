"""Quarter hours and kinds of day: when two times are alike for what is usual. Pure.

A quarter hour has a number, counted from 1970; its place is its kind of day and which of the 96
quarter hours of the Korean day it is.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from streams.contract.times import DAY_MS, KST_MS, MINUTE_MS
from streams.domain.links.windows import WindowGrid

QUARTER_MS = 15 * MINUTE_MS
QUARTERS_A_DAY = DAY_MS // QUARTER_MS
_KST_QUARTERS = KST_MS // QUARTER_MS
_THURSDAY, _SATURDAY, _SUNDAY = 3, 5, 6  # 1970-01-01 was a Thursday

IsHoliday = Callable[[int], bool]
"""Whether a day, counted from 1970-01-01 in Korea, is a public holiday."""

HALF_LIFE_DAYS = 28
"""What was learned so many days ago counts half."""
_A_DAY_LEFT = 63_934  # 2 ** (-1 / HALF_LIFE_DAYS), in 65536ths
UNIT = 65_536


def _shares_left() -> tuple[int, ...]:
    """The share left after so many days, in 65536ths, down to nothing."""
    shares = [UNIT]
    while shares[-1]:
        shares.append(shares[-1] * _A_DAY_LEFT // UNIT)
    return tuple(shares)


_LEFT = _shares_left()


def left_after(days: int) -> int:
    """The share left after so many days, in `UNIT`ths: half after `HALF_LIFE_DAYS`."""
    return _LEFT[min(max(days, 0), len(_LEFT) - 1)]


def faded(amount: int, days: int) -> int:
    """What is left of an amount after days, rounded down."""
    return amount * left_after(days) // UNIT


class DayKind(IntEnum):
    """Days on which a city moves alike; Sundays and public holidays are one kind."""

    WEEKDAY = 0
    SATURDAY = 1
    HOLIDAY = 2


class QuarterPlace(NamedTuple):
    """Where a quarter hour lies: its day, counted from 1970 in Korea, and its place in the week."""

    day: int
    kind: DayKind
    of_day: int  # 0: 00:00-00:15 in Korea

    @property
    def of_hour(self) -> range:
        """The steps from it to the four quarter hours of its hour."""
        first = -(self.of_day % 4)
        return range(first, first + 4)

    def row(self, steps: int = 0) -> str:
        """The row id of the quarter hour so many steps on; it may lie out of the day: no row."""
        return f"{self.kind.value}|{self.of_day + steps}"


def no_holiday(_day: int) -> bool:
    return False


def day_kind(day: int, is_holiday: IsHoliday) -> DayKind:
    """The kind of a day; a public holiday on a Saturday is a holiday."""
    weekday = (day + _THURSDAY) % 7
    if weekday == _SUNDAY or is_holiday(day):
        return DayKind.HOLIDAY
    return DayKind.SATURDAY if weekday == _SATURDAY else DayKind.WEEKDAY


def place_of(number: int, is_holiday: IsHoliday) -> QuarterPlace:
    """Where a quarter hour lies."""
    day, of_day = divmod(number + _KST_QUARTERS, QUARTERS_A_DAY)
    return QuarterPlace(day, day_kind(day, is_holiday), of_day)


def learned_ms(number: int, grid: WindowGrid) -> int:
    """When a quarter hour is learned: the first judgement at which none of its windows takes
    anything more, so that all of it is known however the inputs interleave.
    """
    last_ms = grid.start_of((number + 1) * QUARTER_MS - 1)
    return -(-(last_ms + grid.size_ms + grid.grace_ms) // grid.size_ms) * grid.size_ms


def running(at_ms: int, grid: WindowGrid) -> int:
    """The number of the first quarter hour that is not learned yet at a time."""
    number = at_ms // QUARTER_MS
    while learned_ms(number, grid) > at_ms:
        number -= 1
    return number + 1

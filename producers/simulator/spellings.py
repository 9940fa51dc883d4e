"""How the clerks of a permit desk write the same days, hours and closures: each work in one way.

They have no agreed format. A clerk stays with theirs, so a work is always written alike.
"""

from datetime import datetime

from producers.simulator import noise
from streams.contract.enums import Closure

_DAYS = (
    "{:%Y-%m-%d}",
    "{0:%Y}. {0.month}. {0.day}.",
    "{:%Y%m%d}",
    "{0:%Y}년 {0.month}월 {0.day}일",
)
_MINUTES = (
    "{:%Y-%m-%d %H:%M}",
    "{0:%Y}. {0.month}. {0.day}. {0:%H:%M}",
    "{:%Y%m%d%H%M}",
    "{0:%Y}년 {0.month}월 {0.day}일 {0.hour}시 {0.minute}분",
)
_CLOSURES: dict[Closure, tuple[str, ...]] = {
    Closure.FULL: ("전면", "전면통제", "차량 통행금지", "전면 통제"),
    Closure.PARTIAL: ("부분", "부분통제", "{lanes} 점용", "{lanes} 통제"),
    Closure.SHOULDER: ("갓길", "갓길 통제", "갓길 점용", "노견"),
    Closure.SIDEWALK: ("보도", "보도 점용", "보도통제", "인도 점용"),
    Closure.BICYCLE: ("자전거도로", "자전거도로 통제", "자전거도로 점용", "자전거도로"),
    Closure.BUS_STOP: ("버스정류장", "정류장 이전", "버스정류장 통제", "버스정류장"),
    Closure.NONE: ("없음", "통제없음", "교통통제 없음", "해당없음"),
    Closure.UNKNOWN: ("", "", "", ""),
}


class Clerk:
    """Writes one work; `name` is what tells it from others, its number or its title."""

    def __init__(self, name: str) -> None:
        self._days, self._hours, self._closures = (
            int(noise.unit(0, habit, name) * 4) for habit in ("days", "hours", "closures")
        )

    def day(self, day: datetime) -> str:
        """2026-09-01, 2026. 9. 1., 20260901 or 2026년 9월 1일."""
        return _DAYS[self._days].format(day)

    def minute(self, moment: datetime) -> str:
        return _MINUTES[self._days].format(moment)

    def hours(self, window: str) -> str:
        """A window HH:MM-HH:MM: as it is, 22시~익일 05시, 오후 10시 ~ 오전 5시; "" stays "" ."""
        if not window or self._hours == 0:
            return window
        first, last = window.split("-")
        is_next_day = last <= first
        if self._hours == 1:
            return f"{first} ~ {'익일 ' if is_next_day else ''}{last}"
        if self._hours == 2:
            return f"{_hour(first)}~{'익일 ' if is_next_day else ''}{_hour(last)}"
        return f"{_half(first)} ~ {_half(last)}"

    def closure(self, closure: Closure, lanes: int | None) -> str:
        """The closure in words; lanes are numbered where it is one and counted where more."""
        named = f"{lanes}개 차로" if lanes and lanes > 1 else "1차로"
        return _CLOSURES[closure][self._closures].format(lanes=named)


def _hour(clock: str) -> str:
    hour, minute = clock.split(":")
    return f"{hour}시" if minute == "00" else f"{hour}시 {minute}분"


def _half(clock: str) -> str:
    """오전 or 오후 and the hour of twelve."""
    hour, minute = (int(part) for part in clock.split(":"))
    half = "오후" if 12 <= hour < 24 else "오전"
    return f"{half} {(hour - 1) % 12 + 1}시" + (f" {minute}분" if minute else "")

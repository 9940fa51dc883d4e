"""The clock by itself: what may happen beside it, and to what it writes to."""

import time
from dataclasses import dataclass, field

import pytest

from local.waiting import wait_until
from producers.polling import clock
from producers.polling.clock import ClockThread, Standstill
from producers.publishing.faults import place_of
from streams.contract.times import now_ms


@dataclass
class Ticks:
    """The log of these tests; the first so many writes fail."""

    failing: int = 0
    waiting_s: float = 0.0
    written: list[int] = field(default_factory=list)

    def tick(self, tick_ms: int) -> None:
        if self.failing:
            self.failing -= 1
            raise ValueError(tick_ms)
        self.written.append(tick_ms)


def test_time_goes_on_while_the_caller_is_busy_and_ends_when_told() -> None:
    ticks = Ticks()
    thread = ClockThread(ticks, 100, now_ms)
    thread.start()
    end_s = time.monotonic() + 1.5
    while time.monotonic() < end_s:
        sum(range(1000))  # a parser in pure Python
    thread.stop()
    written = list(ticks.written)
    assert len(written) >= 8
    assert written == sorted(set(written))
    assert not thread._thread.is_alive()
    assert ticks.written == written


def test_a_write_that_fails_stops_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "AGAIN_S", 0.01)
    ticks = Ticks(failing=2)
    thread = ClockThread(ticks, 100, now_ms)
    thread.start()
    wait_until(lambda: len(ticks.written), "ticks", lambda seen: seen > 2, within_s=10)
    thread.stop()


def test_time_stands_while_the_broker_is_away_and_until_what_was_held_went_first() -> None:
    standstill = Standstill()
    assert not standstill.holds(0.0, 0.0)
    assert not standstill.holds(clock.AWAY_S, 1.0)  # slow is not away
    assert standstill.holds(clock.AWAY_S + 0.1, 2.0)
    assert standstill.holds(1.0, 3.0)  # some of what waited went, not all
    assert standstill.holds(0.0, 4.0)
    assert standstill.holds(0.0, 3.9 + clock.FIRST_S)
    assert not standstill.holds(0.0, 4.1 + clock.FIRST_S)


def test_no_tick_is_written_while_time_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "FIRST_S", 0.5)
    ticks = Ticks(waiting_s=clock.AWAY_S + 1)
    asked: list[int] = []

    def now() -> int:
        asked.append(1)
        return now_ms()

    thread = ClockThread(ticks, 100, now)
    thread.start()
    wait_until(lambda: len(asked), "three ticks due", lambda seen: seen > 12, within_s=10)
    assert not ticks.written
    ticks.waiting_s = 0.0
    back_ms = now_ms()
    wait_until(lambda: bool(ticks.written), "a tick", within_s=10)
    assert ticks.written[0] >= back_ms + 400  # on the grid, of now, not of then
    thread.stop()


def test_a_fault_is_told_by_its_place_and_never_by_its_value() -> None:
    try:
        ticks = Ticks(failing=1)
        ticks.tick(9012345678)
    except ValueError as error:
        place = place_of(error)
    assert place.startswith("ValueError at test_clock.py:")
    assert "9012345678" not in place

"""The clock by itself: what may happen beside it, and to what it writes to."""

import time
from dataclasses import dataclass, field

import pytest

from local.services import wait_until
from producers.polling import clock
from producers.polling.clock import ClockThread
from producers.publishing.faults import place_of
from streams.contract.times import now_ms


@dataclass
class Ticks:
    """The log of these tests; the first so many writes fail."""

    failing: int = 0
    has_room: bool = True
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
    wait_until(lambda: len(ticks.written) > 2, "ticks", within_s=10)
    thread.stop()


def test_a_tick_is_skipped_while_there_is_no_room() -> None:
    ticks = Ticks(has_room=False)
    asked: list[int] = []

    def now() -> int:
        asked.append(1)
        return now_ms()

    thread = ClockThread(ticks, 100, now)
    thread.start()
    wait_until(lambda: len(asked) > 12, "three ticks due", within_s=10)
    assert not ticks.written
    ticks.has_room = True
    wait_until(lambda: bool(ticks.written), "a tick", within_s=10)
    thread.stop()


def test_a_fault_is_told_by_its_place_and_never_by_its_value() -> None:
    try:
        ticks = Ticks(failing=1)
        ticks.tick(9012345678)
    except ValueError as error:
        place = place_of(error)
    assert place.startswith("ValueError at test_clock.py:")
    assert "9012345678" not in place

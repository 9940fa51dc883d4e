"""A thread says that the event loop stands, where, and when it turns again."""

import asyncio
import logging
import time

import pytest
from prometheus_client import Counter, Gauge

from streams.contract import loop_watch
from streams.contract.loop_watch import BLOCKED, STANDS, watched_loop


def value_of(metric: Counter | Gauge) -> float:
    return next(iter(metric.collect())).samples[0].value


def held_up() -> None:
    """Hold the loop until the thread has said so."""
    deadline = time.monotonic() + 10
    while value_of(STANDS) == 0 and time.monotonic() < deadline:
        time.sleep(0.01)


async def test_a_blocked_loop_is_said_with_the_place_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_watch, "BLOCKED_S", 0.2)
    monkeypatch.setattr(loop_watch, "BEAT_S", 0.05)
    counted = value_of(BLOCKED)
    with caplog.at_level(logging.WARNING), watched_loop():
        held_up()
        async with asyncio.timeout(10):
            while "turns again" not in caplog.text:  # noqa: ASYNC110 - a thread says it
                await asyncio.sleep(0.01)
    first, second = caplog.records
    assert (first.getMessage(), second.getMessage()) == (
        "event loop is blocked",
        "event loop turns again",
    )
    assert {vars(each)["code"] for each in (first, second)} == {"LOOP-BLOCKED"}
    assert any("test_loop_watch.py" in place for place in vars(first)["at"])
    assert value_of(BLOCKED) == counted + 1
    assert value_of(STANDS) == 0


async def test_a_loop_that_turns_is_not_spoken_of(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_watch, "BLOCKED_S", 5.0)
    monkeypatch.setattr(loop_watch, "BEAT_S", 0.01)
    with caplog.at_level(logging.WARNING), watched_loop():
        await asyncio.sleep(0.2)
    assert caplog.records == []

"""A thread says that the event loop stands, where, and when it turns again."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time

import pytest
from prometheus_client import Counter, Gauge

from local.waiting import until, wait_until
from streams.contract import loop_watch
from streams.contract.loop_watch import BLOCKED, STANDS, watched_loop


def value_of(metric: Counter | Gauge) -> float:
    return next(iter(metric.collect())).samples[0].value


def held_up() -> None:
    """Hold the loop until the thread has said so."""
    wait_until(lambda: value_of(STANDS), "a loop that is said to stand", every_s=0.01)


async def test_a_blocked_loop_is_said_with_the_place_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_watch, "BLOCKED_S", 0.2)
    monkeypatch.setattr(loop_watch, "BEAT_S", 0.05)
    counted = value_of(BLOCKED)
    with caplog.at_level(logging.WARNING), watched_loop():
        held_up()
        await until(lambda: caplog.text, "the end of it", lambda seen: "turns again" in seen)
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


PROGRAM = """
import asyncio, logging, time
from streams.contract.loop_watch import watched_loop
logging.basicConfig(format="%(message)s %(at)s")
async def main():
    with watched_loop(ends_after_s=2):
        print("turns", flush=True)
        await asyncio.sleep(SECONDS)
        time.sleep(HELD)
        THEN
asyncio.run(main())
"""


def program(turns_s: float, held_s: float, then: str = "") -> subprocess.Popen[str]:
    """A process whose loop turns, then stands."""
    source = PROGRAM.replace("SECONDS", str(turns_s)).replace("HELD", str(held_s))
    source = source.replace("THEN", then)
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", source], stdout=pipe, stderr=pipe, text=True)


def test_a_loop_that_stands_for_good_ends_its_process_and_says_where() -> None:
    with program(0, 120) as process:
        said = process.communicate(timeout=100)[1]
    assert process.returncode == 6
    assert "event loop stands: ending" in said
    assert " main'" in said


def test_a_loop_that_stands_in_its_log_is_ended_as_well() -> None:
    held = "logging.getLogger().handlers[0].acquire(); time.sleep(120)"
    with program(0, 0, then=held) as process:
        process.communicate(timeout=100)
    assert process.returncode == 6


def test_a_process_that_was_stopped_goes_on() -> None:
    with program(1, 0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "turns\n"
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        time.sleep(4)  # twice as long as a loop may stand
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=100)
    assert process.returncode == 0

"""Rows F1 to F7 and F45: what happens to workers."""

import random
import signal
import time
from functools import partial

import pytest

from local.faults import Mode, Proxy
from local.services import Process
from local.waiting import wait_until
from tests.faults import load
from tests.faults.figures import Figures, p95, scaled
from tests.faults.processes import send_signal, wait_exit
from tests.faults.rig import SESSION_S, Rig

SEED = 20261123
FAILPOINTS = ("after_decode", "after_step", "after_send", "after_gate", "before_seek", "after_load")


@pytest.mark.row("F1", "an agent raises, at random about once in 100 messages")
def test_f01_raising_agent(rig: Rig, figures: Figures) -> None:
    print(f"seed {SEED}")  # noqa: T201
    chance = random.Random(SEED)
    rig.feed(load.day(SEED, scaled(load.LONG)))
    raised = 0
    for _ in range(scaled(4)):
        point = chance.choice(("after_decode", "after_step", "after_send"))
        passes = chance.randrange(1, 4) if point == "after_send" else chance.randrange(30, 90)
        worker = rig.worker({"FAIL_AT": f"{point}:{passes}", "FAIL_KIND": "raise"})
        code, _ = wait_exit(worker, 180)
        raised += code == 1
    rig.enough()
    rig.crew(1)
    figures.exactly("workers ended by the error", raised, scaled(4))
    rig.judge(figures)


@pytest.mark.row("F2", "kill -9 of a worker in mid-stream, 20 times")
def test_f02_kill_minus_9_20_times(rig: Rig, figures: Figures) -> None:
    print(f"seed {SEED}")  # noqa: T201
    chance = random.Random(SEED)
    workers = [rig.worker(), rig.worker()]
    rig.feed(load.day(SEED, scaled(load.LONG)))
    resumed = []
    rig.wait_working(workers, 30)
    for kill in range(scaled(20)):
        victim = workers.pop(chance.randrange(2))
        victim.kill()
        marks = rig.ahead()
        workers.append(rig.worker())
        if kill % 3 == 0:
            resumed.append(rig.wait_past(marks))
        else:
            time.sleep(chance.uniform(0.2, 1.0))  # the moment of the next kill
    rig.enough()
    figures.noted["kills"] = scaled(20)
    figures.took("resume p95", p95(resumed), SESSION_S + 5)
    rig.judge(figures)


@pytest.mark.row("F3", "kill -9 at each of 6 failpoints")
def test_f03_killed_at_each_failpoint(rig: Rig, figures: Figures) -> None:
    rig.feed(load.day(SEED, scaled(load.LONG)))  # no worker finds the log at its end
    died = []
    for point in FAILPOINTS:
        passes = {"after_decode": 40, "after_step": 40}.get(point, 1)  # the others are of runs
        worker = rig.worker({"FAIL_AT": f"{point}:{passes}", "FAIL_KIND": "kill"})
        code, _ = wait_exit(worker, 180)
        if code == -signal.SIGKILL:
            died.append(point)
    rig.enough()
    rig.crew(1)
    figures.exactly("failpoints", len(died), len(FAILPOINTS))
    rig.judge(figures)


@pytest.mark.row("F4", "SIGTERM in flight, again and again")
def test_f04_terminated_in_flight(rig: Rig, figures: Figures) -> None:
    rig.feed(load.day(SEED, scaled(load.LONG)))  # each worker is to be ended at its work
    codes, took = [], []
    for _ in range(scaled(6)):
        worker = rig.worker()
        rig.wait_working([worker], 20)
        send_signal(worker, signal.SIGTERM)
        code, exit_s = wait_exit(worker, 180)
        codes.append(code)
        took.append(exit_s)
    rig.enough()
    rig.crew(1)
    figures.exactly("exit codes 0", codes.count(0), scaled(6))
    figures.took("time to exit, slowest", max(took), 10)
    rig.judge(figures)


@pytest.mark.row("F5", "SIGTERM while Redis does not answer (proxy: black hole)")
def test_f05_terminated_while_stuck(rig: Rig, figures: Figures) -> None:
    with Proxy(rig.redis_port) as proxy:
        worker = rig.worker({"BOMNAE_REDIS": f"redis://127.0.0.1:{proxy.port}/0"})
        rig.feed(load.day(SEED, scaled(60)))
        rig.wait_working([worker], 100)
        proxy.set(Mode.BLACKHOLE)
        begin = time.monotonic()
        worker.stop(within_s=20)  # as a supervisor does: SIGTERM, 20 s, SIGKILL
        exit_s = time.monotonic() - begin
        figures.noted["exit code"] = worker.exit_code
    rig.crew(1)
    figures.took("time to exit", exit_s, 30)
    rig.judge(figures)


@pytest.mark.row("F6", "SIGSTOP of a worker for 12 s, then SIGCONT: a zombie")
def test_f06_zombie(rig: Rig, figures: Figures) -> None:
    first, _second = rig.crew(2)
    rig.feed(load.day(SEED, scaled(load.LONG)))
    rig.wait_working(least=100)
    send_signal(first, signal.SIGSTOP)
    begin = time.monotonic()
    try:
        taken_s = rig.wait_past(rig.ahead())
        wait_until(lambda: time.monotonic() - begin > scaled(4 * SESSION_S), "the end of its sleep")
    finally:
        send_signal(first, signal.SIGCONT)
    rig.wait_past(rig.ahead())
    rig.enough()
    figures.took("taken over by the other", taken_s, SESSION_S + 5)
    rig.judge(figures)
    figures.exactly("effects of the zombie", len(rig.verdict(rig.oracle())), 0)


@pytest.mark.row("F7", "2 to 3 to 1 workers, 4 times under load")
def test_f07_rebalances(rig: Rig, figures: Figures) -> None:
    workers: list[Process] = [rig.worker(), rig.worker()]
    rig.feed(load.day(SEED, scaled(load.LONG)))
    rig.wait_working(workers, 30)
    size = partial(lambda n: len(rig.broker.members()) == n)
    for _ in range(scaled(4)):
        workers.append(rig.worker())
        wait_until(partial(size, 3), "a group of 3", within_s=180)
        for leaver in (workers.pop(0), workers.pop(0)):
            leaver.stop()
        rig.wait_past(rig.ahead())
        workers.append(rig.worker())
        wait_until(partial(size, 2), "a group of 2", within_s=180)
    rig.enough()
    figures.noted["cycles"] = scaled(4)
    rig.judge(figures)
    figures.exactly("effects twice", len(rig.verdict(rig.oracle())), 0)


@pytest.mark.row("F45", "a second worker with other thresholds, and one after all have stopped")
def test_f45_other_settings(rig: Rig, figures: Figures) -> None:
    other = {"BOMNAE_LEVELS_URBAN": "5,10", "BOMNAE_DWELL_S": "60"}
    worker = rig.worker()
    rig.feed(load.day(SEED, scaled(60)))
    rig.wait_working([worker], 100)
    code, _ = wait_exit(stranger := rig.worker(other), 180)
    said = stranger.log.read_text(encoding="utf-8")
    figures.exactly("exit code of the stranger", code or 0, 2)
    assert "BOMNAE_DWELL_S 60 here, 12 there; BOMNAE_LEVELS_URBAN 5,10 here, 15,25 there" in said
    rig.judge(figures)
    worker.stop()
    rig.env |= other
    changed = rig.worker()
    line = '"settings": ["BOMNAE_DWELL_S", "BOMNAE_LEVELS_URBAN"]'
    changed.wait_said(line)
    code, _ = wait_exit(rig.python("refold-early", "streams", "refold"), 180)
    figures.exactly("exit code of a refold while one works", code or 0, 2)
    changed.stop()
    assert "made again" in rig.run("refold", "streams", "refold")
    rig.crew(1)
    rig.judge(figures)  # by the new settings: all of the log is folded by them

"""Row F37: the event loop of a worker and of the map server is held up."""

import signal
import time
import urllib.request

import pytest

from local.services import Process, free_port
from local.waiting import wait_until
from tests.faults import load
from tests.faults.figures import Figures, scaled
from tests.faults.processes import send_signal, wait_exit
from tests.faults.rig import SESSION_S, Rig

SEED = 37
HELD_S = 10
HOLDS = """import signal, time
held = []
def hold(*_):
    held.append(1)
    while held:
        time.sleep(0.1)
signal.signal(signal.SIGUSR1, hold)
signal.signal(signal.SIGUSR2, lambda *_: held.clear())
"""


def figure(port: int, name: str) -> float:
    """A figure of a process, from the thread that serves them; -1 where there is none."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    return next((float(x.split()[1]) for x in lines if x.startswith(f"{name} ")), -1.0)


def wait_said(process: Process, text: str) -> float:
    """Wait until a process says so; how long it took, s."""
    begin = time.monotonic()
    process.wait_said(text)
    return time.monotonic() - begin


@pytest.mark.row(
    "F37", f"the event loop of a worker, then of the map server held up for {HELD_S} s"
)
def test_f37_blocked_loops(rig: Rig, figures: Figures) -> None:
    folder = rig.folder / "holds"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HOLDS, encoding="utf-8")
    rig.env["PYTHONPATH"] = f"{folder}:{rig.env['PYTHONPATH']}"
    base, port = rig.start_map(), free_port()
    held, _ = rig.crew_of([{"BOMNAE_METRICS": f"127.0.0.1:{port}"}, {}])
    rig.feed(load.day(SEED, scaled(load.LONG)))
    rig.wait_working(least=100)
    begin, before = time.monotonic(), held.output.count("event loop is blocked")
    send_signal(held, signal.SIGUSR1)
    wait_until(
        lambda: held.output.count("event loop is blocked"), "its word", lambda seen: seen > before
    )
    said_s = time.monotonic() - begin
    wait_until(
        lambda: figure(port, "bomnae_loop_blocked_seconds"), "its figure", lambda seen: seen > 0
    )
    marks = rig.ahead()
    wait_until(lambda: time.monotonic() - begin > HELD_S, "so long")
    send_signal(held, signal.SIGUSR2)
    wait_said(held, "event loop turns again")
    rig.wait_past(marks)  # what it held waited: a thread of its own keeps it in its group
    resumed_s = time.monotonic() - begin - said_s
    wait_until(
        lambda: figure(port, "bomnae_loop_blocked_seconds"), "its figure", lambda seen: seen == 0
    )

    def is_counted() -> bool:  # each time that it says; the machine may stand besides
        said = held.output.count("event loop is blocked")
        return figure(port, "bomnae_loop_blocked_total") == said

    wait_until(is_counted, "as many counted as said")
    rig.wait_past(rig.ahead())
    rig.enough()
    server = rig.processes["maps"]
    send_signal(server, signal.SIGUSR1)
    env = {"BOMNAE_HTTP": base.removeprefix("http://")}
    asked = rig.python("health", "maps.health", env=env)
    map_said_s = wait_said(server, "event loop is blocked")
    code, _ = wait_exit(asked, 180)
    send_signal(server, signal.SIGUSR2)
    wait_said(server, "event loop turns again")
    figures.exactly("exit code of maps.health", code or 0, 1)
    figures.took("said of the worker", said_s, 5)
    figures.took("goes on, from what it said", resumed_s, SESSION_S + 5)
    figures.took("said of the map server", map_said_s, 5)
    rig.judge(figures)

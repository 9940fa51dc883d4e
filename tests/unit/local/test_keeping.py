"""What ends is started anew: real children of the shell, a clock of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.keeping import PAUSES_S, STEADY_S, Ends, GaveUpError, Keeper, after_end, last_lines
from local.services import Process


class Bench:
    """One child under a keeper, and a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_s = 0.0
        self.said: list[str] = []
        self.keeper = Keeper(self.said.append, lambda: self.now_s)
        self.processes: dict[str, Process] = {}

    def begin(self, script: str) -> Process:
        process = Process("child", ["sh", "-c", script], self.folder).start()
        self.processes["child"] = process
        return process

    def look(self) -> list[str]:
        """What the keeper says is due, started."""
        due = self.keeper.look(self.processes)
        for name in due:
            self.keeper.start(name, self.processes[name])
        return due

    def ended(self) -> None:
        process = self.processes["child"]
        process.wait_ended(20)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for process in made.processes.values():
        process.stop()


def test_each_end_in_a_row_waits_longer_and_never_more_than_a_minute() -> None:
    ends, pauses = Ends(), []
    for _ in range(9):
        ends = after_end(ends, ran_s=1.0)
        pauses.append(ends.pause_s)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1], ends.times) == (PAUSES_S[0], 60.0, 9)


def test_a_steady_run_forgets_the_ends_before_it() -> None:
    often = Ends(times=7, pause_s=60.0)
    assert after_end(often, STEADY_S) == Ends(1, PAUSES_S[0])
    assert after_end(often, STEADY_S - 0.1).times == 8


def test_the_end_of_a_log_is_shown_short_and_without_blank_lines() -> None:
    assert last_lines("a\n\nb\n  c  \n\nd\n\n") == ["b", "c", "d"]
    assert last_lines("") == []
    assert len(last_lines("x" * 5000)[0]) == 300


def test_what_ended_is_named_with_its_code_and_its_last_words(bench: Bench) -> None:
    bench.begin("echo it was the third offset; exit 6")
    bench.ended()
    assert bench.look() == []
    (said,) = bench.said
    assert "child ended with 6" in said
    assert "it was the third offset" in said
    assert str(bench.processes["child"].log) in said


def test_a_signal_is_called_one(bench: Bench) -> None:
    child = bench.begin("sleep 600")
    bench.look()
    child.kill()
    bench.look()
    assert "was ended by signal 9" in bench.said[0]


def test_it_is_started_anew_after_its_pause_and_said_once(bench: Bench) -> None:
    bench.begin(f"test -e {bench.folder}/been && sleep 600; touch {bench.folder}/been; exit 6")
    bench.ended()
    bench.look()
    bench.now_s += PAUSES_S[0] / 2
    assert bench.look() == []
    bench.now_s += PAUSES_S[0]
    assert bench.look() == ["child"]
    assert bench.processes["child"].exit_code is None
    assert bench.look() == []
    assert (len(bench.said), bench.keeper.restarts) == (1, 1)


def test_wrong_settings_are_not_tried_again(bench: Bench) -> None:
    bench.begin("echo 'settings: BOMNAE_TICK_MS must be at most 60000, got 90000'; exit 2")
    bench.ended()
    with pytest.raises(GaveUpError, match=r"child .*(?s:.*)BOMNAE_TICK_MS must be at most 60000"):
        bench.look()


def test_what_runs_is_left_alone(bench: Bench) -> None:
    child = bench.begin("sleep 600")
    before = child.pid
    assert bench.look() == []
    assert (child.pid, bench.said) == (before, [])

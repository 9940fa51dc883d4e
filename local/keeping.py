"""What ends is started anew, and said: the supervisor of the processes on this machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from local.services import Process

PAUSES_S = (0.5, 2.0, 5.0, 15.0, 30.0, 60.0)
STEADY_S = 120.0  # what ran for so long ends for the first time again
USAGE = 2  # settings or topics are wrong: the same would come of it every time
SHOWN_LINES, SHOWN_CHARS = 3, 300


class GaveUpError(RuntimeError):
    """A process cannot run with these settings; the text says which and what it said."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How often in a row a process ended, and how long it is left so, s."""

    times: int = 0
    pause_s: float = 0.0


def after_end(before: Ends, ran_s: float) -> Ends:
    """One more end after so long a run: the pause grows, and a steady run begins it anew."""
    times = 1 if ran_s >= STEADY_S else before.times + 1
    return Ends(times, PAUSES_S[min(times, len(PAUSES_S)) - 1])


def last_lines(output: str) -> list[str]:
    """The end of a log as people can read it, at most three lines."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return [line[:SHOWN_CHARS] for line in lines[-SHOWN_LINES:]]


def how_it_ended(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with {code}"


class Keeper:
    """Looks after processes by name; `now_s` is any clock that only goes forward."""

    def __init__(
        self, tell: Callable[[str], None], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._now_s = now_s
        self._ends: dict[str, Ends] = {}
        self._due_s: dict[str, float] = {}
        self._since_s: dict[str, float] = {}
        self.restarts = 0

    def look(self, processes: dict[str, Process]) -> list[str]:
        """Say what has ended; the names of what is to be started anew now.

        Raises GaveUpError for a process that ended with 2.
        """
        due = []
        for name, process in processes.items():
            self._since_s.setdefault(name, self._now_s())
            if (code := process.exit_code) is None:
                continue
            if name not in self._due_s:
                self._note(name, process, code)
            if self._now_s() >= self._due_s[name]:
                due.append(name)
        return due

    def start(self, name: str, process: Process) -> None:
        """Start a process anew under the same command, on the same port, into the same log."""
        self._due_s.pop(name, None)
        process.stop()
        process.start()
        self._since_s[name] = self._now_s()

    def _note(self, name: str, process: Process, code: int) -> None:
        said = last_lines(process.output)
        told = "".join(f"\n    {line}" for line in said)
        if code == USAGE:
            raise GaveUpError(
                f"{name} cannot run with these settings; put right what it names:{told}"
            )
        ran_s = self._now_s() - self._since_s[name]
        ends = self._ends[name] = after_end(self._ends.get(name, Ends()), ran_s)
        self._due_s[name] = self._now_s() + ends.pause_s
        self.restarts += 1
        again = "" if ends.times == 1 else f" (for the {ends.times}. time in a row)"
        self._tell(
            f"{name} {how_it_ended(code)} after {ran_s:.0f} s{again}; "
            f"to be started anew in {ends.pause_s:g} s. Its log: {process.log}{told}"
        )

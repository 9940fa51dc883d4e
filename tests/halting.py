"""A process group that stands still. The signal alone is not enough: on a busy machine the threads
of a group go on for some milliseconds until one of them has run and taken it.
"""

import os
import signal
from pathlib import Path

from local.waiting import wait_until

STOPPED = "T"


def halt(group: int) -> None:
    """Stop a process group, and return once each thread of its first process stands; SIGCONT lets
    it go on.
    """
    os.killpg(group, signal.SIGSTOP)
    wait_until(lambda: set(_states(group)), "a process that stands", lambda seen: seen == {STOPPED})


def _states(pid: int) -> list[str]:
    """The state of each thread, as /proc tells it after the name in brackets."""
    tasks = Path(f"/proc/{pid}/task")
    return [
        (task / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
        for task in tasks.iterdir()
    ]

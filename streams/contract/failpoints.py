"""Named points where a fault test may end the process. In a normal run there are none.

`FAIL_AT=name[:n]` ends it by SIGKILL at the n-th pass (1), with `FAIL_KIND=raise` a RuntimeError is
raised there instead. Unset, a point costs a comparison with None.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Final

from streams.contract.errors import SettingsError

POINTS: Final = (
    "after_decode",  # a message is read, nothing is decided
    "after_step",  # its effects are known, nothing is sent
    "after_send",  # the next stage has its run's, the state has not
    "after_gate",  # the state has its run's, memory has not
    "before_seek",  # the consumer knows where to go and has not gone
    "after_load",  # the rows of a partition are loaded
)

DISPATCH_POINTS: Final = (
    "after_post",  # an endpoint has confirmed a message, nothing says so
    "after_receipt",  # its receipt is in the log, the endpoint's state is not stored
    "before_save",  # the state is known and not stored
)

ARCHIVE_POINTS: Final = (
    "after_file",  # a file of rows stands, and no manifest names it
    "after_manifest",  # a day has its rows; another day's, and the fold, are not kept
    "before_keep",  # all days have their rows, the fold is not kept
    "after_keep",  # the fold is kept
    "after_merge",  # one file stands for many, which stand too
)

REPORT_POINTS: Final = (
    "after_report_file",  # a file of a report stands, and no manifest names it
    "after_report",  # a report is whole, and the log does not know of it
    "after_publication",  # the log knows of it, and nothing here says so
)

FailAt = Callable[[str], None] | None
"""Told each point as it is passed; None in a normal run."""


def from_env(environ: Mapping[str, str], points: tuple[str, ...] = POINTS) -> FailAt:
    """The failpoint of `points` the environment asks for, None when it asks for none."""
    if not (wanted := environ.get("FAIL_AT", "")):
        return None
    name, _, times = wanted.partition(":")
    if name not in points or not (times or "1").isdigit():
        raise SettingsError(f"FAIL_AT must be name[:n], a name of {', '.join(points)}")
    return _at(name, int(times or 1), is_raise=environ.get("FAIL_KIND") == "raise")


def _at(name: str, times: int, *, is_raise: bool) -> Callable[[str], None]:
    left = times

    def passed(point: str) -> None:
        nonlocal left
        if point != name:
            return
        left -= 1
        if left == 0:
            if is_raise:
                raise RuntimeError(f"failpoint {name}")
            os.kill(os.getpid(), signal.SIGKILL)

    return passed

"""What a row does to a process, and asks of it."""

import os
import signal
import time
from pathlib import Path

from local.services import Process


def send_signal(process: Process, number: signal.Signals) -> None:
    os.killpg(process.pid, number)


def wait_exit(process: Process, within_s: float) -> tuple[int | None, float]:
    """Its exit code and how long it took to end, s."""
    begin = time.monotonic()
    process.wait_ended(within_s)
    return process.exit_code, time.monotonic() - begin


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024

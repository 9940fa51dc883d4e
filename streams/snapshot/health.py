"""`python -m streams.snapshot.health`: whether a snapshot of the last day stands; exit 0 or 1."""

import sys
from collections.abc import Sequence
from pathlib import Path

from streams.contract import cli
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, HOUR_MS, now_ms
from streams.snapshot.shelf import made_ms, newest_in

LATE_MS = DAY_MS + 2 * HOUR_MS


def reason(newest_ms: int | None, at_ms: int, faults: Sequence[str] = ()) -> str:
    """What is wrong with the newest snapshot's age, "" when nothing is; then later files that are
    none are named too. Pure.
    """
    late = _late(newest_ms, at_ms)
    return "; ".join((late, *faults)) if late else ""


def _late(newest_ms: int | None, at_ms: int) -> str:
    if newest_ms is None:
        return "there is no snapshot yet"
    age_h = (at_ms - newest_ms) / HOUR_MS
    return f"the newest snapshot is {age_h:.0f} h old" if at_ms - newest_ms > LATE_MS else ""


def reason_of(settings: Settings) -> str:
    """`reason` of the folder BOMNAE_SNAPSHOTS."""
    if not settings.snapshots:
        raise SettingsError("BOMNAE_SNAPSHOTS is not set")
    at_ms = now_ms()
    path, faults = newest_in(Path(settings.snapshots), at_ms)
    return reason(None if path is None else made_ms(path), at_ms, faults)


if __name__ == "__main__":
    sys.exit(cli.health(reason_of))

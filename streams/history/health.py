"""`python -m streams.history.health`: whether the archive has written lately; exit 0 or 1."""

import sys
from pathlib import Path

from streams.contract import cli
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.contract.times import now_ms

FILE = "state.bin"
PATIENCE_S = 120


def late_s(settings: Settings) -> int:
    """How old what the archive wrote last may be."""
    return 2 * settings.history_every_s + PATIENCE_S


def written_ms(folder: Path) -> int | None:
    """When the archive wrote last, None: never."""
    try:
        return (folder / FILE).stat().st_mtime_ns // 1_000_000
    except FileNotFoundError:
        return None


def reason(last_ms: int | None, at_ms: int, most_s: int) -> str:
    """What is wrong with the history's age, "" when nothing is. Pure."""
    if last_ms is None:
        return "the archive has written nothing yet"
    age_s = (at_ms - last_ms) // 1000
    return f"the archive wrote last {age_s} s ago, at most {most_s}" if age_s > most_s else ""


def reason_of(settings: Settings) -> str:
    """`reason` of the folder BOMNAE_HISTORY."""
    if not settings.history:
        raise SettingsError("BOMNAE_HISTORY is not set")
    return reason(written_ms(Path(settings.history)), now_ms(), late_s(settings))


if __name__ == "__main__":
    sys.exit(cli.health(reason_of))

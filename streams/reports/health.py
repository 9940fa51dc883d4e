"""`python -m streams.reports.health`: whether reports are kept and none is overdue; exit 0 or 1."""

import sys
from pathlib import Path

import msgspec

from streams.contract import cli
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.contract.times import now_ms

FILE = "keeping.json"
MOST_S = 900
"""So long one turn may take: a quarter's report of a large city, and then some."""


class KeptReports(msgspec.Struct, frozen=True):
    """What the keeper noted last: when, by the machine's clock; how many reports are overdue by the
    log's; what it waits for, "" nothing.
    """

    at_ms: int
    overdue: int = 0
    waits_for: str = ""


_KEPT = msgspec.json.Decoder(KeptReports)


def kept_in(folder: Path) -> KeptReports | None:
    """What was noted in a folder; None where nothing is."""
    try:
        return _KEPT.decode((folder / FILE).read_bytes())
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def reason(kept: KeptReports | None, at_ms: int) -> str:
    """What is wrong with the reports, "" when nothing is. Pure."""
    if kept is None:
        return "no report was kept here yet"
    age_s = (at_ms - kept.at_ms) // 1000
    if age_s > MOST_S:
        return f"reports were looked after last {age_s} s ago, at most {MOST_S}"
    if kept.overdue:
        return f"{kept.overdue} reports are overdue: {kept.waits_for or 'the log goes on'}"
    return f"reports wait: {kept.waits_for}" if kept.waits_for else ""


def reason_of(settings: Settings) -> str:
    """`reason` of the folder BOMNAE_REPORTS."""
    if not settings.reports:
        raise SettingsError("BOMNAE_REPORTS is not set")
    return reason(kept_in(Path(settings.reports)), now_ms())


if __name__ == "__main__":
    sys.exit(cli.health(reason_of))

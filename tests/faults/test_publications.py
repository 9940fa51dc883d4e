"""Row F50: what happens to the reports that are published, however their keeper and what it stands
on end.
"""

import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from local.faults import Mode, Proxy
from local.services import Process
from local.waiting import wait_until
from streams.contract import topics
from streams.contract.enums import ReportFormat
from streams.contract.publication import file_name
from streams.contract.times import HOUR_MS, midnight_ms
from streams.history.clock import put_clock
from tests.cities import archive
from tests.faults.disks import small_disk
from tests.faults.figures import Figures
from tests.faults.processes import resident_mb, wait_exit
from tests.faults.rig import Rig

SEED = 50
ENDS = ("after_report_file:3", "after_report", "after_publication")
FIRST = date(2026, 10, 26)
CLOCKS_MS = [midnight_ms(date(2026, 10, day)) + 2 * HOUR_MS for day in (27, 28)]
REPORTS = ["daily-2026-10-26", "daily-2026-10-27"]
REST_MB = 150


class Keepers:
    """Keepers of a history, in folders of their own."""

    def __init__(self, rig: Rig, kafka: str) -> None:
        self._rig, self._kafka = rig, kafka
        self._count = 0

    def start(self, folder: Path, fail: str = "", *options: str) -> Process:
        self._count += 1
        env = {
            "BOMNAE_HISTORY": str(self._rig.folder / "history"),
            "BOMNAE_REPORTS": str(folder),
            "BOMNAE_KAFKA": self._kafka,
            **({"FAIL_AT": fail} if fail else {}),
        }
        command = ("streams", "report", "keep", *options)
        return self._rig.python(f"keep-{self._count}", *command, env=env)


def told(folder: Path) -> list[str]:
    found = (json.loads(path.read_bytes()) for path in folder.glob("*-*.json"))
    return sorted(each["publication"]["report"] for each in found if each["is_told"])


def in_log(rig: Rig) -> dict[str, list[Any]]:
    """What the log was told of each report, as often as it was."""
    found: dict[str, list[Any]] = defaultdict(list)
    for record in rig.broker.read(topics.PUBLICATIONS):
        row = json.loads(record.value)
        found[row["report"]].append((row["files"], row.get("missing")))
    return found


def bytes_of(report: str, folder: Path) -> list[bytes]:
    return [(folder / file_name(report, form)).read_bytes() for form in ReportFormat]


@pytest.mark.row("F50", "kill -9 of the keeper at three points; disk full; log and Redis away")
def test_f50_publications(rig: Rig, figures: Figures) -> None:
    history, other = rig.folder / "history", rig.folder / "other"
    archive.keep(archive.made_up(SEED, FIRST, 2), history, CLOCKS_MS[0])
    rig.crew(1)
    with (
        small_disk(rig.folder / "disk", 16) as disk,
        Proxy(rig.broker.proxied_port, port=rig.broker.proxy_port) as proxy,
    ):
        keepers, reports = Keepers(rig, f"127.0.0.1:{proxy.port}"), disk.folder / "reports"
        for fail in ENDS:
            code, _ = wait_exit(keepers.start(reports, fail), 90)
            assert code == -9, fail
        process = keepers.start(reports)
        process.wait_until(lambda: told(reports) == REPORTS[:1], "the first report")
        disk.fill()
        rig.kill_redis()
        put_clock(history, CLOCKS_MS[1])
        waits = f'"{reports}/{REPORTS[1]}.html: No space left on device"'
        process.wait_said(waits)
        proxy.set(Mode.RESET)
        disk.free()
        process.wait_said("the log did not take a message")
        proxy.set(Mode.PASS)
        rig.restart_redis()
        process.wait_until(lambda: told(reports) == REPORTS, "both reports")
        code, _ = wait_exit(keepers.start(reports), 60)
        figures.exactly("exit code of a second keeper there", code or 0, 2)
        stranger = keepers.start(other, "", "--newest")  # of the same history, once more
        wait_until(
            lambda: told(other),
            "that of another folder",
            lambda seen: seen == REPORTS[1:],
            within_s=120,
        )
        _judge(rig, figures)
        assert bytes_of(REPORTS[1], reports) == bytes_of(REPORTS[1], other)
        figures.at_most("memory of the keeper at rest", resident_mb(process.pid), REST_MB, "MB")
        rig.leave_crew(rig.processes["worker-1"])
        rig.broker.remake(topics.PUBLICATIONS)  # a log that is begun anew, under them
        wait_until(
            lambda: sorted(in_log(rig)),
            "a new log that is told",
            lambda seen: seen == REPORTS,
            within_s=90,
        )
        for each in (process, stranger):
            each.stop()
            assert each.exit_code == 0, each.output


def _judge(rig: Rig, figures: Figures) -> None:
    """The log has each report with one content alone, and whoever asks for it is told once."""

    def is_folded() -> bool:
        rig.tend()
        ends = rig.broker.ends((topics.PUBLICATIONS,))
        return all(rig.positions().get(name, 0) >= end for name, end in ends.items())

    wait_until(is_folded, "the state at the end of the log")
    found = in_log(rig)
    figures.noted["told to the log"] = sum(map(len, found.values()))
    figures.exactly("reports lost", len(set(REPORTS) - set(found)), 0)
    contents = [len({json.dumps(each) for each in rows}) for rows in found.values()]
    figures.exactly("reports with other content", sum(contents) - len(contents), 0)
    sent = rig.outbox()
    figures.exactly("announced", sum(sent.values()), len(REPORTS))
    figures.exactly("announced twice", sum((sent - Counter(sent.keys())).values()), 0)
    audit = rig.run("audit", "streams", "audit")
    assert "identical" in audit, audit

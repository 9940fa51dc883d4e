"""Published reports with a real log: told once however the keeper ends, and the link opens the very
file that was published.
"""

import hashlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.services import Process, free_port
from local.stack import Stack
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.enums import ReportFormat, ReportKind
from streams.contract.subscription import Subscription
from streams.contract.times import HOUR_MS, midnight_ms
from streams.domain.stages.publications import PUBLISHED
from streams.history.clock import put_clock
from streams.reports.making import own_template
from streams.state.keys import key
from tests.cities import archive, worlds
from tests.faults.disks import small_disk
from tests.receivers import ENV, Receiver

KILLED = -9
FIRST = date(2026, 10, 26)
DUE_MS = midnight_ms(date(2026, 10, 28)) + 2 * HOUR_MS
PERSON = "성춘향 010-2345-6789 4821-0000-1111-2222"
_NOTES = ("keeping.json", "daily-2026-10-26.json")
REPORTS = ["daily-2026-10-26", "daily-2026-10-27"]
LONG_S = 180.0  # two reports of four formats on a busy machine


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture(name="history")
def _history(tmp_path: Path) -> Path:
    """Two weeks on disk, of which two days are over by the log's clock."""
    folder = tmp_path / "history"
    archive.keep(archive.made_up(7, FIRST, 2), folder, DUE_MS)
    return folder


@pytest.fixture(name="reporting")
def _reporting(
    city: Stack, receiver: Receiver, history: Path, tmp_path: Path
) -> tuple[Stack, Path]:
    """A city with a history and an endpoint that asks for daily reports; nothing is made yet."""
    reports = tmp_path / "reports"
    city.env |= {**ENV, "BOMNAE_HISTORY": str(history), "BOMNAE_REPORTS": str(reports)}
    wanted = Subscription(
        endpoint="ep_0123456789",
        url=receiver.url("ep_0123456789"),
        title="시장실",
        rules=("report.daily",),
        changed_ms=1,
    )
    worlds.publish(city, [(topics.SUBSCRIPTIONS, 0, wire.encode(wanted))])
    city.start_worker()
    return city, reports


def keep(city: Stack, fail: str = "", **env: str) -> Process:
    number = sum(name.startswith("keep") for name in city.processes)
    own = {**env, **({"FAIL_AT": fail} if fail else {})}
    return city.python(f"keep{number}", "streams", "report", "keep", env=own)


def told(reports: Path) -> list[str]:
    found = (json.loads(path.read_bytes()) for path in reports.glob("*-*.json"))
    return sorted(each["publication"]["report"] for each in found if each["is_told"])


def published(city: Stack) -> dict[str, Any]:
    rows = worlds.redis_of(city).hgetall(key(PUBLISHED.name, 0))
    return {name.decode(): json.loads(row) for name, row in rows.items()}


def got(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - the map of this test
        raw: bytes = answer.read()
    return raw


def sent(receiver: Receiver) -> list[dict[str, Any]]:
    return [each.body for each in receiver.confirmed("ep_0123456789")]


def test_a_report_is_told_once_however_its_keeper_ends_and_its_link_opens_it(
    reporting: tuple[Stack, Path], receiver: Receiver
) -> None:
    city, reports = reporting
    for fail in ("after_report_file:3", "after_report", "after_publication"):
        process = keep(city, fail)
        assert process.wait_ended(LONG_S) == KILLED, process.output
    url = city.start_map()
    city.env["BOMNAE_PUBLIC_URL"] = url
    city.python("dispatch", "streams", "dispatch")
    process = keep(city)
    wait_until(lambda: told(reports), "both reports", lambda seen: seen == REPORTS, within_s=LONG_S)
    wait_until(lambda: len(sent(receiver)) >= len(REPORTS), "the messages", within_s=LONG_S)
    # What it told the log after it was killed is told nobody twice.
    bodies = sent(receiver)
    assert sorted(each["report"] for each in bodies) == REPORTS
    assert {each["type"] for each in bodies} == {"report.published"}
    assert len({each["id"] for each in bodies}) == len(bodies)
    rows = published(city)
    assert sorted(rows) == REPORTS
    assert {row["revision"] for row in rows.values()} == {1}
    for body in bodies:
        assert body["report_url"] == f"{url}/reports#{body['report']}"
        assert [file["format"] for file in body["files"]] == list(ReportFormat)
        for file in body["files"]:
            raw = got(file["url"])
            assert (len(raw), hashlib.sha256(raw).hexdigest()) == (file["bytes"], file["sha256"])
    process.stop()
    assert process.exit_code == 0, process.output
    left = {path.name for path in reports.iterdir()} - {"keeping.json", "lock"}
    assert left == {f"{x}.{form}" for x in REPORTS for form in (*ReportFormat, "json")}
    _refuses(reports, url)


def _refuses(reports: Path, url: str) -> None:
    """What was not published, or is other bytes by now, is not given."""

    def status(path: str) -> int:
        try:
            got(url + path)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    file = f"/api/v1/reports/{REPORTS[0]}"
    assert status(f"{file}/pdf") == 200
    (reports / f"{REPORTS[0]}.pdf").write_bytes(b"%PDF another")
    assert status(f"{file}/pdf") == 409
    page = reports / f"{REPORTS[0]}.html"
    page.rename(reports / "elsewhere.html")
    page.symlink_to(reports / "elsewhere.html")
    assert status(f"{file}/html") == 503, "a link leads out of the folder"
    page.unlink()
    os.mkfifo(page)
    assert status(f"{file}/html") == 503, "nobody waits at a pipe"
    page.unlink()
    assert status(f"{file}/html") == 503
    with page.open("wb") as huge:
        huge.truncate(1 << 40)  # of holes
    assert status(f"{file}/html") == 409
    for path in (
        f"{file}/json",
        "/api/v1/reports/monthly-2026-10/pdf",
        "/api/v1/reports/..%2F..%2Fetc%2Fpasswd/pdf",
        "/api/v1/reports/keeping/json",
        f"{file}/..%2Fkeeping.json",
    ):
        assert status(path) in (400, 404), path
    listed = json.loads(got(f"{url}/api/v1/reports?kind=daily"))
    assert [each["id"] for each in listed["reports"]] == sorted(REPORTS, reverse=True)
    assert json.loads(got(f"{url}/api/v1/reports?kind=weekly"))["reports"] == []
    assert status("/api/v1/reports?kind=yearly") == 400


def test_no_person_of_a_template_or_a_row_is_told(
    reporting: tuple[Stack, Path], history: Path, tmp_path: Path
) -> None:
    """What goes wrong is said by file and line; what stands there stays in the files."""
    city, reports = reporting
    put_clock(history, DUE_MS - 24 * HOUR_MS)  # one day is over
    template = tmp_path / "daily.md"
    text = own_template(ReportKind.DAILY)
    template.write_text(f"{text}- {PERSON} {{{PERSON}}}\n", encoding="utf-8")
    metrics = free_port()
    process = keep(
        city, BOMNAE_REPORT_TEMPLATES=str(tmp_path), BOMNAE_METRICS=f"127.0.0.1:{metrics}"
    )
    process.wait_said("faults in line")
    [file] = history.glob(f"link_minutes/day={FIRST}/*.parquet")
    raw, rows = file.read_bytes(), pq.read_table(file)
    place, words = rows.column_names.index("minute_ms"), pa.array([PERSON] * len(rows))
    pq.write_table(rows.set_column(place, "minute_ms", words), file)
    template.write_text(f"{text}\n- {PERSON}\n", encoding="utf-8")
    process.wait_said("the history cannot be asked")
    file.write_bytes(raw)
    process.wait_until(lambda: told(reports) == REPORTS[:1], "the report")
    wait_until(lambda: sorted(published(city)), "the state", lambda seen: seen == REPORTS[:1])
    assert PERSON in (reports / f"{REPORTS[0]}.html").read_text(encoding="utf-8")
    said = (process.output, got(f"http://127.0.0.1:{metrics}/metrics").decode())
    kept = ((reports / name).read_text(encoding="utf-8") for name in _NOTES)
    for told_text in (*said, *kept, json.dumps(published(city), ensure_ascii=False)):
        for part in PERSON.split():
            assert part not in told_text
    process.stop()


def test_a_full_disk_is_said_and_waited_for_and_time_is_the_logs(
    reporting: tuple[Stack, Path], history: Path, tmp_path: Path
) -> None:
    city, _ = reporting
    with small_disk(tmp_path / "small", 24) as disk:
        reports = disk.folder / "reports"
        put_clock(history, DUE_MS - 2 * HOUR_MS)  # one day is over
        process = keep(city, BOMNAE_REPORTS=str(reports))
        process.wait_until(lambda: told(reports) == REPORTS[:1], "the first report")
        disk.fill()
        put_clock(history, DUE_MS)
        process.wait_said("No space left on device")
        assert told(reports) == REPORTS[:1]
        disk.free()
        wait_until(
            lambda: told(reports),
            "the second report",
            lambda seen: seen == REPORTS,
            within_s=LONG_S + 60,
        )
        process.wait_said("a report waits no more")
        process.stop()
        disk.close()
        process = keep(city, BOMNAE_REPORTS=str(reports))
        process.wait_ended(LONG_S)
        assert (process.exit_code, "Read-only file system" in process.output) == (2, True)
    wait_until(lambda: sorted(published(city)), "the state", lambda seen: seen == REPORTS)

"""A published report on the log: that it is there, of which days, and what its files are. Nothing
of what it says stands there; the files are on disk, and whoever opens one can hold it against this.
"""

import re
from dataclasses import dataclass
from datetime import date

from streams.contract.bounds import MAX_TIME_MS
from streams.contract.enums import ReportFormat, ReportKind
from streams.contract.errors import PublicationError

MAX_BYTES = 200 << 20
"""Of a file."""
MAX_DAYS = 92
KEPT = 400
"""So many of each kind are kept, the newest."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ID = re.compile(rf"({'|'.join(ReportKind)})-\d{{4}}-(\d\d(-\d\d)?|W\d\d|Q\d)", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of a report, as it was when the report was published."""

    format: ReportFormat
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Publication:
    """A report: its id is the name of its files, `every` its kind. `first` and `last` are its days
    in Korea (2026-11-01), `missing` those of which the history has nothing.
    """

    report: str
    every: ReportKind
    first: str
    last: str
    published_ms: int
    files: tuple[ReportFile, ...]
    missing: tuple[str, ...] = ()


def report_id(every: ReportKind, first: date) -> str:
    """Of its kind and first day: `monthly-2026-11`, `weekly-2026-W48`, `quarterly-2026-Q4`."""
    year, week, _ = first.isocalendar()
    when = {
        ReportKind.DAILY: first.isoformat(),
        ReportKind.WEEKLY: f"{year:04}-W{week:02}",
        ReportKind.MONTHLY: first.isoformat()[:7],
        ReportKind.QUARTERLY: f"{first.year:04}-Q{(first.month - 1) // 3 + 1}",
    }
    return f"{every}-{when[every]}"


def is_report_id(text: str) -> bool:
    """Whether a text looks like the id of a report: whose it is, its days say."""
    return _ID.fullmatch(text) is not None


def file_name(report: str, form: ReportFormat) -> str:
    """`monthly-2026-11.pdf`: of an id that was checked, never more than a name."""
    return f"{report}.{form}"


def page_path(report: str) -> str:
    """Where the page of reports shows it."""
    return f"/reports#{report}"


def file_path(report: str, form: ReportFormat) -> str:
    """Where the file is got."""
    return f"/api/v1/reports/{report}/{form}"


def check_publication(row: Publication) -> None:
    """Raises PublicationError for one that breaks a rule of its fields."""
    first, last = _day("first", row.first), _day("last", row.last)
    if row.report != report_id(row.every, first):
        why = f"{row.report[:40]!r} is not the {row.every} report from {first}"
        raise PublicationError("report", why)
    if not 0 <= (last - first).days < MAX_DAYS:
        raise PublicationError("last", f"{row.last}, at most {MAX_DAYS} days from {row.first}")
    if any(not first <= _day("missing", each) <= last for each in row.missing):
        raise PublicationError("missing", f"days from {row.first} to {row.last}")
    if not 0 <= row.published_ms <= MAX_TIME_MS:
        raise PublicationError("published_ms", f"{row.published_ms}, within 0..{MAX_TIME_MS} ms")
    _check_files(row.files)


def _check_files(files: tuple[ReportFile, ...]) -> None:
    if not 0 < len({each.format for each in files}) == len(files):
        raise PublicationError("files", "one of a format, and one at least")
    for each in files:
        if not 0 < each.bytes <= MAX_BYTES:
            raise PublicationError("files", f"{each.bytes} bytes, within 1..{MAX_BYTES}")
        if not _SHA256.fullmatch(each.sha256):
            raise PublicationError("files", f"{each.format}: sha256 is 64 of 0-9 and a-f")


def _day(name: str, text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise PublicationError(name, f"{text[:20]!r} is no day: 2026-11-01 is one")

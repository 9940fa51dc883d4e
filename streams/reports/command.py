"""`python -m streams report`: makes the files of a report, of those that are due, or checks a
template.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from streams.contract import cli
from streams.contract.enums import ReportKind
from streams.contract.errors import ReportError
from streams.contract.failpoints import REPORT_POINTS, from_env
from streams.contract.metrics import serve_metrics
from streams.contract.running import stop_signal
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, day_of, midnight_ms
from streams.contract.tls import kept_tls
from streams.history.owner import check_owner
from streams.reports import kinds, making
from streams.reports.about import about, period_text
from streams.reports.asking import Known, known
from streams.reports.filling import fill
from streams.reports.history_days import missing_days
from streams.reports.kinds import DueReport
from streams.reports.making import City
from streams.reports.options import FORMATS
from streams.statistics.book import STATISTICS
from streams.statistics.figure import Figure, Query, Table
from streams.statistics.period import Period
from streams.statistics.statistic import Reading

DUE_DAYS = 40
ROAD_NAMES = "no network is set (BOMNAE_NETWORK): roads are called by their links' ids"


class NothingKnownError(ReportError):
    """The history has nothing of the days."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class _Work:
    """What every report of one call is made with."""

    history: Path
    reading: Reading
    known: Known
    city: City
    formats: tuple[str, ...]
    folder: Path
    fonts: str


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run the action; its exit code."""
    return _RUNS.get(options.action, run_one)(options, settings)


def run_one(options: argparse.Namespace, settings: Settings) -> int:
    """The report of one period."""
    kind = ReportKind(options.action)
    with _opened(options, settings) as work:
        day = options.date or last_over(kind, work.known.last_ms)
        period = kinds.period_of(kind, day)
        _refuse_unknown(kind, period, work.known)
        _make(work, kind, period, options.template)
    return cli.OK


def run_due(options: argparse.Namespace, settings: Settings) -> int:
    """Those whose days are over, and of which a file is missing."""
    with _opened(options, settings) as work:
        since_ms = midnight_ms(options.since) if options.since else 0
        since_ms = since_ms or work.known.last_ms - DUE_DAYS * DAY_MS
        due = kinds.due_reports(max(since_ms, work.known.first_ms), work.known.last_ms)
        waiting = [each for each in due if not _is_there(work, each)]
        for each in waiting:
            own = options.templates / f"{each.kind}.md" if options.templates else None
            _make(work, each.kind, each.period, own)
        _say(f"{len(waiting)} made, {len(due) - len(waiting)} were there")
    return cli.OK


def run_keep(options: argparse.Namespace, settings: Settings) -> int:
    """Make and publish what is due until SIGTERM or SIGINT."""
    from streams.reports.keep import keep  # noqa: PLC0415 - an extra's libraries

    fail = from_env(os.environ, REPORT_POINTS)
    if not settings.network:
        _say(ROAD_NAMES)

    async def run() -> None:
        await keep(settings, stop_signal(), fail, is_newest=options.newest)

    serve_metrics(settings, kept_tls(settings, settings.metrics))
    asyncio.run(run())
    return cli.OK


def run_template(options: argparse.Namespace, _: Settings) -> int:
    """Print a template of ours."""
    sys.stdout.write(making.own_template(ReportKind(options.kind)))
    return cli.OK


def run_check(options: argparse.Namespace, _: Settings) -> int:
    """Fill a template with statistics that have no rows: whatever it names is looked for."""
    made_of = making.template_of(ReportKind.MONTHLY, options.template)
    period = kinds.period_of(ReportKind.MONTHLY, day_of(0))
    all_of_it = Known(period.from_ms, period.until_ms)
    fill(made_of, _NoFacts(), about(ReportKind.MONTHLY, period, all_of_it, "-", made_of.language))
    _say(f"{options.template}: no fault")
    return cli.OK


def last_over(kind: ReportKind, last_ms: int) -> date:
    """The last day of the last period of the kind that was over at a time."""
    period = kinds.period_of(kind, day_of(last_ms))
    is_over = period.until_ms <= last_ms
    return period.last if is_over else period.first - timedelta(days=1)


class _NoFacts:
    """Every statistic, without a row."""

    ids = tuple(STATISTICS)
    is_comparable = True
    is_over = True

    def figure(self, name: str, *, is_before: bool = False) -> Figure:
        of, query = STATISTICS[name], Query("", {})
        return Figure(name, 0, int(is_before), Table(of.columns, ()), of.chart, query, query)


@contextmanager
def _opened(options: argparse.Namespace, settings: Settings) -> Iterator[_Work]:
    """The history with all else that a report needs; refuses what is missing by its name."""
    from streams.history.reading import open_history  # noqa: PLC0415 - an extra's library

    folder = options.history or settings.history
    if not folder:
        raise ReportError("BOMNAE_HISTORY is not set: the folder that `streams archive` writes")
    if not Path(folder).is_dir():
        raise ReportError(f"{folder}: no such folder of a history")
    check_owner(Path(folder), settings)
    history = open_history(folder)
    try:
        knows = known(history)
        if knows is None:
            raise NothingKnownError(f"{folder}: the history holds nothing yet")
        yield _Work(
            Path(folder),
            history,
            knows,
            City(settings.city, _roads(settings), is_simulated=settings.simulated),
            tuple(options.format) or FORMATS,
            options.to,
            settings.report_fonts,
        )
    finally:
        history.close()


def _roads(settings: Settings) -> Mapping[str, str]:
    """Link -> the road it is part of."""
    roads = making.roads_of(settings.network)
    if not roads and not settings.network:
        _say(ROAD_NAMES)
    return roads


def _refuse_unknown(kind: ReportKind, period: Period, knows: Known) -> None:
    first, last = day_of(knows.first_ms), day_of(knows.last_ms)
    if period.until_ms <= knows.first_ms or period.from_ms > knows.last_ms:
        raise NothingKnownError(
            f"{kind} report of {period.first} to {period.last}: the history knows {first} to {last}"
        )


def _make(work: _Work, kind: ReportKind, period: Period, path: Path | None) -> None:
    """One report, its files and a line for each on stderr."""
    begun = time.monotonic()
    made_of = making.template_of(kind, path)
    _say(f"{kind} report of {period_text(period, made_of.language)} ...")
    knows = work.known._replace(missing=missing_days(work.history, period, work.known.last_ms))
    document = making.document_of(made_of, DueReport(kind, period), work.reading, knows, work.city)
    made = making.written(document, work.formats, work.fonts)
    for file in making.put(work.folder, kinds.stem(kind, period), made):
        sys.stdout.write(f"{file}\n")
    sys.stdout.flush()
    _say(f"{len(made)} files in {time.monotonic() - begun:.1f} s")


def _is_there(work: _Work, due: DueReport) -> bool:
    stem = kinds.stem(due.kind, due.period)
    return all((work.folder / f"{stem}.{form}").is_file() for form in work.formats)


def _say(text: str) -> None:
    sys.stderr.write(f"bomnae: {text}\n")
    sys.stderr.flush()


_RUNS: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {
    "due": run_due,
    "keep": run_keep,
    "template": run_template,
    "check": run_check,
}

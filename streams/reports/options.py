"""The options of `python -m streams report`."""

import argparse
from datetime import date
from pathlib import Path

from streams.contract.enums import ReportFormat, ReportKind

FORMATS = tuple(map(str, ReportFormat))
HELP = """Make a report of the history on disk: HTML, PDF, XLSX and HWPX of the same figures.

  python -m streams report monthly --date 2026-11-01 --to /reports    November 2026
  python -m streams report weekly --to /reports --format pdf          the last week that is over
  python -m streams report template monthly > ours.md                 to change it: docs/reports.md
  python -m streams report check ours.md                              what is wrong in it, by line
  python -m streams report monthly --template ours.md --to /reports
  python -m streams report due --to /reports                          all that are due, not there
  python -m streams report keep                                       the same until stopped, and
                                                                      the log is told of each

Time is the history's: a report of days that it does not wholly know says that it is provisional."""
CODES = """exit codes: 0 done, or nothing was due; 1 nothing is known of the days, or a file
cannot be made; 2 wrong usage, settings, template or folders"""


def add_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`report` among the commands."""
    raw = argparse.RawDescriptionHelpFormatter
    report = commands.add_parser(
        "report",
        help="daily, weekly, monthly and quarterly reports as HTML, PDF, XLSX and HWPX",
        description=HELP,
        epilog=CODES,
        formatter_class=raw,
    )
    actions = report.add_subparsers(dest="action", required=True, metavar="REPORT")
    for kind in ReportKind:
        parser = actions.add_parser(str(kind), help=f"the {kind} report", epilog=CODES)
        parser.add_argument(
            "--date",
            type=_day,
            metavar="YYYY-MM-DD",
            help="a day of the period; without it the last period that is over",
        )
        parser.add_argument("--template", type=Path, metavar="FILE", help="instead of Bomnae's own")
        _add_files(parser)
    due = actions.add_parser(
        "due", help="every report whose days are over and that is not there", epilog=CODES
    )
    due.add_argument(
        "--since",
        type=_day,
        metavar="YYYY-MM-DD",
        help="of days that end after this one began; without it the last 40 days",
    )
    due.add_argument(
        "--templates", type=Path, metavar="FOLDER", help="with daily.md ..., instead of Bomnae's"
    )
    _add_files(due)
    keep = actions.add_parser(
        "keep",
        help="make what is due into BOMNAE_REPORTS and publish it; run one, until stopped",
        epilog=CODES,
    )
    keep.add_argument(
        "--newest", action="store_true", help="of each kind the newest alone, none of before it"
    )
    template = actions.add_parser("template", help="print Bomnae's template", epilog=CODES)
    template.add_argument("kind", choices=[str(kind) for kind in ReportKind])
    check = actions.add_parser("check", help="what is wrong in a template", epilog=CODES)
    check.add_argument("template", type=Path, metavar="FILE")


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where they go")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        action="append",
        default=[],
        help="one of the four; may stand several times (all)",
    )
    parser.add_argument(
        "--history", type=Path, metavar="FOLDER", help="instead of that of BOMNAE_HISTORY"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is no day: 2026-11-28 is one") from None

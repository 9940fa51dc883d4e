"""The options of `python -m streams archive` and `history`."""

import argparse

_HISTORY = """What the log's fold brought, as Parquet files by day in BOMNAE_HISTORY.

  python -m streams history sql "SELECT level, count(*) FROM link_minutes GROUP BY level"
                           one SELECT over the tables, read-only; --csv, --json
  python -m streams history check
                           every file against its manifest; --repair makes anew what is damaged
  python -m streams history rebuild --day 2026-11-03
                           days made again from the log (all that there are), the archive stopped

docs/history.md has the tables."""
_CODES = """exit codes: 0 done; 2 wrong settings, or a question is refused; 3 it is another log;
7 files are damaged; 8 Kafka is away"""


def add_history(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`archive` and `history` among the commands."""
    commands.add_parser("archive", help="write the history of the log into BOMNAE_HISTORY; run one")
    history = commands.add_parser(
        "history",
        help="ask the history on disk, check it, make it again",
        description=_HISTORY,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = history.add_subparsers(dest="act", required=True)
    sql = acts.add_parser("sql", help="one SELECT over the tables")
    sql.add_argument("sql", metavar="SELECT")
    how = sql.add_mutually_exclusive_group()
    how.add_argument("--csv", action="store_true", help="with commas (tabs)")
    how.add_argument("--json", action="store_true", help="a list of objects")
    sql.add_argument("--within", type=float, default=60.0, metavar="S", help="so long (60 s)")
    sql.add_argument("--memory", type=int, default=512, metavar="MB", help="so much (512 MB)")
    check = acts.add_parser("check", help="every file against its manifest")
    check.add_argument("--repair", action="store_true", help="make anew what is damaged")
    rebuild = acts.add_parser("rebuild", help="days made again from the log")
    rebuild.add_argument("--day", action="append", metavar="YYYY-MM-DD", help="this one (all)")

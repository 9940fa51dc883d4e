"""The options of `python -m streams retention` and `python -m streams forget`."""

import argparse
from pathlib import Path

from streams.contract.terminal import add_by

DOCUMENTS = {"en": Path("docs/retention.md"), "ko": Path("docs/retention.ko.md")}
FOLDERS = ("recordings", "reports")
"""Files of the table whose folder no setting names."""
RETENTION_HELP = """What is kept, and for how long (docs/retention.md), and what deletes it.

  python -m streams retention run --dry-run     what is due, and topics kept too long or too short
  python -m streams retention run --once        delete it; without --once again each day
  python -m streams retention run --once --folder recordings=/recordings
                                                besides, files of that row of the table
  python -m streams retention table             the table
  python -m streams retention secrets --yes     take former passwords' hashes, seals, passkeys and
                                                tokens out of the accounts' log, as its admin

Each run, and each row of which something is deleted, is an access record: what and how many, never
what it said. Kafka deletes from its topics by itself; `run` names a topic that is kept shorter than
the table says, or longer where it must not be, by the rules of `python -m producers topics`, which
puts it right with --fix. Needs Kafka and Redis."""
RETENTION_CODES = """exit codes: 0 done; 1 a topic is kept too long or too short, or a
file cannot be deleted (the rest is, all the same); 2 wrong usage, settings or folders; 8 Kafka or
Redis does not answer"""
FORGET_HELP = """Take one work, call or account out before its time.

  python -m streams forget --work 2026-0412 --reason 'asked for on 28 Nov'         what would go
  python -m streams forget --work 2026-0412 --reason 'asked for on 28 Nov' --yes   does it

It leaves the state now and whenever the log is folded again, with its history, its alerts, its
photos and what waits to be sent; a permit's feed does not bring it back. What an account did stays
under a name that means nothing; its sessions end. What already stands on the log cannot be taken
out of its midst: it goes with its topic's retention, and the days are said. Access records stay
whole, with the account's name: the law keeps them. The deletion is a record with the id alone.

A call is in the state for 7 days and on the log for 30: --anyway forgets one that the state has no
more, so that no snapshot from then on has it."""
FORGET_CODES = """exit codes: 0 done; 1 nothing of this id is known, and no --anyway; 2 wrong usage,
a reason that cannot be, or --yes is missing: nothing was done; 5 in the log, but no worker has
folded it within 10 s; 8 Kafka or Redis does not answer: the same command goes on"""


def add_retention(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`retention` and `forget` among the commands."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "retention",
        help="delete what time is due; the table of all that is kept",
        description=RETENTION_HELP,
        epilog=RETENTION_CODES,
        formatter_class=raw,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    run = actions.add_parser("run", help="delete what is due", epilog=RETENTION_CODES)
    run.add_argument("--dry-run", action="store_true", help="say what is due, and delete nothing")
    add_by(run)
    run.add_argument("--once", action="store_true", help="end after one run")
    run.add_argument(
        "--folder",
        type=_folder,
        action="append",
        default=[],
        metavar="ROW=PATH",
        help=f"a folder with files of a row: {', '.join(FOLDERS)}",
    )
    secrets = actions.add_parser(
        "secrets", help="take former passwords' hashes out of the accounts' log; as its admin"
    )
    secrets.add_argument("--yes", action="store_true", help="do it")
    add_by(secrets)
    table = actions.add_parser("table", help="print the table", epilog=RETENTION_CODES)
    table.add_argument(
        "--write",
        action="store_true",
        help="into docs/retention.md and its Korean pair, below this folder",
    )
    forget = commands.add_parser(
        "forget",
        help="take one work, call or account out",
        description=FORGET_HELP,
        epilog=FORGET_CODES,
        formatter_class=raw,
    )
    what = forget.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--work", type=_named, metavar="ID", help="a permit with all its spots, and its photos"
    )
    what.add_argument("--call", type=_named, metavar="ID", help="a call")
    what.add_argument(
        "--account", type=_named, metavar="NAME", help="an account; what it did stays"
    )
    forget.add_argument("--reason", required=True, help="why; it stands in the access record")
    add_by(forget)
    forget.add_argument("--yes", action="store_true", help="do it")
    forget.add_argument(
        "--anyway",
        action="store_true",
        help="also what the state does not have (any more): it may stand on the log",
    )


def _named(text: str) -> str:
    """What is to be forgotten; an empty name is wrong usage, and names nothing else."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _folder(text: str) -> tuple[str, Path]:
    name, has_path, path = text.partition("=")
    if not has_path or name not in FOLDERS:
        raise argparse.ArgumentTypeError(f"ROW=PATH with a row of: {', '.join(FOLDERS)}")
    return name, Path(path)

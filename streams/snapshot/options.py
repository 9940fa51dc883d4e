"""The options of `python -m streams snapshot` and `restore`."""

import argparse
from pathlib import Path

from streams.contract.terminal import add_by

KEEP = 7
_SNAPSHOT = """All state of a running city in one signed file: what stands in Redis, how far in
the log that is, and of the log what cannot be told again (accounts, subscriptions,
acknowledgements, acts on situations, calls, receipts, access records, and what is not folded
yet). Nothing stops.

  python -m streams snapshot --make-key snapshot.pem > snapshot.pub
                           once: the private key, for BOMNAE_SNAPSHOT_KEY; the public one is printed
  python -m streams snapshot --to /backup --why "moves to the new machine"
                           one now, into a folder, or a file of your name
  python -m streams snapshot --daily --keep 7
                           one a day into BOMNAE_SNAPSHOTS, until stopped
  python -m streams snapshot --verify FILE
                           whether it is whole, unchanged and signed; of what it is

Each one made is an access record; of one that is taken out (--to) it says why, and by whom (--by).

It holds people's words, accounts and what proves them: keep it as you keep the log. It does not
hold the network's folder, crews' photos, key files and settings: copy those beside it."""
_RESTORE = """Lays a snapshot anew, once all of it was checked. Stop workers, dispatchers, clock,
producers and map servers before; start them after.

  python -m producers topics && python -m streams restore FILE
                           both stores are empty: after a loss of both, or on another machine
  python -m streams restore --redis-only FILE
                           the log still stands: the workers go on in it from the snapshot's end

The network's folder, BOMNAE_CITY, BOMNAE_PROVINCE and BOMNAE_PARTITIONS must be the snapshot's.
In an empty log offsets begin anew, and the state follows them; `python -m streams audit` then
begins at this file or a later one. It is an access record: on a log that stands before anything is
written, in an empty one behind the records that are laid, before the state is. Logins are not in
the file: on another Redis people log in again; a Redis that has logins keeps them. Where a store
fails midway the error says what was written; no worker takes it up, and the same command with
--replace goes on."""
_CODES = """exit codes: 0 done; 2 wrong usage, settings or file (not whole, changed, not signed by a
known key, of another city, network or partition count; stores that are not empty); 3 it is of
another log; 7 its state has a layout that this version does not read; 8 Kafka is away"""


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`snapshot` and `restore` among the commands."""
    snapshot = _parser(commands, "snapshot", "write all state into one signed file", _SNAPSHOT)
    what = snapshot.add_mutually_exclusive_group()
    what.add_argument("--to", type=Path, metavar="FOLDER|FILE", help="where to (BOMNAE_SNAPSHOTS)")
    what.add_argument("--daily", action="store_true", help="one a day into BOMNAE_SNAPSHOTS")
    what.add_argument("--verify", type=Path, metavar="FILE", help="check a snapshot")
    what.add_argument("--make-key", type=Path, metavar="FILE", help="make a key that signs")
    snapshot.add_argument("--keep", type=int, default=KEEP, metavar="N", help="daily: so many (7)")
    snapshot.add_argument(
        "--no-records", action="store_true", help="without the access records: kept otherwise"
    )
    laid = _parser(commands, "restore", "lay a snapshot anew into Redis and the log", _RESTORE)
    laid.add_argument("file", type=Path, metavar="FILE")
    laid.add_argument("--redis-only", action="store_true", help="the log still stands")
    snapshot.add_argument("--why", default="", help="with --to: for the access record")
    add_by(snapshot, laid)
    laid.add_argument("--replace", action="store_true", help="take away what Redis has of a state")
    for each in (snapshot, laid):
        add_public(each)


def add_public(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--public",
        type=Path,
        metavar="FILE",
        help="public keys (PEM), one behind the other; without it that of BOMNAE_SNAPSHOT_KEY",
    )


def _parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_: str,
    text: str,
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=help_,
        description=text,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

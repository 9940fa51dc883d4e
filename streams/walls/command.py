"""`python -m streams secrets`: users, passwords, certificates and keys, each in a file."""

import argparse
import asyncio
import sys
from pathlib import Path

from streams.contract.cli import OK
from streams.contract.settings import Settings
from streams.contract.terminal import add_by
from streams.kafka.kept_acts import record_or_keep
from streams.state.asked import account_of
from streams.walls.files import KEYS, TOLD, check_closed, make_missing
from streams.words.catalogue import in_all

_HELP = f"""Makes the files of secrets of one city on one machine: docker-compose.yml mounts each
into the containers that need it and into no other. What stands is kept.

  mkdir -m 700 secrets
  python -m streams secrets --out secrets
  python -m streams secrets --out secrets --renew kafka_maps     a new password; then start anew

The key file, keys/keys.json, is mounted into none of them; its part for each service is. After a
rotation (python -m streams keys rotate PURPOSE --file secrets/keys/keys.json) the first command
writes the parts anew.

Those that only others can tell are made empty, to be filled in (empty: not set):
{", ".join(TOLD)}"""


def add_secrets(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`secrets` among the commands."""
    parser = commands.add_parser(
        "secrets",
        help="make users, passwords, certificates and keys, each in a file",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="closed to others (chmod 700)"
    )
    parser.add_argument(
        "--renew", action="append", default=[], metavar="NAME", help="make this one anew"
    )
    add_by(parser)
    parser.add_argument(
        "--simulated", action="store_true", help="the portals are simulated: they take any key"
    )


def run_secrets(options: argparse.Namespace, settings: Settings) -> int:
    """Make them, with an access record beside them until the log has it."""
    doomed = ", ".join(options.renew)
    does, subject = ("key.rotate", doomed) if doomed else ("key.make", "what is missing")
    check_closed(options.out)
    ask = account_of(settings)
    keys = options.out / KEYS
    asyncio.run(record_or_keep(settings, keys, does, subject, by=options.by, ask=ask))
    portal_key = "any-key-will-do" if options.simulated else ""
    for name in make_missing(options.out, portal_key=portal_key, renew=options.renew):
        sys.stdout.write(f"{in_all('command.made')} {name}\n")
    return OK

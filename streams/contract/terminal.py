"""Who sits at a terminal, as the access records have them."""

import argparse
import getpass
import os
import re

_HELP = "your account, for the access record; without it the machine's name of you stands there"
_ODD = re.compile(r"[^A-Za-z0-9._-]")


def add_by(*parsers: argparse.ArgumentParser) -> None:
    """`--by` for commands that leave an access record."""
    for parser in parsers:
        parser.add_argument("--by", default="", metavar="ACCOUNT", help=_HELP)


def user_here() -> str:
    """Whoever sits there as this machine knows them, marked so: `terminal:kim`, no account. Where
    several share one user of the machine, or in a container, it says no more than that.
    """
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return f"terminal:{_ODD.sub('_', name)[:32]}"

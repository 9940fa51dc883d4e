"""`python -m streams keys`: makes, lists and rotates a city's keys, and hands out parts of them."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from streams.contract.errors import SettingsError
from streams.contract.key_file import load, new_key, save
from streams.contract.keys import (
    NEEDED,
    Key,
    Keys,
    Purpose,
    completed,
    keys_of_settings,
    part,
    rotated,
)
from streams.contract.settings import Settings
from streams.contract.terminal import add_by
from streams.contract.times import HOUR_MS, KST, now_ms
from streams.contract.whole_files import alone
from streams.kafka.kept_acts import FOLDER, record_or_keep, say_it_waits, waiting
from streams.state.asked import account_of

MOST_HOURS = 24 * 400
RECORDED = {"make": "key.make", "rotate": "key.rotate", "derive": "key.derive"}
_HELP = """The keys of a city stand in one file (BOMNAE_KEYS or --file), its owner's alone. Ids and
times are shown, contents never.

  python -m streams keys make      all of them; takes over BOMNAE_SECRET and
                                   BOMNAE_PSEUDONYM_KEY where they are set
  python -m streams keys list
  python -m streams keys rotate webhooks           the one before counts for 24 h more
  python -m streams keys rotate crew --leaked       it counts no more
  python -m streams keys derive --for maps --out maps.json
                                   what the map server needs, and no other

make, rotate and derive leave an access record before they are done. Where the log is not reached,
as before there is one, it waits beside the keys in acts/: the next of these commands
puts it on the log, or `python -m streams acts FOLDER/acts`.

Purposes: webhooks (signatures of alerts), crew (links of crews), codes (seals the second factor),
pseudonyms (names of buses). Processes take up the changed file at their next use. After a rotation
derive the parts again. docs/keys.md says what each rotation means for whom."""
_EPILOG = "exit codes: 0 done; 2 wrong usage, or a file or a key that cannot be so"


def add_keys(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "keys",
        help="the keys of this city: make, list, rotate, derive",
        description=_HELP,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    texts = {
        "make": "a new file with a key for each purpose",
        "list": "ids, purposes and times",
        "rotate": "a new key for one purpose",
        "derive": "a file with the keys of one kind of process",
    }
    added = {name: actions.add_parser(name, help=text) for name, text in texts.items()}
    for each in added.values():
        each.add_argument("--file", type=Path, metavar="FILE", help="instead of BOMNAE_KEYS")
    add_by(*(parser for name, parser in added.items() if name in RECORDED))
    added["rotate"].add_argument("purpose", choices=[*Purpose])
    kept = added["rotate"].add_mutually_exclusive_group()
    kept.add_argument("--leaked", action="store_true", help="the key before counts no more")
    kept.add_argument(
        "--keep-hours",
        type=_hours,
        metavar="H",
        help="it counts for so long (24; codes: 2160; pseudonyms: until midnight in Korea)",
    )
    added["derive"].add_argument("--for", dest="made_for", required=True, choices=[*NEEDED])
    added["derive"].add_argument("--out", required=True, type=Path, metavar="FILE")


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Do what the options ask for; 0. Raises SettingsError for what cannot be."""
    given = options.file or (Path(settings.keys) if settings.keys else None)
    if given is None:
        raise SettingsError("BOMNAE_KEYS is not set: say --file FILE")
    file = given.resolve()  # a link goes on leading there
    with alone(file.parent):
        _ACTIONS[options.action](file, settings, options)
    return 0


def _make(file: Path, settings: Settings, options: argparse.Namespace) -> None:
    if os.path.lexists(file):
        raise SettingsError(f"{file}: is there already; `keys rotate` changes keys")
    taken_over = keys_of_settings(settings.secret, settings.pseudonym_key)
    made = completed(replace(taken_over, source=str(file)), new_key, now_ms())
    _record(file, settings, options, "all")
    save(file, made)
    _show(load(file))
    for name, is_set in (
        ("BOMNAE_SECRET", settings.secret),
        ("BOMNAE_PSEUDONYM_KEY", settings.pseudonym_key),
    ):
        if is_set:
            _tell(f"{name} was taken over: set BOMNAE_KEYS and take it away")


def _list(file: Path, _: Settings, __: argparse.Namespace) -> None:
    _show(load(file))
    if count := waiting(file.parent):
        _tell(f"{count} acts wait for the log: python -m streams acts {file.parent / FOLDER}")


def _rotate(file: Path, settings: Settings, options: argparse.Namespace) -> None:
    keys = load(file)
    if keys.made_for:
        raise SettingsError(f"{file}: is a part, for {keys.made_for}: rotate the whole and derive")
    kept_ms = None if options.keep_hours is None else options.keep_hours * HOUR_MS
    purpose = Purpose(options.purpose)
    after = rotated(
        keys,
        purpose,
        secret=new_key(),
        now_ms=now_ms(),
        kept_ms=0 if options.leaked else kept_ms,
    )
    _record(file, settings, options, f"{purpose}{' leaked' if options.leaked else ''}")
    save(file, after)
    _show(load(file))
    users = [name for name, needed in NEEDED.items() if purpose in needed]
    _tell(f"derive again for {', '.join(users)} where they have a file of their own")
    if purpose is Purpose.WEBHOOKS:
        _tell("then `python -m streams subscriptions rotate ENDPOINT` prints each endpoint's next")


def _derive(file: Path, settings: Settings, options: argparse.Namespace) -> None:
    out = options.out.resolve()
    if os.path.lexists(out) and (out == file or not load(out).made_for):
        raise SettingsError(f"{out}: is no part made by `keys derive`, and is left as it is")
    made = part(load(file), options.made_for, now_ms())
    _record(file, settings, options, options.made_for)
    save(out, made)
    _show(load(out))


def _record(file: Path, settings: Settings, options: argparse.Namespace, subject: str) -> None:
    """Before it is done: on the log, or in a file beside the keys."""
    kept = record_or_keep(
        settings,
        file.parent,
        RECORDED[options.action],
        subject,
        by=options.by,
        ask=account_of(settings),
    )
    if not asyncio.run(kept):
        say_it_waits(file.parent)


_ACTIONS: dict[str, Callable[[Path, Settings, argparse.Namespace], None]] = {
    "make": _make,
    "list": _list,
    "rotate": _rotate,
    "derive": _derive,
}


def _hours(text: str) -> int:
    hours = int(text) if text.isdecimal() and len(text) < 6 else 0
    if not 1 <= hours <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"must be within 1..{MOST_HOURS}, got {text[:20]!r}")
    return hours


def _show(keys: Keys) -> None:
    for each in sorted(keys.keys, key=_order):
        until = "current" if each.until_ms is None else f"until {_time(each.until_ms)}"
        made = f"made {_time(each.made_ms)}" if each.made_ms else "taken over"
        sys.stdout.write(f"{each.purpose:<10}  {each.id:<28}  {made:<26}  {until}\n")


def _order(key: Key) -> tuple[int, int]:
    return list(Purpose).index(key.purpose), -key.made_ms


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, KST).strftime("%Y-%m-%d %H:%M KST")


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")

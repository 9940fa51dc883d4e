"""`python -m maps records`: keys, days signed, the chain checked, the monthly check."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from maps.records.chain import Fault, Verifier, day_in, noted_heads
from maps.records.heads import sign_due, signing_key
from maps.records.report import MANY, MonthLog, Report, month_named
from maps.records.report_page import page_of, table_of
from streams.contract.cli import FAILED, OK
from streams.contract.ed25519 import key_id, make_key, public_keys, public_text
from streams.contract.errors import IntakeError, LogAwayError, SettingsError
from streams.contract.settings import Settings
from streams.contract.terminal import add_by
from streams.contract.times import now_ms
from streams.kafka.access_log import opened
from streams.kafka.intake import Intake
from streams.kafka.kept_acts import key_is_made
from streams.kafka.terminal import at_terminal
from streams.state.asked import account_of
from streams.words.catalogue import phrase

_HELP = """Access records: who looked at what, on the log in the topic access-records.

A record names the one before it of its writer by its hash; each Korean day that is over gets a
head, signed with Ed25519. So a record that is changed, taken out, moved or put in shows:

  python -m maps records key --out records.pem      once: the private key, for BOMNAE_RECORDS_KEY.
                                                    It prints the public one: give it to the auditor
  python -m maps records sign                       sign the days that are over (the map server
                                                    does it too, ten minutes after midnight)
  python -m maps records verify --public city.pub   every fault, with its offset
  python -m maps records report --month 2026-11     the monthly check: a page to print, a CSV

Days at the end that are cut off with their heads and signed again look sound: note the last head
that verify prints elsewhere, and give it to the next one with --head.

What only rights can keep: today's last records, and records made up under a new name. Let nobody
but the map server write to the topic. For a new key keep the old public one: --public takes a file
with several, one behind the other."""
_CODES = (
    "exit codes: 0 well; 1 faults were found; 2 wrong usage, settings or files; 8 the log is away"
)
AWAY = LogAwayError.exit_code


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`records` among the commands; what is asked for stands in `action`."""
    parser = commands.add_parser(
        "records",
        help="access records: sign, verify, report",
        description=_HELP,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    key = actions.add_parser("key", help="make a key that signs days", epilog=_CODES)
    key.add_argument("--out", type=Path, required=True, metavar="FILE", help="a file to be made")
    actions.add_parser("sign", help="sign every day that is over and has no head", epilog=_CODES)
    verify = actions.add_parser("verify", help="check the whole chain", epilog=_CODES)
    report = actions.add_parser("report", help="the monthly check", epilog=_CODES)
    for each in (verify, report):
        each.add_argument(
            "--public",
            type=Path,
            metavar="FILE",
            help="public keys (PEM), one behind the other; without it that of BOMNAE_RECORDS_KEY",
        )
    verify.add_argument(
        "--since",
        metavar="2026-11-28",
        help="the first day that must be there: a log that was deleted and begun again shows",
    )
    verify.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="DAY:HASH",
        help="a head that must be there, as an earlier verify printed it and the auditor noted it: "
        "days cut off and signed again show; may be given again",
    )
    add_by(key, report)
    report.add_argument("--month", required=True, metavar="2026-11", help="a month, Korean time")
    report.add_argument(
        "--out", type=Path, default=Path(), metavar="FOLDER", help="where to (here, by default)"
    )
    report.add_argument(
        "--many",
        type=int,
        default=MANY,
        metavar="N",
        help=f"subjects in an hour above which looks are named ({MANY})",
    )


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Do what is asked for; the exit code. Raises BomnaeError for what cannot be."""
    if options.action == "key":
        return _make(settings, options)
    try:
        return asyncio.run(_act(settings, options))
    except IntakeError as error:  # its own code is that of a server's refusal
        sys.stderr.write(f"bomnae: {error}\n")
        return AWAY


async def _act(settings: Settings, options: argparse.Namespace) -> int:
    if options.action == "sign":
        return await _sign(settings)
    keys = _keys(settings, options.public)
    if options.action == "verify":
        return await _verify(settings, keys, options.since, noted_heads(options.head))
    return await _report(settings, options, keys)


def _make(settings: Settings, options: argparse.Namespace) -> int:
    path = options.out
    key_is_made(settings, path, by=options.by, ask=account_of(settings))
    key = make_key(path)
    _print(public_text(key).rstrip())
    _print(f"key {key_id(key)}")
    sys.stderr.write(f"the private key is in {path}: BOMNAE_RECORDS_KEY; nobody else needs it\n")
    return OK


async def _sign(settings: Settings) -> int:
    intake = Intake(settings)
    try:
        for head in await sign_due(settings, intake, now_ms()):
            _print(f"{head.day}: {head.count} records, key {head.key_id}")
    finally:
        await intake.close()
    return OK


def _keys(settings: Settings, public: Path | None) -> dict[str, Ed25519PublicKey]:
    """The keys of the file, else the one that belongs to BOMNAE_RECORDS_KEY."""
    if public is not None:
        return public_keys(public)
    if not settings.records_key:
        raise SettingsError("neither --public FILE nor BOMNAE_RECORDS_KEY: no key to check with")
    key = signing_key(settings).public_key()
    return {key_id(key): key}


async def _verify(
    settings: Settings,
    keys: dict[str, Ed25519PublicKey],
    since: str | None,
    noted: dict[str, str],
) -> int:
    day = None if since is None else day_in(since)
    if since is not None and day is None:
        raise SettingsError(f"--since {since[:20]!r} is no day: 2026-11-28 is one")
    verifier = Verifier(keys, since=day, noted=noted)
    count = 0
    async for fault in _follow(settings, verifier):
        count += 1
        where = f"offset {fault.offset} " if fault.offset >= 0 else ""
        _print(f"{where}{fault.record} {fault.what.to('en')}".replace("  ", " "))
    head = verifier.heads.head
    until = f"signed until {head.day}" if head is not None else "no day signed"
    found = f"{count} faults" if count else "no fault"
    if not count and head is None and verifier.records:
        found += " found; what was done to a writer's last record shows once its day is signed"
    _print(f"{verifier.records} records, {until}: {found}")
    if head is not None:
        _print(f"last head {head.day}:{verifier.heads.hash}")
        _print("note it where nobody of this system can change it; --head checks it the next time")
    return FAILED if count else OK


async def _report(
    settings: Settings, options: argparse.Namespace, keys: dict[str, Ed25519PublicKey]
) -> int:
    """Write the page and the table of a month; the exit code says whether the chain holds."""
    month = month_named(options.month)
    async with at_terminal(settings, by=options.by, ask=account_of(settings)) as terminal:
        await terminal.write("record.report", month.name, reason=f"monthly check {month.name}")
    kept = MonthLog(month)
    verifier = Verifier(keys, kept.take)
    faults = [fault async for fault in _follow(settings, verifier)]
    sections = kept.sections(options.many)
    report = Report(
        month=month,
        made_ms=now_ms(),
        many=options.many,
        records=len(kept.rows),
        sections=sections,
        checked=verifier.records,
        heads=verifier.signed_days,
        faults=tuple(faults),
    )
    _write(
        options.out, f"access-records-{month.name}.html", page_of(report, settings.city).encode()
    )
    _write(options.out, f"access-records-{month.name}.csv", table_of(report))
    _print(f"{len(kept.rows)} records of {month.name}: {len(faults) or 'no'} faults of the chain")
    for each in sections[1:]:
        _print(f"  {phrase(f'records.report.{each.code}').to('en')}: {len(each.lines)}")
    return FAILED if faults else OK


async def _follow(settings: Settings, verifier: Verifier) -> AsyncIterator[Fault]:
    """Every fault of the log as it stands now, from its first message on."""
    async with opened(settings) as log:
        first, end = await log.ends()
        verifier.begin(first)
        async for messages in log.read(first, end):
            for each in messages:
                for fault in verifier.take(each.offset, each.payload):
                    yield fault
    for fault in verifier.end(now_ms()):
        yield fault


def _write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None
    _print(str(path))


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")

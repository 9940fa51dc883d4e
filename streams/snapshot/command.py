"""`python -m streams snapshot` and `restore`: the state in a file, and the way back."""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from streams.contract.cli import OK
from streams.contract.ed25519 import key_id, make_key, public_text
from streams.contract.errors import SettingsError
from streams.contract.metrics import serve_metrics
from streams.contract.running import run_until_signal
from streams.contract.settings import Settings
from streams.contract.times import KST, now_ms
from streams.contract.tls import kept_tls
from streams.geo.loading import load_network
from streams.kafka.kept_acts import key_is_made
from streams.kafka.terminal import at_terminal
from streams.snapshot.daily import every_day
from streams.snapshot.file import checked
from streams.snapshot.frames import Head
from streams.snapshot.keys import keys_to_check, signing_key
from streams.snapshot.progress import to_stderr
from streams.snapshot.restoring import Restored, restore
from streams.snapshot.shelf import new_name
from streams.snapshot.taking import TakenSnapshot, take
from streams.state.asked import account_of
from streams.words.catalogue import in_all


def run_snapshot(options: argparse.Namespace, settings: Settings) -> int:
    """Make one, one a day, a key; or check one."""
    if options.make_key is not None:
        return _make_key(settings, options)
    if options.verify is not None:
        return _verify(settings, options.verify, options.public)
    if options.daily:
        return _daily(settings, options)
    key = signing_key(settings)
    path = _place(options.to or _folder(settings))
    if options.to and not options.why.strip():
        raise SettingsError("--to takes all there is out of the house: --why says what for")
    begun_s = time.monotonic()
    taken = asyncio.run(_take(settings, options, path, key))
    checked(path, keys_to_check(settings, None))
    took_s = time.monotonic() - begun_s
    _print(
        f"{path}: {in_all('command.snapshot.made')}: {taken.bytes / 1e6:.1f} MB "
        f"({taken.raw_bytes / 1e6:.1f} MB unpacked), {taken.messages} messages of the log, "
        f"{took_s:.1f} s"
    )
    return OK


async def _take(
    settings: Settings, options: argparse.Namespace, path: Path, key: Ed25519PrivateKey
) -> TakenSnapshot:
    """A snapshot by hand, once its access record stands."""
    does = "snapshot.take_out" if options.to else "snapshot.make"
    async with at_terminal(settings, by=options.by, ask=account_of(settings)) as terminal:
        record = partial(terminal.write, does, path.name, reason=options.why)
        kept = not options.no_records
        return await take(settings, path, key, to_stderr(), record, with_records=kept)


async def _restore(
    settings: Settings,
    options: argparse.Namespace,
    keys: Mapping[str, Ed25519PublicKey],
    network: str,
) -> Restored:
    async with at_terminal(settings, by=options.by, ask=account_of(settings)) as terminal:
        await terminal.who()  # while there is a state that knows them
        return await restore(
            settings,
            options.file,
            keys,
            network,
            to_stderr(),
            record=partial(terminal.write, "state.restore", options.file.name),
            redis_only=options.redis_only,
            replace=options.replace,
        )


def run_restore(options: argparse.Namespace, settings: Settings) -> int:
    """Lay a snapshot anew, and say what is to be done next."""
    keys = keys_to_check(settings, options.public)
    network = load_network(settings.network).version
    done = asyncio.run(_restore(settings, options, keys, network))
    _print(_said(done))
    for lost in done.lost:
        _print(in_all("command.restore.lost", what=lost))
    if done.without_records:
        _print(in_all("command.restore.no_records"))
    return OK


def _said(done: Restored) -> str:
    said = in_all("command.restore.done", time=_time(done.made_ms))
    log = f"{done.messages} messages laid into the log, " if done.messages else ""
    return f"{said}: {log}{done.behind} wait for the workers"


def _make_key(settings: Settings, options: argparse.Namespace) -> int:
    path = options.make_key
    key_is_made(settings, path, by=options.by, ask=account_of(settings))
    public = make_key(path)
    _print(public_text(public).rstrip())
    sys.stderr.write(
        f"key {key_id(public)}; the private one is in {path}: BOMNAE_SNAPSHOT_KEY. Whoever "
        "restores needs only the public one\n"
    )
    return OK


def _verify(settings: Settings, path: Path, public: Path | None) -> int:
    file = checked(path, keys_to_check(settings, public))
    _print(f"{path}: {in_all('command.snapshot.whole')}")
    _print(_about(file.head))
    for part in file.parts:
        _print(f"  {part.name}: {part.bytes} bytes, {part.sha256}")
    return OK


def _about(head: Head) -> str:
    return (
        f"{head.province} {head.city}, {_time(head.made_ms)}, network {head.network}, "
        f"{head.partitions} partitions, schema {head.schema}, rules "
        f"{head.folded_by.get('BOMNAE_RULES', '?')}"
    )


def _daily(settings: Settings, options: argparse.Namespace) -> int:
    folder = _folder(settings)
    if options.keep < 1:
        raise SettingsError(f"--keep {options.keep}: must be 1 or more")
    serve_metrics(settings, kept_tls(settings, settings.metrics))
    with_records = not options.no_records
    asyncio.run(
        run_until_signal(every_day(settings, folder, options.keep, with_records=with_records))
    )
    return OK


def _folder(settings: Settings) -> Path:
    if not settings.snapshots:
        raise SettingsError("BOMNAE_SNAPSHOTS is not set: the folder for snapshots, or --to")
    return Path(settings.snapshots)


def _place(path: Path) -> Path:
    """The file to write: in a folder one of its own name."""
    return path / new_name(now_ms()) if path.is_dir() else path


def _time(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, KST):%Y-%m-%d %H:%M:%S} KST"


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()

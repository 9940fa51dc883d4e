"""`python -m streams snapshot` and `restore`: the state in a file, and the way back."""

import argparse
import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path

from streams.contract.cli import OK
from streams.contract.ed25519 import key_id, make_key, public_text
from streams.contract.errors import SettingsError
from streams.contract.metrics import serve_metrics
from streams.contract.running import run_until_signal
from streams.contract.settings import Settings
from streams.contract.times import KST, now_ms
from streams.contract.tls import kept_tls
from streams.geo.loading import load_network
from streams.snapshot.daily import every_day
from streams.snapshot.file import checked
from streams.snapshot.frames import Head
from streams.snapshot.keys import keys_to_check, signing_key
from streams.snapshot.progress import to_stderr
from streams.snapshot.restoring import Restored, restore
from streams.snapshot.shelf import new_name
from streams.snapshot.taking import take


def run_snapshot(options: argparse.Namespace, settings: Settings) -> int:
    """Make one, one a day, a key; or check one."""
    if options.make_key is not None:
        return _make_key(options.make_key)
    if options.verify is not None:
        return _verify(settings, options.verify, options.public)
    if options.daily:
        return _daily(settings, options)
    key = signing_key(settings)
    path = _place(options.to or _folder(settings))
    begun_s = time.monotonic()
    taken = asyncio.run(take(settings, path, key, to_stderr(), with_records=not options.no_records))
    checked(path, keys_to_check(settings, None))
    took_s = time.monotonic() - begun_s
    _print(
        f"{path}: {taken.bytes / 1e6:.1f} MB ({taken.raw_bytes / 1e6:.1f} MB unpacked), "
        f"{taken.messages} messages of the log, {took_s:.1f} s, checked"
    )
    return OK


def run_restore(options: argparse.Namespace, settings: Settings) -> int:
    """Lay a snapshot anew, and say what is to be done next."""
    keys = keys_to_check(settings, options.public)
    network = load_network(settings.network).version
    done = asyncio.run(
        restore(
            settings,
            options.file,
            keys,
            network,
            to_stderr(),
            redis_only=options.redis_only,
            replace=options.replace,
        )
    )
    _print(_said(done))
    for lost in done.lost:
        _print(f"retention took {lost} before anybody read it: the workers count it as lost")
    if done.without_records:
        _print("the log has access records of its own: those of the snapshot were left out")
    return OK


def _said(done: Restored) -> str:
    log = f"{done.messages} messages laid into the log, " if done.messages else ""
    return f"restored as of {_time(done.made_ms)}: {log}{done.behind} wait for the workers"


def _make_key(path: Path) -> int:
    public = make_key(path)
    _print(public_text(public).rstrip())
    sys.stderr.write(
        f"key {key_id(public)}; the private one is in {path}: BOMNAE_SNAPSHOT_KEY. Whoever "
        "restores needs only the public one\n"
    )
    return OK


def _verify(settings: Settings, path: Path, public: Path | None) -> int:
    file = checked(path, keys_to_check(settings, public))
    _print(f"{path}: whole and signed")
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

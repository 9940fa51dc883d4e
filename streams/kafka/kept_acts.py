"""Acts on key files, which may be done before there is a log, or where none is reached: on the log,
else in a file beside the keys, one line each, until a command puts them there.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from streams.contract.acts import ACTS
from streams.contract.errors import IntakeError, LogAwayError, SettingsError
from streams.contract.settings import Settings
from streams.contract.times import KST, now_ms
from streams.contract.whole_files import alone, write_whole
from streams.kafka.access_writing import AccessLog
from streams.kafka.intake import Intake
from streams.kafka.terminal import Ask, Terminal

FOLDER, NAME = "acts", "waiting.jsonl"
MOST_BYTES = 1 << 20


class KeptAct(msgspec.Struct, forbid_unknown_fields=True):
    """An act that is done and not on the log yet."""

    at_ms: int
    account: str
    address: str
    does: str
    subject: str


async def record_or_keep(
    settings: Settings, folder: Path, does: str, subject: str, *, by: str, ask: Ask | None
) -> bool:
    """Have an act on the keys of a folder recorded before it is done: on the log (True), behind
    what waits, else beside the keys. SettingsError where neither takes it: then it must not be
    done.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a log that is away is no fault here
    intake = Intake(settings)
    try:
        terminal = Terminal(settings, intake, by=by, ask=ask)
        account, address = await terminal.who()
        with alone(_made(folder)) as acts:
            try:
                await _hand_over(settings, intake, acts / NAME)
                await terminal.write(does, subject)
            except LogAwayError:
                _keep(acts / NAME, KeptAct(now_ms(), account, address, does, subject))
                return False
            return True
    finally:
        await intake.close()


def key_is_made(settings: Settings, path: Path, *, by: str, ask: Ask | None) -> None:
    """Record, or keep beside it, that a key is made in a file, before it is."""
    folder = path.absolute().parent
    kept = record_or_keep(settings, folder, "key.make", path.name, by=by, ask=ask)
    if not asyncio.run(kept):
        say_it_waits(folder)


def say_it_waits(folder: Path) -> None:
    sys.stderr.write(f"the log is not reached: the act waits in {folder / FOLDER / NAME}\n")


async def hand_over(settings: Settings, acts: Path) -> int:
    """Put what waits in such a folder on the log; how many. LogAwayError where it does not take it:
    what it took is out of the file, so that the next time goes on.
    """
    intake = Intake(settings)
    try:
        with alone(acts):
            return await _hand_over(settings, intake, acts / NAME)
    finally:
        await intake.close()


def waiting(folder: Path) -> int:
    """How many acts on the keys of a folder wait."""
    return len(list(_acts(folder / FOLDER / NAME)))


def _made(folder: Path) -> Path:
    acts = folder / FOLDER
    try:
        acts.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{acts}: {error.strerror}") from None
    return acts


async def _hand_over(settings: Settings, intake: Intake, path: Path) -> int:
    acts = list(_acts(path))
    log = AccessLog(settings, intake)
    for done, act in enumerate(acts):
        at = datetime.fromtimestamp(act.at_ms / 1000, KST)
        try:
            await log.write(
                act.account,
                act.address,
                ACTS[act.does],
                subject_kind=act.does,
                subject=act.subject,
                reason=f"done {at:%Y-%m-%d %H:%M:%S} KST, recorded late",
            )
        except IntakeError as error:
            raise LogAwayError(f"{len(acts) - done} acts still wait in {path}: {error}") from None
        _leave(path, acts[done + 1 :])
    return len(acts)


def _keep(path: Path, act: KeptAct) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, msgspec.json.encode(act) + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise SettingsError(
            f"{path}: {error.strerror}; the act is recorded nowhere, so it was not done"
        ) from None


def _leave(path: Path, acts: list[KeptAct]) -> None:
    if acts:
        raw = b"".join(msgspec.json.encode(act) + b"\n" for act in acts)
        write_whole(path, raw, mode=0o600)
    else:
        path.unlink(missing_ok=True)


def _acts(path: Path) -> Iterator[KeptAct]:
    """The acts of a file; SettingsError where it is none of ours."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SettingsError(f"{path}: larger than {MOST_BYTES} bytes, no file of ours")
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    for number, line in enumerate(lines, start=1):
        try:
            act = msgspec.json.decode(line, type=KeptAct)
            known = ACTS[act.does]
        except (msgspec.MsgspecError, KeyError):
            raise SettingsError(f"{path}: line {number} is no act of ours") from None
        if known and 0 <= act.at_ms <= now_ms():
            yield act
        else:
            raise SettingsError(f"{path}: line {number} has a time ahead of the clock")

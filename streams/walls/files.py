"""The files of secrets that one city on one machine needs, each for the services that may read it.

What stands is kept: only what is missing is made, and what follows from it is written anew.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from streams.contract import ed25519
from streams.contract.errors import SettingsError
from streams.contract.key_file import load, new_key, save
from streams.contract.keys import NEEDED, completed, keys_of_settings, part, written
from streams.contract.secret_files import secret_in
from streams.contract.times import now_ms
from streams.contract.whole_files import write_whole
from streams.kafka import rights
from streams.kafka.scram import scram_user
from streams.state import users
from streams.walls.certificate import self_signed

KAFKA_USERS, REDIS_USERS = "kafka_users", "redis_users"
STORES = ("kafka", "redis")
SIGNING = {"records_key": "records_public", "snapshot_key": "snapshot_public"}
"""What signs the days of the access records, and the snapshots; beside each what the auditor, or
who restores or audits, checks them with: no secret.
"""
KEYS = "keys"
"""Where the key file is, of no container, and in a folder for each service its part of it: a folder
is mounted, so that a rotation is seen.
"""
KEY_FILE = "keys.json"
TAKEN_OVER = ("secret", "pseudonym_key")  # what had these keys in a version of before
TOLD = (
    "tago_key",
    "its_key",
    "utic_key",
    "gtfs_key",
    "permits_key",
    "dataset_keys",
    "ingest_key",
    "admin_key",
    "oidc_secret",
)
"""Secrets that somebody tells the city or that switch something on; made empty, to be filled in."""
OF_PORTALS = TOLD[:6]


def passwords_of_kafka() -> dict[str, str]:
    """User -> the file with its password."""
    return {name: f"kafka_{name}" for name in (rights.ADMIN, *rights.SERVICES)}


def passwords_of_redis() -> dict[str, str]:
    return {name: f"redis_{name}" for name in users.SERVICES}


def make_missing(folder: Path, *, portal_key: str = "", renew: Iterable[str] = ()) -> list[str]:
    """Make every file that is missing or to be renewed; their names. `portal_key` is what the
    portals' keys are, where they are missing.

    SettingsError where a file cannot be written or read, or where the one to be renewed is none of
    those that are made here.
    """
    doomed = {*renew}
    makers = _makers(portal_key)
    if unknown := sorted(doomed - makers.keys()):
        raise SettingsError(f"{unknown[0][:40]!r} is not made here: one of {', '.join(makers)}")
    made = []
    check_closed(folder)
    _check_filled(folder, makers.keys() - doomed)
    for name, make in makers.items():
        if name in doomed or not (folder / name).exists():
            for file, text in make().items():
                _write(folder / file, text)
                made.append(file)
    return [*made, *_derive(folder, anew=bool(made)), *_hand_out_keys(folder)]


def _makers(portal_key: str) -> dict[str, Callable[[], dict[str, str]]]:
    """File -> what makes it, with those that go with it."""
    drawn = (*passwords_of_kafka().values(), *passwords_of_redis().values())
    return {
        **{name: partial(_drawn, name) for name in drawn},
        **{name: partial(dict, {name: portal_key if name in OF_PORTALS else ""}) for name in TOLD},
        **{f"{store}_key": partial(_certificate, store) for store in STORES},
        **{name: partial(_signing_key, name) for name in SIGNING},
    }


def _drawn(name: str) -> dict[str, str]:
    return {name: secrets.token_hex(32)}


def _certificate(store: str) -> dict[str, str]:
    """Kafka wants key and certificate in one file, Redis in two."""
    key, certificate = self_signed(store, datetime.now(UTC))
    whole = key + certificate if store == "kafka" else key
    return {f"{store}_key": whole, f"{store}_ca": certificate}


def _signing_key(name: str) -> dict[str, str]:
    private, public = ed25519.new_pair()
    return {name: private.decode(), SIGNING[name]: ed25519.public_text(public)}


def _derive(folder: Path, *, anew: bool) -> list[str]:
    """Write what the stores know users by: salted passwords and digests, from the passwords."""
    made = []
    if anew or not (folder / KAFKA_USERS).exists():
        found = {name: secret_in(folder / file) for name, file in passwords_of_kafka().items()}
        lines = [scram_user(name, password).line() for name, password in found.items()]
        _write(folder / KAFKA_USERS, "\n".join([*lines, ""]))
        made.append(KAFKA_USERS)
    if anew or not (folder / REDIS_USERS).exists():
        found = {name: secret_in(folder / file) for name, file in passwords_of_redis().items()}
        _write(folder / REDIS_USERS, users.acl_file(found))
        made.append(REDIS_USERS)
    return made


def key_part(service: str) -> str:
    """The part of the key file for one of `NEEDED`."""
    return f"{KEYS}/{service}/{KEY_FILE}"


def _hand_out_keys(folder: Path) -> list[str]:
    """Make the key file where there is none, and write each part that is not as it says.

    A city that keeps the key file elsewhere has its parts alone; SettingsError where one of them is
    missing then, for a new key file would not be that of the others.
    """
    whole, at_ms = folder / KEYS / KEY_FILE, now_ms()
    missing = [name for name in NEEDED if not (folder / key_part(name)).exists()]
    made = []
    if not whole.exists():
        if not missing:
            return []
        if len(missing) < len(NEEDED):
            raise SettingsError(f"{whole}: is needed to make {key_part(missing[0])}: put it back")
        whole.parent.mkdir(exist_ok=True)
        old = {name: folder / name for name in TAKEN_OVER}
        secret, pseudonym_key = (secret_in(x) if x.exists() else "" for x in old.values())
        taken_over = replace(keys_of_settings(secret, pseudonym_key), source=str(whole))
        save(whole, completed(taken_over, new_key, at_ms))
        made.append(f"{KEYS}/{KEY_FILE}")
    keys = load(whole)
    for service in NEEDED:
        path, text = folder / key_part(service), written(part(keys, service, at_ms)).decode()
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            _write(path, text)
            made.append(key_part(service))
    return made


def check_closed(folder: Path) -> None:
    """SettingsError for a folder that is missing, or that others may enter.

    The folder is the wall on this machine: the files in it can be read by whoever has got past it,
    for each container reads its own as a user of its own.
    """
    try:
        mode = folder.stat().st_mode
    except OSError as error:
        raise SettingsError(f"--out {folder}: {error.strerror}") from None
    if mode & 0o077:
        raise SettingsError(f"--out {folder}: others may enter it (chmod 700)")


def _check_filled(folder: Path, names: Iterable[str]) -> None:
    """SettingsError for a file that stands empty though a secret is made into it, and for what
    goes with one that stands and is missing: an empty password would let everybody in.
    """
    for name in sorted({*names} - {*TOLD}):
        if not (folder / name).exists():
            continue
        if not secret_in(folder / name).strip():
            raise SettingsError(f"{folder / name}: is empty: put it back, or --renew {name}")
        beside = SIGNING.get(name) or (f"{name[:-4]}_ca" if name.endswith("_key") else "")
        if beside and not (folder / beside).exists():
            raise SettingsError(f"{folder / beside}: is missing: put it back, or --renew {name}")


def _write(path: Path, text: str) -> None:
    """Read by the containers' users: who may enter the folder is what guards it."""
    try:
        write_whole(path, text.encode(), mode=0o644)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None

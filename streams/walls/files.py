"""The files of secrets that one city on one machine needs, each for the services that may read it.

What stands is kept: only what is missing is made, and what follows from it is written anew.
"""

import os
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from streams.contract.errors import SettingsError
from streams.contract.secret_files import secret_in
from streams.kafka import rights
from streams.kafka.scram import scram_user
from streams.state import users
from streams.walls.certificate import self_signed

KAFKA_USERS, REDIS_USERS = "kafka_users", "redis_users"
STORES = ("kafka", "redis")
PUBLIC = "records_public"
"""The auditor's: no secret, and of no container."""
DRAWN = ("pseudonym_key", "secret")
"""Secrets of Bomnae's own, random: nobody needs to choose them."""
TOLD = (
    "tago_key",
    "its_key",
    "utic_key",
    "gtfs_key",
    "permits_key",
    "ingest_key",
    "admin_key",
    "oidc_secret",
)
"""Secrets that somebody tells the city or that switch something on; made empty, to be filled in."""
OF_PORTALS = TOLD[:5]


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
    _check_closed(folder)
    for name, make in makers.items():
        if name in doomed or not (folder / name).exists():
            for file, text in make().items():
                _write(folder / file, text)
                made.append(file)
    return [*made, *_derive(folder, anew=bool(made))]


def _makers(portal_key: str) -> dict[str, Callable[[], dict[str, str]]]:
    """File -> what makes it, with those that go with it."""
    drawn = (*passwords_of_kafka().values(), *passwords_of_redis().values(), *DRAWN)
    return {
        **{name: partial(_drawn, name) for name in drawn},
        **{name: partial(dict, {name: portal_key if name in OF_PORTALS else ""}) for name in TOLD},
        **{f"{store}_key": partial(_certificate, store) for store in STORES},
        "records_key": _signing_key,
    }


def _drawn(name: str) -> dict[str, str]:
    return {name: secrets.token_hex(32)}


def _certificate(store: str) -> dict[str, str]:
    """Kafka wants key and certificate in one file, Redis in two."""
    key, certificate = self_signed(store, datetime.now(UTC))
    whole = key + certificate if store == "kafka" else key
    return {f"{store}_key": whole, f"{store}_ca": certificate}


def _signing_key() -> dict[str, str]:
    """What signs the days of the access records, and what the auditor checks them with."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {"records_key": private.decode(), PUBLIC: public.decode()}


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


def _check_closed(folder: Path) -> None:
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


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, 0o644)
            file.write(text)
        new.replace(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None

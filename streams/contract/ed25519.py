"""Ed25519 keys in PEM files: made, read, named. What they sign stands elsewhere."""

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from streams.contract.errors import SettingsError
from streams.contract.private_files import check_private

MOST_FILE_BYTES = 1 << 16
_PUBLIC = b"-----BEGIN PUBLIC KEY-----"
_END = "-----END PUBLIC KEY-----"


def key_id(key: Ed25519PublicKey) -> str:
    """What a signature names its key by: the begin of the SHA-256 of the public key's 32 bytes."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def new_pair() -> tuple[bytes, Ed25519PublicKey]:
    """A new private key, PEM, and the public one."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), key.public_key()


def make_key(path: Path) -> Ed25519PublicKey:
    """Write a new private key that its owner alone may read; a file that stands is kept
    (SettingsError).
    """
    private, public = new_pair()
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be made: {error.strerror}") from None
    with os.fdopen(number, "wb") as file:
        file.write(private)
    return public


def public_text(key: Ed25519PublicKey) -> str:
    """The public key as those who check keep it, PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_key(path: str, variable: str, how: str) -> Ed25519PrivateKey:
    """The key in the file that a setting names; SettingsError where there is none (`how` says what
    makes one) or where others may read it (`private_files`), without a word of the key.
    """
    if not path:
        raise SettingsError(f"{variable} is not set: {how} makes one")
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MOST_FILE_BYTES)
    except OSError as error:
        raise SettingsError(f"{variable}: {path}: {error.strerror}") from None
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{variable}: {path}: no Ed25519 private key (PEM, not locked)")
    check_private(Path(path), f"{variable}: {path}")
    return key


def is_public(path: Path) -> bool:
    """Whether a file begins with a public key (PEM); a file that cannot be read does not."""
    try:
        with path.open("rb") as file:
            return file.read(len(_PUBLIC)) == _PUBLIC
    except OSError:
        return False


def public_keys(path: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys of a PEM file, one behind the other, by their id; SettingsError for another
    file.
    """
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read: {type(error).__name__}") from None
    keys = {}
    for part in text.split(_END)[:-1]:
        try:
            key = load_pem_public_key((part + _END).encode())
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise SettingsError(f"{path}: a key that is no public Ed25519 key")
        keys[key_id(key)] = key
    if not keys:
        raise SettingsError(f"{path}: no public key (PEM)")
    return keys

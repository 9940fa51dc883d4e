"""One-time codes (TOTP, RFC 6238): six digits of half a minute, from an app on a telephone.

Their secret stands in the account sealed with the key for codes, for one account each: whoever has
the log alone has no code. A seal is `ID.BODY`, the key's id and base64; one from before keys had
ids is the body alone.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.contract.errors import AccountError
from streams.contract.keys import Key

STEP_S = 30
APART = 1  # steps a telephone's clock may be off
_NONCE_BYTES, _CIPHER_BYTES = 12, 32


def new_secret() -> str:
    """A secret in base32, as apps take it."""
    return pyotp.random_base32()


def address_of(secret: str, account: str, city: str) -> str:
    """The otpauth address that an app reads, usually as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=f"Bomnae {city}")


def step_of(secret: str, code: str, at_s: float) -> int | None:
    """The half minute a code is of, one step around `at_s`; None where it is no such code."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    maker, now = pyotp.TOTP(secret), int(at_s) // STEP_S
    for step in range(now - APART, now + APART + 1):
        if hmac.compare_digest(maker.generate_otp(step), code):
            return step
    return None


def sealed(secret: str, account: str, key: Key) -> str:
    """The secret sealed for one account."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    body = AESGCM(_cipher_key(key)).encrypt(nonce, secret.encode(), account.encode())
    return f"{key.id}.{base64.b64encode(nonce + body).decode()}"


def opened(text: str, account: str, keys: Sequence[Key]) -> str:
    """The secret in a seal; AccountError where it is another account's or of none of the keys.

    Every key is tried, whatever id the seal says: a key that is taken over may get another.
    """
    name, _, body = text.rpartition(".")
    try:
        raw = base64.b64decode(body, validate=True)
    except ValueError:
        raw = b""
    for key in keys:
        try:
            cipher = AESGCM(_cipher_key(key))
            opened = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], account.encode())
        except (InvalidTag, ValueError):
            continue
        return opened.decode()
    bound = f"sealed with a key that is here, not {name[:64] or 'one'} that is not: "
    raise AccountError(
        "code_secret",
        "one that cannot be opened",
        bound + "`python -m maps accounts reset` takes it away",
    )


def is_of(text: str, key: Key) -> bool:
    """Whether the seal says that it is this key's; another is made anew at the next login."""
    return text.rpartition(".")[0] == key.id


def _cipher_key(key: Key) -> bytes:
    """32 bytes for AES-256, whatever the length of the key."""
    return key.secret if len(key.secret) == _CIPHER_BYTES else sha256(key.secret).digest()

"""One-time codes (TOTP, RFC 6238): six digits of half a minute, from an app on a telephone.

Their secret stands in the account sealed with a key made from the master key, for one account
each: whoever has the log alone has no code.
"""

import base64
import hmac
import secrets
from hashlib import sha256

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.contract.errors import AccountError

STEP_S = 30
APART = 1  # steps a telephone's clock may be off
_NONCE_BYTES = 12


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


def sealed(secret: str, account: str, master: str) -> str:
    """The secret sealed for one account."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    body = AESGCM(_key(master)).encrypt(nonce, secret.encode(), account.encode())
    return base64.b64encode(nonce + body).decode()


def opened(text: str, account: str, master: str) -> str:
    """The secret in a seal; AccountError where it is another account's or another master key's."""
    try:
        raw = base64.b64decode(text, validate=True)
        nonce, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCM(_key(master)).decrypt(nonce, body, account.encode()).decode()
    except (InvalidTag, ValueError):
        bound = "sealed with BOMNAE_SECRET: `python -m maps accounts reset` takes it away"
        raise AccountError("code_secret", "one that cannot be opened", bound) from None


def _key(master: str) -> bytes:
    return hmac.digest(master.encode(), b"one-time codes", sha256)

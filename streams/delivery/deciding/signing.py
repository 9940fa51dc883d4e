"""Signatures of messages, after Standard Webhooks (github.com/standard-webhooks). Pure.

Signed is `{id}.{timestamp}.{body}` with HMAC-SHA256; the timestamp is the attempt's, in whole
seconds UTC, and the id stays the same however often a message is tried.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from streams.contract.errors import SignatureError

PREFIX = "whsec_"
TOLERANCE_S = 300
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class Signed(NamedTuple):
    """A message whose signature is right."""

    message_id: str
    timestamp_s: int


def sign(secrets: Sequence[str], message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """The three headers, with a signature by each secret (`whsec_...`), the current one first.

    Raises SignatureError for no secret, or one that is none.
    """
    signatures = [_signature(secret, message_id, timestamp_s, body) for secret in secrets]
    if not signatures:
        raise SignatureError("a message needs at least one secret")
    return {
        ID: message_id,
        TIMESTAMP: str(timestamp_s),
        SIGNATURE: " ".join(f"v1,{signature}" for signature in signatures),
    }


def verify(
    secrets: Iterable[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now_s: int,
    tolerance_s: int = TOLERANCE_S,
) -> Signed:
    """The id and time of a message that one of the secrets signed.

    Raises SignatureError: a header is missing or no number, the time lies further than
    `tolerance_s` from `now_s`, or no signature is right. Header names in any case.
    """
    given = {name.lower(): value for name, value in headers.items()}
    if missing := [name for name in (ID, TIMESTAMP, SIGNATURE) if not given.get(name)]:
        raise SignatureError(f"the header {missing[0]} is missing")
    timestamp = given[TIMESTAMP]
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureError(f"{TIMESTAMP} must be whole seconds, got {timestamp[:20]!r}")
    away_s = abs(now_s - int(timestamp))
    if away_s > tolerance_s:
        raise SignatureError(f"{TIMESTAMP} lies {away_s} s away, at most {tolerance_s} s")
    due = [_signature(secret, given[ID], int(timestamp), body) for secret in secrets]
    found = [part[3:] for part in given[SIGNATURE].split() if part.startswith("v1,")]
    if not any(hmac.compare_digest(a.encode(), b.encode()) for a in due for b in found):
        raise SignatureError("no signature is right")
    return Signed(given[ID], int(timestamp))


def _signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return base64.b64encode(hmac.digest(_key(secret), signed, sha256)).decode()


def _key(secret: str) -> bytes:
    """The bytes of a secret; its text never stands in an error."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureError(f"a secret must be {PREFIX} and base64") from None
    if not 24 <= len(key) <= 64:
        raise SignatureError(f"a secret must be 24 to 64 bytes, got {len(key)}")
    return key

"""The link of a crew: `/w/{work}?t=TOKEN`, signed for one work and until one second. Pure.

A token is `EXPIRY.SIGNATURE`: the last Unix second it counts in, and an HMAC-SHA256 of the work and
that second under the key for crews. It is kept nowhere, so it cannot be taken back alone: a link
may be used again and again until it expires or its work is over, and whoever holds it reports as
the crew. A link made by the key before a rotation counts no longer than that key.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import quote

from streams.contract.times import DAY_MS

MOST_MS = 14 * DAY_MS  # a link that lies about is the longer a risk
_TOKEN = re.compile(r"([1-9][0-9]{9,11})\.[A-Za-z0-9_-]{43}")


class Check(StrEnum):
    """What a token is at a time."""

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"


def make_token(key: bytes, work: str, *, expires_s: int) -> str:
    """The token of a work until the end of that Unix second."""
    return f"{expires_s}.{_signature(key, work, expires_s)}"


def check_token(keys: Sequence[bytes], work: str, token: str, *, now_ms: int) -> Check:
    """Whether a token is of this work, made by one of the keys, and still counts.

    Only what was signed can be expired: a forged token learns nothing else. Every token has one
    form: one with other signs, spaces or a leading zero is forged.
    """
    match = _TOKEN.fullmatch(token)
    if match is None:
        return Check.FORGED
    expires_s = int(match[1])
    made = [make_token(key, work, expires_s=expires_s) for key in keys]
    if not any(hmac.compare_digest(each, token) for each in made):
        return Check.FORGED
    return Check.VALID if now_ms < (expires_s + 1) * 1000 else Check.EXPIRED


def expires_ms(at_ms: int, ends_ms: int | None) -> int:
    """Until when a link given at a time counts: to a day after its work's end, 24 h at least, 14
    days at most. A work without an end gets 24 h.
    """
    wanted_ms = at_ms if ends_ms is None else ends_ms
    return min(max(at_ms, wanted_ms) + DAY_MS, at_ms + MOST_MS)


def crew_url(
    public_url: str, key: bytes | None, work: str, *, at_ms: int, ends_ms: int | None
) -> str | None:
    """The link that a message of `at_ms` carries: the same message gives the same link.

    None without a public address or a key.
    """
    if not public_url or key is None:
        return None
    token = make_token(key, work, expires_s=expires_ms(at_ms, ends_ms) // 1000)
    return f"{public_url}/w/{quote(work, safe='')}?t={token}"


def _signature(key: bytes, work: str, expires_s: int) -> str:
    digest = hmac.digest(key, f"{work}\n{expires_s}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()

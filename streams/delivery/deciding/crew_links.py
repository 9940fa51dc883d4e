"""The link of a crew: `/w/{work}#t=TOKEN`, for one work and one holder, until one second. Pure.

A token is `LINK.EXPIRY.SIGNATURE`: the link's id, the last Unix second it counts in, and an
HMAC-SHA256 of work, id and second. It is kept nowhere: who holds the link and whether it was ended
is on the log, by its id (`streams.contract.crew_link`). Behind the `#` it reaches no server's log.
A link made by the key before a rotation counts no longer than that key.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote

from streams.contract import keys as held_keys
from streams.contract.crew_link import MOST_MS, CrewLink
from streams.contract.times import DAY_MS, KST_MS

_TOKEN = re.compile(r"([A-Za-z0-9_-]{22})\.([1-9][0-9]{9,11})\.[A-Za-z0-9_-]{43}")
Keys = tuple[bytes, ...]
"""The keys that count, the one that signs first."""


class Check(StrEnum):
    """What a token is at a time."""

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"


class CheckedToken(NamedTuple):
    """What a token is, and the id of its link; "" of a forged one."""

    check: Check
    link: str = ""


def crew_keys(held: held_keys.Keys, now_ms: int) -> Keys:
    """The keys whose links count at a time, the one that signs first; none without a key."""
    return tuple(each.secret for each in held.accepted(held_keys.Purpose.CREW, now_ms))


def make_token(key: bytes, link: CrewLink) -> str:
    """The token of a link, until the end of the second in which it expires."""
    return _token(key, link.work, link.link, link.expires_ms // 1000)


def check_token(keys: Keys, work: str, token: str, *, now_ms: int) -> CheckedToken:
    """Whether a token is of this work and still counts; whether its link was ended is another's to
    say.

    Only what was signed can be expired: a forged token learns nothing else. Every token has one
    form: one with other signs, spaces or a leading zero is forged. So is one that would count for
    longer than any that was made.
    """
    match = _TOKEN.fullmatch(token)
    if match is None:
        return CheckedToken(Check.FORGED)
    link, expires_s = match[1], int(match[2])
    due = [_token(key, work, link, expires_s) for key in keys]
    is_own = any(hmac.compare_digest(each, token) for each in due)
    if not is_own or expires_s * 1000 > now_ms + MOST_MS:
        return CheckedToken(Check.FORGED)
    is_over = now_ms >= (expires_s + 1) * 1000
    return CheckedToken(Check.EXPIRED if is_over else Check.VALID, link)


def expires_ms(at_ms: int, ends_ms: int | None) -> int:
    """Until when a link given at a time counts: through the Korean day that is one after its work's
    end, 24 h at least and 14 days at most. A work without an end gets to the end of tomorrow.

    By whole days, so that a work's messages of one day carry one link. It is the last second.
    """
    wanted_ms = max(at_ms, at_ms if ends_ms is None else ends_ms) + DAY_MS + KST_MS
    most_ms = (at_ms + MOST_MS + KST_MS) // DAY_MS * DAY_MS
    return min(-(-wanted_ms // DAY_MS) * DAY_MS, most_ms) - KST_MS - 1000


def sent_link(work: str, holder: str, made_ms: int, ends_ms: int | None, turn: int = 0) -> CrewLink:
    """The link that a holder's messages of a time carry: the same message gives the same one.
    `turn` counts those of it that were ended: the next has another id.
    """
    until_ms = expires_ms(made_ms, ends_ms)
    digest = hashlib.sha256("\n".join((work, holder, str(until_ms), str(turn))).encode()).digest()
    name = urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
    return CrewLink(link=name, work=work, holder=holder, made_ms=made_ms, expires_ms=until_ms)


def crew_url(public_url: str, key: bytes, link: CrewLink) -> str:
    """The address of a link as its holder opens it."""
    return f"{public_url}/w/{quote(link.work, safe='')}#t={make_token(key, link)}"


def _token(key: bytes, work: str, link: str, expires_s: int) -> str:
    signed = f"{work}\n{link}\n{expires_s}".encode()
    digest = hmac.digest(key, signed, hashlib.sha256)
    return f"{link}.{expires_s}.{urlsafe_b64encode(digest).rstrip(b'=').decode()}"

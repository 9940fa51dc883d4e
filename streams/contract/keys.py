"""A city's keys, each of one purpose and with an id: which makes things now, and which still count.

Pure. A purpose has one current key; one that was current until a rotation counts until its
`until_ms`. A key's content never stands in a repr or an error: ids do.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType

import msgspec

from streams.contract.errors import SettingsError
from streams.contract.times import DAY_MS, KST_MS

LEAST_BYTES, MOST_BYTES = 32, 1024
MOST_KEYS = 100
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Purpose(StrEnum):
    """What a key is for. A login's session has none: it is random, and Redis holds its hash."""

    WEBHOOKS = "webhooks"  # secrets of endpoints are made of it
    CREW = "crew"  # signs the links of crews
    CODES = "codes"  # seals the secrets of one-time codes
    PSEUDONYMS = "pseudonyms"  # makes the key of each day


NEEDED: Mapping[str, tuple[Purpose, ...]] = MappingProxyType(
    {
        "maps": (Purpose.CREW, Purpose.CODES),
        "dispatch": (Purpose.WEBHOOKS, Purpose.CREW),
        "producers": (Purpose.PSEUDONYMS,),
    }
)
"""The purposes of whom `keys derive` writes a file for."""

KEPT_MS: Mapping[Purpose, int] = MappingProxyType(
    {Purpose.WEBHOOKS: DAY_MS, Purpose.CREW: DAY_MS, Purpose.CODES: 90 * DAY_MS}
)
"""How long the key before a rotation counts: that of codes until each has been sealed anew, which
is at its owner's next login. Of pseudonyms it is the rest of the Korean day.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key; `until_ms` is None of a current one, and when one from before counts no more."""

    id: str
    purpose: Purpose
    secret: bytes = field(repr=False)
    made_ms: int
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys somebody holds. `source` names where they stand; `made_for` whose part it is, ""
    where it is the whole.
    """

    keys: tuple[Key, ...]
    source: str
    made_for: str = ""

    def accepted(self, purpose: Purpose, at_ms: int) -> tuple[Key, ...]:
        """What still counts at a time: the current key, then those before it, the newest first.

        Empty where there is no key of the purpose.
        """
        own = [each for each in self.keys if each.purpose is purpose]
        current = [each for each in own if each.until_ms is None]
        before = [each for each in own if each.until_ms is not None and at_ms < each.until_ms]
        return (*current, *sorted(before, key=lambda each: each.made_ms, reverse=True))

    def current_at(self, purpose: Purpose, then_ms: int, *, now_ms: int) -> Key | None:
        """Of the keys that count now the one that was current at an earlier time, or came next.

        What is made of it is the same before and after a rotation. None without a key.
        """
        found = self.accepted(purpose, now_ms)
        earlier = (each for each in found if each.made_ms <= then_ms)
        return next(earlier, found[-1] if found else None)

    def current(self, purpose: Purpose) -> Key:
        """What makes new things; SettingsError names the purpose where there is none."""
        for each in self.keys:
            if each.purpose is purpose and each.until_ms is None:
                return each
        raise SettingsError(f"{self.source}: no key for {purpose}")


def keys_of_settings(secret: str, pseudonym_key: str) -> Keys:
    """The keys that two single settings stand for: BOMNAE_SECRET, for webhooks, crews' links and
    seals of codes, and BOMNAE_PSEUDONYM_KEY. What is not set has no key.
    """
    found = []
    if secret:
        master = secret.encode()
        found = [
            _first(Purpose.WEBHOOKS, master),
            _first(Purpose.CREW, hmac.digest(master, b"crew", sha256)),
            _first(Purpose.CODES, hmac.digest(master, b"one-time codes", sha256)),
        ]
    if pseudonym_key:
        found.append(_first(Purpose.PSEUDONYMS, pseudonym_key.encode()))
    missing = "BOMNAE_PSEUDONYM_KEY" if secret else "BOMNAE_SECRET"
    return Keys(tuple(found), f"{missing} is not set, nor BOMNAE_KEYS")


def completed(keys: Keys, draw: Callable[[], bytes], now_ms: int) -> Keys:
    """The keys with one for each purpose that has none; `draw` gives the bytes of a new one.

    SettingsError where one that was taken over is none, as it is too short.
    """
    for purpose in Purpose:
        if not keys.accepted(purpose, now_ms):
            keys = rotated(keys, purpose, secret=draw(), now_ms=now_ms)
    return read(written(keys), keys.source)


def _first(purpose: Purpose, secret: bytes) -> Key:
    """A setting's key; it keeps its id when it is taken over into a file."""
    return Key(id=f"{purpose}-0", purpose=purpose, secret=secret, made_ms=0)


def rotated(
    keys: Keys, purpose: Purpose, *, secret: bytes, now_ms: int, kept_ms: int | None = None
) -> Keys:
    """The keys with a new current one of a purpose.

    Those before count for `kept_ms` more at most (0: not at all; None: as the purpose wants). What
    is over is left out, and so is lost.
    """
    day = datetime.fromtimestamp((now_ms + KST_MS) / 1000, UTC).strftime("%Y%m%d")
    mark = sha256(b"id of a key\n" + secret).hexdigest()[:6]
    made = Key(id=f"{purpose}-{day}-{mark}", purpose=purpose, secret=secret, made_ms=now_ms)
    until_ms = now_ms + (kept_of(purpose, now_ms) if kept_ms is None else kept_ms)
    before = (
        replace(each, until_ms=min(until_ms, each.until_ms or until_ms))
        if each.purpose is purpose
        else each
        for each in keys.keys
    )
    return replace(keys, keys=(made, *_counting(before, now_ms)))


def kept_of(purpose: Purpose, now_ms: int) -> int:
    """How long the key before a rotation of now counts, ms."""
    if purpose is Purpose.PSEUDONYMS:
        return DAY_MS - (now_ms + KST_MS) % DAY_MS
    return KEPT_MS[purpose]


def part(keys: Keys, made_for: str, now_ms: int) -> Keys:
    """What one of `NEEDED` needs, and nothing else; SettingsError where there is no current key."""
    needed = NEEDED[made_for]
    for purpose in needed:
        keys.current(purpose)
    own = (each for each in keys.keys if each.purpose in needed)
    return Keys(tuple(_counting(own, now_ms)), keys.source, made_for)


def _counting(keys: Iterable[Key], now_ms: int) -> list[Key]:
    return [each for each in keys if each.until_ms is None or now_ms < each.until_ms]


# --- as a file


class _KeyRow(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A key as it stands in a file; `key` is base64."""

    id: str
    purpose: str
    key: str
    made_ms: int
    until_ms: int | None = None


class _KeysFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    keys: list[msgspec.Raw]
    made_for: str = ""


class _Written(msgspec.Struct, omit_defaults=True):
    keys: list[_KeyRow]
    made_for: str = ""


def written(keys: Keys) -> bytes:
    """The text of a key file, JSON."""
    rows = [
        _KeyRow(each.id, each.purpose, _text_of(each.secret), each.made_ms, each.until_ms)
        for each in keys.keys
    ]
    return msgspec.json.format(msgspec.json.encode(_Written(rows, keys.made_for))) + b"\n"


def _text_of(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def read(text: bytes, source: str) -> Keys:
    """The keys in a file's text. SettingsError names file and key id, never a key's content."""
    try:
        file = msgspec.json.decode(text, type=_KeysFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SettingsError(f"{source}: no key file: JSON with a list `keys`") from None
    if file.made_for not in ("", *NEEDED):
        raise SettingsError(f"{source}: made_for must be one of {', '.join(NEEDED)}")
    if not 1 <= len(file.keys) <= MOST_KEYS:
        raise SettingsError(f"{source}: must hold 1 to {MOST_KEYS} keys, has {len(file.keys)}")
    keys = tuple(_key_of(raw, place, source) for place, raw in enumerate(file.keys, start=1))
    _check_together(keys, source)
    return Keys(keys, source, file.made_for)


def _key_of(raw: msgspec.Raw, place: int, source: str) -> Key:
    """One key of a file. An id that is none may be a key in the wrong place: it is not shown."""
    name = f"{source}: key {place} of the list"
    try:
        row = msgspec.json.decode(raw, type=_KeyRow)
    except (msgspec.DecodeError, UnicodeDecodeError):
        bound = "must have id, purpose, key and made_ms, and of one before until_ms"
        raise SettingsError(f"{name}: {bound}") from None
    if not _ID.fullmatch(row.id):
        raise SettingsError(f"{name}: id must be 1 to 64 of a-z, 0-9 and -")
    name = f"{source}: key {row.id}"
    if row.purpose not in [*Purpose]:
        raise SettingsError(f"{name}: purpose must be one of {', '.join(Purpose)}")
    try:
        secret = base64.b64decode(row.key, validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{name}: key must be base64") from None
    if not LEAST_BYTES <= len(secret) <= MOST_BYTES:
        bound = f"key must have {LEAST_BYTES} to {MOST_BYTES} bytes"
        raise SettingsError(f"{name}: {bound}, has {len(secret)}")
    if row.made_ms < 0 or (row.until_ms is not None and row.until_ms < row.made_ms):
        raise SettingsError(f"{name}: until_ms must not be before made_ms, nor this below 0")
    purpose = Purpose(row.purpose)
    return Key(
        id=row.id, purpose=purpose, secret=secret, made_ms=row.made_ms, until_ms=row.until_ms
    )


def _check_together(keys: Collection[Key], source: str) -> None:
    """Each id once; of each purpose that has keys one current."""
    seen: set[str] = set()
    current: dict[Purpose, str] = {}
    for each in keys:
        if each.id in seen:
            raise SettingsError(f"{source}: key {each.id}: there are two of this id")
        seen.add(each.id)
        if each.until_ms is None:
            if each.purpose in current:
                both = f"{current[each.purpose]} and {each.id}"
                raise SettingsError(f"{source}: keys {both}: both current for {each.purpose}")
            current[each.purpose] = each.id
    for each in keys:
        if each.purpose not in current:
            raise SettingsError(f"{source}: key {each.id}: {each.purpose} has no current key")

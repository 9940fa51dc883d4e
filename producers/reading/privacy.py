"""What must not enter Kafka: plates become pseudonyms of a day, people are covered or left out.

Records are freed of people in `answers.py`. Here are plates, secrets, and what is buried: of a
refused row only the columns that a reader knows, of a text what `streams.people` does not cover.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from producers.reading.answers import Refusal
from producers.reading.columns import column_of
from producers.reading.permit_columns import meaning_of
from streams.contract.key_file import keys_now
from streams.contract.keys import Purpose
from streams.contract.scrubbing import without_secrets
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, KST_MS
from streams.people import plain, without_people

MAX_LETTER_BYTES = 1 << 20
SAFE_BYTES = 200
MIN_PSEUDONYM_KEY = 32
NO_KEY_WHY = (
    "BOMNAE_PSEUDONYM_KEY has fewer than 32 characters, nor is a key in BOMNAE_KEYS, "
    "so no plates are read"
)
_PSEUDONYM = re.compile(r"~[0-9a-f]{16}")


def pseudonym(plate: str, settings: Settings, at_ms: int) -> str:
    """16 hex digits that stand for a plate on one Korean day: the same bus, never its plate.

    HMAC-SHA256 over the plate without blanks, under a key of the day made from the key for
    pseudonyms: a bus cannot be followed for longer. Where that was rotated, the key from before
    counts until the day is over, so that no bus becomes another at noon. What a recording holds is
    a pseudonym already and stays one.
    """
    bare = re.sub(r"\s", "", plain(plate))
    if _PSEUDONYM.fullmatch(bare):
        return bare[1:]
    day = (at_ms + KST_MS) // DAY_MS
    keys = keys_now(settings)
    found = keys.current_at(Purpose.PSEUDONYMS, day * DAY_MS - KST_MS, now_ms=at_ms)
    key = _key_of_day(found.secret if found else b"", day)
    return hmac.new(key, bare.encode(), hashlib.sha256).hexdigest()[:16]


def recorded_plate(plate: str, settings: Settings, at_ms: int) -> str:
    """The plate as a recording writes it: `pseudonym` gives the same for both."""
    return f"~{pseudonym(plate, settings, at_ms)}"


@lru_cache(maxsize=8)
def _key_of_day(key: bytes, day: int) -> bytes:
    return hmac.new(key, f"plates of day {day}".encode(), hashlib.sha256).digest()


def may_take_plates(settings: Settings) -> bool:
    """Whether pseudonyms of plates cannot be undone by trying all plates: the key is a secret."""
    keys = keys_now(settings)
    if settings.keys:
        return any(each.purpose is Purpose.PSEUDONYMS for each in keys.keys)
    return len(settings.pseudonym_key) >= MIN_PSEUDONYM_KEY


def with_plate_key(settings: Settings, key: str) -> Settings:
    """The settings with this key for pseudonyms, whatever was set."""
    return replace(settings, keys="", pseudonym_key=key)


def refused_row(row: Any, code: str, detail: str, columns: frozenset[str] = frozenset()) -> Refusal:
    """The dead letter of one row: the values of the columns that are read, people covered; of any
    other column, and of a row that is no object, only how long it is.
    """
    try:
        body = json.dumps(_scrubbed(row, columns), ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        body = json.dumps(f"{type(row).__name__} that cannot be written")
    payload = body.encode("utf-8", "replace")
    if len(payload) > MAX_LETTER_BYTES // 2:
        note = f"...[cut: {len(payload)} bytes]".encode()
        payload = payload[: MAX_LETTER_BYTES // 2] + note
    return Refusal(payload, code, without_people(detail)[:200])


def refused_body(body: bytes, code: str, detail: str, secrets: tuple[str, ...]) -> Refusal:
    """The dead letter of an answer that says nothing: how its first 200 bytes look.

    Secrets and people are covered; of Korean words only those that portals' errors are made of are
    kept, for a list that breaks off may begin in the midst of a person's row.
    """
    words = without_secrets(body[: SAFE_BYTES * 3].decode("utf-8", "replace"), secrets)
    words = _KOREAN.sub(
        lambda word: word[0] if _PORTAL_WORDS.fullmatch(word[0]) else "○" * len(word[0]),
        without_people(words),
    )
    safe = "".join(c if c.isprintable() or c in "\n\t" else "?" for c in words)
    return Refusal(safe.encode("utf-8", "replace")[:SAFE_BYTES], code, without_people(detail)[:200])


_KOREAN = re.compile(r"[가-힣]+")
_PORTAL_WORDS = re.compile(
    r"(?:서비스|인증|키|유효|않은|않는|등록|오류|에러|요청|제한|초과|개인|일일|트래픽|정상|데이터|없음|없습니다|입니다|실패|점검|시스템|접근|거부|기간|만료|"
    r"허용|파라미터|필수|값|잘못된|결과|코드|메시지|해당하는|하지|되지|호출|건수|아이피|서버|일시|적인|장애|중|을|를|이|가|은|는|의|에|한|된)+"
)


def _scrubbed(row: Any, columns: frozenset[str]) -> Any:
    if not isinstance(row, Mapping):
        return _length_of(row)
    # a short name of a column as it is, else its beginning: a broken list's may be a row
    return {
        without_people(str(name))[:40]: _kept(value)
        if is_known(str(name), columns)
        else _length_of(value)
        for name, value in row.items()
    }


def is_known(column: str, columns: frozenset[str]) -> bool:
    """Whether the column is one of these, or of a permit list: no other may be kept, recorded or
    buried.
    """
    return column_of(column) in columns or meaning_of(column) is not None


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return without_people(value)[:2000]
    if isinstance(value, Mapping | list):
        return _length_of(value)
    return value if value is None or without_people(str(value)) == str(value) else "[number]"


def _length_of(value: Any) -> str:
    return f"({type(value).__name__}, {len(str(value)[:10_000])} characters)"

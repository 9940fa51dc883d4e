"""Single values of a feed's row: texts, numbers, points, dates. Pure; bad input gives None or
raises R0xx.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from streams.errors import RecordRefusedError, SettingsError
from streams.settings import Settings

KST = timezone(timedelta(hours=9), "KST")
DAY_MS = 86_400_000
MAX_TEXT = 500
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_UNSAFE = frozenset({"Cc", "Cs"})  # controls and lone surrogates
_NUMBER = re.compile(r"[-+]?(\d[\d,]*(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_FACTORS = {"km": 1000.0, "m": 1.0, "cm": 0.01, "mm": 0.001, "미터": 1.0}


def text(value: Any, limit: int = MAX_TEXT) -> str:
    """The value as one clean line: NFC, no control or bidi characters, blanks folded, `limit` long.

    Numbers become their text (a route number may arrive as 301); lists, objects and None become "".
    """
    if value is None or isinstance(value, bool | list | dict):
        return ""
    raw = unicodedata.normalize("NFC", str(value)[: limit * 4])
    if raw.isprintable():  # the common case: neither controls nor marks, only plain blanks
        return " ".join(raw.split())[:limit].rstrip()
    kept = (
        " " if c in "\t\n\r" else c
        for c in raw
        if c not in _BIDI and (unicodedata.category(c) not in _UNSAFE or c in "\t\n\r")
    )
    return " ".join("".join(kept).split())[:limit].rstrip()


def number(value: Any) -> float | None:
    """The finite number in the value, or None: "1,240㎡" is 1240, "NaN" and "" are None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e18 and math.isfinite(value) else None
    match = _NUMBER.match(str(value).strip()[:64])
    if match is None:
        return None
    found = float(match[0].replace(",", ""))
    return found if math.isfinite(found) and abs(found) < 1e18 else None


def plain_number(value: Any) -> float | None:
    """As `number`, but a text must be nothing else than the number: "12번" is None."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()[:64]):
        return None
    return number(value)


def metres(value: Any) -> float | None:
    """A length in metres from "120m", "1.2 km", "90cm" or a bare number (metres); None if not
    one.
    """
    found = number(value)
    if found is None or found < 0 or not isinstance(value, str):
        return found if found is not None and found >= 0 else None
    unit = re.sub(r"[-+\d.,\s]", "", value).strip("()").lower()
    return round(found * _FACTORS.get(unit, 1.0), 3)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees, edges included."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north


KOREA = Bounds(124.0, 33.0, 132.0, 39.0)


def bounds_of(settings: Settings) -> Bounds:
    """The box of `BOMNAE_BBOX`; raises SettingsError when it is not four ordered numbers."""
    parts = [plain_number(part) for part in settings.bbox.split(",")]
    numbers = [part for part in parts if part is not None]
    if len(parts) != 4 or len(numbers) != 4:
        raise SettingsError(
            f"BOMNAE_BBOX must be minX,minY,maxX,maxY in degrees, got {settings.bbox!r}"
        )
    west, south, east, north = numbers
    if west >= east or south >= north:
        raise SettingsError(
            f"BOMNAE_BBOX must have minX < maxX, minY < maxY, got {settings.bbox!r}"
        )
    return Bounds(west, south, east, north)


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in degrees or nothing, and what had to be done to it."""

    lon: float | None = None
    lat: float | None = None
    flags: tuple[str, ...] = ()


NOWHERE = Spot(flags=("coord_null",))


def spot(lon: Any, lat: Any, bounds: Bounds) -> Spot:
    """The point if it is inside, un-swapped if only the swapped pair is, else nowhere."""
    x, y = plain_number(lon), plain_number(lat)
    if x is None or y is None:
        return NOWHERE
    if bounds.holds(x, y):
        return Spot(round(x, 7), round(y, 7))
    if bounds.holds(y, x):
        return Spot(round(y, 7), round(x, 7), ("coord_swapped",))
    return NOWHERE


def is_elsewhere(lon: Any, lat: Any, bounds: Bounds) -> bool:
    """Whether the pair is a sound point of Korea outside the bounds: another city's row."""
    x, y = plain_number(lon), plain_number(lat)
    return x is not None and y is not None and KOREA.holds(x, y) and not bounds.holds(x, y)


def time_ms(value: Any) -> int:
    """UTC ms of a KST time written `YYYYMMDDHHMMSS`, `YYYY-MM-DD HH:MM[:SS]` or `2026년 09월 28일
    17시 30분`; raises R011 when it is none.
    """
    raw = text(value, 40)
    digits = re.findall(r"\d+", raw)
    if len(digits) == 1 and len(digits[0]) in (12, 14):
        run = digits[0].ljust(14, "0")
        digits = [run[:4], run[4:6], run[6:8], run[8:10], run[10:12], run[12:14]]
    if len(digits) not in (5, 6) or len(digits[0]) != 4:
        raise RecordRefusedError("R011", f"time {raw!r} cannot be read")
    return kst_ms(raw, *(int(part) for part in digits))


def kst_ms(raw: str, *parts: int) -> int:
    """UTC ms of a KST date and time (year, month, day[, hour[, minute[, second]]]); R011 if there
    is no such moment or the year lies outside 1990..2100.
    """
    year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:6]
    late = 1 if (hour, minute, second) == (24, 0, 0) else 0  # 24:00 is the next midnight
    try:
        moment = datetime(year, month, day, 0 if late else hour, minute, second, tzinfo=KST)
    except (ValueError, OverflowError):
        raise RecordRefusedError("R011", f"date {raw[:40]!r} does not exist") from None
    if not 1990 <= year <= 2100:
        raise RecordRefusedError("R011", f"year {year}, within 1990..2100")
    return int(moment.timestamp()) * 1000 + late * DAY_MS


def is_midnight(at_ms: int) -> bool:
    """Whether the moment is 00:00 KST."""
    return (at_ms + 9 * 3_600_000) % DAY_MS == 0

"""Single values of a feed's row: texts, numbers, points. Pure; bad input gives None."""

import math
import re
from dataclasses import dataclass
from typing import Any

from streams.contract.grammars import Bounds
from streams.contract.text import clean

MAX_TEXT = 500
_NUMBER = re.compile(r"[-+]?(\d[\d,]*(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_FACTORS = {"km": 1000.0, "m": 1.0, "cm": 0.01, "mm": 0.001, "미터": 1.0}


def text(value: Any, limit: int = MAX_TEXT) -> str:
    """The value as one clean line, `limit` long.

    Numbers become their text (a route number may arrive as 301); lists, objects and None become "".
    """
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return clean(str(value)[: limit * 4], limit)


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


KOREA = Bounds(124.0, 33.0, 132.0, 39.0)


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


PLACEHOLDERS = frozenset({"", "0", "1", "-"})
_FLOAT = re.compile(r"([0-9]{1,12})(?:\.([0-9]*))?(?:[eE]\+?([0-9]{1,2}))?")


def link_id_of(value: Any) -> str:
    """The link id without blanks, "" for a placeholder such as "1". A table of floats has written
    it as "2500000001.0" or "2.500000001E9".
    """
    bare = text(value, 40).replace(" ", "")
    if match := _FLOAT.fullmatch(bare):
        digits, power = f"{match[1]}{match[2] or ''}", int(match[3] or 0)
        bare = digits[: len(match[1]) + power].ljust(len(match[1]) + power, "0")
    return "" if bare in PLACEHOLDERS else bare

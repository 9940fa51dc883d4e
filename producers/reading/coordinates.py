"""Coordinates as people write them: degrees as numbers or with minutes and seconds, and pairs of
numbers in one text.
"""

import math
import re
import unicodedata
from typing import Any

from producers.reading.fields import plain_number, text

_SIDE = re.compile(r"동경|북위|서경|남위|경도|위도|[NSEW]|LON(?:GITUDE)?|LNG|LAT(?:ITUDE)?|[:=]")
_WRITTEN = re.compile(
    r"(\d{1,3}(?:\.\d+)?)\s*(?:°|도)\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:'|분)\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|초)?)?)?"
)
_COUNTED = re.compile(r"(\d{2,3})[-:\s](\d{1,2})[-:\s](\d{1,2}(?:\.\d+)?)")
_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_ALIKE = str.maketrans(
    {"º": "°", "˚": "°", "′": "'", "’": "'", "`": "'", "‘": "'", "″": '"', "”": '"', "“": '"'}
)


def degrees(value: Any) -> float | None:
    r"""The degrees in 127.7361, "127.7361°", "127°44'10.1\"E", "127도 44분 10초", "동경 127-44-10";
    None for anything else. Plane metres come through as they are.
    """
    bare = plain_number(value)
    if bare is not None:
        return bare
    words = _SIDE.sub(" ", _plain(value)).strip()
    match = _WRITTEN.fullmatch(words) or _COUNTED.fullmatch(words)
    if match is None:
        return plain_number(words)
    whole, minutes, seconds = (float(part or 0) for part in (*match.groups(), 0, 0)[:3])
    if minutes >= 60 or seconds >= 60:
        return None
    return round(whole + minutes / 60 + seconds / 3600, 7)


def pairs(value: Any) -> list[tuple[float, float]]:
    r"""The pairs of numbers in one text, in the order written: "127.73, 37.87", "(x,y)",
    "위도 37.87 경도 127.73", "127°44'10\"E 37°52'34\"N"; [] for anything else or an odd count.
    """
    words = _SIDE.sub(" ", _plain(value))
    if any(sign in words for sign in "°도"):
        found = [degrees(match[0]) for match in _WRITTEN.finditer(words)]
        rest = _WRITTEN.sub(" ", words)
    else:
        found = [plain_number(match) for match in re.findall(_NUMBER, words)]
        rest = re.sub(_NUMBER, " ", words)
    numbers = [n for n in found if n is not None and math.isfinite(n)]
    if len(numbers) % 2 or re.sub(r"[\s,;:/|()\[\]{}\"'~=&→>-]|[XY]", "", rest):
        return []
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _plain(value: Any) -> str:
    """One spelling of digits, signs and letters."""
    return (
        unicodedata.normalize("NFKC", text(value, 5000).translate(_ALIKE)).upper().translate(_ALIKE)
    )

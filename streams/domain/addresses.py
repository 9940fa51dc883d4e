"""Addresses as permits write them, and the keys under which a gazetteer knows them. Pure.

A permit says where it lies in passing: "춘천시 율문리 935-93번지 앞 도로", "후석로 20길 12-3 ~ 18",
"근화동 12 외 3필지 (소양 지선)". What counts is the area (동, 리, 로, 길, 가) with its number.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from streams.domain.network import Point, distance_m

LONGEST_RANGE_M = 2_000.0  # ends further apart are not of one dig
_ANY_LOT = "*"  # ends the key of any lot of a main number
_PROVINCE = re.compile(
    r"^(?:[가-힣]+특별자치도|[가-힣]+특별자치시|[가-힣]+광역시|[가-힣]+특별시|(?:강원|경기|충청북|충청남|전라북|전라남|경상북|"
    r"경상남|제주)도|강원|경기|충북|충남|전북|전남|경북|경남)(?=[가-힣]+[시군구])"
)
_CITY = re.compile(r"^(?:[가-힣]{2,4}(?:시|군))?(?:[가-힣]{1,3}구(?=[가-힣]))?")
_TOWN = re.compile(r"^[가-힣]{1,3}[읍면](?=[가-힣])")
_BRACKETS = re.compile(r"[(\[（［][^()\[\]（）［］]*[)\]）］]?")
_AREA = r"[가-힣][가-힣0-9·.]*?(?:로\d+번?길|로\d+가(?![가-힣])|로(?=\d)|동|리|가|길|읍|면)"
_PLACE = re.compile(rf"({_AREA})(지하)?(산)?(\d+)(?:-(\d+))?(?!번?길|가(?![가-힣])|\d)")
_WORDS = re.compile(r"(?<=\d)번지|지선|본선|도로변")
_RANGE = re.compile(r"[~∼〜～]|(?<=\d)부터|(?<=\d)에서")


def address_keys(address: str) -> list[list[str]]:
    """The keys to look an address up by, the most exact first, for each end of a range; [] where it
    names no number.

    A lot's keys are its own, then that of any lot of its main number: "율문리935-93", "율문리935*".
    A key without the town (읍, 면) follows one with it. The end of a range that is a number alone
    lies in the area of its beginning.
    """
    found: list[list[str]] = []
    bare = _plain(address)
    for part in _RANGE.split(bare):
        keys = _keys_of(part if not found or _PLACE.search(part) else _area_of(bare) + part)
        if keys:
            found.append(keys)
    return found


def gazetteer_keys(address: str) -> tuple[str, ...]:
    """The keys under which a gazetteer keeps an address; the first address of a key keeps it."""
    return tuple(dict.fromkeys(_keys_of(_plain(address))))


class Located(NamedTuple):
    """Where an address lies: its point, or those of the ends of a range that are known.

    `is_sure` is False where only another lot of its main number is known, or where two towns have
    the address and it names neither.
    """

    points: tuple[Point, ...]
    is_sure: bool


class Gazetteer:
    """The points of addresses, to be asked in the words of a permit."""

    def __init__(self, lots: Mapping[str, Point]) -> None:
        """`lots`: address -> point; of two addresses with one key the first has it."""
        self._points: dict[str, Point] = {}
        self._shared: set[str] = set()
        for address, point in lots.items():
            for key in gazetteer_keys(address):
                if self._points.setdefault(key, point) != point:
                    self._shared.add(key)

    def __bool__(self) -> bool:
        return bool(self._points)

    def find(self, address: str) -> Located | None:
        """Where an address lies, None where no key of it is known."""
        keys = [key for key in map(self._first_known, address_keys(address)) if key]
        if not keys:
            return None
        points = tuple(dict.fromkeys(self._points[key] for key in keys))
        is_exact = not any(key.endswith(_ANY_LOT) or key in self._shared for key in keys)
        is_near = distance_m(points[0], points[-1]) <= LONGEST_RANGE_M
        return Located(points, is_exact and is_near)

    def _first_known(self, keys: Iterable[str]) -> str:
        return next((key for key in keys if key in self._points), "")


def _plain(address: str) -> str:
    """Without city, brackets and blanks, in one spelling of dashes."""
    words = unicodedata.normalize("NFKC", address)
    words = re.sub(r"[‐‑‒–—−]", "-", _BRACKETS.sub(" ", words))
    words = _WORDS.sub("", re.sub(r"\s+", "", words))
    words = _PROVINCE.sub("", words)
    return _CITY.sub("", words) if _PLACE.search(_CITY.sub("", words)) else words


def _keys_of(words: str) -> list[str]:
    """The keys of the first place named, each with and without its town."""
    match = _PLACE.search(_TOWN.sub("", words))
    if match is None:
        return []
    town = _TOWN.match(words)
    area, under, hill, main, sub = match.groups()
    number = f"{under or ''}{hill or ''}{int(main)}"
    lots = (
        [f"{number}-{int(sub)}", f"{number}{_ANY_LOT}"]
        if sub and int(sub)
        else [number, f"{number}{_ANY_LOT}"]
    )
    return [f"{prefix}{area}{lot}" for lot in lots for prefix in ((town[0], "") if town else ("",))]


def _area_of(words: str) -> str:
    """The area that the first number of a range stands behind."""
    match = _PLACE.search(_TOWN.sub("", words))
    return match[1] if match else ""

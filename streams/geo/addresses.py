"""Addresses as permits write them, and the keys under which a gazetteer knows them. Pure.

A permit says where it lies in passing: "춘천시 율문리 935-93번지 앞 도로", "후석로 20길 12-3 ~ 18",
"근화동 12 외 3필지 (소양 지선)". What counts is the area (동, 리, 로, 길, 가) with its number.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from streams.geo.measures import Point, distance_m

LONGEST_RANGE_M = 2_000.0  # ends further apart are not of one dig
MAX_CHARS = 300  # no address is longer; reading costs the square of it
_ANY_LOT = "*"  # ends the key of any lot of a main number
_PROVINCE = re.compile(
    r"^(?:[가-힣]+특별자치[도시]|[가-힣]+(?:광역|특별)시|(?:강원|경기|충청[북남]|전라[북남]|경상[북남]|제주)도|"
    r"강원|경기|충[북남]|전[북남]|경[북남])(?=[가-힣]+[시군구])"
)
_CITY = re.compile(  # 풍물시장길 and 동산면 군자리 begin with none
    r"^(?![가-힣]{1,3}[읍면])[가-힣]{2,4}(?:시(?![장청민립])|군(?![자청민인]))"
    r"(?:[가-힣]{1,3}구(?=[가-힣]{1,4}동\d))?"
)
_TOWN = re.compile(r"^[가-힣]{1,3}[읍면](?=[가-힣])")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]?")
_AREA = (
    r"[가-힣][가-힣0-9·.]*?(?:로\d+번?길|로\d+가(?=산?\d)|로(?=(?:지하|산)?\d)|동|리|가|길|읍|면)"
)
_PLACE = re.compile(rf"({_AREA})(지하)?(산)?(\d+)(?:-(\d+))?(?!번?길|가|\d)")
_SAID = re.compile(  # where a word with its number begins, with its town before it
    r"(?<!\S)(?:[가-힣]{1,3}[읍면]\s+)?[가-힣][가-힣0-9·.]*[로동리가길]\s*(?:지하|산)?\s*\d"
)
_WORDS = re.compile(r"(?<=\d)번지|지선|본선|도로변")
_RANGE = re.compile(r"[~〜]|(?<=[\d지])\s*(?:부터|에서)")

_PREFIX = re.compile(  # what is said where everybody knows the city
    r"^\s*(?:(?:[가-힣]{2}특별자치도|[가-힣]{2}[남북]도|경기도|[가-힣]{2}(?:특별자치|특별|광역)시)\s+)?"
    r"[가-힣]{1,5}[시군]\s+(?=\S*[동로길읍면리](?:\d|\s|$))"
)


def without_city(place: str) -> str:
    """An address as its own city says it: without province and city before a 동 or a road."""
    return _PREFIX.sub("", place)


def address_keys(address: str) -> list[list[str]]:
    """The keys to look an address up by, the most exact first, for each end of a range; [] where it
    names no number.

    A lot's keys are its own, then that of any lot of its main number: "율문리935-93", "율문리935*".
    A key without the town (읍, 면) follows one with it. The end of a range that is a number alone
    lies in the area of its beginning.
    """
    outside = _BRACKETS.sub(" ", _folded(address))
    return _keys_of_ends(outside) or _keys_of_ends(_folded(address))


def gazetteer_keys(address: str) -> tuple[str, ...]:
    """The keys under which a gazetteer keeps an address; the first address of a key keeps it."""
    outside = _BRACKETS.sub(" ", _folded(address))
    return tuple(dict.fromkeys(_keys_of(_places(outside)[0])))


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


def _folded(address: str) -> str:
    """In one spelling of dashes, waves and brackets; what is too long for an address is cut."""
    words = re.sub(r"[‐‑‒–—−]", "-", unicodedata.normalize("NFKC", address[:MAX_CHARS]))
    return words.replace("∼", "~").replace("～", "~")


def _keys_of_ends(words: str) -> list[list[str]]:
    """The keys of each part of a range that names a place."""
    found: list[list[str]] = []
    area = ""
    for part in _RANGE.split(words):
        places = _places(part)
        if area and not any(map(_PLACE.search, places)):
            places = [area + places[0]]
        keys = list(dict.fromkeys(key for place in places for key in _keys_of(place)))
        if keys:
            found.append(keys)
            area = area or _area_of(places)
    return found


def _places(words: str) -> list[str]:
    """What follows each word that has a number, without blanks, province and city; else all."""
    starts = [match.start() for match in _SAID.finditer(words)] or [0]
    return [_bare(words[a:b]) for a, b in pairwise([*starts, len(words)])]


def _bare(words: str) -> str:
    bare = _PROVINCE.sub("", _WORDS.sub("", re.sub(r"\s+", "", words)))
    return _CITY.sub("", bare) if _PLACE.search(_CITY.sub("", bare)) else bare


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


def _area_of(places: Iterable[str]) -> str:
    """The area that the first number stands behind, with its town."""
    for words in places:
        if match := _PLACE.search(_TOWN.sub("", words)):
            town = _TOWN.match(words)
            return f"{town[0] if town else ''}{match[1]}"
    return ""

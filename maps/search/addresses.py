"""Lot numbers and road addresses as far as the gazetteer knows them, and their districts."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from rapidfuzz import process
from rapidfuzz.distance import OSA

from maps.search.entry import PlaceKind, SearchEntry
from maps.search.hangul import jamo
from maps.search.home import Home
from maps.search.keys import Hit
from maps.search.names import DISTRICT
from maps.search.nearest import Nearest
from maps.search.wording import is_noise, spelled
from streams.geo.grid import Grid
from streams.geo.measures import Point, distance_m

_KEY = re.compile(r"^(?P<area>.+?)(?P<lot>산?\d+(?:-\d+)?)$")
_LOT = re.compile(r"(?P<lot>산?\d+(?:-\d+)?)(?:번지|번|호)?")
_UPPER = re.compile(r"^.+?[읍면](?=.+리$)")
_NEAR_NUMBERS = 12  # a lot or house number this much away is worth showing, never more
_LIKE = 0.75
DISTRICT_REACH_M = 400
DONG_REACH_M = 500
_CELL_DEG = 0.0065  # at least 500 m each way, in Korea


@dataclass(frozen=True, slots=True)
class _Area:
    """A district or a road as the gazetteer names it, with the points of its lots."""

    name: str
    lots: dict[str, Point]

    @property
    def is_road(self) -> bool:
        return self.name.endswith(("로", "길"))

    def middle(self) -> Point:
        """The median point, which one far lot does not move."""
        points = self.lots.values()
        return round(median(p[0] for p in points), 6), round(median(p[1] for p in points), 6)


class Addresses:
    """The addresses of a gazetteer ("퇴계동418-26" -> point)."""

    def __init__(self, gazetteer: Mapping[str, Point], nearest: Nearest, home: Home) -> None:
        self._nearest = nearest
        self._home = home
        areas: dict[str, _Area] = {}
        for address, point in gazetteer.items():
            if found := _KEY.match(address):
                area = areas.setdefault(found["area"], _Area(found["area"], {}))
                area.lots.setdefault(found["lot"], point)
        self._areas: dict[str, list[_Area]] = defaultdict(list)
        for area in areas.values():
            for name in {spelled(area.name), spelled(_UPPER.sub("", area.name))}:
                self._areas[name].append(area)
        self._letters = [jamo(name) for name in self._areas]
        self._names = list(self._areas)
        self._longest = max(map(len, self._areas), default=0)
        self._all = list(areas.values())

    def dong_of(self, point: Point) -> str:
        """The 동 (or 읍, 면 and 리) that a point lies in: that of the nearest lot, under its
        longest name; "" where there is none within 500 m.
        """
        near = (
            (distance_m(point, lot), -len(name), name)
            for name, lot in self._lots_by_place.around(point)
        )
        away_m, _, name = min(near, default=(math.inf, 0, ""))
        return _shown_area(name) if away_m <= DONG_REACH_M else ""

    @cached_property
    def _lots_by_place(self) -> Grid[tuple[str, Point]]:
        """The lots of the districts, by their name."""
        grid = Grid[tuple[str, Point]](_CELL_DEG)
        for area in self._all:
            for point in () if area.is_road else area.lots.values():
                grid.add((area.name, point), point)
        return grid

    def districts(self) -> Iterable[tuple[SearchEntry, str]]:
        """Every district as an entry, with the other name it goes by."""
        for area in self._all:
            if area.is_road:
                continue
            lon, lat = area.middle()
            links, radius_m = self._nearest.links((lon, lat), DISTRICT_REACH_M)
            name = _shown_area(area.name)
            entry = SearchEntry(PlaceKind.PLACE, name, name, DISTRICT, lon, lat, links, radius_m)
            yield entry, _UPPER.sub("", area.name)

    def find(self, text: str) -> list[Hit]:
        """The addresses a spelled question names: known ones whole, else the nearest number."""
        hits: list[Hit] = []
        for found in _LOT.finditer(text):
            start, rest = found.start("lot"), text[found.end() :]
            areas, before, likeness = self._areas_before(text[:start])
            if not areas or (rest and (rest[0].isdigit() or rest[0] == "-")):
                continue
            is_plain = is_noise(self._home.address.sub("", before)) and is_noise(rest)
            quality = likeness * (1.0 if is_plain else 0.85)
            hits += self._lots(areas, found["lot"], quality)
        return hits

    def entry(self, address: str) -> SearchEntry | None:
        """The entry of a gazetteer's address."""
        found = _KEY.match(address)
        for area in self._areas.get(spelled(found["area"]), ()) if found else ():
            if found and area.name == found["area"] and found["lot"] in area.lots:
                return self._entry(area, found["lot"])
        return None

    def _areas_before(self, text: str) -> tuple[list[_Area], str, float]:
        """The areas a text ends with, what comes before them, and how like the name is."""
        for length in range(min(self._longest, len(text)), 1, -1):
            if areas := self._areas.get(text[-length:]):
                return areas, text[:-length], 1.0
        last = self._home.address.sub("", text)
        row = process.extractOne(
            jamo(last), self._letters, scorer=OSA.normalized_similarity, score_cutoff=_LIKE
        )
        return (self._areas[self._names[row[2]]], "", row[1] * 0.97) if row else ([], text, 0.0)

    def _lots(self, areas: list[_Area], lot: str, quality: float) -> Iterable[Hit]:
        for area in areas:
            if lot in area.lots:
                entry, share = self._entry(area, lot), 1.0
                if (
                    len(areas) > 1
                ):  # 지내리 is in 동면 and in 신북읍: the other may have the lot too
                    share = 0.94
            elif near := _nearest_lot(area.lots, lot):
                entry, share = self._entry(area, near), 0.8
            else:
                continue
            yield Hit(entry, quality * share)

    def _entry(self, area: _Area, lot: str) -> SearchEntry:
        point = area.lots[lot]
        links, radius_m = self._nearest.links(point)
        return SearchEntry(
            kind=PlaceKind.ADDRESS,
            id=area.name + lot,
            title=f"{_shown_area(area.name)} {lot.replace('산', '산 ')}",
            subtitle="도로명주소" if area.is_road else "지번",
            lon=round(point[0], 6),
            lat=round(point[1], 6),
            links=links,
            radius_m=radius_m,
        )


def _shown_area(name: str) -> str:
    upper = _UPPER.match(name)
    return f"{upper[0]} {name[upper.end() :]}" if upper else name


def _nearest_lot(lots: Mapping[str, Point], lot: str) -> str:
    """The known lot of the nearest number, "" where none is near. 산 and plain lots stay apart."""
    wanted = _numbers(lot)
    away = {
        known: (abs(_numbers(known)[0] - wanted[0]), abs(_numbers(known)[1] - wanted[1]))
        for known in lots
        if known.startswith("산") == lot.startswith("산")
    }
    best = min(away, key=lambda known: (away[known], known), default="")
    return best if best and away[best][0] <= _NEAR_NUMBERS else ""


def _numbers(lot: str) -> tuple[int, int]:
    main, _, part = lot.removeprefix("산").partition("-")
    return int(main[:9]), int(part[:9] or 0)

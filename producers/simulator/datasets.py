"""Files of datasets as offices of the simulated city would lay them down, for the shipped
descriptors: one is late, one has a row that does not fit, one lies with a portal that is away.
"""

import csv
import json
import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import shapely

from producers.datasets.loading import SHIPPED
from streams.contract.times import DAY_MS
from streams.geo.network import Network

FOLDER = "datasets"
MOST_POINTS = 240
LATE_DAYS = 500
AWAY_URL = "http://127.0.0.1:9/river-levels"
"""The port that throws away what it gets, and where nothing listens."""
_DONGS = ("봄내동", "소양동", "공지동", "의암동", "삼악동", "구봉동", "안마동", "대룡동")
_DAY = "2026-09-30"
Rows = Iterable[Sequence[object]]


def write_datasets(out_dir: Path, network: Network, seed: int, *, at_ms: int) -> None:
    """Write the files below `out_dir`."""
    folder, dice = out_dir / FOLDER, random.Random(seed)  # noqa: S311 - no secret
    _table(folder / "bus_stops", _STOPS, _stops(network))
    _table(folder / "streetlights", _LIGHTS, _lights(network, dice))
    _table(folder / "public_wifi", _WIFI, _wifi(network, dice))
    _table(folder / "residents_by_dong", ("행정구역", *_MEASURES), _residents(dice))
    _table(folder / "budget_summary", _BUDGET, _budget(dice))
    _dongs(folder, network, dice)
    _away(folder)
    _paths(folder / "bike_paths", network, dice)
    old_s = (at_ms - LATE_DAYS * DAY_MS) / 1000
    os.utime(folder / "public_wifi" / "public_wifi.csv", (old_s, old_s))


def _table(folder: Path, head: Sequence[str], rows: Rows) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{folder.name}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        writer.writerows(rows)


_STOPS = ("관리번호", "정류장 번호", "정류장명", "위도", "경도", "데이터기준일")


def _stops(network: Network) -> Rows:
    for stop in network.stops[:MOST_POINTS]:
        yield stop.id, stop.number, stop.name, f"{stop.lat:.6f}", f"{stop.lon:.6f}", _DAY


_LIGHTS = ("가로등위치", "설치개수", "램프종류", "위도", "경도", "데이터기준일자")


def _lights(network: Network, dice: random.Random) -> Rows:
    """Lights along roads; the last row is one that somebody typed wrong."""
    for number, link in enumerate(network.links[:MOST_POINTS], start=1):
        lon, lat = link.geometry[len(link.geometry) // 2]
        lamp = dice.choice(("LED", "나트륨", "메탈할라이드"))
        yield f"봄내로-{number:03}", dice.choice((1, 1, 2)), lamp, f"{lat:.6f}", f"{lon:.6f}", _DAY
    yield "봄내로-999", "여러 개", "LED", "37.88", "127.73", _DAY


_WIFI = (
    *(
        "관리번호",
        "설치장소명",
        "설치시설구분명",
        "서비스제공사명",
        "와이파이SSID",
        "설치연월",
        "관리기관명",
    ),
    *("관리기관전화번호", "위도", "경도", "데이터기준일자"),
)


def _wifi(network: Network, dice: random.Random) -> Rows:
    for number, stop in enumerate(network.stops[: MOST_POINTS // 4], start=1):
        kind = dice.choice(("공원", "버스정류장", "주민센터", "도서관"))
        row = (f"WF-{number:03}", f"{stop.name} 앞", kind, "가상통신", "Bomnae_Free", "2024-03")
        yield *row, "모의 도시", "033-000-0000", f"{stop.lat:.6f}", f"{stop.lon:.6f}", "2025-06-30"


_MONTH = "2026년10월"
_MEASURES = tuple(
    f"{_MONTH}_{measure}"
    for measure in ("총인구수", "세대수", "세대당 인구", "남자 인구수", "여자 인구수", "남여 비율")
)


def _residents(dice: random.Random) -> Rows:
    for number, dong in enumerate(_DONGS, start=1):
        men, women = dice.randint(3_000, 14_000), dice.randint(3_000, 14_000)
        homes = round((men + women) / 2.2)
        shares = (f"{(men + women) / homes:.2f}", men, women, f"{men / women:.2f}")
        yield f"{dong}  ({_code(number)})", men + women, homes, *shares


def _code(number: int) -> str:
    return f"99990{number:02}000"


_BUDGET = ("회계연도", "구분", "분야", "부문", "예산액", "기정액", "증감")


def _budget(dice: random.Random) -> Rows:
    """A table that lies nowhere."""
    for kind, parts in _ACCOUNTS.items():
        for part in parts:
            before = dice.randint(2_000, 90_000) * 1000
            now = before + dice.randint(-900, 2_000) * 1000
            yield "2026", kind, part, "모의", f"{now:,}", f"{before:,}", f"{now - before:,}"


_ACCOUNTS = {
    "세입": ("지방세수입", "세외수입", "지방교부세", "보조금"),
    "세출": ("교통 및 물류", "사회복지", "환경", "문화 및 관광", "교육", "농림해양수산"),
}


def _dongs(folder: Path, network: Network, dice: random.Random) -> None:
    """The table of the 동 and their boundaries: each has the ground nearest to its office."""
    codes = {dong: _code(number) for number, dong in enumerate(_DONGS, start=1)}
    rows = "".join(f"{code},{dong}\n" for dong, code in codes.items())
    (folder / "dong_codes.csv").write_text(f"코드,동\n{rows}", encoding="utf-8")
    city = shapely.MultiPoint([(stop.lon, stop.lat) for stop in network.stops]).convex_hull
    offices = [(stop.lon, stop.lat) for stop in dice.sample(network.stops, len(_DONGS))]
    cells = shapely.voronoi_polygons(shapely.MultiPoint(offices), extend_to=city, ordered=True)
    features = [
        {
            "type": "Feature",
            "properties": {"base_year": "2026", "adm_dr_cd": code, "adm_dr_nm": dong},
            "geometry": shapely.geometry.mapping(cell.intersection(city)),
        }
        for (dong, code), cell in zip(codes.items(), cells.geoms, strict=True)
    ]
    _features(folder / "dong_boundaries", features)


def _away(folder: Path) -> None:
    """A dataset whose portal nobody answers for."""
    shipped = (SHIPPED / "river_levels.toml").read_text(encoding="utf-8")
    source = f'\n[source]\nkind = "url"\nurl = "{AWAY_URL}"\n'
    (folder / "river_levels.toml").write_text(shipped + source, encoding="utf-8")


def _features(folder: Path, features: Sequence[object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (folder / f"{folder.name}.geojson").write_text(body, encoding="utf-8")


def _paths(folder: Path, network: Network, dice: random.Random) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {
                "구간번호": number,
                "노선명": link.name or "봄내길",
                "폭(m)": dice.choice((1.5, 2.0, 3.0)),
                "유형": dice.choice(("자전거 전용", "자전거·보행자 겸용")),
                "준공": str(dice.randint(2005, 2025)),
            },
            "geometry": {"type": "LineString", "coordinates": [list(x) for x in link.geometry]},
        }
        for number, link in enumerate(network.links[: MOST_POINTS // 6], start=1)
    ]
    _features(folder, features)

"""Names and short words the sentences are made of. Text of feeds is stripped and kept short."""

import re
from collections.abc import Mapping
from typing import Any

from maps.picture.text import short
from streams.domain.closures import BESIDE_LANES as BESIDE
from streams.domain.closures import closure_name
from streams.domain.unknown_times import unknown_time, why_unknown, why_unknown_of
from streams.geo.network import Network
from streams.words.catalogue import both, phrase

BESIDE_LANES = {each.value: both(phrase(f"lane.{each.value}")) for each in BESIDE}


def closure_words(closure: str) -> tuple[str, str]:
    korean, english = both(closure_name(closure))
    return korean, english.lower()


def said_words(name: str, flags: Any) -> tuple[str, str]:
    korean, english = both(why_unknown(name, flags))
    return korean.removesuffix("."), english.removesuffix(".").lower()


def short_words(name: str, flags: Any) -> tuple[str, str]:
    return both(unknown_time(name, flags))


def said_of(row: Any) -> tuple[str, str]:
    return both(why_unknown_of(row))


_TRAILING = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]\s*$")
_WORK_ENDINGS = ("공사", "작업", "사업", "행사", "점검")
_INCIDENTS = {
    "work": ("공사", "road works"),
    "accident": ("교통사고", "an accident"),
    "weather": ("기상 상황", "the weather"),
    "gathering": ("집회·행사", "a gathering"),
    "disaster": ("재난 상황", "a disaster"),
    "control": ("", ""),  # "통제로 통제": its title says why, in its own clause
    "other": ("돌발 상황", "an incident"),
}
_SOURCES = {
    "tago.positions": ("버스 자료", "Bus feed"),
    "gtfs.positions": ("버스 자료(GTFS)", "Bus feed (GTFS)"),
    "its.speeds": ("교통 속도 자료", "Speed feed"),
    "its.events": ("교통 돌발 자료", "Traffic event feed"),
    "utic.incidents": ("경찰 돌발 자료", "Police event feed"),
    "permits": ("허가 자료", "Permit feed"),
}
_STATUS = {
    "live": ("정상", "live"),
    "empty": ("정상(내용 없음)", "empty"),
    "partial": ("일부만 수신", "partial"),
    "frozen": ("내용이 멈춤", "frozen"),
    "dropped": ("목록이 갑자기 줄어듦", "suddenly short"),
    "unknown": ("오류", "error"),
    "stale": ("끊김", "silent"),
    "stopped": ("중지", "stopped"),
    "never": ("받은 적 없음", "never heard"),
    "ahead": ("시계 앞섬", "clock ahead"),
    "held": ("처리 멈춤", "not processed"),
}


def teller(said: Mapping[str, Any] | None) -> tuple[str, str]:
    """Who said it: "현장", "담당 부서" or "허가 자료"."""
    words = {"crew": ("현장", "the crew"), "office": ("담당 부서", "the office")}
    return words.get(str((said or {}).get("by")), ("허가 자료", "the permit feed"))


def taken_words(closure: str, lanes: int | None) -> tuple[str, str]:
    """What a closure takes: "보도", "1개 차로"; "일부 차로" where nobody says how many."""
    if closure in BESIDE_LANES:
        return BESIDE_LANES[closure]
    if lanes:
        return f"{lanes}개 차로", f"{lanes} lane{'s' if lanes > 1 else ''}"
    return "일부 차로", "some lanes"


def source_name(feed: str) -> tuple[str, str]:
    """What people call a feed."""
    return _SOURCES.get(feed, (f"{feed} 자료", f"Feed {feed}"))


def status_word(word: str) -> tuple[str, str]:
    return _STATUS.get(word, _STATUS["unknown"])


def work_name(row: Mapping[str, Any]) -> str:
    """A work's name as it is said: without brackets at its end, and with 공사 where that lacks."""
    title = short(row.get("title")) or short(row.get("purpose"))
    while (bare := _TRAILING.sub("", title)) and bare != title:
        title = bare
    if not title:
        return "도로 공사"
    return title if title.endswith((*_WORK_ENDINGS, "…")) else f"{title} 공사"


def incident_why(row: Mapping[str, Any]) -> tuple[str, str]:
    """Why an official event closes the road; ("", "") where its kind says nothing more."""
    return _INCIDENTS.get(str(row.get("kind")), _INCIDENTS["other"])


def route_name(no: str) -> str:
    """A route's number as it is said: "300번"; without what stands in brackets behind it."""
    return f"{_TRAILING.sub('', short(no)).removesuffix('번')}번"


def link_words(place: int, network: Network) -> tuple[str, str]:
    """A link as it is said: "명동입구에서 중앙로입구 방향"; its name where its ends have none."""
    link = network.links[place]
    start, end = (network.stop_by_id.get(stop_id) for stop_id in (link.from_id, link.to_id))
    if start is not None and end is not None:
        a, b = short(start.name), short(end.name)
        return f"{a}에서 {b} 방향", f"from {a} to {b}"
    name = short(link.name or link.road_name or link.id)
    return spoken(name), name


def spoken(title: str) -> str:
    """A title as it is said: "A → B" is "A에서 B 방향", "A~B" is "A에서 B 구간"."""
    parts = re.split(r"\s*(?:→|->|>)\s*", title)
    if len(parts) == 2 and all(parts):
        return f"{parts[0]}에서 {parts[1]} 방향"
    start, wave, end = title.partition("~")
    return f"{start.strip()}에서 {end.strip()} 구간" if wave and start and end else title

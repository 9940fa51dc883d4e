"""The names a thing goes by: its own, the usual short ones, and forms with words around. Pure."""

import re
from collections.abc import Iterable

from maps.search.home import Home

Named = tuple[str, float]
"""A name and its weight: 1 its own, SHORT a usual short form, LOOSE one that may mean another."""
SHORT = 0.97
LOOSE = 0.9
DISTRICT = "동네"
_KINDS = ("병원", "케이블카", "공원", "시장", "박물관", "터미널", "도서관", "센터", "대학교")
_GENERIC_NAMES = """
병원 시장 공원 센터 학교 대학교 초등학교 중학교 고등학교 여고 여중 교회 입구
종점 사거리 삼거리 오거리 아파트  마을 회관 마을회관 약국 주유소 지구대
치안센터 노인복지관 정상 후문 정문 앞 낚시터 쉼터 기계공고
"""
_GENERIC = frozenset(_GENERIC_NAMES.split())
_ONE_OF_A_KIND = frozenset(("시청", "도청", "군청", "법원"))
_DAMAGED_NO = re.compile(r"^0?(\d+)월\s*0?(\d+)일$")
_BRACKETS = re.compile(r"^(.*?)\s*\(([^()]*)\)\s*(.*)$")
_TAIL = re.compile(r"(?:앞|A)$")
_LAST_NUMBER = re.compile(r"^(.*?)[-\s]*(\d{1,9})$")
_YEAR = re.compile(r"^(?:19|20)\d\d[-\s]*")


def place_names(name: str, home: Home) -> Iterable[Named]:
    """Of a landmark or a stop: 국립춘천박물관 is also 춘천박물관 and 박물관."""
    yield name, 1.0
    for part in (name, *_parts(name)):
        if part != name:
            yield part, _short(part)
        yield from _unofficial(part, home)
        yield from _without_tail(part)
    yield from _of_words(name.split(), home)
    if nickname := home.university(name):
        yield nickname, SHORT


def _short(name: str) -> float:
    """The weight of a short form: two letters name too many things, but for the best known."""
    return SHORT if len(name) > 2 or name in _ONE_OF_A_KIND else LOOSE


def _parts(name: str) -> list[str]:
    """The name without its brackets, what long brackets hold, and either side of a stroke."""
    parts = []
    if found := _BRACKETS.match(name):
        outer, inner = (found[1] + found[3]).strip(), found[2]
        parts += [part for part, least in ((outer, 2), (inner, 4)) if len(part) >= least]
    if "/" in name:
        parts += [part for part in name.split("/") if len(part) >= 2]
    return parts


def _without_tail(name: str) -> Iterable[Named]:
    """춘천여고앞 is 춘천여고, 두미르A is 두미르."""
    short = _TAIL.sub("", name)
    if short != name and len(short) >= 3:
        yield short, SHORT


def _unofficial(name: str, home: Home) -> Iterable[Named]:
    """Without the words for whose it is, one after the other; 춘천병원 yes, 병원 no."""
    while (short := home.owner.sub("", name, count=1).strip()) != name:
        if len(short) < 2 or short in _GENERIC:
            return
        yield short, _short(short)
        name = short


def _of_words(words: list[str], home: Home) -> Iterable[Named]:
    """한림대학교 춘천성심병원 is also 한림대학교병원, 춘천성심병원 and 성심병원."""
    if len(words) < 2:
        return
    if words[-1] not in _GENERIC:
        yield words[-1], SHORT
    for short, weight in _unofficial(words[-1], home):
        yield short, weight
        yield words[0] + short, weight
    for kind in _KINDS:
        if words[-1].endswith(kind) and words[-1] != kind:
            yield words[0] + kind, SHORT


def route_names(no: str) -> Iterable[Named]:
    """Of a bus route: 13(갈때편도) is also 13; 07월 01일 is what a spreadsheet made of 7-1."""
    yield from _with_bus_words(no, 1.0)
    if found := _DAMAGED_NO.match(no):
        yield from _with_bus_words(f"{found[1]}-{found[2]}", SHORT)
        yield from _with_bus_words(f"{found[2]}-{found[1]}", LOOSE)
    if found := _BRACKETS.match(no):
        yield from _with_bus_words(found[1], SHORT)
        if any(char.isdigit() for char in found[2]):
            yield from _with_bus_words(found[2], SHORT)


def _with_bus_words(no: str, weight: float) -> Iterable[Named]:
    yield no, weight
    forms = (
        "{}번",
        "{}번버스",
        "{}버스",
        "{}번노선",
        "{}노선",
        "버스{}번",
        "버스{}",
        "노선{}",
        "{}호",
    )
    yield from ((form.format(no), weight) for form in forms)


def pole_names(number: str) -> Iterable[Named]:
    """Of the number on a stop's pole."""
    if number:
        yield number, 1.0
        forms = ("{}정류장", "{}번정류장", "정류장{}", "정류장{}번", "정류장번호{}", "{}번")
        yield from ((form.format(number), 1.0) for form in forms)


def permit_names(permit_id: str) -> Iterable[Named]:
    """Of a permit: its number, without the year, without leading zeros, and the bare last part."""
    yield permit_id, 1.0
    short = _YEAR.sub("", permit_id)
    yield short, SHORT
    if found := _LAST_NUMBER.match(short):
        yield f"{found[1]}{int(found[2])}", SHORT
        yield found[2], LOOSE
        yield str(int(found[2])), LOOSE

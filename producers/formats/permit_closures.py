"""What a permit takes from the road: the kinds of closure, lanes, direction, width left."""

import re
from dataclasses import dataclass
from typing import Any

from producers.formats.closures import closure_of
from producers.formats.fields import metres, number, text
from producers.formats.privacy import masked
from streams.domain.records import Closure

MAX_WIDTH_M = 100.0  # wider than any road: another unit or another column
_NONE_WORDS = frozenset(
    {"없음", "무", "해당없음", "N", "NO", "0", "X", "불필요", "아니오", "FALSE"}
)
_BESIDE = (
    ("bus_stop", re.compile(r"정류[장소]|승강장"), Closure.BUS_STOP),
    ("bicycle", re.compile(r"자전거(?:\s*(?:전용)?\s*(?:도로|차로))?"), Closure.BICYCLE),
    ("sidewalk", re.compile(r"보도|인도(?!교)"), Closure.SIDEWALK),
)
_CARRIAGEWAY = re.compile(r"부분|일부|차로|차선")
_FULL = re.compile(r"전면|전체\s*(?:통제|차단|폐쇄)|통행\s*금지|전\s*차로")
GRAVITY = (
    Closure.FULL,
    Closure.PARTIAL,
    Closure.SHOULDER,
    Closure.BUS_STOP,
    Closure.BICYCLE,
    Closure.SIDEWALK,
    Closure.NONE,
)
_COUNTED = re.compile(r"(\d)\s*개\s*차[로선]")
_NUMBERED = re.compile(r"((?:\d\s*[,·]\s*)*\d)\s*차[로선]")
_DIRECTION = re.compile(
    r"양\s*방향|[상하]행(?!\s*선?\s*없)|[동서남북]{1,2}\s*(?:→|->)\s*[동서남북]{1,2}|"
    r"[^\s,()/]{2,20}\s?(?:방면|방향)"
)
_WIDTH = re.compile(r"(?:잔여|통행|유효)\s*(?:가능\s*)?폭\s*:?\s*(\d+(?:\.\d+)?\s*(?:m|미터|cm)?)")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a permit takes: the gravest closure, and what is closed beside it."""

    closure: Closure = Closure.UNKNOWN
    also: tuple[Closure, ...] = ()
    lanes: int | None = None
    direction: str = ""
    remaining_width_m: float | None = None


def taken(found: dict[str, Any]) -> Taken:
    """What the row says in its columns, and in the words of its closure where it has no column."""
    words = text(found.get("closure"), 100)
    closures = _closures(found, words)
    return Taken(
        closure=closures[0] if closures else Closure.UNKNOWN,
        also=tuple(closures[1:]),
        lanes=_lanes(found.get("lanes_closed"), words),
        direction=_direction(found.get("direction"), words),
        remaining_width_m=_width_m(found.get("remaining_width_m"), words),
    )


def _closures(found: dict[str, Any], words: str) -> list[Closure]:
    """Every kind of closure, the gravest first; a dig in the pavement takes the sidewalk."""
    kinds = {_carriageway(words)} - {Closure.UNKNOWN}
    for column, pattern, closure in _BESIDE:
        if pattern.search(words) or _is_yes(found.get(column)):
            kinds.add(closure)
    if not kinds and not words and re.search(r"보도|인도", text(found.get("road_part"), 40)):
        kinds.add(Closure.SIDEWALK)
    if len(kinds) > 1:
        kinds.discard(Closure.NONE)
    return sorted(kinds, key=GRAVITY.index)


def _carriageway(words: str) -> Closure:
    """What is taken from the vehicles; lanes for bicycles are none of theirs."""
    if words.upper() in _NONE_WORDS:
        return Closure.NONE
    bare = words
    for _, pattern, _ in _BESIDE:
        bare = re.sub(rf"(?:{pattern.pattern})\s*(?:전면|일부|부분)?", " ", bare)
    said = closure_of(bare.strip(), (), bare)
    if said is not Closure.UNKNOWN:
        return said
    if _FULL.search(bare):
        return Closure.FULL
    return Closure.PARTIAL if _CARRIAGEWAY.search(bare) else Closure.UNKNOWN


def _is_yes(value: Any) -> bool:
    """Whether a column of its own says that it is closed or moved."""
    word = text(value, 40).upper().strip(" -")
    return bool(word) and word not in _NONE_WORDS


def _lanes(value: Any, words: str) -> int | None:
    """The number of lanes closed: "2", "2개 차로", or of "1,2차로" the lanes it numbers."""
    lanes = number(value)
    said = text(value, 40) or words
    if match := _COUNTED.search(said):
        return int(match[1])
    if match := _NUMBERED.search(said):
        return len(re.findall(r"\d", match[1]))
    return int(lanes) if lanes is not None and 0 <= lanes <= 20 else None


def _direction(value: Any, words: str) -> str:
    if said := masked(text(value, 60)):
        return said
    match = _DIRECTION.search(words)
    return masked(match[0]) if match else ""


def _width_m(value: Any, words: str) -> float | None:
    match = _WIDTH.search(words)
    width_m = metres(value if value is not None else match[1] if match else None)
    return width_m if width_m is not None and width_m <= MAX_WIDTH_M else None

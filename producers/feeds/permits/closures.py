"""What a permit takes from the road: the kinds of closure, lanes, direction, width left."""

import re
from dataclasses import dataclass
from typing import Any

from producers.reading.closures import ClosureReading, gravest, mentioned, stated
from producers.reading.fields import metres, number, text
from streams.contract.enums import Closure
from streams.contract.records import MAX_WIDTH_M
from streams.people import without_people

_BESIDE = (
    ("bus_stop", Closure.BUS_STOP),
    ("bicycle", Closure.BICYCLE),
    ("sidewalk", Closure.SIDEWALK),
)
_DIRECTION = re.compile(
    r"양\s*방향|왕복\s*전체|[상하]행(?!\s*선?\s*없)|[동서남북]{1,2}\s*(?:→|->)\s*[동서남북]{1,2}|"
    r"[^\s,()/→]{2,20}\s?(?:→|⇒|->)\s?[^\s,()/→]{2,20}(?:\s?(?:방면|방향))?|"
    r"[^\s,()/]{2,20}\s?(?:방면|방향)"
)
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*(?:\([^()]*\)[^()]*)*)[)\]]")
_WIDTH = re.compile(r"(?:잔여|통행|유효)\s*(?:가능\s*)?폭\s*:?\s*(\d+(?:\.\d+)?\s*(?:m|미터|cm)?)")


@dataclass(frozen=True, slots=True)
class TakenFields:
    """What a permit takes: fields of it."""

    closure: Closure = Closure.UNKNOWN
    also_closed: tuple[Closure, ...] = ()
    lanes_closed: int | None = None
    direction: str = ""
    remaining_width_m: float | None = None


def taken(found: dict[str, Any]) -> TakenFields:
    """What the row says in its columns; where it has none of a kind, in the words of its closure,
    and then in those of its title and place.
    """
    words = text(found.get("closure"), 200)
    reading = stated(words)
    aside = f"{text(found.get('title'), 300)} , {text(found.get('place'), 200)}"
    if not reading.kinds:
        reading = mentioned(aside)
    closures = _closures(found, reading, words)
    return TakenFields(
        closure=closures[0] if closures else Closure.UNKNOWN,
        also_closed=tuple(closures[1:]),
        lanes_closed=_lanes(found.get("lanes_closed"), reading),
        direction=_direction(found.get("direction"), words, text(found.get("title"), 300)),
        remaining_width_m=_width_m(found.get("remaining_width_m"), f"{words} , {aside}"),
    )


def _closures(found: dict[str, Any], reading: ClosureReading, words: str) -> tuple[Closure, ...]:
    """Every kind of closure, the gravest first; a dig in the pavement takes the sidewalk."""
    kinds = set(reading.kinds)
    kinds |= {closure for column, closure in _BESIDE if _is_yes(found.get(column))}
    if not kinds and not words and re.search(r"보도|인도", text(found.get("road_part"), 40)):
        kinds.add(Closure.SIDEWALK)
    return gravest(kinds)


def _is_yes(value: Any) -> bool:
    """Whether a column of its own says that it is closed or moved."""
    word = text(value, 40).strip(" -")
    return bool(word) and stated(word).closure is not Closure.NONE


def _lanes(value: Any, reading: ClosureReading) -> int | None:
    """The number of lanes closed: "2", "2개 차로", or of "1,2차로" the lanes it numbers."""
    counted = stated(text(value, 40)).lanes
    if counted is not None:
        return counted
    lanes = number(value)
    if lanes is None:
        return reading.lanes
    return int(lanes) if 0 <= lanes <= 20 else None


def _direction(value: Any, words: str, title: str) -> str:
    """The direction as written: of its column, of the closure, else of the title's brackets."""
    if written := without_people(text(value, 60)):
        return written
    brackets = " , ".join(_IN_BRACKETS.findall(title))
    match = _DIRECTION.search(words) or _DIRECTION.search(brackets)
    return without_people(match[0]) if match else ""


def _width_m(value: Any, words: str) -> float | None:
    match = _WIDTH.search(words)
    width_m = metres(value if value is not None else match[1] if match else None)
    return width_m if width_m is not None and width_m <= MAX_WIDTH_M else None

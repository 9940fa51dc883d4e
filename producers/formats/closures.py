"""What a traffic centre's words take from the road. The word 통제 alone proves nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from streams.domain.records import Closure, IncidentKind

_FULL = re.compile(
    r"전면(?!\s*(통제\s*|차단\s*|폐쇄\s*)?(해제|개통))|진행\s*방향\s*전체\s*차로|전\s*차로\s*(통제|차단|폐쇄)"
)
_SHOULDER = re.compile(r"갓길|노견|길어깨")
_LANE = re.compile(r"\d\s*(,\s*\d\s*)*차[로선]|\d\s*개\s*차[로선]|일부\s*차[로선]")
_LANE_HEAD = re.compile(r"^\(([^)]*(?:차로|갓길)[^)]*)\)")
_TAGS = re.compile(r"\[([^\]]*)\]")
_OVER = re.compile(r"종료[\s.!)\]]*$")
_BLOCK_TYPES = {
    "0": Closure.NONE,
    "1": Closure.SHOULDER,
    "2": Closure.PARTIAL,
    "3": Closure.FULL,
    "없음": Closure.NONE,
    "갓길": Closure.SHOULDER,
    "일부": Closure.PARTIAL,
    "부분": Closure.PARTIAL,
    "전체": Closure.FULL,
    "전면": Closure.FULL,
}
_SEVERITY = (Closure.FULL, Closure.PARTIAL, Closure.SHOULDER, Closure.SIDEWALK, Closure.NONE)
_KINDS = (
    ("집회", IncidentKind.GATHERING),
    ("행사", IncidentKind.GATHERING),
    ("사고", IncidentKind.ACCIDENT),
    ("공사", IncidentKind.WORK),
    ("작업", IncidentKind.WORK),
    ("기상", IncidentKind.WEATHER),
    ("재난", IncidentKind.DISASTER),
    ("통제", IncidentKind.CONTROL),
    ("기타", IncidentKind.OTHER),
)
_TYPE_CODES = {
    "cor": IncidentKind.WORK,
    "acc": IncidentKind.ACCIDENT,
    "wea": IncidentKind.WEATHER,
    "ete": IncidentKind.OTHER,
    "dis": IncidentKind.DISASTER,
    "etc": IncidentKind.OTHER,
}


@dataclass(frozen=True, slots=True)
class Wording:
    """A city message `<kind>::road::from::to::lanes::[tags] text` in its parts, or only `words`."""

    words: str
    kind: str = ""
    road: str = ""
    begins: str = ""
    ends: str = ""
    lanes: str = ""
    tags: str = ""


def wording(message: str) -> Wording:
    """The parts of a message; one without the grammar is all words, its `(2차로)` head being
    lanes.
    """
    parts = [part.strip() for part in message.split("::")]
    if len(parts) < 6 or not re.fullmatch(r"<[^>]*>", parts[0]):
        head = _LANE_HEAD.match(message)
        return Wording(message, lanes=head[1] if head else "", tags=_tags(message[:20]))
    rest = "::".join(parts[5:])
    kind, road, begins, ends, lanes = (part.strip("<>") for part in parts[:5])
    return Wording(rest, kind, road, begins, ends, lanes, _tags(rest))


def _tags(words: str) -> str:
    return "/".join(_TAGS.findall(words))


def is_over(message: str) -> bool:
    """Whether a message still listed reports its own end (`... 종료`)."""
    return bool(_OVER.search(message))


def closure_of(block_type: str, lanes: Iterable[str], words: str) -> Closure:
    """The gravest closure that any of the three says: the centre's code, its lanes, its words."""
    found = {_BLOCK_TYPES[block_type]} if block_type in _BLOCK_TYPES else set()
    spoken = " | ".join((*lanes, words))
    for pattern, closure in (
        (_FULL, Closure.FULL),
        (_LANE, Closure.PARTIAL),
        (_SHOULDER, Closure.SHOULDER),
    ):
        if pattern.search(spoken):
            found.add(closure)
    return next((closure for closure in _SEVERITY if closure in found), Closure.UNKNOWN)


def kind_of(event_type: str, spoken: Wording) -> IncidentKind | None:
    """The kind; a rally filed as roadwork is a gathering. None when no word is known."""
    if any(word in spoken.tags for word in ("집회", "행사")):
        return IncidentKind.GATHERING
    if event_type.lower() in _TYPE_CODES:
        return _TYPE_CODES[event_type.lower()]
    for words in (event_type, spoken.kind, spoken.tags):
        for word, kind in _KINDS:
            if word in words:
                return kind
    return None

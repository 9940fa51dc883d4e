"""The grammar of a traffic centre's message, and the kind of what it tells of."""

import re
from dataclasses import dataclass

from streams.contract.enums import IncidentKind

_LANE_HEAD = re.compile(r"^\(([^)]*(?:차로|갓길)[^)]*)\)")
_TAGS = re.compile(r"\[([^\]]*)\]")
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
_DIGS = re.compile(
    "굴착|터파기|매설|지중화|관로|전력구|"
    "(?:상수|하수|오수|우수|송수|배수|급수|공급|열수송|가스|통신)관.{0,6}(?:교체|보수|부설|공사|복구)"
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


def names_digging(words: str) -> bool:
    """Whether a message is of work below the road, which needs a permit; cleaning pipes is none."""
    return _DIGS.search(words) is not None

"""What the text of a direction means: both, a bearing, a side of the road, or places by name. Pure.

Only its words are read here; where the named places lie is for `directions`. What cannot be known
without more than the text (기점, 종점, 내선) says nothing.
"""

import re
from typing import NamedTuple

_COMPASS_KOREAN = {"북": 0, "동": 90, "남": 180, "서": 270}
_COMPASS = {
    **_COMPASS_KOREAN,
    "북동": 45, "동북": 45, "남동": 135, "동남": 135, "남서": 225, "서남": 225, "북서": 315,
    "서북": 315, "N": 0, "NE": 45, "E": 90, "SE": 135, "S": 180, "SW": 225, "W": 270, "NW": 315,
    "NORTH": 0, "EAST": 90, "SOUTH": 180, "WEST": 270,
    "NORTHEAST": 45, "SOUTHEAST": 135, "SOUTHWEST": 225, "NORTHWEST": 315,
}  # fmt: skip
_BOTH = re.compile(
    r"양\s*(?:방향|방면|방|측|쪽|편|차[로선]|노선)|왕복|쌍방|전\s*방향|모든\s*방향|both"
    r"|상(?:행|선)?(?:\s*[선측])?\s*(?:[·ㆍ・∙/,.&+~-]|및|과|와)?\s*하\s*(?:행|선|방향)"
    r"|하(?:행|선)\s*(?:[·ㆍ・∙/,.&+~-]|및|과|와)\s*상(?:행|선)"
    r"|[⇄↔⇔⟷⇆]|<-+>|<=+>|two-?way",
    re.IGNORECASE,
)
_UPWARD = re.compile(r"(?<![가-힣])(상|하)\s*(?:행\s*선?|선)(?=$|[^가-힣]|방[향면]|차[로선]|측|쪽)")
_UNKNOWABLE = re.compile(
    r"(?:기점|종점|시점|시종점|정|역|순|진행|시계|반시계|내선|외선|본선|순환|내선순환|외선순환)"
    r"(?:부|측|쪽)?|미정|모름|불명|미상|없음|해당\s*없음|기타|전체|전\s*구간|동서|서동|남북|북남"
)
_ARROW = re.compile(r"\s*(?:→|⇒|➔|➜|➡|►|▶|▷|⟶|=+>|-+>|―>|─>|>+|에서(?=[\s가-힣]))\s*")
_EXTENT = re.compile(r"\s*(?:[~∼〜～]|까지)\s*")
_TOWARDS = re.compile(r"\s*(?:방향|방면|bound)", re.IGNORECASE)
_GOING = re.compile(r"\s*(?:가는|향하는|진행|진입|나가는|올라가는|내려가는)$")
_PARTICLE = re.compile(r"\s*(?:으로|로|쪽|측|편|행|향)$")
_LANES = re.compile(
    r"\s*[,/]?\s*(?:편도\s*)?(?:(?:\d+(?!\d)|전|한|두|일부|[상하]위)(?:\s*[~,·-]\s*|\s+|(?=\S|$)))*개?\s*(?:차로|차선)"
    r"(?:\s*중.*)?|\s*편도|\s*(?:전면|부분|일부)?\s*(?:통제|차단|점용|폐쇄)$"
)
_NAMED = "|".join(sorted((name for name in _COMPASS if name.isascii()), key=len, reverse=True))
_HEADING = re.compile(
    rf"([동서남북]{{1,2}}|{_NAMED})\s*(쪽|측|편)?\s*"
    r"(으로|로|행|향|방향|방면|방|B|bound)?\s*(?:차[로선]|도로)?(?:\s*진행)?",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[\[(（【<]([^\[\]()（）【】<>]*)[\])）】>]")
MAX_WORDS = 200  # of a direction are read: what a feed may send is longer than what one says
_MARKS = " \t,.;:/·"


class Stated(NamedTuple):
    """What a direction means. Nothing set: it cannot be read.

    `heading_deg` is where the traffic goes, `side_deg` on which side of the middle it drives;
    `is_upward` is 상행 (True) or 하행; `to` and `since` are spellings of the places it leads to and
    comes from, the likeliest first.
    """

    is_both: bool = False
    heading_deg: float | None = None
    side_deg: float | None = None
    is_upward: bool | None = None
    to: tuple[str, ...] = ()
    since: tuple[str, ...] = ()


def stated(text: str) -> Stated:
    """What a direction means; its main words count before those in brackets,
    but for a bare 상행 or 하행: 하행선(시장 방면) leads to the market.
    """
    bare = " ".join(text[:MAX_WORDS].split())
    if not bare or _BOTH.search(bare):
        return Stated(is_both=True)
    outside = _BRACKETS.sub(" ", bare).strip(_MARKS)
    parts = [outside, *_BRACKETS.findall(bare), bare.strip(_MARKS)]
    for words in sorted(parts, key=lambda part: (_is_plain(part), _is_side(part))):
        if (found := _read(words)) != Stated():
            return found
    return Stated()


def _is_side(words: str) -> bool:
    """Whether the words say 상행 or 하행 and nothing that can be looked up."""
    return _UPWARD.fullmatch(words) is not None


def _is_plain(words: str) -> bool:
    """Whether nothing in the words is only said of directions."""
    return not any(sign.search(words) for sign in (_UPWARD, _ARROW, _TOWARDS))


def _read(words: str) -> Stated:
    if match := _UPWARD.search(words):
        return Stated(is_upward=match[1] == "상")
    is_extent = bool(_EXTENT.search(words)) and not _ARROW.search(_EXTENT.sub("", words))
    if (is_extent or words.endswith("까지")) and not _TOWARDS.search(words):
        return Stated(is_both=True)  # from where to where it is dug, not where the cars go
    *before, goal = (_EXTENT if is_extent else _ARROW).split(words)
    goal = goal.strip(_MARKS)
    if (heading := _heading(goal)) and (heading[0] is not None or heading[1] is not None):
        return Stated(heading_deg=heading[0], side_deg=heading[1])
    since = _spellings(before[-1].strip(_MARKS)) if before else ()
    return Stated(to=_spellings(goal), since=since)


def _heading(goal: str) -> tuple[float | None, float | None] | None:
    """(bearing, side) of words of the compass; both None for an axis such as 남북."""
    match = _HEADING.fullmatch(_without_lanes(goal))
    if match is None:
        return None
    deg = _COMPASS.get(match[1].upper())
    return (None, deg) if match[2] and not match[3] else (deg, None)


def _without_lanes(goal: str) -> str:
    return _LANES.sub("", goal).strip(_MARKS)


def _spellings(goal: str) -> tuple[str, ...]:
    """How the name of a place may read in a text, without the words for "towards"."""
    head = _TOWARDS.split(goal, maxsplit=1)[0].strip(_MARKS)
    bare = _GOING.sub("", _without_lanes(head))
    names = (head, bare, _PARTICLE.sub("", bare).strip(_MARKS))
    return tuple(dict.fromkeys(n for n in names if len(n) > 1 and not _UNKNOWABLE.fullmatch(n)))

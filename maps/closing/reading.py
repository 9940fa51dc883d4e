"""What a typed closure says: "팔호광장→육림고개 사고 1차로 30분". Pure: now is given.

What is understood is taken out of the text; what is left at first is the place, the rest is the
reason. Nothing is guessed silently: every field is shown before it is sent.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from maps.closing import clocks
from streams.contract.enums import Closure, IncidentKind
from streams.contract.times import DAY_MS

MAX_CHARS = 200
_CAUSES: dict[str, IncidentKind] = {
    word: kind
    for kind, words in (
        (IncidentKind.ACCIDENT, "사고 추돌 충돌 전복 고장차 고장차량 accident crash collision"),
        (
            IncidentKind.GATHERING,
            "행사 집회 시위 축제 마라톤 퍼레이드 행진 event rally parade marathon",
        ),
        (IncidentKind.WORK, "공사 굴착 작업 보수 복구 포장 도색 works roadworks dig"),
        (
            IncidentKind.WEATHER,
            "침수 물고임 폭설 결빙 빙판 블랙아이스 제설 강풍 안개 flood snow ice",
        ),
        (
            IncidentKind.DISASTER,
            (
                "화재 붕괴 산사태 낙석 누수 누출 싱크홀 침하 함몰 유실 포트홀 파손 파열 폭발 "
                "터짐 쓰러짐 처짐 단선 "
                "fire collapse landslide burst"
            ),
        ),
        (IncidentKind.CONTROL, "단속 훈련 의전 drill"),
        (IncidentKind.OTHER, "고장 정전 낙하물 outage debris"),
    )
    for word in words.split()
}
_KINDS = frozenset(
    ["사고", "행사", "공사", "작업", "accident", "crash", "event", "works", "roadworks"]
)
"""Words that say no more than the kind does."""
_THINGS = (
    "상수도관?|하수도?관?|수도관?|오수관|우수관|도시가스관?|가스관?|온수관|열수송관|통신관|배관|맨홀|아스콘|아스팔트|차선|"
    "맨홀\\s*뚜껑|도로|노면|가로수|나무|전신주|전봇대|전선|신호등|옹벽|비탈면|건물|상가|"
    "차량|승용차|화물차|트럭|버스|택시|오토바이|water main|gas main|gas|water"
)
_CAUSE = re.compile(
    rf"(?<!\S)(?P<before>(?:(?:{_THINGS})\s+)?\S*?)"
    rf"(?P<word>{'|'.join(sorted(_CAUSES, key=len, reverse=True))})"
    r"(?:차량|처리)?(?:으로|로|발생|중)?(?=[\s,.]|$)",
    re.IGNORECASE,
)
_LANES = re.compile(
    r"(?<!\S)(?P<lanes>(?:편도\s*)?(?:\d\s*차(?:로|선)\s*중\s*)?(?:"
    r"(?:우측|좌측|중앙|하위|상위|바깥쪽?|안쪽|끝|가변|추월|주행|직진|[우좌]회전|유턴|(?:버스)?\s*전용)\s*"
    r"(?:\d\s*(?:개\s*)?)?|\d(?:\s*[,·~/\-]\s*\d)*\s*(?:개\s*)?)차(?:로|선)"
    r"|lanes?\s*\d(?:\s*[,~\-]\s*\d)*)"
    r"(?:\s*(?:통제|차단|점[유용]|closed)(?:\s*중)?)?(?![가-힣])",
    re.IGNORECASE,
)
_CLOSURES: tuple[tuple[Closure, str], ...] = (
    (
        Closure.FULL,
        r"전면\s*(?:(?:교통|차량|도로)\s*)?(?:통제|차단|폐쇄)?(?:\s*중)?|전\s*차로\s*(?:통제)?|통행\s*(?:금지|불가)|fully?\s*closed|closed",
    ),
    (Closure.PARTIAL, r"(?:부분|일부)\s*(?:차로)?\s*(?:통제|차단)?|partial(?:ly)?(?:\s*closed)?"),
    (Closure.SHOULDER, r"갓길\s*(?:통제|차단)?|shoulder"),
    (Closure.SIDEWALK, r"(?:보도|인도)\s*(?:통제|차단)?|sidewalk"),
    (Closure.BICYCLE, r"자전거\s*도?로\s*(?:통제|차단)?|bicycle lane"),
    (Closure.BUS_STOP, r"정류(?:장|소)\s*(?:폐쇄|통제|이전)|bus stop closed"),
    (Closure.FULL, r"(?:(?:교통|차량|도로|통행)\s*)?(?:통제|차단|폐쇄)(?:\s*중)?"),
)
_CLOSED = tuple(
    (closure, re.compile(rf"(?<!\S)(?:{text})(?![가-힣])", re.IGNORECASE))
    for closure, text in _CLOSURES
)
_BLOCKED = re.compile(
    r"(?<!\S)(?:(?:다|모두|완전히)\s*)?막(?:힘|음|아|혀|히|았|혔)[가-힣]*(?![가-힣])", re.IGNORECASE
)
"""What people say of a closed road and of a jam alike."""
_BOTH = re.compile(
    r"(?<!\S)(?:양\s*방향|양방|왕복(?:\s*\d{1,2}\s*차(?:로|선)(?:\s*중(?=\s))?)?|상하행선?|both\s*ways?)"
    r"(?:\s*모두)?(?![가-힣])",
    re.IGNORECASE,
)
_LIFTED = re.compile(
    r"(?<!\S)(?:(?:통제\s*)?(?:해제|종료|개통|재개|reopened)(?:됨|함|완료)?"
    r"|(?:통제|차단|폐쇄)\s*(?:없|아니|안\s*[하함])[가-힣]*|안\s*막[힘혀혔힙히][가-힣]*|막히지\s*않[가-힣]*)(?=[\s,.]|$)",
    re.IGNORECASE,
)
_DIRECTION = re.compile(
    r"(?<!\S)(?<![→⇒>~]\s)(?P<direction>[^\s→⇒>~]+?\s*(?:방향|방면)|상행선?|하행선?|inbound|outbound)(?=[\s,.]|$)",
    re.IGNORECASE,
)
_ARROW = re.compile(r"\s*(?:→|⇒|->|=>|>)\s*|\s+to\s+|에서\s+|(?<=[가-힣])부터\s+", re.IGNORECASE)
_WAVE = re.compile(r"\s*(?:~|↔|<->)\s*|\s+[-–]\s+")
_AND = re.compile(r"(?<=[가-힣])[와과]\s+")
_BETWEEN = re.compile(r"\s*(?:사이|구간)$")
_ENDINGS = re.compile(r"\s*(?:까지|사이|구간|간|방향|방면)$")
_JOINTS = "→⇒>~↔-"
_ONE_SPELLING = str.maketrans({**dict.fromkeys("∼〜", "~"), **dict.fromkeys("!?", " ")})
_TAKEN = "\n"


class Trouble(NamedTuple):
    """What is wrong at a field: a code of the catalogue, "closing.CODE"."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class ReadClosure:
    """What a text says. `end` "": it names one place. `ends_ms` None: it says no end.

    `is_both`: in both directions. `closure` is PARTIAL where only a cause is named.
    """

    start: str = ""
    end: str = ""
    is_both: bool = False
    cause: IncidentKind = IncidentKind.OTHER
    closure: Closure = Closure.PARTIAL
    lanes: str = ""
    direction: str = ""
    starts_ms: int = 0
    ends_ms: int | None = None
    reason: str = ""
    troubles: tuple[Trouble, ...] = field(default=())


class _Rest:
    """A text, of which is taken what is understood."""

    def __init__(self, text: str) -> None:
        one = unicodedata.normalize("NFKC", text).translate(_ONE_SPELLING)
        self.text = " ".join(one[:MAX_CHARS].split())

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first place where a pattern is found; it leaves a cut behind."""
        found = pattern.search(self.text)
        if found is not None:
            self.text = f"{self.text[: found.start()]} {_TAKEN} {self.text[found.end() :]}"
        return found

    def runs(self) -> list[str]:
        """What is left, between what was taken."""
        runs = (" ".join(run.split()).strip(" ,.·;") for run in self.text.split(_TAKEN))
        return [run for run in runs if run]


def read_text(text: str, now_ms: int) -> ReadClosure:
    """What a text says, read at a time."""
    rest = _Rest(text)
    period = _period(rest, now_ms)
    is_lifted = rest.take(_LIFTED) is not None
    is_both = rest.take(_BOTH) is not None
    lanes = rest.take(_LANES)
    closure = _closure(rest)
    is_blocked = rest.take(_BLOCKED) is not None
    cause, told = _cause(rest)
    if closure is None and is_blocked and cause is not IncidentKind.OTHER:
        closure = Closure.FULL
    heading = rest.take(_DIRECTION)
    runs = rest.runs()
    start, end, is_between = _places(runs[0] if runs else "")
    troubles = [*period.troubles, *_wrong_places(runs[0] if runs else "", end)]
    if not start:
        troubles.append(Trouble("text" if not text.strip() else "place", "empty"))
    if is_lifted:
        troubles.append(Trouble("text", "lifted"))
    if closure is None or (lanes and closure is Closure.FULL):
        closure = Closure.PARTIAL
    return ReadClosure(
        start=start,
        end=end,
        is_both=is_both or (is_between and heading is None),
        cause=cause,
        closure=closure,
        lanes=" ".join(lanes["lanes"].split()) if lanes else "",
        direction=heading["direction"] if heading else "",
        starts_ms=period.starts_ms,
        ends_ms=period.ends_ms,
        reason=" ".join([*([told] if told else []), *runs[1:]]),
        troubles=tuple(troubles),
    )


def _closure(rest: _Rest) -> Closure | None:
    for closure, pattern in _CLOSED:
        if rest.take(pattern):
            return closure
    return None


def _cause(rest: _Rest) -> tuple[IncidentKind, str]:
    """The cause, and its words where they say more than its kind: "상수도 파열"."""
    found = _CAUSE.search(rest.text)
    if found is not None and found["before"] and not found.start():
        found = _CAUSE.search(rest.text, found.end())  # a place may end like a cause: 도로공사
    if found is None:
        return IncidentKind.OTHER, ""
    rest.text = f"{rest.text[: found.start()]} {_TAKEN} {rest.text[found.end() :]}"
    word, told = found["word"].lower(), found["before"] + found["word"]
    return _CAUSES[word], "" if told.lower() in _KINDS else told


def _places(run: str) -> tuple[str, str, bool]:
    """The one place or the two of a text, and whether it says between them or from one to the
    other.
    """
    if _BETWEEN.search(run) and len(both := _AND.split(_BETWEEN.sub("", run))) == 2:
        return both[0], both[1], True
    for pattern, is_between in ((_ARROW, False), (_WAVE, True)):
        parts = [part.strip() for part in pattern.split(run, maxsplit=1)]
        if len(parts) == 2 and all(parts):
            return parts[0], _ENDINGS.sub("", parts[1]), is_between
    return _ENDINGS.sub("", run.strip(f" {_JOINTS}")), "", False


def _wrong_places(run: str, end: str) -> list[Trouble]:
    """Of two places one is not there yet, or there are three."""
    if _ARROW.search(end) or _WAVE.search(end):
        return [Trouble("end", "two_places")]
    if end or not run.strip(_JOINTS):
        return []
    edges = (("start", run[0]), ("end", run[-1]))
    return [Trouble(name, "empty") for name, edge in edges if edge in _JOINTS]


class _Period(NamedTuple):
    starts_ms: int
    ends_ms: int | None
    troubles: tuple[Trouble, ...] = ()


def _period(rest: _Rest, now_ms: int) -> _Period:
    """From when until when; what cannot be read or is turned round is a trouble, and so is what
    is said of time beside what was read.
    """
    period = _read_period(rest, now_ms)
    if period.troubles or clocks.UNREAD.search(rest.text) is None:
        return period
    return period._replace(troubles=(Trouble("ends_ms", "bad_time"),))


def _read_period(rest: _Rest, now_ms: int) -> _Period:
    if found := rest.take(clocks.RANGE):
        return _range(found, now_ms)
    if found := rest.take(clocks.DAYS):
        days = clocks.days_of(found, now_ms)
        return _checked(*days, now_ms) if days else _unread(now_ms)
    starts_ms, troubles = _begin(rest, now_ms)
    if found := rest.take(clocks.UNTIL):
        is_first = found["hour1"] or found["called1"]
        end = clocks.clock_of(found, 1 if is_first else 2, now_ms)
        ends_ms = None if end is None else clocks.end_ms(end, starts_ms)
    elif found := rest.take(clocks.LAST_DAY):
        ends_ms = clocks.last_day_ms(found, starts_ms)
    elif found := rest.take(clocks.LASTS):
        ends_ms = starts_ms + clocks.lasts_ms(found)
    else:
        return _Period(starts_ms, None, troubles)
    if ends_ms is None:
        return _unread(starts_ms, troubles)
    return _checked(starts_ms, ends_ms, now_ms, troubles)


def _begin(rest: _Rest, now_ms: int) -> tuple[int, tuple[Trouble, ...]]:
    """From when on, where the text says no more than that; else now."""
    if rest.take(clocks.FROM_NOW):
        return now_ms, ()
    if found := rest.take(clocks.LATER):
        return now_ms + clocks.later_ms(found), ()
    if (found := rest.take(clocks.SINCE)) is None:
        return now_ms, ()
    if (begin := clocks.clock_of(found, 1, now_ms)) is None:
        return now_ms, (Trouble("starts_ms", "bad_time"),)
    return clocks.begin_ms(begin, now_ms), ()


def _unread(starts_ms: int, troubles: tuple[Trouble, ...] = ()) -> _Period:
    return _Period(starts_ms, None, (*troubles, Trouble("ends_ms", "bad_time")))


def _range(found: re.Match[str], now_ms: int) -> _Period:
    begin, end = (clocks.clock_of(found, part, now_ms) for part in (1, 2))
    if begin is None or end is None:
        name = "starts_ms" if begin is None else "ends_ms"
        return _Period(now_ms, None, (Trouble(name, "bad_time"),))
    starts_ms = clocks.begin_ms(begin, now_ms)
    ends_ms = clocks.end_ms(end, starts_ms)
    is_dateless = begin.day is end.day is None
    if is_dateless and ends_ms <= now_ms:
        again_ms = 7 * DAY_MS if begin.weekday >= 0 else DAY_MS
        starts_ms, ends_ms = starts_ms + again_ms, ends_ms + again_ms
    return _checked(starts_ms, ends_ms, now_ms)


def _checked(
    starts_ms: int, ends_ms: int, now_ms: int, troubles: tuple[Trouble, ...] = ()
) -> _Period:
    if (trouble := end_trouble(starts_ms, ends_ms, now_ms)) is not None:
        troubles = (*troubles, trouble)
    return _Period(starts_ms, ends_ms, troubles)


def end_trouble(starts_ms: int, ends_ms: int | None, now_ms: int) -> Trouble | None:
    """What is wrong with an end: it lies before its begin, or has passed."""
    if ends_ms is None:
        return None
    if ends_ms <= starts_ms:
        return Trouble("ends_ms", "end_first")
    return Trouble("ends_ms", "end_past") if ends_ms <= now_ms else None

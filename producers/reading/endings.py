"""Whether a message that is still listed reports its own end, and the end that it plans.

"사고처리 완료" is over. "14:00 종료" and "9월 30일까지" plan an end, which is over once it has
passed; "종료 예정", "해제 시까지" plan one that nobody can date.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from producers.reading.fields import text
from producers.reading.moments import WrittenTime, end_ms
from producers.reading.periods import read
from producers.reading.times import MAX_WORDS, normalised
from streams.contract.errors import RecordRefusedError
from streams.contract.times import DAY_MS, KST, KST_MS

MAX_PLAN_MS = 360 * DAY_MS
"""A day so far ahead is one without a year that lay just before the begin."""

_FINISHED = r"(?<![미불])(?:종료|완료|해제|해소|종결|철수|마무리|끝)"
_LATER = (
    r"(?!\s*(?:예정|계획|예상|목표|시(?:까지|간)?(?![가-힣])|시까지|전|까지|될|할|되지|하지|후|일|"
    r"요청|대기|협의))"
)
_ENDED = (
    r"사고|상황|작업|공사|행사|집회|경기|통제|차단|조치|처리|복구|수습|정리|견인|제거|수거|철거|제설|"
    r"보수|점검|훈련|정체|구난|배수|운행\s*중지"
)
_OVER = re.compile(
    rf"(?:{_ENDED})(?:\s*(?:처리|조치|작업|공사|수습|중지))?\s*(?:가|이|은|는|을|를)?\s*"
    rf"(?:모두|전부)?\s*{_FINISHED}{_LATER}|"
    rf"(?:소통|통행|운행|교통)\s*(?:재개|정상화?|원활|회복){_LATER}|정상\s*(?:소통|통행|화){_LATER}|"
    rf"(?:전면|전\s*차로|도로|터널)\s*개통{_LATER}|상황\s*끝|"
    rf"{_FINISHED}\s*(?:됨|되었\w*|됐\w*|함|하였\w*|했\w*)?[\s.!)\]]*$"
)
_STILL = re.compile(
    r"(?:통제|차단|폐쇄|점용|진행|작업|공사|처리|수습|복구)\s*(?:중|계속)|계속|부분\s*통제|\d\s*차로"
)
_CLOCK = (
    r"(?:오전|오후|새벽|밤|낮|저녁)?\s*\d{1,2}\s*"
    r"(?::\s*\d{2}|시(?!간)(?:\s*\d{1,2}\s*분|\s*반)?)"
)
_PLANNED = re.compile(
    rf"((?:['\d][\d.\-/년월일\s':]{{0,20}})?(?:{_CLOCK}|\d\s*일|\d[./-]\d{{1,2}}\.?))"
    r"\s*(?:경|쯤)?\s*(?:에|부로|부)?\s*(?:통제|공사|작업|행사|상황|전면|교통)?\s*"
    rf"({_FINISHED}|개통|까지)"
)
_PLANNED_AFTER = re.compile(
    rf"(?:{_FINISHED}|개통)\s*(?:예정)?\s*(?:일시|시각|시간|일)?\s*[:(]?\s*"
    rf"((?:['\d][\d.\-/년월일\s':]{{0,20}})?(?:{_CLOCK}|\d\s*일|\d[./-]\d{{1,2}}\.?))"
)
_DATELESS = re.compile(r"(금일|오늘|당일|명일|내일|익일|매일|매주|평일)")


@dataclass(frozen=True, slots=True)
class Ending:
    """What a message says of its end: that it is over, or a planned end, UTC ms."""

    is_over: bool = False
    planned_ms: int | None = None


def ending(message: str, starts_ms: int, received_ms: int) -> Ending:
    """What a message says of its own end.

    A planned end that has passed is over, but a time without a day says that only of what began
    yesterday or later: of an older work it may be the end of each day.
    """
    words = normalised(text(message, 2000)[-MAX_WORDS:]) or ""
    if match := _PLANNED.search(words) or _PLANNED_AFTER.search(words):
        planned_ms = _planned_ms(words, match, starts_ms, received_ms)
        if planned_ms is not None:
            return Ending(planned_ms <= received_ms, planned_ms)
        words = f"{words[: match.start()]} {words[match.end() :]}"
    return Ending(_is_over(words))


def _is_over(words: str) -> bool:
    """Whether a word of ending stands, and nothing after it goes on."""
    last = None
    for match in _OVER.finditer(words):
        last = match
    if last is None or _DATELESS.search(words[max(0, last.start() - 4) : last.start() + 4]):
        return False
    return _STILL.search(words[last.end() :]) is None


def _planned_ms(words: str, match: re.Match[str], starts_ms: int, received_ms: int) -> int | None:
    """The planned end; None where it cannot be dated, or lies before the begin."""
    start = WrittenTime(starts_ms, starts_ms, has_time=True)
    before = words[max(0, match.start() - 16) : match.start()]
    day = _DATELESS.search(before)
    if day and day[1] in {"매일", "매주", "평일"}:
        return None
    try:
        period = read(f"{match[1].strip(' ~-')}까지", start)
    except RecordRefusedError:
        return None
    if period.end is None:
        return None
    at_ms = end_ms(period.end, start)
    if re.search(r"[월일./년]|\d-\d", match[1]):  # more than a time
        return at_ms if 0 < at_ms - starts_ms < MAX_PLAN_MS else None
    return _on_its_day(at_ms, day[1] if day else "", starts_ms, received_ms)


def _on_its_day(at_ms: int, day: str, starts_ms: int, received_ms: int) -> int | None:
    """A time of day, put on the day that is meant: of the begin, or today, tomorrow."""
    if not day:
        return at_ms if received_ms - starts_ms < 2 * DAY_MS else None
    today = datetime.fromtimestamp(received_ms / 1000, KST).replace(hour=0, minute=0, second=0)
    midnight_ms = int(today.timestamp()) * 1000
    of_day_ms = (at_ms + KST_MS) % DAY_MS
    ahead = 1 if day in {"명일", "내일", "익일"} else 0
    return midnight_ms + ahead * DAY_MS + of_day_ms

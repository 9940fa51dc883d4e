"""Daily hours out of a column or a title: "오후 10시~익일 오전 6시", "09~12시, 13:00~18:00".

Hours are written "HH:MM-HH:MM" (KST, the second before the first: over midnight), several joined
by ",". A text says None (nothing of hours), "" (all day: bounds nothing) or its hours.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from producers.reading.fields import text
from producers.reading.times import MAX_WORDS, Token, normalised, scan

DAY_MIN = 1440
MAX_SPANS = 8
Minutes = tuple[int, int]
"""A daily window in minutes of the day; the second is 1440 at most, and smaller over midnight."""

_ALL_DAY = re.compile(r"24\s*(?:시간|h)|종일|전일|주\s*[·/]?\s*야간?|상시|연중", re.IGNORECASE)
_NOTHING = re.compile(
    r"[-.\s]*|미정|없음|무|해당\s*없음|n/?a|null|none|nan|협의|추후.*", re.IGNORECASE
)
_LEFT_OUT = re.compile(
    r"[(\[]([^()\[\]]*)[)\]]\s*(?:시간(?:대)?)?\s*(?:은|는)?\s*제외|"
    r"[(\[]([^()\[\]]*?)(?:은|는)?\s*(?:제외|휴게|휴식|작업\s*(?:금지|불가|중지))[^()\[\]]*[)\]]|"
    r"((?:점심|중식|휴게|휴식|쉬는)[^0-9,]{0,6}\d[\d:시분\s]*[-~부터]+\s*\d[\d:시분]*)"
)
_LOOKS_TIMED = re.compile(r"\d\s*[:：]\s*\d|\d\s*시|정오|자정|오[전후]\s*\d")
MARGIN = 16
"""What may stand before and behind a time in a title: "밤 10시", "(점심 12:00~13:00 제외)"."""

_CROWDED = re.compile(r"(?<![\d.])(\d{1,2})\.(00|30)(?![\d.])|(?<!\d)(\d{2})(\d{2})\s*시")
_BARE = re.compile(
    r"(?<![\d:.])(\d{1,2}|\d{4})\s*[-~]\s*(\d{1,2}|\d{4})(?![\d:.]|\s*(?:차|일|월|층|m|개))"
)


def hours_of(value: Any) -> str | None:
    """What a column of hours says; bare numbers are hours there: "9~18", "0900-1800"."""
    return _of_column(text(value, MAX_WORDS))


@lru_cache(maxsize=4096)
def _of_column(raw: str) -> str | None:
    words = _CROWDED.sub(r"\1\3:\2\4", raw)  # "09.30", "0930시" as 09:30
    found = _stated(words)
    return _bare(words) if found is None else found


def hours_in(value: Any) -> str | None:
    """What a title or another text says of daily hours; there a time must look like one."""
    words = text(value, MAX_WORDS)
    times = [match.span() for match in _LOOKS_TIMED.finditer(words)]
    if not times:
        return "" if _ALL_DAY.search(words) else None
    return _stated(words[max(0, times[0][0] - MARGIN) : times[-1][1] + MARGIN])


def hours_between(begins: Any, ends: Any) -> str | None:
    """The hours of two columns: 작업시작시각 and 작업종료시각; None unless both are times."""
    first, last = clock_min(begins), clock_min(ends)
    return None if first is None or last is None else written([(first, last)])


def clock_min(value: Any) -> int | None:
    """The minute of the day in a cell: "07:20", "0720", "7시 20분", "오후 6시", 18, 0.75."""
    words = text(value, 40)
    times = [token for token in scan(words) or () if token.second is not None]
    if times:
        return (times[-1].second or 0) // 60
    if re.fullmatch(r"0?\.\d+|0", words):
        return round(float(words) * DAY_MIN)  # a spreadsheet's part of a day
    return _bare_min(words.removesuffix(".0"))


def is_silent(value: Any) -> bool:
    """Whether a cell of hours says, in so many words, that there are none."""
    return _NOTHING.fullmatch(text(value, MAX_WORDS)) is not None


def pulled(tokens: Sequence[Token]) -> tuple[list[Minutes], list[Token]]:
    """The daily windows among tokens, "time to time", and the tokens that are left."""
    windows: list[Minutes] = []
    left: list[Token] = []
    at = 0
    while at < len(tokens):
        end, window = _window(tokens, at)
        if window:
            windows.append(window)
            at = end
        else:
            left.append(tokens[at])
            at += 1
    return windows[:MAX_SPANS], left


def written(windows: Sequence[Minutes]) -> str:
    """The windows as the record has them, "" where one lasts all day."""
    if any((end - begin) % DAY_MIN == 0 for begin, end in windows):
        return ""
    spans = (f"{_clock(begin)}-{_clock(end)}" for begin, end in windows)
    return ",".join(dict.fromkeys(spans))


def _clock(minute: int) -> str:
    return f"{minute % DAY_MIN // 60:02d}:{minute % 60:02d}"


def _stated(words: str) -> str | None:
    plain = normalised(words)
    if plain is None:
        return None
    left_out = [part for match in _LEFT_OUT.finditer(plain) for part in match.groups() if part]
    windows = _windows(_LEFT_OUT.sub(" , ", plain))
    pauses = [pause for part in left_out for pause in _windows(part)]
    if not windows and pauses:
        windows = [(pauses[-1][1], pauses[-1][1] + DAY_MIN)]  # the day round, but for them
    if windows:
        return written(_without(windows, pauses))
    return "" if _ALL_DAY.search(plain) else None


def _windows(words: str) -> list[Minutes]:
    tokens = [token for token in scan(words) or () if token.kind != "daily"]
    timed = [token for token in tokens if token.kind != "day" or token.second is not None]
    found, left = pulled(timed)
    times = [t for t in left if t.kind in {"time", "iso"}]
    if not found and len(times) == len(left) == 2:
        return [(_minute(times[0]), _closing_min(times[0], times[1]))]
    return found


def _window(tokens: Sequence[Token], at: int) -> tuple[int, Minutes | None]:
    """The window that begins at a token, and where it ends."""
    after = at + 1
    while after < len(tokens) and tokens[after].kind in {"to", "next", "until"}:
        after += 1
    joint = tokens[at + 1 : after]
    if not joint or after == len(tokens):
        return after, None
    is_next_day = any(token.kind == "next" for token in joint)
    window = _between(tokens[at], tokens[after], is_next_day=is_next_day)
    while after + 1 < len(tokens) and tokens[after + 1].kind == "until":
        after += 1
    return after + 1, window


def _between(first: Token, last: Token, *, is_next_day: bool) -> Minutes | None:
    """The window of two tokens, one of which may be a bare number: "09~12시"."""
    kinds = (first.kind, last.kind)
    if not set(kinds) <= {"time", "iso", "number"} or kinds == ("number", "number"):
        return None
    begin = _bare_min(first.words) if first.kind == "number" else _minute(first)
    if last.kind == "number":
        end = _bare_min(last.words)
    else:
        end = (last.second or 0) // 60 if is_next_day else _closing_min(first, last)
    return None if begin is None or end is None else (begin, end)


def _minute(token: Token) -> int:
    return (token.second or 0) // 60 % DAY_MIN


def _closing_min(first: Token, last: Token) -> int:
    """The end of a window; one without 오전 or 오후 is the next such hour: 오후 1시~5시."""
    begin, end = _minute(first), (last.second or 0) // 60
    if not first.is_half_stated or last.is_half_stated or end > DAY_MIN // 2:
        return end
    return end + DAY_MIN // 2 if end + DAY_MIN // 2 > begin >= end else end


def _bare(words: str) -> str | None:
    plain = normalised(words) or ""
    pairs = [(_bare_min(a), _bare_min(b)) for a, b in _BARE.findall(plain)]
    windows = [(a, b) for a, b in pairs if a is not None and b is not None]
    return written(windows[:MAX_SPANS]) if windows and len(windows) == len(pairs) else None


def _bare_min(words: str) -> int | None:
    """The minute of "9", "09", "0930" or "093000"; None where it is no time."""
    if not re.fullmatch(r"\d{1,2}|\d{3,4}|\d{6}", words, re.ASCII):
        return None
    digits = words if len(words) <= 2 else words.zfill(4)
    hour, minute = int(digits[:2]), int(digits[2:4] or 0)
    whole = hour * 60 + minute
    return whole if minute < 60 and whole <= DAY_MIN else None


def _without(windows: Sequence[Minutes], pauses: Sequence[Minutes]) -> list[Minutes]:
    """The windows without their pauses; a pause that is not inside a window takes nothing."""
    rest = [(begin, end if end > begin else end + DAY_MIN) for begin, end in windows]
    for first, last in pauses:
        for begin, end in list(rest):
            shift = 0 if first >= begin else DAY_MIN
            start, stop = first + shift, last + shift + (DAY_MIN if last <= first else 0)
            if begin <= start and stop <= end:
                rest.remove((begin, end))
                rest += [part for part in ((begin, start), (stop, end)) if part[0] < part[1]]
    return sorted(rest, key=lambda span: span[0] % DAY_MIN)

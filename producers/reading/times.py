"""The one vocabulary of Korean dates and times: a text as tokens, whatever office wrote it.

`scan` cuts a text into days, times of day, lengths of time and the words between them. It decides
nothing: `periods` reads dates and periods from the tokens, `hours` the daily hours.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

DAY_S = 86_400
MAX_WORDS = 500
_LIKE = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("∼〜～˜⁓∽", "~"),
        **dict.fromkeys("’‘′`´＇ʼ", "'"),
        **dict.fromkeys("→⇒➔➜⟶▶►↔", "→"),
        **dict.fromkeys("ㆍ･‧∙•·", "·"),
        **dict.fromkeys("。．", "."),
    }
)
TURN = 90
"""The first of two digits that is a year of 19.., where nobody says another."""
_YEAR = r"(?:(?<!\d)[1-9]\d{3}|'\s?\d{2}|<years>)"
_IN_A_TEXT = {  # two digits beside others that may be a month, a day, a number
    "years": r"(?<![\d.])(?:1[3-9]|[2-4]\d|9\d)",
    "of_months": r"(?<![\d.])[2-4]\d(?=\s*년)",
    "marked": r"(?!)",
}
_OF_A_DATE = {  # and those that a text begins with which is a date, but 05/11/03
    "years": r"^\d\d(?=\s*년)|^(?:\d\d(?=\s*[-.])|(?:1[3-9]|[2-9]\d)(?=\s*/))"
    r"(?=\s*(?P<mark>[-./])\s*(?:0?[1-9]|1[0-2])\s*(?P=mark)\s*(?:0?[1-9]|[12]\d|3[01])(?!\d))|"
    + _IN_A_TEXT["years"],
    "of_months": rf"^(?:'\s)?\d\d(?=\s*년)|^'\s\d\d|{_IN_A_TEXT['of_months']}",
    "marked": r"^'\s?\d\d",
}
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)"
_DAY_NO_TIME = _DAY + r"(?!\s*[:시])"
_PART = r"(?:\s*(?:초순|상순|초|중순|하순|말일?))?"
_NAMED = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_NAME = rf"(?:{_NAMED})[a-z]*"
_NTH = r"(?:st|nd|rd|th)?"
_HALF = r"(?:오전|오후|새벽|아침|점심|낮|저녁|밤|야간|[ap]\.?m(?![a-z])\.?)"
_HOUR = r"(?<!\d)(?:2[0-4]|1\d|0?\d)"
_OFFSET = r"[+-](?:0?\d|1[0-4])(?::?\d{2})?(?![\d:])"
_ZONE = rf"(?:\s*[(\[]?(?:(?:UTC|GMT)(?:{_OFFSET})?|KST|Z|Asia/Seoul)(?![a-z])[)\]]?)"
_AFTER_HALF = rf"(?:\s*{_HALF}(?!\s*\d)|\s*[(]\s*{_HALF}\s*[)])?"
_NOT_MADE = r"(?!\s*(?:로부터|로\s*부터|부터))"  # "준공일로부터 30일" names a begin, no end
_TOKENS = {
    "ordinal": r"\d{1,2}\s*차(?![로선량])|제\s*\d{1,2}\s*(?:차|회|호)|^\d[.)]\s+(?=\d{4})",
    "weekday": r"[(\[]\s*[월화수목금토일](?:요일)?\s*[)\]]|[월화수목금토일]요일|"
    r"(?<![a-z])(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day|s|rs?|nes)?(?![a-z])",
    "zeros": r"(?<!\d)0{4}(?:[-./]0{1,2}[-./]0{1,2}|0{4})(?:\s*0?0:00(?::00)?)?(?!\d)",
    "ymd": rf"{_YEAR}\s*(?:년도?|[-./·,_])\s*{_MONTH}\s*(?:월|[-./·,_])\s*{_DAY_NO_TIME}"
    r"(?:\s*일(?!\s*간))?(?:\+\d{2}:\d{2}|Z(?![a-z\d]))?|"
    r"(?:(?<!\d)20\d{2}|<marked>)\s(?:1[0-2]|0[1-9])\s(?:3[01]|[12]\d|0[1-9])(?!\d)(?!\s*[:시])",
    "mdy": rf"(?<!\d){_MONTH}/{_DAY}/(?:[12]\d{{3}})(?!\d)|(?<!\d)[1-9]/{_DAY}/\d{{2}}(?!\d)",
    "dny": rf"(?<!\d){_DAY}?{_NTH}[-\s./]*{_NAME}[-\s.,/]*(?:[12]\d{{3}}|'?\d{{2}})(?![\d:])",
    "ndy": rf"(?<![a-z]){_NAME}[-\s.]*{_DAY}{_NTH}[-\s.,/]+[12]\d{{3}}(?!\d)",
    "ynd": rf"(?:(?<!\d)[12]\d{{3}}|<marked>)[-\s./]*{_NAME}[-\s./]*{_DAY}",
    "span": r"(?:총|약)\s*\d{1,4}\s*(?:일|주일?|개월|달|년)(?:\s*(?:간|동안))?|"
    r"[(\[]\s*\d{1,3}\s*(?:일|주|개월|년)\s*[)\]]|(?<!\d)\d{1,4}\s*(?:일|주|년)\s*(?:간|동안|이내)|"
    r"(?<!\d)\d{1,3}\s*(?:개월|주일|달)(?:\s*(?:간|동안|이내))?|"
    r"(?<![\d'])(?:[1-9]|10)\s*년(?!도?\s*\d)|(?<!\d)(?:3[2-9]|[4-9]\d|\d{3})\s*일",
    "iso": rf"(?:(?<=\d)t\s*)?{_HOUR}:[0-5]\d:[0-5]\d(?:[.,]\d+)?\s*(?:{_OFFSET}|{_ZONE})|"
    rf"(?<=\d)t\s*{_HOUR}:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?:\s*{_OFFSET}|{_ZONE})?",
    "time": rf"(?:{_HALF}\s*)?{_HOUR}\s*:\s*[0-5]\d(?:\s*:\s*[0-5]\d(?:[.,]\d+)?)?(?!\d)"
    rf"{_AFTER_HALF}{_ZONE}?|(?:{_HALF}\s*)?{_HOUR}\s*시(?!\s*간)"
    rf"(?:\s*[0-5]?\d\s*분(?:\s*[0-5]?\d\s*초)?|[0-5]\d(?!\d)|\s*반(?![가-힣]))?{_AFTER_HALF}|"
    rf"{_HALF}\s*{_HOUR}(?![\d.])|{_HOUR}\s*[ap]\.?m(?![a-z])\.?|정오|자정",
    "ym": r"(?:(?<!\d)[12]\d{3}|'\d{2}|<of_months>)\s*(?:년도?|[-./])\s*"
    rf"{_MONTH}(?!\d)(?!\s?[./]\s?\d|-\d)\s*월?{_PART}",
    "y": r"(?<!\d)(?:19|20)\d{2}\s*년도?(?!\s*\d)",
    "md": rf"(?<![\d.]){_MONTH}\s*(?:월|[-./])\s*{_DAY_NO_TIME}(?:\s*일(?!\s*간))?",
    "nd": rf"(?<![a-z]){_NAME}[-\s.]*{_DAY}{_NTH}(?![a-z])",
    "m": rf"(?<!\d){_MONTH}\s*월(?!\s*\d){_PART}",
    "d": rf"(?<![\d.]){_DAY}\s*일(?!\s*(?:간|동안|이내))",
    "run": r"(?<![\d.])(?:\d{17}|\d{14}|\d{12}|\d{10}|\d{8}|\d{6})(?:\.0+)?(?![\d.]\d)(?!\d)",
    "serial": r"(?<![\d./:])\d{5}(?:\.\d+)?(?![\d/:])",
    "since": r"(?:착공|착수|시작|개시|공사|굴착|점용)"
    r"(?:\s*(?:일|시작일|개시일|착수일|시))?\s*(?:로?\s*부터|이?후(?=\s*\d))",
    "open": r"미정|미확정|추후|별도|협의|지시|통보\s*시|미상|미지정|무기한|영구|영속|계속|상시|"
    r"존속|(?:준공|완공|완료|종료|해제|철거|복구|폐지|정비|마무리)(?:\s*검사)?"
    rf"(?:\s*[일시때](?:\s*까지)?|\s*까지){_NOT_MADE}|"
    r"현재|진행중|끝날\s*때|해당\s*없음|없음|tbd|unknown|n/?a|null|none|nan|nat|∞",
    "next": r"익일|익|다음\s*날|담날|명일|이튿날|翌日|next\s*day|\+1일?",
    "daily": r"매일|매야|일일|daily|평일|주말|주중|주간|공휴일",
    "to": r"~|→|-+>|=>|>|부터|에서|(?<![a-z])to(?![a-z])|-",
    "until": r"까지|until",
    "number": r"\d+(?:\.\d+)?|(?<=\d)(?!t\d)[a-z]",
    "blank": r"[\s,.;:/()\[\]{}|'\"·]+",
    "word": r".",
}


def _vocabulary(years: Mapping[str, str]) -> re.Pattern[str]:
    """All tokens as one pattern, by which two digits are a year."""
    pattern = "|".join(f"(?P<{kind}>{each})" for kind, each in _TOKENS.items())
    for name, each in years.items():
        pattern = pattern.replace(f"<{name}>", each)
    return re.compile(pattern, re.IGNORECASE | re.ASCII | re.DOTALL)


_SCAN, _SCAN_DATE = _vocabulary(_IN_A_TEXT), _vocabulary(_OF_A_DATE)
_JAVA = re.compile(
    rf"[a-z]{{3}}\s+({_NAMED})\s+(\d\d)\s+(\d\d:\d\d:\d\d)\s+([a-z]{{3}}[+:\d]*)\s+(\d{{4}})",
    re.IGNORECASE,
)
_SILENT = frozenset({"blank", "weekday", "ordinal", "word"})
_ODD = re.compile(r"[^\x00-\x7f가-힣]")
_PARTS = {"초": (1, 10), "상": (1, 10), "중": (11, 20), "하": (21, 0), "말": (21, 0)}
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(32_874, 73_416)  # 1990-01-01 .. 2100-12-31
_CUTS = (4, 6, 8, 10, 12, 14)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text. Of a day `year` and `month` may be unknown and `days` is the first and
    the last day it may mean (0: the month's last); `second` is of the day, 0..86400. `offset_min`
    is a stated time zone; `is_half_stated` says that 오전, 오후 or the like stands with a time.
    """

    kind: str
    words: str
    year: int | None = None
    month: int | None = None
    days: tuple[int, int] | None = None
    second: int | None = None
    offset_min: int | None = None
    is_half_stated: bool = False
    count: int = 0


def normalised(words: str) -> str | None:
    """The words with one spelling of digits, dashes, waves, quotes; None where a digit is no
    decimal one (², ③): it is a mark or a mistake and must not be read as a date.
    """
    plain = words[:MAX_WORDS]
    odd = set(_ODD.findall(plain))
    if any(c.isdigit() and not c.isdecimal() for c in odd):
        return None
    if odd:
        plain = unicodedata.normalize("NFKC", plain.translate(_LIKE)).translate(_LIKE)
        plain = "".join(c for c in plain if c not in odd or unicodedata.category(c) != "Cf")
    return _JAVA.sub(r"\5-\1-\2 \3 \4", " ".join(plain.split()))[:MAX_WORDS]


@lru_cache(maxsize=4096)
def scan(words: str, turn: int = TURN) -> tuple[Token, ...] | None:
    """The tokens of a text, without blanks and other words; None where it cannot be read.

    `turn`: the first of two digits that is a year of 19... Who says another than the usual one has
    a text that is a date: any two digits at its begin are its year.
    """
    plain = normalised(words)
    if plain is None:
        return None
    pattern = _SCAN if turn == TURN else _SCAN_DATE
    found = ((match.lastgroup or "", match) for match in pattern.finditer(plain))
    return tuple(_token(kind, match[0], turn) for kind, match in found if kind not in _SILENT)


def _token(kind: str, words: str, turn: int) -> Token:
    """A piece as it is read; what has no reader is what it is."""
    if kind in _DAYS:
        return _DAYS[kind](kind, words, turn)
    return _READERS.get(kind, Token)(kind, words)


def _numbers(words: str) -> list[int]:
    return [int(part) for part in re.findall(r"[0-9]+", words)]


def _whole_year(year: int, turn: int) -> int:
    return year if year > 99 else year + (1900 if year >= turn else 2000)


def _day(kind: str, words: str, turn: int) -> Token:
    """A day with numbers alone, in the order that its kind names."""
    values = dict(zip(kind, _numbers(words), strict=False))
    year = _whole_year(values["y"], turn) if "y" in values else None
    days = (values["d"], values["d"]) if "d" in values else None
    if "m" not in values and "d" not in values:
        return Token("year", words, year)
    if days is None and "m" in values:
        part = re.search(r"[초상중하말]", words)
        days = _PARTS[part[0]] if part else (1, 0)
    return Token("day", words, year, values.get("m"), days)


def _named_day(kind: str, words: str, turn: int) -> Token:
    """A day with the English name of its month."""
    name = re.search(_NAMED, words, re.IGNORECASE)
    assert name is not None  # noqa: S101 - the pattern holds one
    values = dict(zip(kind.replace("n", ""), _numbers(words), strict=False))
    month = _NAMED.split("|").index(name[0].lower()) + 1
    if "d" not in values or not 1 <= values["d"] <= 31:
        return Token("number", words)
    year = _whole_year(values["y"], turn) if "y" in values else None
    return Token("day", words, year, month, (values["d"], values["d"]))


def _run(_kind: str, words: str, turn: int) -> Token:
    """Digits without a mark between them: YYYYMMDD[HH[MM[SS]]], YYMMDD or YYYYMM."""
    digits = words.partition(".")[0]
    if len(digits) == 6:
        return _short_run(words, digits, turn)
    parts = [int(digits[a:b]) for a, b in zip((0, *_CUTS), _CUTS, strict=False) if b <= len(digits)]
    year, month, day, *rest = parts
    if not (1 <= month <= 12 and 1 <= day <= 31 and year):
        return Token("zeros" if not any(parts) else "number", words)
    second = _second(*rest) if rest else None
    if rest and second is None:
        return Token("number", words)
    return Token("day", words, year, month, (day, day), second)


def _short_run(words: str, digits: str, turn: int) -> Token:
    year, month, day = (int(digits[at : at + 2]) for at in (0, 2, 4))
    if 1 <= month <= 12 and 1 <= day <= 31:
        return Token("day", words, _whole_year(year, turn), month, (day, day))
    if digits[:2] in {"19", "20"} and 1 <= day <= 12:
        return Token("day", words, int(digits[:4]), day, (1, 0))
    return Token("number", words)


def _serial(_kind: str, words: str) -> Token:
    """A spreadsheet's day number, its fraction the time of day."""
    whole = float(words)
    if int(whole) not in _EXCEL_DAYS:
        return Token("number", words)
    day = _EXCEL_EPOCH + timedelta(days=int(whole))
    second = round((whole - int(whole)) * DAY_S)
    return Token("day", words, day.year, day.month, (day.day, day.day), second or None)


def _second(hour: int, minute: int = 0, second: int = 0) -> int | None:
    """The second of the day; None where there is no such time. 24:00 is the day's end."""
    if minute > 59 or second > 59 or hour * 3600 + minute * 60 + second > DAY_S:
        return None
    return hour * 3600 + minute * 60 + second


def _time(_kind: str, words: str) -> Token:
    """A time of day on 24 hours; one that its half of the day contradicts (오전 13시) is a
    number.
    """
    if words in {"정오", "자정"}:
        noon_or_midnight = DAY_S // 2 if words == "정오" else DAY_S
        return Token("time", words, second=noon_or_midnight, is_half_stated=True)
    clock, zone = _split_zone(words)
    hour, *rest = _numbers(re.sub(r"[.,]\d+", "", clock))[:3]
    minutes = [30] if "반" in clock else rest
    half = re.search(_HALF, clock, re.IGNORECASE)
    on_24 = _on_24_hours(half[0], hour) if half else hour
    second = None if on_24 is None else _second(on_24, *minutes)
    if second is None:
        return Token("number", words)
    return Token("time", words, second=second, offset_min=zone, is_half_stated=half is not None)


def _on_24_hours(half: str, hour: int) -> int | None:
    """The hour of the day; None for 오전 13시. 12 at night is the end of the day, 12 at noon 12."""
    if half in {"오전", "새벽", "아침"} or half[0] in "Aa":
        return None if hour > 12 else hour % 12
    if half in {"밤", "야간"}:
        return hour + 12 if 6 <= hour <= 12 else hour
    if half in {"낮", "점심"} and 6 <= hour <= 11:
        return hour
    return hour + 12 if hour < 12 else hour


def _split_zone(words: str) -> tuple[str, int | None]:
    """The clock and the stated zone, minutes east of UTC; None without one."""
    match = re.search(r"(?:UTC|GMT|KST|Z|Asia/Seoul|(?<=\d)\s*[+-])", words, re.IGNORECASE)
    if match is None:
        return words, None
    clock, zone = words[: match.start()], words[match.start() :].strip(" ()[]")
    if zone.upper() in {"KST", "ASIA/SEOUL"}:
        return clock, 540
    sign = -1 if "-" in zone else 1
    digits = "".join(re.findall(r"[0-9]", zone))
    if not digits:
        return clock, 0
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    return clock, sign * (int(hours) * 60 + int(minutes))


_DAYS: dict[str, Callable[[str, str, int], Token]] = {
    **dict.fromkeys(("ymd", "mdy", "ym", "y", "md", "m", "d"), _day),
    **dict.fromkeys(("dny", "ndy", "ynd", "nd"), _named_day),
    "run": _run,
}
_READERS: dict[str, Callable[[str, str], Token]] = {
    "serial": _serial,
    "time": _time,
    "iso": _time,
    "span": lambda _kind, words: Token("span", words, count=_numbers(words)[0]),
}

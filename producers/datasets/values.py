"""A cell as its type has it. Pure; what cannot be read raises, what says "not known" is None."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from producers.datasets.descriptor import Column, Part, Treatment, ValueType
from producers.reading.encodings import LOST
from producers.reading.times import scan
from streams.contract.times import KST
from streams.people.text import may_be_person, without_persons_numbers

Value = str | int | float | bool | dict[str, Any] | None
NOT_KNOWN = frozenset(
    {
        "",
        "-",
        "–",
        "*",
        "N/A",
        "NA",
        "NULL",
        "NONE",
        "NAN",
        "미상",
        "없음",
        "해당없음",
        "해당 없음",
        "미확인",
    }
)
"""What says of itself that nothing is known; in capitals. Of a flag 없음 is no."""
YES = frozenset(
    {
        "Y",
        "YES",
        "TRUE",
        "T",
        "1",
        "O",
        "○",
        "유",
        "예",
        "있음",
        "사용",
        "설치",
        "보유",
        "가능",
        "운영",
        "여",
    }
)
NO = frozenset(
    {
        "N",
        "NO",
        "FALSE",
        "F",
        "0",
        "X",
        "×",
        "무",
        "아니오",
        "없음",
        "미사용",
        "미설치",
        "미보유",
        "불가",
        "미운영",
        "부",
    }
)
MAX_TEXT = 2000
_BRACKETS = re.compile(
    r"^(?P<before>[^(（]*?)\s*[(（]\s*(?P<inside>[^)）]*?)\s*[)）]\s*$", re.DOTALL
)
_NUMBER = re.compile(
    r"(?P<minus>[-−–△▲(]?)\s*[￦₩\\$]?\s*(?P<sign>[-−+]?)"
    r"(?P<digits>[1-9]\d{0,2}(?: \d{3})+(?:\.\d*)?|\d[\d,]*(?:\.\d*)?|\.\d+)"
    r"(?P<power>[eE][-+]?\d{1,3})?\s*(?P<unit>[^\d\s,.()]{0,6})\)?"
)
_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(십|백|천)?\s*(만|억|조)?")
_AMOUNTS = re.compile(
    r"(?P<minus>[-−–△▲(]?)\s*[￦₩\\$]?\s*(?P<parts>(?:\d[\d,]*(?:\.\d+)?\s*[십백천]?\s*[만억조]\s*)*"
    r"(?:\d[\d,]*(?:\.\d+)?\s*[십백천]?)?)\s*(?P<unit>[^\d\s,.()]{0,6})\s*(?P<end>\)?)"
)
_SMALL = {"": 1, "십": 10, "백": 100, "천": 1000}
_LARGE = {"": 1, "만": 10**4, "억": 10**8, "조": 10**12}
_SCALES = frozenset("십백천만억조")
MEASURES: tuple[Mapping[str, float], ...] = (
    {"mm": 0.001, "cm": 0.01, "m": 1, "km": 1000},
    {"m2": 1, "ha": 10_000, "km2": 1_000_000},
    {"g": 0.001, "kg": 1, "t": 1000, "톤": 1000},
    {"초": 1, "분": 60, "시간": 3600},
)
"""Units of one thing that are no equal numbers, as cells have them after NFKC, and what each is."""
_COUNTED = frozenset({
    "원", "명", "인", "건", "개", "개소", "곳", "대", "회", "호", "세대", "가구", "동", "필지",
    "본", "주", "그루", "마리", "권", "매",
})  # fmt: skip
"""What stands behind a number without changing it, of a column that names no unit."""
_YEARS = range(1800, 2201)
_OLD_SERIALS = range(21_916, 32_874)
"""A spreadsheet's days of 1960 to 1989: in a list of works these may be anything, in a column of
dates they are days. Of before 1960 they look like the begin of a year: 19870, 20051.
"""
_TURN = 69
"""The first of two digits that is a year of 19..; as POSIX has it."""
SHORTEST_NUMBER = 9
"""Letters that a telephone or a resident number has at least."""
_RESIDENT = re.compile(r"(?<!\d)\d{6}\s*[-–]?\s*\d{7}(?!\d)")


class ValueRefusedError(Exception):
    """A cell that is not what its column declares; the text says why, without the value."""


def value_of(raw: Any, column: Column) -> Value:
    """The value of a raw cell: its part, the words for nothing and for zero, then its type."""
    words = part_of(raw, column)
    if words in column.zero:
        return 0
    if words in column.missing or (is_nothing(words) and not _is_word_of(words, column)):
        return None
    if column.codes:
        return _coded(words, column)
    return _READERS[column.type](words, column)


def part_of(raw: Any, column: Column) -> str:
    """The words of a cell that are the column's."""
    words = _words(raw)
    return words if column.part is None else _part(words, column.part)


def is_nothing(words: str) -> bool:
    """Whether a cell says that nothing is known: blank, "-", "N/A", "00000000"."""
    bare = words.upper().strip()
    return bare in NOT_KNOWN or bool(re.fullmatch(r"0{8,14}|0{4}-00-00", bare))


def _is_word_of(words: str, column: Column) -> bool:
    if column.type is ValueType.FLAG:
        return words in column.yes or words in column.no or words.upper() in NO
    return column.type in {ValueType.CODE, ValueType.DONG, ValueType.WHOLE} and words.isdecimal()


def generalised(value: Value) -> Value:
    """A number as its ten ("20-29"), a date as its year."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = int(value // 10) * 10
        return f"{low}-{low + 9}"
    return value[:4] if isinstance(value, str) else None


def leaves(column: Column) -> bool:
    """Whether a column leaves at all."""
    return column.personal is not Treatment.DROP


def _words(raw: Any) -> str:
    """A cell as a clean text; 12.0 is 12."""
    if raw is None or isinstance(raw, dict | list):
        return ""
    if isinstance(raw, bool):
        return "Y" if raw else "N"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    words = unicodedata.normalize("NFC", str(raw)[: MAX_TEXT * 2])
    if LOST in words:
        raise ValueRefusedError("letters that cannot be read: neither UTF-8 nor CP949")
    if "\x00" in words:
        raise ValueRefusedError("a NUL byte: the file is damaged there")
    if not words.isprintable():
        words = "".join(c if c.isprintable() or c in "\n\t" else " " for c in words)
    return words.strip()[:MAX_TEXT]


def _part(words: str, part: Part) -> str:
    match = _BRACKETS.match(words)
    if match is None:
        return words if part is Part.BEFORE_BRACKETS else ""
    return match["before" if part is Part.BEFORE_BRACKETS else "inside"]


def _coded(words: str, column: Column) -> str:
    if words not in column.codes:
        raise ValueRefusedError(f"no code of {', '.join(list(column.codes)[:12])}")
    return column.codes[words]


def _text(words: str, _: Column) -> str:
    return " ".join(words.split())


def _code(words: str, _: Column) -> str:
    return re.sub(r"\.0+$", "", words) if re.fullmatch(r"\d+\.0+", words) else words


def _number(words: str, column: Column) -> float:
    """1,234 · 1 234 · 1,234원 · ￦1,234 · 3건 · △12 ▲12 (12) for minus · 1.2E3 · 3억 2천만원."""
    if not _SCALES.isdisjoint(words) and (amount := _amount(words, column)) is not None:
        return amount
    match = _NUMBER.fullmatch(words)
    if match is None:
        raise ValueRefusedError("no number")
    digits = match["digits"]
    if "," in digits and not _GROUPS.fullmatch(digits.partition(".")[0]):
        raise ValueRefusedError("no number: its commas do not part thousands")
    if match["minus"] == "(" and not words.endswith(")"):
        raise ValueRefusedError("no number: a bracket is open")
    if _may_be_number_of_person(words):
        raise ValueRefusedError("no number, but a telephone's or a person's")
    found = float(re.sub("[, ]", "", digits) + (match["power"] or ""))
    is_minus = (match["minus"] or "") in "-−–△▲(" and match["minus"] != ""
    found = -found if is_minus != (match["sign"] in ("-", "−")) else found
    if abs(found) >= 1e18:
        raise ValueRefusedError("more than 10^18")
    return _in_unit(found, match["unit"], column)


def _amount(words: str, column: Column) -> float | None:
    """5,400만원, 3억 2천만원, (870천원), 5만명 in the unit of a column, or of one without a unit in
    any that is known; None of another text. A unit that the column names itself (만원, 천톤) is
    that, and no thousand of another.
    """
    match = _AMOUNTS.fullmatch(words)
    if match is None or not re.search("[십백천만억조]", match["parts"]):
        return None
    unit, told = _folded(match["unit"]), _folded(column.unit)
    is_crews = not unit and not told and "조" in match["parts"]
    is_known = not unit or unit in map(_folded, column.units)
    if told:
        is_known = is_known or _is_unit(unit, told)
    elif not column.units:
        is_known = is_known or unit in _COUNTED or any(unit.lower() in x for x in MEASURES)
    if is_crews or not is_known or set(told) & _SCALES or _is_named(words, column):
        return None
    if (match["minus"] == "(") is not bool(match["end"]):
        raise ValueRefusedError("no number: a bracket is open")
    found = _added(_AMOUNT.findall(match["parts"]), is_said=bool(unit))
    return _in_unit(-found if match["minus"] else found, unit, column)


def measure_of(words: str) -> str:
    """The unit that a number has behind it, where it is one of `MEASURES`; "" of any other."""
    if words[-1:].isdigit() or (match := _NUMBER.fullmatch(words)) is None:
        return ""
    unit = _folded(match["unit"]).lower().lstrip("십백천만억")
    return unit if any(unit in each for each in MEASURES) else ""


def _is_named(words: str, column: Column) -> bool:
    """Whether the unit of a plain number is one that its column converts."""
    plain = _NUMBER.fullmatch(words)
    return plain is not None and _folded(plain["unit"]) in map(_folded, column.units)


def _added(parts: Sequence[tuple[str, str, str]], *, is_said: bool) -> float:
    """What 3억 2천만 comes to. 2억 5천 may mean 5천만, and is refused; so is 3억 2000, unless a
    unit behind it says (`is_said`) that the number ends there.
    """
    found, before = 0.0, math.inf
    for digits, small, large in parts:
        if not _GROUPS.fullmatch(digits.partition(".")[0]):
            raise ValueRefusedError("no number: its commas do not part thousands")
        is_open = not large and _LARGE["만"] < before < math.inf
        is_doubtful = is_open and (small or (not is_said and _plain(digits) < _LARGE["만"]))
        if _LARGE[large] >= before or is_doubtful:
            raise ValueRefusedError("no number: which of 만, 억 and 조 its parts are is not said")
        found, before = found + _plain(digits) * _SMALL[small] * _LARGE[large], _LARGE[large]
    return round(found, 6)


def _plain(digits: str) -> float:
    return float(digits.replace(",", ""))


def _in_unit(found: float, written: str, column: Column) -> float:
    """The number in the unit of its column."""
    unit, units = _folded(written), {_folded(x): times for x, times in column.units.items()}
    if unit in units:
        return round(found * units[unit], 6)
    if unit and (column.unit or units) and not _is_unit(unit, _folded(column.unit)):
        known = ", ".join(repr(each) for each in (column.unit, *column.units) if each)
        raise ValueRefusedError(f"a number of another unit than {known}")
    if unit and not column.unit and unit[0] in _SCALES - {"조"}:
        raise ValueRefusedError("a number in 만, 억 or 천 of something: say its unit")
    return found


def _is_unit(unit: str, declared: str) -> bool:
    """Whether they are the same; a shorter word for the things that are counted is: 개 for 개소."""
    return unit == declared or (
        declared.startswith(unit) and re.fullmatch("[가-힣]+", unit) is not None
    )


def _folded(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).strip()


def _may_be_number_of_person(words: str) -> bool:
    if len(words) < SHORTEST_NUMBER:
        return False
    digits = re.sub(r"\D", "", words.partition(".")[0])
    return len(digits) >= SHORTEST_NUMBER and (
        digits.startswith("0") or without_persons_numbers(words) != words
    )


def _whole(words: str, column: Column) -> int:
    found = _number(words, column)
    if found != int(found):
        raise ValueRefusedError("no whole number")
    return int(found)


def _flag(words: str, column: Column) -> bool:
    bare = words.upper()
    if words in column.yes or (not column.yes and bare in YES):
        return True
    if words in column.no or (not column.no and bare in NO):
        return False
    raise ValueRefusedError("neither yes nor no: name its words by yes = [...] and no = [...]")


def _day(words: str) -> tuple[int, int, int | None, int | None]:
    """Year, month, day (None: the month alone) and second of the day (None: no time)."""
    if re.fullmatch(r"\d{5}", words) and int(words) in _OLD_SERIALS:
        old = date(1899, 12, 30) + timedelta(days=int(words))
        return old.year, old.month, old.day, None
    if _RESIDENT.search(words):
        raise ValueRefusedError("no date")
    tokens = [token for token in scan(words, _TURN) or () if token.kind != "number"]
    days = [token for token in tokens if token.kind == "day"]
    times = [token for token in tokens if token.kind in {"time", "iso"}]
    if len(days) != 1 or len(times) > 1 or len(days) + len(times) != len(tokens):
        raise ValueRefusedError("no date")
    day = days[0]
    if day.year is None or day.month is None or day.days is None or day.year not in _YEARS:
        raise ValueRefusedError("no date with a year of 1800 to 2200")
    first, last = day.days
    second = times[0].second if times else day.second
    return day.year, day.month, first if first == last else None, second


def _date(words: str, _: Column) -> str:
    year, month, day, _second = _day(words)
    if day is None:
        raise ValueRefusedError("no day, a month alone")
    return _checked(year, month, day)


def _checked(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise ValueRefusedError("no day of the calendar") from None


def _month(words: str, _: Column) -> str:
    if match := re.fullmatch(r"(\d{4})\D{0,3}(\d{1,2})\D{0,2}", words):
        year, month = int(match[1]), int(match[2])
    else:
        year, month = _day(words)[:2]
    if not 1 <= month <= 12 or year not in _YEARS:
        raise ValueRefusedError("no month")
    return f"{year}-{month:02d}"


def _time(words: str, _: Column) -> str:
    if match := re.fullmatch(r"(\d|[01]\d|2[0-3])([0-5]\d)|(24)(00)", words):
        return f"{match[1] or match[3]:0>2}:{match[2] or match[4]}"
    tokens = scan(words) or ()
    if len(tokens) != 1 or tokens[0].second is None:
        raise ValueRefusedError("no time of day")
    return f"{tokens[0].second // 3600:02d}:{tokens[0].second // 60 % 60:02d}"


def _moment(words: str, _: Column) -> str:
    year, month, day, second = _day(words)
    if day is None or second is None:
        raise ValueRefusedError("no day with a time")
    _checked(year, month, day)
    at = datetime(year, month, day, tzinfo=KST) + timedelta(seconds=second)
    return at.isoformat()


def _range(words: str, _: Column) -> dict[str, Any]:
    """`6~8`, `1천만원 이상 ~ 5천만원 미만`, `100건 이상`; what is below or above is left out."""
    if may_be_person(words):
        raise ValueRefusedError("no range of numbers")
    found: dict[str, Any] = {}
    pieces = [piece for piece in re.split(r"[~∼～〜]|(?<=\d)\s*-\s*(?=\d)", words) if piece.strip()]
    for at, piece in enumerate(pieces):
        bound = _bound(piece)
        if "미만" in piece:
            found["max_excl"] = bound
        elif "이하" in piece or at == 1:
            found["max"] = bound
        elif "초과" in piece:
            found["min_excl"] = bound
        else:
            found["min"] = bound
    if len(pieces) == 1 and not re.search(r"미만|이하|초과|이상", words):
        found["max"] = found["min"]
    if not pieces or len(pieces) > 2:
        raise ValueRefusedError("no range")
    return {**found, "or_text": words}


def _bound(piece: str) -> int | float:
    match = _AMOUNT.search(piece)
    if match is None:
        raise ValueRefusedError("no range of numbers")
    found = _plain(match[1]) * _SMALL[match[2] or ""] * _LARGE[match[3] or ""]
    return int(found) if found.is_integer() else found


_READERS: Mapping[ValueType, Callable[[str, Column], Value]] = {
    ValueType.TEXT: _text,
    ValueType.CODE: _code,
    ValueType.DONG: _code,
    ValueType.WHOLE: _whole,
    ValueType.NUMBER: _number,
    ValueType.FLAG: _flag,
    ValueType.DATE: _date,
    ValueType.MONTH: _month,
    ValueType.TIME: _time,
    ValueType.MOMENT: _moment,
    ValueType.RANGE: _range,
}

"""The last report of a crew or an office on a work, and how it is shown."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from maps.desk.facts.scene import Json
from maps.desk.saying.times import moment_en, moment_ko, until_en, until_ko
from maps.desk.saying.words import teller

_WORDS = {
    "start": ("시작", "began"),
    "end": ("종료", "ended"),
    "extend": ("연장", "extended"),
    "not_begun": ("아직 시작 안 함", "not begun yet"),
    "not_ended": ("아직 안 끝남", "not finished yet"),
    "cancel": ("취소", "cancelled"),
}
_PEOPLE = ("현장이나 담당 부서", "the crew or the office")


class LastWord(NamedTuple):
    """The last thing said of a work; `by` is "" where the row keeps only that people said it."""

    at_ms: int
    word: str
    by: str


def last_word(row: Mapping[str, Any]) -> LastWord | None:
    """What was said last of a work, None for one of which only its permit is known.

    Of words of the same time the one that changes most counts: what ended outweighs what began.
    """
    said = [
        LastWord(int(told["at_ms"]), word, str(told.get("by") or ""))
        for word, name in (("start", "started"), ("end", "ended"), ("cancel", "cancelled"))
        if (told := row.get(name))
    ]
    if at_ms := row.get("not_begun_ms"):
        said.append(LastWord(int(at_ms), "not_begun", ""))
    if at_ms := row.get("not_ended_ms"):
        is_longer = bool(row.get("extended_to_ms"))
        said.append(LastWord(int(at_ms), "extend" if is_longer else "not_ended", ""))
    ranks = tuple(_WORDS)
    return max(said, key=lambda told: (told.at_ms, ranks.index(told.word)), default=None)


def said_json(row: Mapping[str, Any], now_ms: int) -> Json | None:
    """The last word of a work in both languages."""
    last = last_word(row)
    if last is None:
        return None
    who_ko, who_en = teller({"by": last.by}) if last.by else _PEOPLE
    ko, en = _WORDS[last.word]
    if last.word == "extend":
        until_ms = int(row["extended_to_ms"])
        ko = f"{ko}: {until_ko(until_ms, now_ms)}까지"
        en = f"{en} until {until_en(until_ms, now_ms)}"
    return {
        "word": last.word,
        "by": last.by,
        "at_ms": last.at_ms,
        "ko": f"{ko} · {who_ko} · {moment_ko(last.at_ms, now_ms)}",
        "en": f"{who_en} · {en} · {moment_en(last.at_ms, now_ms)}",
    }

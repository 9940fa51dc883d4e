"""What crew and desk see of a work: the last word, what the public is told, the buses. Pure.

Both read the same function, so a closure that buses contradict is contradicted on both screens.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from maps.desk.blockings import OVER, is_by_people, real_end_ms
from maps.desk.certainty import WORDS
from maps.desk.gather import CardFacts, gather
from maps.desk.scene import AskedPlace, Json, Scene
from maps.desk.times import age_en, age_ko, moment_en, moment_ko, until_en, until_ko
from maps.desk.verdict import Verdict, judge
from maps.desk.words import short, teller
from maps.picture.shapes import known_links

PHASES = {
    "planned": ("시작 전", "Not begun"),
    "active": ("진행 중", "In progress"),
    "paused": ("오늘 작업 시간 아님", "Outside today's hours"),
    "overdue": ("기간 지남", "Overdue"),
    "finished": ("끝남", "Finished"),
    "cancelled": ("취소됨", "Cancelled"),
}
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


def site_json(work_id: str, scene: Scene) -> Json:
    """A work of the picture as its crew sees it. Raises KeyError for one that is not in it."""
    row = scene.picture.works[work_id]
    links = tuple(dict.fromkeys(known_links(row.get("links") or (), scene.network)))
    place = AskedPlace("work", work_id, short(row.get("title")), links=links)
    facts = gather(place, scene)
    verdict = judge(facts, scene)
    phase = str(row.get("phase") or "planned")
    phase_ko, phase_en = PHASES.get(phase, (phase, phase))
    return {
        "work": work_id,
        "phase": phase,
        "phase_ko": phase_ko,
        "phase_en": phase_en,
        "next": next_word(row),
        "ends_ms": real_end_ms(row),
        "said": said_json(row, scene.said_ms),
        "public": _public_json(verdict),
        "against": _against(row, facts, verdict, scene),
        "now_ms": scene.now_ms,
        "clock_ms": scene.picture.clock_ms,
        "store": scene.store,
        "is_late": scene.store != "ok" or scene.is_clock_late,
    }


def next_word(row: Mapping[str, Any]) -> str:
    """What a crew has most likely to say next: that it begins until it said so, then that it ends.

    "" of a work that is over.
    """
    if row.get("phase") in OVER:
        return ""
    return "end" if is_by_people(row.get("started")) else "start"


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


def _public_json(verdict: Verdict) -> Json:
    sure_ko, sure_en = WORDS[verdict.certainty.word]
    return {
        "closure": verdict.closure,
        "word_ko": verdict.word_ko,
        "word_en": verdict.word_en,
        "certainty": verdict.certainty.word,
        "certainty_ko": sure_ko,
        "certainty_en": sure_en,
    }


def _against(
    row: Mapping[str, Any], facts: CardFacts, verdict: Verdict, scene: Scene
) -> Json | None:
    """The buses that drove over what this work says it closes; one alone contradicts nothing yet.

    They are counted from when the work holds, over the last `fresh_ms` at most.
    """
    is_known = scene.store == "ok" and not scene.is_clock_late
    if not (is_known and row.get("closure") == facts.closure == "full" and facts.seen.count):
        return None
    n, old_ms = facts.seen.count, scene.now_ms - facts.seen.observed_ms
    is_contradicted = verdict.certainty.ground == "contradicted"
    ko = f"버스 {n}대가 지나갔습니다 (마지막 {age_ko(old_ms)})."
    en = f"{n} bus{'es' if n > 1 else ''} passed, the last {age_en(old_ms)}."
    if is_contradicted:
        ko = f"{ko} 정말 막혀 있습니까? 시민에게는 ‘신고됨’으로만 나갑니다."
        en = f"{en} Is it really closed? The public is told “reported” only."
    return {
        "buses": n,
        "minutes": scene.fresh_ms // 60_000,
        "last_ms": facts.seen.observed_ms,
        "is_contradicted": is_contradicted,
        "ko": ko,
        "en": en,
    }

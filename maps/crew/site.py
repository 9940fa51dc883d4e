"""What crew and desk see of a work: the last word, what the public is told, the buses. Pure.

Both read the same function, so a closure that buses contradict is contradicted on both screens.
"""

from collections.abc import Mapping
from typing import Any

from maps.desk.facts.blockings import OVER, is_by_people, real_end_ms
from maps.desk.facts.gather import CardFacts, gather
from maps.desk.facts.scene import AskedPlace, Json, Scene
from maps.desk.judging.verdict import Verdict, judge
from maps.desk.saying.last_report import said_json
from maps.desk.saying.times import age_en, age_ko
from maps.picture.shapes import known_links
from maps.picture.text import short
from streams.words.catalogue import both_as, name_of


def site_json(work_id: str, scene: Scene) -> Json:
    """A work of the picture as its crew sees it. Raises KeyError for one that is not in it."""
    row = scene.picture.works[work_id]
    links = tuple(dict.fromkeys(known_links(row.get("links") or (), scene.network)))
    place = AskedPlace("work", work_id, short(row.get("title")), links=links)
    facts = gather(place, scene)
    verdict = judge(facts, scene)
    phase = str(row.get("phase") or "planned")
    return {
        "work": work_id,
        "phase": phase,
        **both_as("phase", name_of("phase", phase)),
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


def _public_json(verdict: Verdict) -> Json:
    return {
        "closure": verdict.closure,
        **both_as("word", verdict.name),
        "certainty": verdict.certainty.word,
        **both_as("certainty", name_of("certainty", verdict.certainty.word)),
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

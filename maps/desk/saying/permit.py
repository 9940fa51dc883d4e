"""The first clause of a permit's own card: what it does now, or what becomes of it."""

from collections.abc import Mapping
from typing import Any

from maps.desk.facts.blockings import Blocking, ended_ms, is_by_people, real_begin_ms, real_end_ms
from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import Scene
from maps.desk.judging.verdict import Verdict, own_work
from maps.desk.saying import times
from maps.desk.saying.clauses import Clause
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.times import moment_en, moment_ko, until_en, until_ko
from maps.desk.saying.words import (
    BESIDE_LANES,
    closure_words,
    link_words,
    said_of,
    said_words,
    taken_words,
    work_name,
)
from maps.picture.text import short
from streams.contract.times import DAY_MS
from streams.geo.network import Network
from streams.words.particles import with_particle


def of_permit(facts: CardFacts, verdict: Verdict, evidence: Evidence) -> Clause:
    """What a permit does; one that is placed nowhere says so."""
    work = own_work(facts)
    if work is None or not facts.place.links:
        return _nowhere(facts, work, evidence)
    ko, en = _going(work, facts, evidence) if work.is_in_force else _resting(work, evidence)
    if verdict.is_stale:
        ko, en = f"마지막으로 받은 자료로는 {ko}", f"When last heard: {en}"
    sources = [evidence.notice(work)]
    if work.is_in_force:
        sources.append(evidence.place(facts.place))
        sources.append(evidence.link(facts.links[0]))
    if work.row.get("ended"):
        sources.append(evidence.said(work, "ended"))
    return Clause("verdict", ko, en, tuple(dict.fromkeys(sources)))


def _nowhere(facts: CardFacts, work: Blocking | None, evidence: Evidence) -> Clause:
    """A permit whose place nobody knows: what it closes cannot be told."""
    row = work.row if work else {}
    name = work_name(row) if work else short(facts.place.title)
    ko = f"{with_particle(name, '은/는')} 위치가 확인되지 않은 허가입니다."
    en = f"{name} is a permit whose place is not known."
    asked = [part for part in (short(row.get("organisation")), short(row.get("phone"))) if part]
    if asked:
        ko += f" 어느 도로인지는 {' '.join(asked)}에 확인하시기 바랍니다."
        en += f" Ask {' '.join(asked)}."
    source = evidence.notice(work) if work else evidence.place(facts.place)
    return Clause("verdict", ko, en, (source,))


def _going(work: Blocking, facts: CardFacts, evidence: Evidence) -> tuple[str, str]:
    """A work that is at it, and where."""
    name = work_name(work.row)
    at_ko, at_en = _at(facts, evidence.scene.network)
    head = f"{with_particle(name, '은/는')} {at_ko}에서 진행 중이며,"
    en = f"{name} is under way {at_en}: {closure_words(work.closure)[1]}."
    if work.closure == "full":
        return f"{head} 도로를 전면 통제하고 있습니다.", en
    if work.closure == "partial" or work.closure in BESIDE_LANES:
        part, _ = taken_words(work.closure, work.row.get("lanes_closed"))
        return f"{head} {with_particle(part, '을/를')} 통제하고 있습니다.", en
    if work.closure == "none":
        return f"{head} 통제하지는 않습니다.", en
    return f"{head} 어디까지 통제하는지는 신고되지 않았습니다.", en


def _at(facts: CardFacts, network: Network) -> tuple[str, str]:
    ko, en = link_words(facts.links[0].place, network)
    if len(facts.links) == 1:
        return ko, en
    first, second = (network.links[link.place] for link in facts.links[:2])
    if len(facts.links) == 2 and (first.from_id, first.to_id) == (second.to_id, second.from_id):
        return f"{ko.removesuffix(' 방향')} 사이 양방향", f"{en} both ways"
    rest = len(facts.links) - 1
    return f"{ko} 등 {rest + 1}개 구간", f"{en} and {rest} more sections"


def _resting(work: Blocking, evidence: Evidence) -> tuple[str, str]:
    """A work that takes nothing from the road now: not begun, resting, over or cancelled."""
    if work.phase == "planned":
        return _planned(work, evidence.scene)
    if work.phase == "cancelled":
        name = work_name(work.row)
        return f"{with_particle(name, '은/는')} 취소된 공사입니다.", f"{name} has been cancelled."
    if work.phase == "finished":
        return _finished(work, evidence.scene.said_ms)
    return _paused(work, evidence.scene.said_ms)


def _planned(work: Blocking, scene: Scene) -> tuple[str, str]:
    """When it is to begin and to end, and what of that nobody knows."""
    topic, name = with_particle(work_name(work.row), "은/는"), work_name(work.row)
    ko, en = f"{topic} 아직 시작하지 않았", f"{name} has not begun"
    if work.row.get("starts_ms") is None:
        ko, en = f"{topic} 시작했다는 소식이 아직 없", f"{name} is not said to have begun"
    when_ko, when_en = _when(work.row, scene)
    why_ko, why_en = said_of(work.row)
    ko = f"{ko}으며, {when_ko} 예정되어 있습니다." if when_ko else f"{ko}습니다."
    en = f"{en}; planned {when_en}." if when_en else f"{en}."
    return f"{ko} {why_ko}".rstrip(), f"{en} {why_en}".rstrip()


def _when(row: Mapping[str, Any], scene: Scene) -> tuple[str, str]:
    """("내일 09시부터 11월 27일까지", "from … to …"), without what is not known and without a begin
    that has passed (a crew said "not yet").
    """
    said_ms, begin_ms, ends_ms = scene.said_ms, real_begin_ms(row), row.get("ends_ms")
    ko, en = [], []
    if begin_ms is not None and begin_ms > scene.now_ms:
        ko.append(f"{moment_ko(begin_ms, said_ms)}부터")
        en.append(f"from {moment_en(begin_ms, said_ms)}")
    if ends_ms is not None:
        last_ko, last_en = _last(row, max(begin_ms or 0, scene.now_ms), said_ms)
        ko.append(f"{last_ko}까지")
        en.append(f"{'to' if en else 'until'} {last_en}")
    return " ".join(ko), " ".join(en)


def _paused(work: Blocking, said_ms: int) -> tuple[str, str]:
    name, hours = work_name(work.row), str(work.row.get("hours") or "")
    ends_ms = work.row.get("ends_ms")
    ko = f"{with_particle(name, '은/는')} 지금 작업을 쉬고 있어 통제하지 않습니다."
    en = f"{name} rests now and closes nothing"
    said_ko, said_en = times.hours_ko(hours), times.hours_en(hours)
    if not said_ko:
        return ko, f"{en}."
    if ends_ms is None:
        why_ko, why_en = said_words("ends_ms", work.row.get("flags") or ())
        ko = f"{ko} 작업은 {said_ko} 합니다. {why_ko}."
        return ko, f"{en}; works {said_en}. {why_en.capitalize()}."
    last_ko, last_en = _day(ends_ms, said_ms)
    ko = f"{ko} 작업은 {last_ko}까지 {said_ko} 합니다."
    return ko, f"{en}; works {said_en} until {last_en}."


def _last(row: Mapping[str, Any], from_ms: int, said_ms: int) -> tuple[str, str]:
    """The last day of a period; where only one night is left of it, the morning that ends it."""
    ends_ms, real_ms = int(row["ends_ms"]), real_end_ms(row) or 0
    if real_ms == ends_ms or real_ms - from_ms > DAY_MS:
        return _day(ends_ms, said_ms)
    return until_ko(real_ms, said_ms), until_en(real_ms, said_ms)


def _day(ends_ms: int, said_ms: int) -> tuple[str, str]:
    """The last day of a period, of work at night the one on which its last night begins."""
    return until_ko(ends_ms, said_ms, is_day=True), until_en(ends_ms, said_ms, is_day=True)


def _finished(work: Blocking, said_ms: int) -> tuple[str, str]:
    name, at_ms = work_name(work.row), ended_ms(work)
    topic = with_particle(name, "은/는")
    if is_by_people(work.row.get("ended")):
        ko = f"{topic} {moment_ko(at_ms, said_ms)}에 끝난 공사입니다."
        return ko, f"{name} ended {moment_en(at_ms, said_ms)}."
    if not at_ms:
        ko = f"{topic} 허가 목록에서 한 달 넘게 빠져 끝난 것으로 봅니다."
        return ko, f"{name} has not been listed for a month and counts as over."
    last = with_particle(until_ko(at_ms, said_ms), "으로/로")
    return f"{topic} {last} 기한이 끝났습니다.", f"{name} was due until {until_en(at_ms, said_ms)}."

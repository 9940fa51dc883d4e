"""The first clause of a permit's own card: what it does now, or what becomes of it."""

from maps.desk import times
from maps.desk.blockings import Blocking, ended_ms, is_by_people
from maps.desk.clauses import Clause
from maps.desk.evidence import Evidence
from maps.desk.gather import Facts
from maps.desk.scene import Scene
from maps.desk.times import moment_en, moment_ko, until_en, until_ko
from maps.desk.verdict import Verdict, own_work
from maps.desk.words import link_words, short, taken_words, work_name
from streams.domain.closure_words import BESIDE_LANES, closure_words
from streams.domain.network import Network
from streams.domain.overlaps import bounds_of
from streams.domain.particles import with_particle


def of_permit(facts: Facts, verdict: Verdict, evidence: Evidence) -> Clause:
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


def _nowhere(facts: Facts, work: Blocking | None, evidence: Evidence) -> Clause:
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


def _going(work: Blocking, facts: Facts, evidence: Evidence) -> tuple[str, str]:
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


def _at(facts: Facts, network: Network) -> tuple[str, str]:
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
    said_ms = scene.said_ms
    name, starts_ms = work_name(work.row), int(work.row.get("starts_ms") or 0)
    ends_ms = int(work.row.get("ends_ms") or 0)
    last_ko, last_en = (
        until_ko(ends_ms, said_ms, is_day=True),
        until_en(ends_ms, said_ms, is_day=True),
    )
    if starts_ms <= scene.now_ms:  # a crew said "not yet"
        ko = f"{with_particle(name, '은/는')} 아직 시작하지 않았으며,"
        ko = f"{ko} {last_ko}까지 예정되어 있습니다."
        return ko, f"{name} has not begun; planned until {last_en}."
    ko = (
        f"{with_particle(name, '은/는')} 아직 시작하지 않았으며, "
        f"{moment_ko(starts_ms, said_ms)}부터 {last_ko}까지 예정되어 있습니다."
    )
    return ko, f"{name} has not begun; planned from {moment_en(starts_ms, said_ms)} to {last_en}."


def _paused(work: Blocking, said_ms: int) -> tuple[str, str]:
    name, hours = work_name(work.row), str(work.row.get("hours") or "")
    ends_ms = int(work.row.get("ends_ms") or 0)
    last_ko, last_en = (
        until_ko(ends_ms, said_ms, is_day=True),
        until_en(ends_ms, said_ms, is_day=True),
    )
    ko = f"{with_particle(name, '은/는')} 지금 작업을 쉬고 있어 통제하지 않습니다."
    en = f"{name} rests now and closes nothing"
    if bounds_of(hours) is None:
        return ko, f"{en}."
    ko = f"{ko} 작업은 {last_ko}까지 {times.hours_ko(hours)} 합니다."
    return ko, f"{en}; works {times.hours_en(hours)} until {last_en}."


def _finished(work: Blocking, said_ms: int) -> tuple[str, str]:
    name, at_ms = work_name(work.row), ended_ms(work)
    topic = with_particle(name, "은/는")
    if is_by_people(work.row.get("ended")):
        ko = f"{topic} {moment_ko(at_ms, said_ms)}에 끝난 공사입니다."
        return ko, f"{name} ended {moment_en(at_ms, said_ms)}."
    last = with_particle(until_ko(at_ms, said_ms), "으로/로")
    return f"{topic} {last} 기한이 끝났습니다.", f"{name} was due until {until_en(at_ms, said_ms)}."

"""What changes next at a place: by plan, or when a feed answers again."""

from maps.desk.facts.blockings import Blocking, real_begin_ms, real_end_ms
from maps.desk.facts.gather import CardFacts
from maps.desk.facts.hours import MINUTE_MS, next_opening_ms
from maps.desk.facts.scene import BUS_FEEDS, SPEED_FEEDS, Scene
from maps.desk.judging.verdict import own_work
from maps.desk.saying.clauses import Clause, title_of
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.times import moment_en, moment_ko, until_en, until_ko
from maps.desk.saying.words import BESIDE_LANES, source_name, taken_words, work_name
from streams.contract.times import EVER_MS
from streams.words.particles import with_particle


def next_update(facts: CardFacts, evidence: Evidence) -> Clause:
    """What changes next by plan; else when the next answer of a feed is due; else the clock."""
    now_ms, said_ms = evidence.scene.now_ms, evidence.scene.said_ms
    planned = _next_change(facts, evidence)
    if planned is not None:
        return planned
    feed = _next_feed(facts, evidence.scene)
    if feed is None:
        ko, en = "새 자료가 들어오는 대로 바뀝니다.", "Changes as soon as anything is heard."
        return Clause("next_update", ko, en, (evidence.clock(),))
    name, due_ms = feed
    if due_ms - now_ms < 2 * MINUTE_MS:
        ko_name, en_name = source_name(name)
        ko = f"{with_particle(ko_name, '은/는')} 곧 다시 들어옵니다."
        return Clause("next_update", ko, f"{en_name} is due soon.", (evidence.feed(name),))
    ko_name, en_name = source_name(name)
    ko = f"{with_particle(ko_name, '은/는')} {moment_ko(due_ms, said_ms)}쯤 다시 들어옵니다."
    en = f"{en_name} is due about {moment_en(due_ms, said_ms)}."
    return Clause("next_update", ko, en, (evidence.feed(name),))


def _next_change(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """The next edge of a work's own plan."""
    now_ms, said_ms = evidence.scene.now_ms, evidence.scene.said_ms
    resting = own_work(facts)
    if resting is not None and resting.phase == "paused":
        at_ms = next_opening_ms(str(resting.row.get("hours") or ""), now_ms)
        if at_ms is not None and at_ms < (real_end_ms(resting.row) or EVER_MS):
            ko = f"{moment_ko(at_ms, said_ms)}에 다시 시작할 예정입니다."
            en = f"Begins again {moment_en(at_ms, said_ms)}."
            return Clause("next_update", ko, en, (evidence.notice(resting),))
    ends = [b for b in facts.causes if b.until_ms is not None and b.until_ms > now_ms]
    if ends:
        first = min(ends, key=lambda b: (b.until_ms or 0, b.id))
        at_ko, at_en = (
            until_ko(first.until_ms or 0, said_ms),
            until_en(first.until_ms or 0, said_ms),
        )
        ko = f"{at_ko}에 끝나는지 다시 확인하십시오."
        return Clause("next_update", ko, f"Check again {at_en}.", (evidence.notice(first),))
    if facts.coming:
        return coming(facts.coming[0], evidence)
    return None


def coming(work: Blocking, evidence: Evidence) -> Clause:
    """What begins within a day."""
    said_ms, starts_ms = evidence.scene.said_ms, real_begin_ms(work.row) or 0
    name = work_name(work.row) if work.kind == "work" else title_of(work)
    act_ko, act_en = _planned_words(work)
    ko = f"{moment_ko(starts_ms, said_ms)}부터는 {with_particle(name, '으로/로')} {act_ko}."
    en = f"From {moment_en(starts_ms, said_ms)}: {act_en} ({name})."
    return Clause("next_update", ko, en, (evidence.notice(work),))


def _planned_words(work: Blocking) -> tuple[str, str]:
    if work.closure == "full":
        return "전면 통제될 예정입니다", "closed"
    if work.closure == "partial" or work.closure in BESIDE_LANES:
        ko, en = taken_words(work.closure, work.row.get("lanes_closed"))
        return f"{with_particle(ko, '이/가')} 통제될 예정입니다", f"{en} closed"
    return "공사가 있을 예정입니다", "works"


def _next_feed(facts: CardFacts, scene: Scene) -> tuple[str, int] | None:
    """The feed the verdict rests on that answers next, and when."""
    own = own_work(facts)
    names = {b.feed for b in (*facts.causes, *([own] if own else []))} or {
        *scene.feeds_of(BUS_FEEDS),
        *scene.feeds_of(SPEED_FEEDS),
    }
    due = [
        (state.last.received_ms + state.last.poll_ms, name)
        for name in sorted(names)
        if (state := scene.picture.feeds.get(name)) is not None and scene.is_current(name)
    ]
    found = min((pair for pair in due if pair[0] > scene.now_ms), default=None)
    return None if found is None else (found[1], found[0])

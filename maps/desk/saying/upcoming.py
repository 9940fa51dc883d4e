"""What changes next at a place: by plan, or when a feed answers again."""

from maps.desk.facts.blockings import real_begin_ms, real_end_ms
from maps.desk.facts.gather import CardFacts
from maps.desk.facts.hours import next_opening_ms
from maps.desk.facts.scene import BUS_FEEDS, SPEED_FEEDS, Scene
from maps.desk.saying.clauses import Clause, ClauseName
from maps.desk.saying.names import cause_name, extent, feed_name, taken, title_of
from maps.desk.saying.sources import Sources
from maps.desk.saying.times import moment, until
from streams.contract.enums import Phase
from streams.contract.times import EVER_MS, MINUTE_MS
from streams.words.catalogue import phrase


def next_update(facts: CardFacts, sources: Sources) -> Clause:
    """What changes next by plan; else when the next answer of a feed is due; else the clock."""
    planned = _next_change(facts, sources)
    if planned is not None:
        return planned
    feed, scene = _next_feed(facts, sources.scene), sources.scene
    if feed is None:
        text = phrase("answer.next_unknown")
        return Clause(ClauseName.NEXT_UPDATE, text, (sources.clock(),))
    due_ms, name = feed
    code = "answer.next_soon" if due_ms - scene.now_ms < 2 * MINUTE_MS else "answer.next_feed"
    text = phrase(code, feed=feed_name(name), at=moment(due_ms, scene.reader_ms))
    return Clause(ClauseName.NEXT_UPDATE, text, (sources.feed(name),))


def _next_change(facts: CardFacts, sources: Sources) -> Clause | None:
    """The next edge of a work's own plan."""
    now_ms, today_ms = sources.scene.now_ms, sources.scene.reader_ms
    resting = facts.own_work
    if resting is not None and resting.row.phase is Phase.PAUSED:
        at_ms = next_opening_ms(resting.hours, now_ms)
        if at_ms is not None and at_ms < (real_end_ms(resting.row) or EVER_MS):
            text = phrase("answer.begins_again", at=moment(at_ms, today_ms))
            return Clause(ClauseName.NEXT_UPDATE, text, (sources.notice(resting),))
    ends = [(b.until_ms, b.id, b) for b in facts.causes if b.until_ms and b.until_ms > now_ms]
    if ends:
        until_ms, _, first = min(ends, key=lambda end: end[:2])
        text = phrase("answer.check_again", at=until(until_ms, today_ms))
        return Clause(ClauseName.NEXT_UPDATE, text, (sources.notice(first),))
    if not facts.coming:
        return None
    coming = facts.coming[0]
    starts_ms = real_begin_ms(coming.row) or 0
    text = phrase(
        f"answer.coming.{extent(coming.closure)}",
        at=moment(starts_ms, today_ms, is_start=True),
        name=(cause_name(coming) if coming.work else None) or title_of(coming),
        what=taken(coming.closure, coming.work.lanes_closed if coming.work else None),
    )
    return Clause(ClauseName.NEXT_UPDATE, text, (sources.notice(coming),))


def _next_feed(facts: CardFacts, scene: Scene) -> tuple[int, str] | None:
    """When the feed that the verdict rests on answers next, and its name."""
    own = facts.own_work
    names = {b.row.feed for b in (*facts.causes, *([own] if own else []))} or {
        *scene.feeds_of(BUS_FEEDS),
        *scene.feeds_of(SPEED_FEEDS),
    }
    due = [
        (due_ms, name)
        for name in names
        if scene.is_current(name) and (due_ms := scene.due_ms(name)) is not None
    ]
    return min((pair for pair in due if pair[0] > scene.now_ms), default=None)

"""The first clause of a permit's own card: what it does now, or what becomes of it."""

from maps.desk.facts.blockings import (
    Blocking,
    is_by_people,
    real_begin_ms,
    real_end_ms,
)
from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import Scene
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.clauses import Clause, ClauseName
from maps.desk.saying.names import both_ways, extent, is_there_and_back, link_name, taken, work_name
from maps.desk.saying.sources import Sources
from maps.desk.saying.times import daily_hours, last_day, moment, until
from maps.picture.text import short
from streams.contract.enums import Closure, Phase
from streams.contract.times import DAY_MS
from streams.domain.unknown_times import why_unknown, why_unknown_of
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.words.catalogue import Phrase, Translatable, Value, joined, phrase


def of_permit(facts: CardFacts, verdict: Verdict, sources: Sources) -> Clause:
    """What a permit does; one that is placed nowhere says so."""
    blocking = facts.own_work
    if blocking is None or blocking.work is None or not facts.place.links:
        return _nowhere(facts, blocking, sources)
    work, scene = blocking.work, sources.scene
    text = (
        _going(work, facts, scene.network)
        if work.is_in_force
        else _resting(work, blocking.ended_ms, scene)
    )
    if verdict.is_stale:
        text = phrase("answer.last_known", text=text)
    used = [sources.notice(blocking)]
    if work.is_in_force:
        used += [sources.place(facts.place), sources.link(facts.links[0].index)]
    if work.ended:
        used.append(sources.reported(blocking, "ended", work.ended))
    return Clause(ClauseName.VERDICT, text, tuple(dict.fromkeys(used)))


def _nowhere(facts: CardFacts, blocking: Blocking | None, sources: Sources) -> Clause:
    """A permit whose place nobody knows, and with it what it closes; whom to ask."""
    if blocking is None or blocking.work is None:
        text: Translatable = phrase("answer.nowhere", name=short(facts.place.title))
        return Clause(ClauseName.VERDICT, text, (sources.place(facts.place),))
    work = blocking.work
    text = phrase("answer.nowhere", name=work_name(work))
    asked = [part for part in (short(work.organisation), short(work.phone)) if part]
    if asked:
        text = joined((text, phrase("answer.ask", whom=" ".join(asked))), " ")
    return Clause(ClauseName.VERDICT, text, (sources.notice(blocking),))


def _going(work: Work, facts: CardFacts, network: Network) -> Translatable:
    """A work that is at it, and where."""
    closure = work.closure
    return phrase(
        f"answer.going.{'none' if closure is Closure.NONE else extent(closure)}",
        name=work_name(work),
        where=_where(facts, network),
        what=taken(closure, work.lanes_closed),
    )


def _where(facts: CardFacts, network: Network) -> Value:
    first, *rest = (link.index for link in facts.links)
    if len(rest) == 1 and is_there_and_back(first, rest[0], network):
        return both_ways(first, network)
    name = link_name(first, network, "place.arrow")
    if not rest:
        return name
    return phrase("place.and_more", name=name, n=len(facts.links))


def _resting(work: Work, ended_ms: int, scene: Scene) -> Translatable:
    """A work that takes nothing from the road now: not begun, resting, over or cancelled."""
    if work.phase is Phase.PLANNED:
        return _planned(work, scene)
    if work.phase is Phase.CANCELLED:
        return phrase("answer.cancelled", name=work_name(work))
    if work.phase is Phase.FINISHED:
        return _finished(work, ended_ms, scene.reader_ms)
    return _paused(work, scene.reader_ms)


def _planned(work: Work, scene: Scene) -> Translatable:
    """When it is to begin and to end, and what of that nobody knows."""
    code = "answer.not_begun" if work.starts_ms is not None else "answer.not_reported_begun"
    when, name = _when(work, scene), work_name(work)
    text = phrase(f"{code}.when", name=name, when=when) if when else phrase(code, name=name)
    return joined((text, why_unknown_of(work)), " ")


def _when(work: Work, scene: Scene) -> Phrase | None:
    """내일 오전 9시부터 11월 27일까지, without what is not known and without a begin that has
    passed (a crew reported "not yet").
    """
    today_ms, begin_ms = scene.reader_ms, real_begin_ms(work)
    is_to_come = begin_ms is not None and begin_ms > scene.now_ms
    start = moment(begin_ms or 0, today_ms, is_start=True)
    if work.ends_ms is None:
        return phrase("when.from", start=start) if is_to_come else None
    end = _last(work, max(begin_ms or 0, scene.now_ms), today_ms)
    if is_to_come:
        return phrase("when.from_to", start=start, end=end)
    return phrase("when.until", end=end)


def _paused(work: Work, today_ms: int) -> Translatable:
    rests = phrase("answer.rests", name=work_name(work))
    hours = daily_hours(work.hours)
    if hours is None:
        return rests
    if work.ends_ms is None:
        goes_on = phrase("answer.works_hours", hours=hours)
        return joined((rests, goes_on, why_unknown("ends_ms", work.flags)), " ")
    end = last_day(work.ends_ms, today_ms)
    return joined((rests, phrase("answer.works_hours_until", hours=hours, end=end)), " ")


def _last(work: Work, from_ms: int, today_ms: int) -> Phrase:
    """The last day of a period; where only one night is left of it, the morning that ends it."""
    ends_ms, real_ms = work.ends_ms or 0, real_end_ms(work) or 0
    is_last_night = real_ms != ends_ms and real_ms - from_ms <= DAY_MS
    return until(real_ms, today_ms) if is_last_night else last_day(ends_ms, today_ms)


def _finished(work: Work, ended_ms: int, today_ms: int) -> Phrase:
    name = work_name(work)
    if is_by_people(work.ended):
        return phrase("answer.finished.reported", name=name, at=moment(ended_ms, today_ms))
    if not ended_ms:
        return phrase("answer.finished.unlisted", name=name)
    return phrase("answer.finished", name=name, end=until(ended_ms, today_ms))

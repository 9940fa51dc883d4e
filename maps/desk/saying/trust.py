"""The clauses on how sure the verdict is, how old its evidence, what speaks against it."""

from maps.desk.facts.blockings import is_by_people, notice_ms
from maps.desk.facts.gather import CardFacts
from maps.desk.judging.certainty import Ground
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.clauses import Clause, ClauseName
from maps.desk.saying.names import feed_name, reporter
from maps.desk.saying.silence import stale
from maps.desk.saying.sources import Sources
from maps.desk.saying.times import age, ago, moment, until
from maps.picture.shapes import doubts
from streams.contract.enums import Certainty, Closure
from streams.words.catalogue import Value, phrase


def age_clause(facts: CardFacts, verdict: Verdict, sources: Sources) -> Clause:
    """The evidence and its age, or since when there is none."""
    if verdict.is_stale:
        return stale(facts, verdict, sources)
    if verdict.ground in (Ground.BUS, Ground.CONTRADICTED):
        return _by_buses(facts, verdict, sources)
    if verdict.ground is Ground.NOTICE:
        if not facts.causes and not facts.blockings:
            return _clause(sources.clock(), "cause_unknown")
        is_listed = verdict.certainty is Certainty.REPORTED
        return _noticed(facts, sources, "by_notice" if is_listed else "by_old_notice")
    if verdict.ground is Ground.UNSEEN:
        code = "unseen_route" if facts.is_route else "unseen"
        return _clause(sources.silence(), code, minutes=sources.scene.fresh_minutes)
    made = {
        Ground.PEOPLE: _by_people,
        Ground.ROUND: _by_rounds,
        Ground.CENTRE: _by_centre,
        Ground.ENDED: _by_date,
    }
    return made[verdict.ground](facts, sources)


def _clause(source: str, code: str, /, **values: Value) -> Clause:
    return Clause(ClauseName.AGE, phrase(f"answer.{code}", **values), (source,))


def _by_buses(facts: CardFacts, verdict: Verdict, sources: Sources) -> Clause:
    scene, seen = sources.scene, facts.seen
    source = sources.buses(facts)
    if scene.asked_ms:  # of the past only the level of certainty is kept: two buses or more, or one
        is_sure = verdict.certainty is Certainty.CONFIRMED
        return _clause(source, "by_buses_then" if is_sure else "by_one_bus_then")
    old_ms = scene.now_ms - seen.observed_ms
    if seen.link is None:
        return _clause(source, "by_positions", age=age(old_ms))
    if verdict.ground is Ground.CONTRADICTED:
        return _contradicted(facts, sources)
    if verdict.certainty is Certainty.INFERRED:
        return _clause(source, "inferred_by_buses", ago=ago(old_ms), n=seen.count)
    values: dict[str, Value] = {"age": age(old_ms), "n": seen.count}
    is_part = facts.closure is Closure.NONE and seen.links < len(facts.pieces)
    if not is_part:
        return _clause(source, "by_buses", **values)
    of_part = phrase("answer.by_buses.part", **values, of=len(facts.pieces), links=seen.links)
    return Clause(ClauseName.AGE, of_part, (source,))


def _contradicted(facts: CardFacts, sources: Sources) -> Clause:
    """Who reported that it began; that buses pass is the next clause."""
    closes = (b for b in facts.causes if b.is_reported_begun and b.closure is Closure.FULL)
    cause = next(closes, None)
    if cause is None or cause.work is None or cause.work.started is None:
        return _noticed(facts, sources, "by_notice_only")
    started = cause.work.started
    source = sources.reported(cause, "started", started)
    at = moment(started.at_ms, sources.scene.reader_ms)
    return _clause(source, "begin_reported_only", by=reporter(started), at=at)


def against(facts: CardFacts, verdict: Verdict, sources: Sources) -> Clause | None:
    """What the buses say against a full closure; never hidden."""
    if verdict.ground is not Ground.CONTRADICTED:
        return None
    seen, scene = facts.seen, sources.scene
    text = phrase(
        "answer.against",
        minutes=scene.fresh_minutes,
        n=seen.count,
        age=age(scene.now_ms - seen.observed_ms),
    )
    return Clause(ClauseName.BUSES, text, (sources.buses(facts),))


def doubt(facts: CardFacts, sources: Sources) -> Clause | None:
    """That the place may be another street's, where nothing else closes this one."""
    own = facts.own_work
    shown = [own] if own is not None else [b for b in facts.causes if b.closure is facts.closure]
    is_doubtful = bool(shown) and all(b.work and "place" in doubts(b.work) for b in shown)
    if not is_doubtful or not facts.place.links:
        return None
    return Clause(ClauseName.VERDICT, phrase("answer.doubt"), (sources.notice(shown[0]),))


def _by_people(facts: CardFacts, sources: Sources) -> Clause:
    """Who reported that it began; of an open road or a permit that is over, that it ended."""
    today_ms, own = sources.scene.reader_ms, facts.own_work
    if own is not None and own.work and not own.row.is_in_force:
        is_ended = is_by_people(own.work.ended)
        reported = own.work.ended if is_ended else own.work.cancelled
        source = sources.reported(own, "ended" if is_ended else "cancelled", reported)
        return _clause(source, "reported_directly", by=reporter(reported))
    is_open = facts.closure is Closure.NONE
    for blocking in facts.ended if is_open else facts.causes:
        begun = blocking.work.started if blocking.work else None
        reported = blocking.row.ended if is_open else begun
        if reported is not None and is_by_people(reported):
            source = sources.reported(blocking, "ended" if is_open else "started", reported)
            code = "end_reported" if is_open else "begin_reported"
            at = moment(reported.at_ms, today_ms)
            return _clause(source, code, by=reporter(reported), at=at)
    raise ValueError(f"nobody reported anything of {facts.place.id!r}")


def _by_rounds(facts: CardFacts, sources: Sources) -> Clause:
    """Since when buses go round it."""
    since = moment(facts.rounds.since_ms, sources.scene.reader_ms)
    is_sure = facts.rounds.certainty is Certainty.CONFIRMED
    code = "by_rounds" if is_sure else "inferred_by_rounds"
    return _clause(sources.rounds(facts), code, at=since)


def _by_centre(facts: CardFacts, sources: Sources) -> Clause:
    link = max((x for x in facts.links if x.is_measured), key=lambda x: x.observed_ms)
    old_ms = sources.scene.now_ms - link.observed_ms
    return _clause(sources.speed_report(link), "by_centre", ago=ago(old_ms))


def _noticed(facts: CardFacts, sources: Sources, code: str) -> Clause:
    """By the feed of the gravest cause, and how old its last notice is."""
    cause = (facts.causes or facts.blockings)[0]
    old_ms = max(0, sources.scene.now_ms - notice_ms(cause, sources.scene))
    feed = feed_name(cause.row.feed)
    return _clause(sources.notice(cause), code, feed=feed, ago=ago(old_ms))


def _by_date(facts: CardFacts, sources: Sources) -> Clause:
    last = max(facts.ended, key=lambda b: b.ended_ms)
    end = until(last.ended_ms, sources.scene.reader_ms)
    code = "ended_by_date" if last.work else "ended_by_date.closure"
    return _clause(sources.reported(last, "ended", last.row.ended), code, end=end)

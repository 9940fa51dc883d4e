"""The clauses that say which source fell silent, and since when."""

from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import BUS_FEEDS, Scene
from maps.desk.judging.certainty import Ground
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.clauses import Clause, ClauseName
from maps.desk.saying.names import feed_name
from maps.desk.saying.sources import Sources
from maps.desk.saying.times import age, ago
from streams.contract.enums import FeedStatus
from streams.contract.times import MINUTE_MS
from streams.domain.links.fold import ENOUGH_BUSES
from streams.words.catalogue import Phrase, phrase


def stale(facts: CardFacts, verdict: Verdict, sources: Sources) -> Clause:
    """Which source fell silent, and how long ago."""
    scene = sources.scene
    if verdict.ground is Ground.REBUILDING:
        return Clause(ClauseName.AGE, phrase("answer.silent.rebuilding"), (sources.clock(),))
    if verdict.ground in (Ground.STORE, Ground.CLOCK):
        return Clause(ClauseName.AGE, _all_silent(scene), (sources.clock(),))
    feed = _lost_feed(verdict, facts, scene)
    if feed is None:
        return Clause(ClauseName.AGE, phrase("answer.silent.no_bus_feed"), (sources.clock(),))
    return Clause(ClauseName.AGE, _silent_feed(feed, scene), (sources.feed(feed),))


def _lost_feed(verdict: Verdict, facts: CardFacts, scene: Scene) -> str | None:
    """The feed whose silence makes the verdict stale; the one that has been silent longest."""
    names: set[str] = set()
    if verdict.ground is Ground.NOTICE:
        names = {b.row.feed for b in facts.causes or facts.blockings}
    elif verdict.ground is Ground.BUS:
        names = set(scene.feeds_of(BUS_FEEDS))
    silent = [name for name in sorted(names) if not scene.is_current(name)]
    return min(silent, key=scene.last_success_ms, default=None)


def _all_silent(scene: Scene) -> Phrase:
    at_ms = scene.picture.clock_ms
    if at_ms is None:
        return phrase("answer.silent.never")
    if at_ms > scene.now_ms:
        return phrase("answer.silent.ahead", minutes=(at_ms - scene.now_ms) // MINUTE_MS)
    return phrase("answer.silent.roads", ago=ago(scene.now_ms - at_ms))


def _silent_feed(feed: str, scene: Scene) -> Phrase:
    at_ms, state, name = scene.last_success_ms(feed), scene.picture.feeds.get(feed), feed_name(feed)
    if not at_ms or state is None:
        return phrase("answer.silent.feed_never", feed=name)
    status = scene.status_of(feed)
    if status is FeedStatus.DROPPED:
        return phrase("answer.silent.feed_dropped", feed=name)
    if status is FeedStatus.FROZEN:
        since = age(scene.now_ms - state.last_change_ms)
        return phrase("answer.silent.feed_frozen", feed=name, since=since)
    return phrase("answer.silent.feed", feed=name, ago=ago(scene.now_ms - at_ms))


def bus_silence(facts: CardFacts, verdict: Verdict, sources: Sources) -> Clause | None:
    """The bus feed's silence where the verdict does not rest on it: said, for buses are missing."""
    scene = sources.scene
    names = scene.feeds_of(BUS_FEEDS)
    if verdict.is_stale or not names or scene.is_any_current(BUS_FEEDS):
        return None
    if facts.seen.count >= ENOUGH_BUSES:
        return None
    name = min(names, key=scene.last_success_ms)
    at_ms, code = scene.last_success_ms(name), "answer.bus_silence"
    if not at_ms:
        code = "answer.bus_silence.never"
    if scene.status_of(name) is FeedStatus.DROPPED:
        code = "answer.bus_silence.dropped"
    text = phrase(code, ago=ago(scene.now_ms - at_ms))
    return Clause(ClauseName.BUSES, text, (sources.feed(name),))

"""The clauses that say which source fell silent, and since when."""

from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import BUS_FEEDS, Scene
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.clauses import Clause, lost_feed
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.times import age_en, age_ko, ago_ko
from maps.desk.saying.words import source_name
from streams.contract.enums import FeedStatus
from streams.domain.links.fold import ENOUGH_BUSES
from streams.domain.stages.feeds import status
from streams.words.particles import with_particle


def stale(facts: CardFacts, verdict: Verdict, evidence: Evidence) -> Clause:
    """Which source fell silent, and how long ago."""
    ground, scene = verdict.certainty.ground, evidence.scene
    if ground == "rebuilding":
        ko = "상태를 기록에서 다시 만드는 중이어서 지금 상태는 확인되지 않습니다."
        return Clause(
            "age", ko, "The state is being made again; not known now.", (evidence.clock(),)
        )
    if ground in ("store", "clock"):
        return _all_silent(scene, evidence)
    feed = lost_feed(verdict, facts, scene)
    if feed is None:
        ko = "버스 자료가 들어오지 않아 지금 상태는 확인되지 않습니다."
        return Clause("age", ko, "No bus feed is connected; not known now.", (evidence.clock(),))
    return _silent_feed(feed, evidence)


def _all_silent(scene: Scene, evidence: Evidence) -> Clause:
    at_ms = scene.picture.clock_ms
    if at_ms is None:
        ko, en = (
            "아직 들어온 자료가 없어 지금 상태는 확인되지 않습니다.",
            "Nothing has been heard yet.",
        )
    elif (ahead_ms := at_ms - scene.now_ms) > 0:
        ko = f"도로 자료의 시계가 {ahead_ms // 60_000}분 앞서 있어 지금 상태는 확인되지 않습니다."
        en = f"The clock of the road data is {ahead_ms // 60_000} min ahead; not known now."
    else:
        old_ms = scene.now_ms - at_ms
        ko = f"도로 자료가 {ago_ko(old_ms)} 끊겨 지금 상태는 확인되지 않습니다."
        en = f"Road data stopped {age_en(old_ms)}; not known now."
    return Clause("age", ko, en, (evidence.clock(),))


def _silent_feed(feed: str, evidence: Evidence) -> Clause:
    scene = evidence.scene
    at_ms = scene.last_success_ms(feed)
    state = scene.picture.feeds.get(feed)
    ko_name, en_name = source_name(feed)
    subject = with_particle(ko_name, "이/가")
    if not at_ms:
        ko = f"{subject} 들어온 적이 없어 지금 상태는 확인되지 않습니다."
        return Clause("age", ko, f"{en_name} was never heard.", (evidence.feed(feed),))
    word = status(state, scene.now_ms) if state else None
    if word is FeedStatus.DROPPED:
        ko = f"{ko_name}의 목록이 갑자기 줄어 지금 상태는 확인되지 않습니다."
        en = f"{en_name} is suddenly short; not known now."
        return Clause("age", ko, en, (evidence.feed(feed),))
    if state and word is FeedStatus.FROZEN:
        old_ms = scene.now_ms - state.last_change_ms
        since_ko = f"{age_ko(old_ms)}부터 바뀌지 않아"
        ko = f"{subject} {since_ko} 지금 상태는 확인되지 않습니다."
        en = f"{en_name} has not changed since {age_en(old_ms)}; not known now."
        return Clause("age", ko, en, (evidence.feed(feed),))
    old_ms = scene.now_ms - at_ms
    ko = f"{subject} {ago_ko(old_ms)} 끊겨 지금 상태는 확인되지 않습니다."
    en = f"{en_name} stopped {age_en(old_ms)}; not known now."
    return Clause("age", ko, en, (evidence.feed(feed),))


def bus_silence(facts: CardFacts, verdict: Verdict, evidence: Evidence) -> Clause | None:
    """The bus feed's silence where the verdict does not rest on it: said, for buses are missing."""
    scene = evidence.scene
    names = scene.feeds_of(BUS_FEEDS)
    if verdict.is_stale or not names or scene.is_any_current(BUS_FEEDS):
        return None
    if facts.seen.count >= ENOUGH_BUSES:
        return None
    name = min(names, key=scene.last_success_ms)
    at_ms = scene.last_success_ms(name)
    since_ko = f"{ago_ko(scene.now_ms - at_ms)} 끊겨" if at_ms else "들어오지 않아"
    since_en = f"stopped {age_en(scene.now_ms - at_ms)}" if at_ms else "is silent"
    state = scene.picture.feeds.get(name)
    if state and status(state, scene.now_ms) is FeedStatus.DROPPED:
        since_ko, since_en = "갑자기 줄어", "is suddenly short"
    ko = f"버스 자료가 {since_ko} 버스 통행으로는 확인할 수 없습니다."
    return Clause(
        "buses", ko, f"The bus feed {since_en}; no bus can confirm it.", (evidence.feed(name),)
    )

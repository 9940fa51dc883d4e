"""The clauses on how sure the verdict is, how old its evidence, what speaks against it."""

from maps.desk.facts.blockings import Blocking, heard_ms, is_by_people
from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import BUS_FEEDS
from maps.desk.judging.verdict import Verdict, is_start_said, own_work
from maps.desk.saying.clauses import Clause, ended_words
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.silence import stale
from maps.desk.saying.times import age_en, age_ko, ago_ko, moment_en, moment_ko
from maps.desk.saying.words import source_name, teller
from maps.picture.doubts import doubts


def age(facts: CardFacts, verdict: Verdict, evidence: Evidence) -> Clause:
    """The evidence and its age, or since when there is none."""
    sure = verdict.certainty
    if verdict.is_stale:
        return stale(facts, verdict, evidence)
    if sure.ground in ("bus", "contradicted"):
        return _by_buses(facts, verdict, evidence)
    if sure.ground == "notice":
        return _by_notice(facts, evidence, is_listed=sure.word == "reported")
    told = {"said": _by_word, "its": _by_centre, "ended": _by_date}.get(sure.ground, _unseen)
    return told(facts, evidence)


def _by_buses(facts: CardFacts, verdict: Verdict, evidence: Evidence) -> Clause:
    if evidence.scene.asked_ms:
        return _by_buses_then(facts, verdict, evidence)
    seen, now_ms = facts.seen, evidence.scene.now_ms
    old_ko, old_en = age_ko(now_ms - seen.observed_ms), age_en(now_ms - seen.observed_ms)
    if seen.link is None:
        ko = f"버스 위치는 {old_ko}까지의 기록입니다."
        return Clause("age", ko, f"Positions up to {old_en}.", (evidence.under_way(facts),))
    source = (evidence.buses(facts),)
    if verdict.certainty.ground == "contradicted":
        told = next((b for b in facts.causes if is_start_said(b) and b.closure == "full"), None)
        if told is not None:
            return _said_against_buses(told, evidence)
        notice = _notice_words(facts, evidence)
        return Clause(
            "age", f"{notice[0]} 따른 내용입니다.", f"Reported by the {notice[1]}.", (notice[2],)
        )
    if verdict.certainty.word == "inferred":
        at_ko = ago_ko(now_ms - seen.observed_ms)
        ko = f"{at_ko} 버스 {seen.count}대가 지나간 기록으로 추정한 것입니다."
        return Clause("age", ko, f"Inferred: {seen.count} bus passed {old_en}.", source)
    part = ""
    if facts.closure == "none" and seen.links < len(facts.pieces):
        part = f" 다만 {len(facts.pieces)}개 구간 가운데 {seen.links}개 구간의 기록입니다."
    ko = f"{old_ko}까지 버스 {seen.count}대가 지나간 기록으로 확인했습니다.{part}"
    en = f"Confirmed: {seen.count} buses passed, the last {old_en}"
    en += f"; seen on {seen.links} of {len(facts.pieces)} sections." if part else "."
    return Clause("age", ko, en, source)


def _said_against_buses(told: Blocking, evidence: Evidence) -> Clause:
    """Who on site said that it began; that buses pass is the next clause."""
    said = told.row["started"]
    who_ko, who_en = teller(said)
    at_ms, now_ms = int(said["at_ms"]), evidence.scene.said_ms
    ko = f"{who_ko}에서 {moment_ko(at_ms, now_ms)}에 시작했다고 알려 온 내용입니다."
    en = f"{who_en.capitalize()} said it began {moment_en(at_ms, now_ms)}."
    return Clause("age", ko, en, (evidence.said(told, "started"),))


def _by_buses_then(facts: CardFacts, verdict: Verdict, evidence: Evidence) -> Clause:
    """Of the past only the level of certainty is kept: two buses or more, or one."""
    is_sure = verdict.certainty.word == "confirmed"
    count_ko, count_en = ("2대 이상이", "at least 2 buses") if is_sure else ("1대가", "1 bus")
    verb = "확인한" if is_sure else "추정한"
    ko = f"그 무렵 버스 {count_ko} 지나간 기록으로 {verb} 내용입니다."
    return Clause("age", ko, f"By {count_en} that passed about then.", (evidence.buses(facts),))


def against(facts: CardFacts, verdict: Verdict, evidence: Evidence) -> Clause | None:
    """What the buses say against a full closure; said, never hidden."""
    if verdict.certainty.ground != "contradicted":
        return None
    seen, now_ms = facts.seen, evidence.scene.now_ms
    minutes = evidence.scene.fresh_ms // 60_000
    ko = (
        f"다만 최근 {minutes}분 동안 버스 {seen.count}대가 지나갔고 마지막은 "
        f"{age_ko(now_ms - seen.observed_ms)}이어서, 실제로 막혀 있는지는 현장 확인이 필요합니다."
    )
    en = (
        f"But {seen.count} buses passed in {minutes} min, the last "
        f"{age_en(now_ms - seen.observed_ms)}: whether it is closed must be checked on site."
    )
    return Clause("buses", ko, en, (evidence.buses(facts),))


def doubt(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """That the place may be another street's, where nothing else closes this one."""
    own = own_work(facts)
    gravest = [b for b in facts.causes if b.closure == facts.closure]
    told = [own] if own is not None else gravest
    is_doubtful = bool(told) and all("place" in doubts(b.row) for b in told)
    if not is_doubtful or not facts.place.links:
        return None
    ko, en = "다만 위치가 정확하지 않을 수 있습니다.", "Its place may not be exact."
    return Clause("verdict", ko, en, (evidence.notice(told[0]),))


def _by_word(facts: CardFacts, evidence: Evidence) -> Clause:
    """Who said that it began; of an open road or a permit that is over, that it ended."""
    resting = own_work(facts)
    if resting is not None and not resting.is_in_force:
        which = "ended" if is_by_people(resting.row.get("ended")) else "cancelled"
        who_ko, who_en = teller(resting.row.get(which))
        ko, en = f"{who_ko}에서 직접 알려 온 내용입니다.", f"{who_en.capitalize()} said so."
        return Clause("age", ko, en, (evidence.said(resting, which),))
    is_open = facts.closure == "none"
    which, rows = ("ended", facts.ended) if is_open else ("started", facts.causes)
    told = next(b for b in rows if is_by_people(b.row.get(which)))
    said = told.row[which]
    at_ko = moment_ko(int(said["at_ms"]), evidence.scene.said_ms)
    at_en = moment_en(int(said["at_ms"]), evidence.scene.said_ms)
    who_ko, who_en = teller(said)
    if is_open:
        ko = f"{who_ko}에서 {at_ko}에 끝났다고 알려 왔으며, 그 뒤 통행 기록은 아직 없습니다."
        en = f"{who_en.capitalize()} said it ended {at_en}; no bus has been seen since."
    else:
        ko = f"{who_ko}에서 {at_ko}에 시작했다고 알려 와 확인된 내용입니다."
        en = f"{who_en.capitalize()} said it began {at_en}."
    return Clause("age", ko, en, (evidence.said(told, which),))


def _by_centre(facts: CardFacts, evidence: Evidence) -> Clause:
    link = max((x for x in facts.links if x.speed_parts), key=lambda x: x.observed_ms)
    old_ms = evidence.scene.now_ms - link.observed_ms
    ko = f"교통정보센터가 {ago_ko(old_ms)} 알린 속도에 따른 것이며, 버스 통과 기록은 아직 없습니다."
    en = f"By the traffic centre's speed ({age_en(old_ms)}); no bus has been seen."
    return Clause("age", ko, en, (evidence.speed_report(link),))


def _notice_words(facts: CardFacts, evidence: Evidence) -> tuple[str, str, str]:
    """("5분 전 허가 자료에", "the permit feed of 5 min ago", source) of the gravest cause."""
    cause = (facts.causes or facts.blockings)[0]
    old_ms = max(0, evidence.scene.now_ms - heard_ms(cause, evidence.scene))
    ko, en = source_name(cause.feed)
    return (
        f"{ago_ko(old_ms)} 받은 {ko}에",
        f"{en.lower()} ({age_en(old_ms)})",
        evidence.notice(cause),
    )


def _by_notice(facts: CardFacts, evidence: Evidence, *, is_listed: bool) -> Clause:
    if not facts.causes and not facts.blockings:
        ko = "어느 공사나 사고 때문인지는 아직 자료에 없습니다."
        return Clause("age", ko, "Its cause is not known yet.", (evidence.clock(),))
    ko, en, source = _notice_words(facts, evidence)
    if not is_listed:
        ko = f"{ko} 따른 것이나, 지금은 그 목록에서 빠져 있어 그렇게 추정합니다."
        return Clause("age", ko, f"Inferred from the {en}, no longer listed.", (source,))
    ko = f"{ko} 따른 것으로, 현장에서 확인되지는 않았습니다."
    return Clause("age", ko, f"Reported by the {en}; not seen on site.", (source,))


def _by_date(facts: CardFacts, evidence: Evidence) -> Clause:
    words = ended_words(facts, evidence.scene)
    if words is None:
        return _unseen(facts, evidence)
    at_ko, at_en, work = words
    ko = f"공사 기한이 {at_ko}까지로 끝나 그렇게 추정하며, 그 뒤 통행 기록은 아직 없습니다."
    return Clause(
        "age", ko, f"Inferred: works were due until {at_en}.", (evidence.said(work, "ended"),)
    )


def _unseen(facts: CardFacts, evidence: Evidence) -> Clause:
    scene = evidence.scene
    minutes = scene.fresh_ms // 60_000
    ko = f"다만 최근 {minutes}분 동안 지나간 버스가 없어 실제 통행 상태는 확인되지 않습니다."
    en = f"No bus has passed in {minutes} min, so nobody has seen it."
    if facts.place.kind == "route":
        ko = f"다만 최근 {minutes}분 동안 위치가 잡힌 버스가 없어 실제 운행은 확인되지 않습니다."
        en = f"No bus of it was seen in {minutes} min."
    names = scene.feeds_of(BUS_FEEDS)
    source = evidence.silence(names[0]) if names else evidence.clock()
    return Clause("age", ko, en, (source,))

"""The clauses of a card: sentences by templates, each with the sources that bear it.

Korean is meant to be read aloud to a caller. `joined` is the form that goes on into the next clause
("오늘 18시까지 예정이며,"); the others end where they stand.
"""

from dataclasses import dataclass

from maps.desk.facts.blockings import GRAVITY, Blocking, ended_ms, real_begin_ms
from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import BUS_FEEDS, SPEED_FEEDS, Json, Scene
from maps.desk.judging.verdict import Verdict, own_work
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.times import moment_en, moment_ko, until_en, until_ko
from maps.desk.saying.words import closure_words, incident_why, link_words, said_words, work_name
from maps.picture.text import short
from streams.words.particles import with_particle


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing said, in both languages, with what it rests on; never without a source."""

    name: str
    ko: str
    en: str
    sources: tuple[str, ...]
    joined_ko: str = ""

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError(f"clause {self.name!r} has no source: {self.ko!r}")

    def json(self) -> Json:
        return {"name": self.name, "ko": self.ko, "en": self.en, "sources": list(self.sources)}


def why(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """What closes it, or goes on there without closing it: by title, at most three."""
    if not facts.causes:
        return None
    told = facts.causes[:3]
    rest = len(facts.causes) - len(told)
    sources = [evidence.notice(b) for b in told]
    ko = en = ", ".join(_titled(b) for b in told)
    if rest:
        ko, en = f"{ko} 외 {rest}건", f"{en} and {rest} more"
        sources.append(evidence.count_of_notices(facts))
    ko = f"{ko} 때문입니다." if facts.closed else f"{with_particle(ko, '이/가')} 진행 중입니다."
    return Clause("why", ko, f"{en}.", tuple(dict.fromkeys(sources)))


def _titled(blocking: Blocking) -> str:
    """A permit is called by its number; an event's own means nothing to a caller."""
    return f"{title_of(blocking)}({blocking.id})" if blocking.kind == "work" else title_of(blocking)


def others(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """What else is in force on the place: the gravest by name, the rest counted."""
    if not facts.others:
        return None
    other = min(facts.others, key=lambda b: (GRAVITY.index(b.closure), b.began_ms, b.id))
    name = work_name(other.row) if other.kind == "work" else title_of(other)
    word_ko, word_en = closure_words(other.closure)
    rest = len(facts.others) - 1
    at_ko, at_en = link_words(other.links[0], evidence.scene.network)
    ko = f"이 밖에 {at_ko}에 {name}({word_ko})"
    ko = (
        f"{ko} 등 {rest + 1}건이 더 있습니다."
        if rest
        else f"{with_particle(ko, '이/가')} 있습니다."
    )
    en = f"Also {name} ({word_en}) {at_en}" + (f" and {rest} more." if rest else ".")
    sources = [evidence.notice(other), evidence.link_at(other.links[0])]
    if rest:
        sources.append(evidence.also_in_force(facts))
    return Clause("why", ko, en, tuple(dict.fromkeys(sources)))


def title_of(blocking: Blocking) -> str:
    if blocking.kind == "work":
        return short(blocking.row.get("title")) or work_name(blocking.row)
    return short(blocking.row.get("title")) or incident_why(blocking.row)[0] or "돌발 상황"


def who(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """The organisation of the gravest work and its telephone."""
    work = main_work(facts)
    if work is None:
        return None
    name, phone = short(work.row.get("organisation")), short(work.row.get("phone"))
    if not name and not phone:
        return Clause(
            "who",
            "담당 기관은 허가 자료에 없습니다.",
            "The permit names nobody.",
            (evidence.notice(work),),
        )
    if not phone:
        ko, en = f"{name}에서 맡고 있습니다.", f"{name} is in charge."
    elif not name:
        ko, en = f"문의 전화는 {phone}입니다.", f"Ask at {phone}."
    else:
        ko, en = f"{name}에서 맡고 있으며, 문의는 {phone}입니다.", f"{name}, telephone {phone}."
    return Clause("who", ko, en, (evidence.notice(work),))


def main_work(facts: CardFacts) -> Blocking | None:
    """The work a caller asks about: the gravest in force, else the card's own, else the next."""
    works = [b for b in facts.causes if b.kind == "work"]
    own = own_work(facts)
    return works[0] if works else own or next((b for b in facts.coming if b.kind == "work"), None)


def since(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """When it began, and who said so."""
    cause = next(iter(facts.causes), None)
    if cause is None:
        return None
    said_ms = evidence.scene.said_ms
    said = cause.row.get("started") or {}
    by = said.get("by")
    if by in ("crew", "office"):
        at_ms = int(said["at_ms"])
        teller_ko, teller_en = (
            ("현장에서", "the crew") if by == "crew" else ("담당 부서에서", "the office")
        )
        ko = f"{moment_ko(at_ms, said_ms)}에 시작했다고 {teller_ko} 알려 왔습니다."
        en = f"Began {moment_en(at_ms, said_ms)}, says {teller_en}."
        return Clause("since", ko, en, (evidence.said(cause, "started"),))
    starts_ms = real_begin_ms(cause.row)
    if starts_ms is None:
        ko, en = said_words("starts_ms", cause.row.get("flags") or ())
        return Clause("since", f"{ko}.", f"{en.capitalize()}.", (evidence.notice(cause),))
    basis_ko = "허가 기간은" if cause.kind == "work" else "통제는"
    ko = f"{basis_ko} {moment_ko(starts_ms, said_ms)}부터입니다."
    return Clause("since", ko, f"From {moment_en(starts_ms, said_ms)}.", (evidence.notice(cause),))


def traffic(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """How the place flows where it is slowest; nothing while the feeds of speeds are silent."""
    link, scene = facts.speed_at, evidence.scene
    if link is None or link.speed_kmh is None:
        return None
    is_live = scene.is_any_current(BUS_FEEDS) if link.samples else scene.is_any_current(SPEED_FEEDS)
    if not is_live or scene.is_clock_late or scene.store != "ok":
        return None
    kmh = round(link.speed_kmh)
    ko, en = {
        "free": (
            f"소통은 원활하며 시속 {kmh}km 정도입니다.",
            f"Traffic flows at about {kmh} km/h.",
        ),
        "slow": (
            f"차량이 시속 {kmh}km 정도로 서행하고 있습니다.",
            f"Traffic is slow, about {kmh} km/h.",
        ),
        "jam": (
            f"차량이 시속 {kmh}km 정도로 정체되고 있습니다.",
            f"Traffic is jammed, about {kmh} km/h.",
        ),
    }[link.level]
    return Clause("traffic", ko, en, (evidence.speed(link),))


def calls(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """Calls about the place: told as unconfirmed."""
    if not facts.calls:
        return None
    n = facts.calls
    source = evidence.add(
        "calls",
        facts.place.id,
        evidence.scene.now_ms,
        f"상담 전화: 최근 30분 {n}건",
        f"Calls: {n} in 30 min",
    )
    ko = f"최근 30분 동안 이곳에 대한 전화가 {n}건 있었으나 확인되지 않았습니다."
    return Clause("calls", ko, f"{n} calls in 30 min, unconfirmed.", (source,))


def ended_words(facts: CardFacts, scene: Scene) -> tuple[str, str, Blocking] | None:
    """The work that ended last: when, in both languages."""
    if not facts.ended:
        return None
    last = max(facts.ended, key=ended_ms)
    at_ms = ended_ms(last)
    return until_ko(at_ms, scene.said_ms), until_en(at_ms, scene.said_ms), last


def lost_feed(verdict: Verdict, facts: CardFacts, scene: Scene) -> str | None:
    """The feed whose silence makes the verdict stale; the one that has been silent longest."""
    if verdict.certainty.ground == "notice":
        names = {b.feed for b in facts.causes} or {b.feed for b in facts.blockings}
    elif verdict.certainty.ground == "bus":
        names = set(scene.feeds_of(BUS_FEEDS))
    else:
        return None
    silent = [name for name in sorted(names) if not scene.is_current(name)]
    return min(silent, key=scene.last_success_ms, default=None)

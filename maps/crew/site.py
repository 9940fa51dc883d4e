"""What crew and desk see of a work: the last report, what the public reads, the buses. Pure.

Both read the same function, so a closure that buses contradict is contradicted on both screens.
"""

from typing import Annotated

import msgspec

from maps.desk.facts.blockings import is_by_people, real_end_ms
from maps.desk.facts.gather import CardFacts, gather
from maps.desk.facts.scene import AskedPlace, Scene
from maps.desk.judging.certainty import Ground
from maps.desk.judging.verdict import PublicVerdict, Verdict, judge, public_verdict
from maps.desk.saying.last_report import LastReportBody, report_body
from maps.desk.saying.times import age
from maps.picture.fields import filled
from maps.picture.picture import StoreState
from maps.picture.shapes import known_links
from maps.picture.text import short
from maps.search.entry import PlaceKind
from streams.contract.enums import Closure, Phase
from streams.delivery.deciding.message import CrewQuestionBody, made_question
from streams.domain.observed.questions import QUESTIONS
from streams.domain.works.phases import OVER
from streams.domain.works.rows import Work
from streams.words.catalogue import Translatable, phrase
from streams.words.spoken import OwnText, Spoken


class BusesAgainst(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """Buses that drove over what a work says it closes, in the last `minutes`."""

    buses: int
    minutes: int
    last_ms: int
    is_contradicted: bool
    text: OwnText


class SiteQuestion(CrewQuestionBody, frozen=True, kw_only=True, metaclass=Spoken):
    """What the crew is asked, because of which discrepancy."""

    id: str


class SiteBody(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """A work as its crew sees it; `next` is what it has most likely to report next."""

    work: str
    phase: Phase
    phase_name: Annotated[Translatable, "phase"]
    next: str
    ends_ms: int | None
    said: LastReportBody | None
    public: PublicVerdict
    against: BusesAgainst | None
    question: SiteQuestion | None
    now_ms: int
    clock_ms: int | None
    store: StoreState
    is_late: bool


def site_of(work_id: str, scene: Scene) -> SiteBody:
    """A work of the picture as its crew sees it. Raises KeyError for one that is not in it."""
    work = scene.picture.works[work_id]
    links = tuple(dict.fromkeys(known_links(work.links, scene.network)))
    facts = gather(AskedPlace(PlaceKind.WORK, work_id, short(work.title), links=links), scene)
    verdict = judge(facts, scene)
    return SiteBody(
        work=work_id,
        phase=work.phase,
        phase_name=phrase(f"phase.{work.phase}"),
        next=next_report(work),
        ends_ms=real_end_ms(work),
        said=report_body(work, scene.reader_ms),
        public=public_verdict(verdict),
        against=_against(work, facts, verdict, scene),
        question=_question(work_id, work, scene),
        now_ms=scene.now_ms,
        clock_ms=scene.picture.clock_ms,
        store=scene.store,
        is_late=not scene.is_known,
    )


def next_report(work: Work) -> str:
    """What a crew has most likely to report next: that it begins until it did so, then that it
    ends; "" of a work that is over.
    """
    if work.phase in OVER:
        return ""
    return "end" if is_by_people(work.started) else "start"


def _question(work_id: str, work: Work, scene: Scene) -> SiteQuestion | None:
    """What buses contradict of the crew's taps: asked until a tap that is newer than the buses."""
    for name, row in sorted(scene.picture.discrepancies.items()):
        asked = QUESTIONS.get(row.kind)
        is_news = any(bus.at_ms > work.said_ms for bus in row.events)
        if row.work != work_id or row.until_ms or not row.is_tapped or asked is None or not is_news:
            continue
        made = made_question(asked, row.through if asked.name == "open" else row.round)
        return filled(SiteQuestion, made, id=name)
    return None


def _against(work: Work, facts: CardFacts, verdict: Verdict, scene: Scene) -> BusesAgainst | None:
    """The buses that drove over what this work says it closes; one alone contradicts nothing yet.

    They are counted from when the work holds, over the last `fresh_ms` at most.
    """
    is_full = work.closure is facts.closure is Closure.FULL
    if not (scene.is_known and is_full and facts.seen.count):
        return None
    n, is_contradicted = facts.seen.count, verdict.ground is Ground.CONTRADICTED
    text = phrase(
        "site.contradicted" if is_contradicted else "site.against",
        n=n,
        age=age(scene.now_ms - facts.seen.observed_ms),
    )
    return BusesAgainst(
        buses=n,
        minutes=scene.fresh_minutes,
        last_ms=facts.seen.observed_ms,
        is_contradicted=is_contradicted,
        text=text,
    )

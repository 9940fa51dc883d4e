"""The answer card: verdict, sentence, clauses and sources of one place at one moment. Pure."""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from maps.desk.facts.blockings import Blocking, is_by_people
from maps.desk.facts.gather import CardFacts, gather
from maps.desk.facts.rounds import BusesRound, buses_round
from maps.desk.facts.routes import ClosedSection, RouteNow, route_now
from maps.desk.facts.scene import AskedPlace, Scene
from maps.desk.facts.skips import SkippingRoute, skipped
from maps.desk.facts.ways import DetourFinder
from maps.desk.judging.certainty import Ground, certainty
from maps.desk.judging.verdict import (
    PublicVerdict,
    Verdict,
    judge,
    notice_grounds,
    public_verdict,
)
from maps.desk.saying import clauses as say
from maps.desk.saying.buses import DetourBody, detour_of, running_clause, skip_clause
from maps.desk.saying.clauses import Clause, ClauseName
from maps.desk.saying.last_report import LastReportBody, report_body
from maps.desk.saying.lead import lead
from maps.desk.saying.observed import differs, each_cause
from maps.desk.saying.rounds import round_clause
from maps.desk.saying.silence import bus_silence
from maps.desk.saying.sources import SourceRow, Sources
from maps.desk.saying.times import moment
from maps.desk.saying.trust import against, age_clause, doubt
from maps.desk.saying.until import outlasting, until_clause
from maps.desk.saying.upcoming import next_update
from maps.picture.fields import filled
from maps.picture.shapes import Doubt, doubts
from maps.search.entry import PlaceKind
from streams.contract.enums import Certainty, Closure, IncidentKind, Level, Phase
from streams.domain.works.rows import ReportedTime, Work
from streams.words.catalogue import Translatable, joined, phrase
from streams.words.spoken import OwnText, Spoken


class CardPlace(msgspec.Struct, frozen=True):
    """What was asked about, its links by id."""

    kind: PlaceKind
    id: str
    title: str
    subtitle: str
    lon: float | None
    lat: float | None
    links: list[str]


class CardVerdict(PublicVerdict, frozen=True, kw_only=True):
    """The verdict over the place; `level` is its worst."""

    level: Level


class ClauseBody(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """One statement, and the ids of what it rests on."""

    name: ClauseName
    text: OwnText
    sources: tuple[str, ...]


class PhotoRef(msgspec.Struct, frozen=True):
    """A photo of a crew, and when it was taken."""

    id: str
    at_ms: int


class CardWork(msgspec.Struct, frozen=True, kw_only=True):
    """A work with how sure it is and what was last reported of it."""

    id: str
    title: str
    organisation: str
    phone: str
    phase: Phase
    closure: Closure
    starts_ms: int | None
    ends_ms: int | None
    first_ends_ms: int | None
    hours: str
    flags: tuple[str, ...]
    started: ReportedTime | None
    ended: ReportedTime | None
    certainty: Certainty
    said: LastReportBody | None
    doubts: tuple[Doubt, ...]
    photos: list[PhotoRef] | msgspec.UnsetType = msgspec.UNSET


class CardIncident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident on the place."""

    id: str
    kind: IncidentKind
    title: str
    closure: Closure
    starts_ms: int
    ends_ms: int | None
    phase: Phase
    feed: str
    flags: tuple[str, ...]


class CardCalls(msgspec.Struct, frozen=True):
    """Calls about the place of the last half hour; whether the map shows them."""

    count_30min: int
    is_reported: bool


class CardSection(ClosedSection, frozen=True):
    """A link of the place, judged by itself."""

    level: Level
    certainty: Certainty


class AnswerCard(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """All that is known of a place; every sentence names its sources."""

    place: CardPlace
    verdict: CardVerdict
    sentence: Translatable
    clauses: list[ClauseBody]
    sources: list[SourceRow]
    works: list[CardWork]
    incidents: list[CardIncident]
    detour: DetourBody | None
    buses: list[SkippingRoute]
    rounds: list[BusesRound]
    route: RouteNow | None
    calls: CardCalls
    age_ms: int | None
    is_stale: bool
    sections: list[CardSection]


def card(place: AskedPlace, scene: Scene, ways: DetourFinder | None = None) -> AnswerCard:
    """The card of a place; without `ways` (the past) nothing is said of detours."""
    facts = gather(place, scene)
    verdict = judge(facts, scene)
    sources = Sources(scene)
    route = route_now(facts, scene)
    rounds = buses_round(facts, scene)
    seen_round = {row.route_id for row in rounds}
    skips = skipped(facts, ways, scene) if ways else []
    skips = [row for row in skips if row.route_id not in seen_round]  # what is seen counts
    is_driven = ways is not None and not facts.is_route  # a bus finds its own way
    detour, round_it = detour_of(facts, ways, sources) if ways and is_driven else (None, None)
    age, leading = age_clause(facts, verdict, sources), lead(facts, verdict, sources)
    if scene.asked_ms:
        leading = _as_of(leading, sources)
    doubted = doubt(facts, sources)
    is_closed = facts.closure is not Closure.NONE
    each = each_cause(facts, sources)
    is_until_known = is_closed and not verdict.is_stale and each is None
    until = until_clause(facts, sources) if is_until_known else None
    longer = outlasting(facts, sources) if until else None
    opening = (
        (age, leading, each, doubted)
        if verdict.is_stale
        else (leading, each, doubted, until, age, longer)
    )
    is_of_buses = place.kind in (PlaceKind.STOP, PlaceKind.ROUTE)
    is_coming = bool(facts.coming) and not is_closed and place.kind is not PlaceKind.WORK
    spoken = [
        *opening,
        against(facts, verdict, sources),
        differs(facts, verdict, sources),
        round_clause(rounds, sources) if is_of_buses else None,
        skip_clause(skips, facts, sources) if is_of_buses else None,
        next_update(facts, sources) if is_coming else None,
    ]
    quiet = [
        round_it,
        say.traffic(facts, sources),
        bus_silence(facts, verdict, sources),
        running_clause(route, facts, sources),
        None if is_of_buses else round_clause(rounds, sources),
        None if is_of_buses else skip_clause(skips, facts, sources),
        say.why(facts, sources),
        say.others(facts, sources),
        say.who(facts, sources),
        None if each else say.since(facts, sources),
        say.calls(facts, sources),
        None if is_coming else next_update(facts, sources),
    ]
    aloud = [clause for clause in spoken if clause]
    every = [*aloud, *(clause for clause in quiet if clause)]
    return AnswerCard(
        place=filled(CardPlace, place, links=[link.id for link in facts.links]),
        verdict=filled(CardVerdict, public_verdict(verdict), level=facts.worst_level),
        # running text: clauses in their shorter forms where they have one
        sentence=joined((clause.aloud or clause.text for clause in aloud), " "),
        clauses=[
            ClauseBody(name=clause.name, text=clause.text, sources=clause.sources)
            for clause in merged(every)
        ],
        sources=sources.rows,
        works=[_work(b, b.work, scene, verdict) for b in facts.blockings if b.work],
        incidents=[filled(CardIncident, b.row, id=b.id) for b in facts.blockings if b.work is None],
        detour=detour,
        buses=skips,
        rounds=rounds,
        route=route,
        calls=CardCalls(facts.calls, facts.is_reported),
        age_ms=sources.newest_ms(age.sources),
        is_stale=verdict.is_stale,
        sections=_sections(facts, scene),
    )


def _as_of(leading: Clause, sources: Sources) -> Clause:
    """Of the past: the moment it is about comes first."""
    scene = sources.scene
    at = moment(scene.now_ms, scene.asked_ms)
    text = phrase("answer.as_of", at=at, text=leading.text)
    return replace(leading, text=text, sources=(*leading.sources, sources.clock()))


def merged(clauses: Iterable[Clause]) -> list[Clause]:
    """One clause a name, in the order of the first of each."""
    found: dict[ClauseName, Clause] = {}
    for clause in clauses:
        known = found.get(clause.name)
        if known:
            used = tuple(dict.fromkeys([*known.sources, *clause.sources]))
            text = joined((known.text, clause.text), " ")
            found[clause.name] = replace(known, text=text, sources=used)
        else:
            found[clause.name] = clause
    return list(found.values())


def _work(blocking: Blocking, work: Work, scene: Scene, verdict: Verdict) -> CardWork:
    """A work with how sure it is; one that buses contradict is only reported."""
    last = work.cancelled or work.ended or work.started
    sure = certainty(notice_grounds(blocking, scene, is_reported=is_by_people(last))).certainty
    is_denied = verdict.ground is Ground.CONTRADICTED and work.closure is Closure.FULL
    if is_denied and work.is_in_force and sure is Certainty.CONFIRMED:
        sure = Certainty.REPORTED
    return filled(
        CardWork,
        work,
        id=blocking.id,
        certainty=sure,
        said=report_body(work, scene.reader_ms),
        doubts=doubts(work),
    )


def _sections(facts: CardFacts, scene: Scene) -> list[CardSection]:
    """The place's links, each judged by itself; of a route only those that something closes."""
    kept = [x for x in facts.links if not facts.is_route or x.closure is not Closure.NONE]
    places = [AskedPlace(PlaceKind.SECTION, x.id, x.name, links=(x.index,)) for x in kept]
    return [
        CardSection(
            link.id,
            link.name,
            link.closure,
            link.view.level,
            judge(gather(place, scene), scene).certainty,
        )
        for link, place in zip(kept, places, strict=True)
    ]

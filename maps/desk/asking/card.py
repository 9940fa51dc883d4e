"""The answer card: verdict, sentence, clauses and sources of one place at one moment. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from maps.desk.facts import routes
from maps.desk.facts.blockings import Blocking, is_by_people
from maps.desk.facts.gather import CardFacts, gather
from maps.desk.facts.scene import AskedPlace, Json, Scene
from maps.desk.facts.skips import skipped
from maps.desk.facts.ways import DetourFinder
from maps.desk.judging.certainty import Grounds, certainty
from maps.desk.judging.verdict import Verdict, judge
from maps.desk.plain import shown_value
from maps.desk.saying import clauses as say
from maps.desk.saying import silence, trust, upcoming
from maps.desk.saying.buses import detour_of, running_clause, skip_clause
from maps.desk.saying.clauses import Clause
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.last_report import said_json
from maps.desk.saying.lead import lead
from maps.desk.saying.times import moment_en, moment_ko
from maps.desk.saying.until import until
from maps.picture.doubts import doubts
from maps.picture.text import shown
from streams.words.catalogue import both_as, name_of

_WORK_FIELDS = (
    "title",
    "organisation",
    "phone",
    "phase",
    "closure",
    "starts_ms",
    "ends_ms",
    "first_ends_ms",
    "hours",
    "flags",
    "started",
    "ended",
)
_INCIDENT_FIELDS = ("kind", "title", "closure", "starts_ms", "ends_ms", "phase", "feed")


def card(place: AskedPlace, scene: Scene, ways: DetourFinder | None = None) -> Json:
    """The card of a place; without `ways` (the past) nothing is said of detours."""
    facts = gather(place, scene)
    verdict = judge(facts, scene)
    evidence = Evidence(scene)
    buses = routes.running(place.id, scene) if place.kind == "route" else []
    skips = skipped(facts, ways, scene) if ways else []
    is_driven = ways is not None and place.kind != "route"  # a bus finds its own way
    detour, detour_clause = detour_of(facts, ways, evidence) if ways and is_driven else (None, None)
    spoken = _spoken(facts, verdict, evidence, detour_clause)
    spoken += _of_buses(facts, verdict, evidence, buses)
    skip = skip_clause(skips, facts, evidence)
    if skip and place.kind in ("stop", "route"):
        spoken.append(skip)
    quiet = [
        skip if skip not in spoken else None,
        say.why(facts, evidence),
        say.who(facts, evidence),
        say.since(facts, evidence),
        say.calls(facts, evidence),
        upcoming.next_update(facts, evidence),
    ]
    told = _told(facts, spoken, quiet)
    age_ms = _age_ms(told, evidence)
    return {
        "place": _place(place, scene),
        "verdict": _verdict(facts, verdict),
        "sentence_ko": sentence(told, "ko"),
        "sentence_en": sentence(told, "en"),
        "clauses": [clause.json() for clause in merged(_in_order(spoken, quiet))],
        "sources": evidence.rows,
        "works": [_work(b, scene, verdict) for b in facts.blockings if b.kind == "work"],
        "incidents": [_incident(b) for b in facts.blockings if b.kind == "incident"],
        "detour": detour,
        "buses": skips,
        "route": routes.route_json(facts, buses, scene),
        "calls": {"count_30min": facts.calls, "is_reported": facts.is_reported},
        "age_ms": age_ms,
        "is_stale": verdict.is_stale,
        "sections": _sections(facts, scene),
    }


def _spoken(
    facts: CardFacts, verdict: Verdict, evidence: Evidence, detour: Clause | None
) -> list[Clause]:
    """The clauses of the sentence in the order they are said; silence of a source comes first."""
    age = trust.age(facts, verdict, evidence)
    first = lead(facts, verdict, evidence)
    rest = [
        trust.doubt(facts, evidence),
        until(facts, evidence) if facts.closure != "none" and not verdict.is_stale else None,
        None if verdict.is_stale else age,
        trust.against(facts, verdict, evidence),
        say.traffic(facts, evidence) if facts.closure != "full" else None,
        detour,
        say.others(facts, evidence),
    ]
    first = _as_of(first, evidence)
    opening = [age, first] if verdict.is_stale else [first]
    return [*opening, *(clause for clause in rest if clause is not None)]


def _as_of(first: Clause, evidence: Evidence) -> Clause:
    """Of the past: the moment it speaks of, said first."""
    scene = evidence.scene
    if not scene.asked_ms:
        return first
    at_ko, at_en = moment_ko(scene.now_ms, scene.asked_ms), moment_en(scene.now_ms, scene.asked_ms)
    ko, en = f"{at_ko} 기준입니다. {first.ko}", f"As of {at_en}: {first.en}"
    return replace(first, ko=ko, en=en, sources=(*first.sources, evidence.clock()))


def _of_buses(
    facts: CardFacts,
    verdict: Verdict,
    evidence: Evidence,
    buses: Sequence[Json],
) -> list[Clause]:
    found = (
        silence.bus_silence(facts, verdict, evidence),
        running_clause(facts, buses, evidence),
    )
    return [clause for clause in found if clause is not None]


def _told(facts: CardFacts, spoken: list[Clause], quiet: Iterable[Clause | None]) -> list[Clause]:
    """What is read aloud: also what begins within a day where nothing is closed now."""
    if facts.closure != "none" or not facts.coming or facts.place.kind == "work":
        return spoken
    return spoken + [clause for clause in quiet if clause and clause.name == "next_update"]


def _in_order(spoken: list[Clause], quiet: Iterable[Clause | None]) -> list[Clause]:
    """All clauses; what else is in force stands behind what closes the place."""
    others = [clause for clause in spoken if clause.name == "why"]
    first = [clause for clause in spoken if clause.name != "why"]
    return [*first, *(clause for clause in quiet if clause is not None), *others]


def sentence(told: Sequence[Clause], language: str) -> str:
    """The clauses as running text; one with a joined form goes on into the one after it."""
    if language == "en":
        return " ".join(clause.en for clause in told)
    last = len(told) - 1
    texts = [
        clause.joined_ko
        if clause.joined_ko and place < last and told[place + 1].name == "age"
        else clause.ko
        for place, clause in enumerate(told)
    ]
    return " ".join(texts)


def merged(told: Iterable[Clause]) -> list[Clause]:
    """One clause a name, in the order of the first of each."""
    found: dict[str, Clause] = {}
    for clause in told:
        known = found.get(clause.name)
        found[clause.name] = clause if known is None else _both(known, clause)
    return list(found.values())


def _both(one: Clause, other: Clause) -> Clause:
    sources = tuple(dict.fromkeys([*one.sources, *other.sources]))
    return replace(one, ko=f"{one.ko} {other.ko}", en=f"{one.en} {other.en}", sources=sources)


def _age_ms(told: Iterable[Clause], evidence: Evidence) -> int | None:
    """The age of what the verdict rests on: of the sources of its "age" clause."""
    sources = [source for clause in told if clause.name == "age" for source in clause.sources]
    ages = [evidence.row(source)["age_ms"] for source in sources]
    return min((age for age in ages if age is not None), default=None)


def _place(place: AskedPlace, scene: Scene) -> Json:
    return {
        "kind": place.kind,
        "id": place.id,
        "title": shown(place.title),
        "subtitle": shown(place.subtitle),
        "lon": place.lon,
        "lat": place.lat,
        "links": [scene.network.links[index].id for index in place.links],
    }


def _verdict(facts: CardFacts, verdict: Verdict) -> Json:
    levels = [link.level for link in facts.links]
    worst = next((level for level in ("jam", "slow", "free") if level in levels), "unknown")
    return {
        "closure": verdict.closure,
        "level": worst,
        **both_as("word", verdict.name),
        "certainty": verdict.certainty.word,
        **both_as("certainty", name_of("certainty", verdict.certainty.word)),
    }


def _work(blocking: Blocking, scene: Scene, verdict: Verdict) -> Json:
    """A work with how sure it is and the last word; one that buses contradict is only reported."""
    row = blocking.row
    said = row.get("cancelled") or row.get("ended") or row.get("started")
    grounds = Grounds(
        closure="unknown",
        store=scene.store,
        is_clock_late=scene.is_clock_late,
        is_notice_live=scene.is_current(blocking.feed),
        is_listed=not row.get("unlisted_ms"),
        is_said=is_by_people(said),
    )
    fields: dict[str, Any] = {name: shown_value(row.get(name)) for name in _WORK_FIELDS}
    fields["flags"] = list(row.get("flags") or ())
    word = certainty(grounds).word
    is_denied = verdict.certainty.ground == "contradicted" and blocking.closure == "full"
    if is_denied and blocking.is_in_force and word == "confirmed":
        word = "reported"
    told = said_json(row, scene.said_ms)
    return {"id": blocking.id, **fields, "certainty": word, "said": told, "doubts": doubts(row)}


def _incident(blocking: Blocking) -> Json:
    fields: dict[str, Any] = {
        name: shown_value(blocking.row.get(name)) for name in _INCIDENT_FIELDS
    }
    return {"id": blocking.id, **fields, "flags": list(blocking.row.get("flags") or ())}


def _sections(facts: CardFacts, scene: Scene) -> list[Json]:
    """The place's links, each judged by itself; of a route only those that something closes."""
    is_route = facts.place.kind == "route"
    links = [link for link in facts.links if not is_route or link.closure != "none"]
    return [
        {
            "id": link.id,
            "name": link.name,
            "closure": link.closure,
            "level": link.level,
            "certainty": judge(
                gather(AskedPlace("section", link.id, link.name, links=(link.place,)), scene), scene
            ).certainty.word,
        }
        for link in links
    ]

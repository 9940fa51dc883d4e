"""The first clause of a card: what holds at the place, and why, as a clerk would say it."""

from maps.desk.facts.blockings import Blocking
from maps.desk.facts.gather import CardFacts
from maps.desk.judging.certainty import Ground
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.clauses import Clause, ClauseName
from maps.desk.saying.names import (
    both_ways,
    cause_name,
    ends_of,
    extent,
    is_there_and_back,
    link_name,
    route_name,
    taken,
    title_name,
    work_name,
)
from maps.desk.saying.observed import unrecorded
from maps.desk.saying.permit import of_permit
from maps.desk.saying.sources import Sources
from maps.picture.text import short
from maps.search.entry import PlaceKind
from streams.contract.enums import Certainty, Closure
from streams.domain.closures import BESIDE_LANES
from streams.geo.network import Network
from streams.words.catalogue import Phrase, Translatable, Value, phrase


def lead(facts: CardFacts, verdict: Verdict, sources: Sources) -> Clause:
    """The verdict as a sentence; of a permit, what becomes of it."""
    if facts.place.kind is PlaceKind.WORK:
        return of_permit(facts, verdict, sources)
    is_open = facts.closure is Closure.NONE
    where = _where(facts, sources.scene.network)
    if is_open and verdict.ground is Ground.ROUND:
        return unrecorded(facts, sources)
    text = _open(facts, verdict) if is_open else _closed(facts, verdict, where)
    used = [sources.place(facts.place)]
    if where is not None:
        used.append(sources.closed_part(facts))
    used += [sources.notice(cause) for cause in facts.causes[: _blamed(facts)]]
    if is_open:
        used.append(sources.ground(facts, verdict))
    elif not facts.causes:
        used.append(sources.clock())
    return Clause(ClauseName.VERDICT, text, tuple(dict.fromkeys(used)))


def _place(facts: CardFacts) -> Value:
    """The place as it is called."""
    title, kind = short(facts.place.title), facts.place.kind
    if kind is PlaceKind.ROUTE:
        return phrase("place.of_route", route=route_name(title))
    if kind in (PlaceKind.STOP, PlaceKind.PLACE, PlaceKind.ADDRESS):
        return phrase(f"place.of_{kind}", title=title)
    return title_name(title)


def _where(facts: CardFacts, network: Network) -> Phrase | None:
    """Which part of the place is closed where not all of it is: a piece, a direction of the place,
    or how many of its sections.
    """
    closed, place = facts.closed, _place(facts)
    if len(closed) in (0, len(facts.links)):
        return None
    is_pair = len(closed) == 2 and is_there_and_back(*closed, network)
    if len(closed) > 1 and not is_pair:
        shut = len(facts.pieces_in(closed))
        return phrase("place.sections", place=place, of=len(facts.pieces), n=shut)
    ends = ends_of(closed[0], network)
    if not is_pair and len(facts.links) == 2 and ends and ends[0] in facts.place.title:
        return phrase("place.towards", place=place, end=ends[1])
    part = both_ways(closed[0], network) if is_pair else link_name(closed[0], network)
    if facts.is_route:
        route = route_name(facts.place.title)
        return phrase("place.part_of_route", route=route, part=part)
    return phrase("place.part", part=part)


def _blamed(facts: CardFacts) -> int:
    """How many causes the sentence names: none where each closed link has its own."""
    return 0 if len(facts.shares) > 1 else 1


def _why(cause: Blocking | None) -> Phrase | None:
    """하수관 정비 공사로; None where there is nothing to add."""
    name = cause_name(cause) if cause else None
    if cause is None or name is None:
        return None
    return phrase("answer.because_of_work" if cause.work else "answer.because", name=name)


def _what(cause: Blocking | None, closure: Closure) -> Translatable:
    """What is taken: "1개 차로와 보도"; the lanes are "일부 차로" where nobody says how many."""
    work = cause.work if cause else None
    what = taken(closure, work.lanes_closed if work else None)
    for part in work.also_closed if work else ():
        if part in BESIDE_LANES and part is not closure:
            what = phrase("taken.and", one=what, other=taken(part, None))
    return what


def _closed(facts: CardFacts, verdict: Verdict, where: Phrase | None) -> Phrase:
    cause = next(iter(facts.causes[: _blamed(facts)]), None)
    code = f"answer.{extent(facts.closure)}"
    if verdict.is_stale:
        code = f"{code}.stale"
    elif verdict.ground is Ground.CONTRADICTED:
        code = "answer.full.contradicted"
    values = {
        "subject": where or _place(facts),
        "what": _what(cause, facts.closure),
        "name": (cause_name(cause) if cause else phrase("cause.work")) or phrase("cause.control"),
    }
    why = _why(cause)
    if why is None or "unstated" in code:
        return phrase(code, **values)
    return phrase(f"{code}.why", **values, why=why)


def _open(facts: CardFacts, verdict: Verdict) -> Phrase:
    place = _place(facts)
    if verdict.is_stale:
        return phrase("answer.none_known.stale", place=place)
    if facts.is_route or verdict.certainty is Certainty.LOST:
        return phrase("answer.none_known", place=place)
    code = "answer.seems_open" if verdict.certainty is Certainty.INFERRED else "answer.open"
    going = next((b.work for b in facts.causes if b.work), None)
    if going is None:
        return phrase(code, place=place)
    return phrase(f"{code}.works", place=place, name=work_name(going))

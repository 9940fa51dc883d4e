"""The clause on buses that go round now, as they are seen."""

from collections.abc import Sequence

from maps.desk.facts.rounds import BusesRound, cause_row
from maps.desk.saying.clauses import NAMED, Clause, ClauseName
from maps.desk.saying.names import incident_kind, route_name, work_name
from maps.desk.saying.sources import SourceKind, Sources
from maps.picture.text import kst, short
from streams.domain.works.rows import Work
from streams.words.catalogue import Phrase, Translatable, Value, joined, phrase

SPOKEN = 2  # ways round that a listener can keep


def round_clause(rows: Sequence[BusesRound], sources: Sources) -> Clause | None:
    """Which way the buses take, the stops they leave out, and what explains it; aloud without the
    last. Routes that go round alike are told together.
    """
    if not rows:
        return None
    alike: dict[tuple[tuple[str, ...], tuple[str, ...], str], list[BusesRound]] = {}
    for row in rows:
        alike.setdefault((tuple(row.streets), tuple(row.stops), row.cause), []).append(row)
    told = [(_round(group), _cause(group[0].cause, sources)) for group in alike.values()]
    return Clause(
        ClauseName.BUSES,
        joined((part for pair in told for part in pair), " "),
        tuple(_source(row, sources) for row in rows),
        aloud=joined((way for way, _ in told[:SPOKEN]), " "),
    )


def _round(group: Sequence[BusesRound]) -> Phrase:
    """300번 버스는 지금 도청로로 우회하고 명동입구 정류장에 서지 않습니다."""
    first = group[0]
    numbers = list(dict.fromkeys(row.route_no for row in group))
    code = {
        (True, True): "answer.round.way_stops",
        (True, False): "answer.round.way",
        (False, True): "answer.round.stops",
    }.get((bool(first.streets), bool(first.stops)), "answer.round")
    return phrase(
        code,
        routes=_listed([route_name(no) for no in numbers], "list.more.routes"),
        streets=joined(first.streets[:NAMED], ", "),
        stops=_listed(first.stops, "list.more.places"),
    )


def _listed(names: Sequence[Value], more: str) -> Translatable:
    listed = joined(names[:NAMED], ", ")
    return listed if len(names) <= NAMED else phrase(more, names=listed, count=len(names))


def _cause(subject: str, sources: Sources) -> Phrase:
    """What explains it; that no record does where none does."""
    row, (kind, _, own) = cause_row(subject, sources.scene), subject.partition(":")
    if row is None and kind in ("work", "incident"):
        return phrase("answer.round.cause", name=short(own))
    if row is None:
        return phrase("answer.round.calls" if subject else "answer.round.no_record")
    name: Value | None = work_name(row) if isinstance(row, Work) else incident_kind(row)
    return phrase("answer.round.cause", name=name or short(row.title) or phrase("cause.other"))


def _source(row: BusesRound, sources: Sources) -> str:
    """What was seen: so many buses of a route went round, the last of them then."""
    return sources.add(
        SourceKind.BUS,
        row.id,
        row.last_ms,
        "round",
        route=route_name(row.route_no),
        n=row.buses,
        since=kst(row.since_ms),
        at=kst(row.last_ms),
    )

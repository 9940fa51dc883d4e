"""The clauses on what buses do against what was declared, and on what closes which link."""

from maps.desk.facts.gather import CardFacts
from maps.desk.judging.certainty import Ground
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.clauses import Clause, ClauseName
from maps.desk.saying.names import cause_name, link_name, title_of
from maps.desk.saying.sources import Sources
from streams.contract.enums import DiscrepancyKind
from streams.domain.observed.rows import Discrepancy
from streams.words.catalogue import Phrase, joined, phrase

ROUND = (DiscrepancyKind.UNDECLARED, DiscrepancyKind.ELSEWHERE, DiscrepancyKind.OVERRUN)
MOST = 2  # causes that a listener can keep


def unrecorded(facts: CardFacts, sources: Sources) -> Clause:
    """That buses go round a place that no record closes; of a work past its end that it is."""
    found = (row for row in facts.differing if row.kind in ROUND)
    row, where = next(found, None), link_name(facts.rounds.links[0], sources.scene.network)
    used = [sources.place(facts.place), sources.rounds(facts)]
    if row is None or not row.round:
        text = phrase("answer.unrecorded.some", where=where)
        return Clause(ClauseName.VERDICT, text, tuple(used))
    used.append(sources.discrepancy(row))
    code = "overrun" if row.kind is DiscrepancyKind.OVERRUN else "undeclared"
    text = phrase(f"answer.differs.{code}", where=where, n=row.round)
    return Clause(ClauseName.VERDICT, text, tuple(used))


def differs(facts: CardFacts, verdict: Verdict, sources: Sources) -> Clause | None:
    """What buses do against a record, the gravest; nothing where the verdict already says it."""
    row = next(iter(facts.differing), None)
    if row is None or verdict.is_stale or not row.links or not _count(row):
        return None
    is_said = verdict.ground in (Ground.CONTRADICTED, Ground.ROUND)
    if is_said and not facts.own_work:
        return None
    network = sources.scene.network
    index = network.index.get(row.links[0])
    where = row.links[0] if index is None else link_name(index, network)
    text = phrase(f"answer.differs.{row.kind}", where=where, n=_count(row))
    return Clause(ClauseName.OBSERVED, text, (sources.discrepancy(row),))


def _count(row: Discrepancy) -> int:
    return row.round if row.kind in ROUND else row.through


def each_cause(facts: CardFacts, sources: Sources) -> Clause | None:
    """What closes which part, where the closed links have several causes: the gravest two."""
    if len(facts.shares) < 2:
        return None
    network, parts, used = sources.scene.network, list[Phrase](), list[str]()
    for cause, links in facts.shares[:MOST]:
        shut = len(facts.pieces_in(links))
        where = link_name(links[0], network)
        if shut > 1:
            where = phrase("place.and_more", name=where, n=shut)
        name = cause_name(cause) or title_of(cause)
        parts.append(phrase("answer.each", where=where, name=name))
        used += [sources.closed_part(facts, links), sources.notice(cause)]
    if rest := len(facts.shares) - MOST:
        parts.append(phrase("answer.each.more", n=rest))
        used.append(sources.network("causes", "more_causes", n=rest))
    return Clause(ClauseName.WHY, joined(parts, " "), tuple(dict.fromkeys(used)))

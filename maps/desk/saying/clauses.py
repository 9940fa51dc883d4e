"""The clauses of a card: sentences by codes, each with the sources that bear it.

They are meant to be read aloud to a caller.
"""

from dataclasses import dataclass
from enum import StrEnum

from maps.desk.facts.blockings import is_by_people, real_begin_ms
from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import BUS_FEEDS, SPEED_FEEDS
from maps.desk.saying.names import cause_name, link_name, reporter, title_of
from maps.desk.saying.sources import SourceKind, Sources
from maps.desk.saying.times import moment
from maps.picture.text import short
from streams.contract.enums import Closure
from streams.domain.closures import closure_name
from streams.domain.links.fold import LinkView
from streams.domain.unknown_times import why_unknown
from streams.words.catalogue import Phrase, Translatable, joined, phrase

AS_USUAL = (0.8, 1.2)  # times slower, from where to where it flows as ever
NAMED = 3  # names a listener can keep


class ClauseName(StrEnum):
    """What a clause is about; a card has at most one of each."""

    VERDICT = "verdict"
    WHY = "why"
    WHO = "who"
    SINCE = "since"
    UNTIL = "until"
    NEXT_UPDATE = "next_update"
    DETOUR = "detour"
    BUSES = "buses"
    TRAFFIC = "traffic"
    AGE = "age"
    CALLS = "calls"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement with what it rests on; never without a source.

    `aloud` is its shorter form in the sentence; one that ends in a comma goes on into the next.
    """

    name: ClauseName
    text: Translatable
    sources: tuple[str, ...]
    aloud: Translatable | None = None

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError(f"clause {self.name!r} has no source: {self.text.to('ko')!r}")


def why(facts: CardFacts, sources: Sources) -> Clause | None:
    """What closes it, or goes on there without closing it: by title, at most three."""
    if not facts.causes:
        return None
    named = facts.causes[:NAMED]
    used = [sources.notice(b) for b in named]
    titles = [  # a permit is called by its number; an event's own means nothing to a caller
        phrase("answer.numbered", title=title_of(b), id=b.id) if b.work else title_of(b)
        for b in named
    ]
    names: Translatable = joined(titles, ", ")
    if rest := len(facts.causes) - len(named):
        names = phrase("answer.more", names=names, n=rest)
        used.append(sources.count_of_notices(facts))
    code = "answer.why" if facts.closed else "answer.why_open"
    return Clause(ClauseName.WHY, phrase(code, names=names), tuple(dict.fromkeys(used)))


def others(facts: CardFacts, sources: Sources) -> Clause | None:
    """What else is in force on the place: the gravest by name, the rest counted."""
    if not facts.others:
        return None
    other, n = min(facts.others, key=lambda b: b.gravity), len(facts.others)
    text = phrase(
        "answer.others" if n > 1 else "answer.other",
        where=link_name(other.links[0], sources.scene.network),
        what=phrase(
            "answer.with_closure",
            name=(cause_name(other) if other.work else None) or title_of(other),
            closure=closure_name(other.closure),
        ),
        n=n,
    )
    used = [sources.notice(other), sources.link(other.links[0])]
    if n > 1:
        used.append(sources.also_in_force(facts))
    return Clause(ClauseName.WHY, text, tuple(dict.fromkeys(used)))


def who(facts: CardFacts, sources: Sources) -> Clause | None:
    """The organisation of the work a caller asks about and its telephone: the gravest in force,
    else the card's own, else the next. Who works beside what no work closed answers for none of it.
    """
    if facts.causes and not facts.causes[0].work and not facts.own_work:
        return None
    found = [*facts.causes, *([facts.own_work] if facts.own_work else []), *facts.coming]
    blocking = next((b for b in found if b.work), None)
    if blocking is None or blocking.work is None:
        return None
    name, phone = short(blocking.work.organisation), short(blocking.work.phone)
    code = {(True, True): "who", (True, False): "who_name", (False, True): "who_phone"}.get(
        (bool(name), bool(phone)), "who_unknown"
    )
    text = phrase(f"answer.{code}", name=name, phone=phone)
    return Clause(ClauseName.WHO, text, (sources.notice(blocking),))


def since(facts: CardFacts, sources: Sources) -> Clause | None:
    """When it began, and who reported it."""
    cause = next(iter(facts.causes), None)
    if cause is None:
        return None
    today_ms = sources.scene.reader_ms
    started = cause.work.started if cause.work else None
    if started is not None and is_by_people(started):
        at = moment(started.at_ms, today_ms)
        text = phrase("answer.since_reported", at=at, by=reporter(started))
        return Clause(ClauseName.SINCE, text, (sources.reported(cause, "started", started),))
    starts_ms = real_begin_ms(cause.row)
    if starts_ms is None:
        unknown = why_unknown("starts_ms", cause.row.flags)
        return Clause(ClauseName.SINCE, unknown, (sources.notice(cause),))
    code = "answer.since_permit" if cause.work else "answer.since"
    text = phrase(code, at=moment(starts_ms, today_ms, is_start=True))
    return Clause(ClauseName.SINCE, text, (sources.notice(cause),))


def traffic(facts: CardFacts, sources: Sources) -> Clause | None:
    """How the place flows where it is slowest; nothing while the feeds of speeds are silent."""
    link, scene = facts.speed_at, sources.scene
    if link is None or not scene.is_known or facts.closure is Closure.FULL:
        return None
    if not scene.is_any_current(BUS_FEEDS if link.view.samples else SPEED_FEEDS):
        return None
    text = phrase(f"answer.traffic.{link.view.level}", kmh=round(link.view.speed_kmh or 0))
    said = [text, *against_usual(link.view)]
    return Clause(ClauseName.TRAFFIC, joined(said, " "), (sources.speed(link),))


def against_usual(view: LinkView) -> list[Phrase]:
    """How it flows against the usual of this time of such a day, where that is known."""
    times = view.times_slower
    if times is None or times < AS_USUAL[0]:
        return []
    if times <= AS_USUAL[1]:
        return [phrase("answer.traffic.as_usual")]
    return [phrase("answer.traffic.slower", n=f"{times:g}")]


def calls(facts: CardFacts, sources: Sources) -> Clause | None:
    """Calls about the place: unconfirmed."""
    if not facts.calls:
        return None
    now_ms, n = sources.scene.now_ms, facts.calls
    source = sources.add(SourceKind.CALLS, facts.place.id, now_ms, "calls", n=n)
    return Clause(ClauseName.CALLS, phrase("answer.calls", n=n), (source,))

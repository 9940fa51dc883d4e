"""The rows of situations that the browser gets. Pure; texts are feeds' texts."""

from typing import Annotated, Any

from msgspec import Meta

from maps.picture.fields import Lat, LinkIndexes, Lon, Metres, Ms, Row
from maps.picture.shapes import known_links, point_of_links
from maps.picture.text import shown
from streams.contract.enums import RuleName, Severity
from streams.contract.situation import ActKind, SituationAct
from streams.domain.situations.fact import TRAFFIC, Fact
from streams.domain.situations.situation import Acknowledged, Situation
from streams.domain.situations.traffic import Queue
from streams.geo.network import Network
from streams.words.catalogue import Translatable, Value, has_word, joined, name_of, phrase
from streams.words.spoken import Spoken


class FactRow(Row, kw_only=True, metaclass=Spoken):
    """A fact of a situation: an alert, as people call it, and who tells it."""

    id: Annotated[str, Meta(description="of the alert")]
    name: Annotated[str, Meta(description='"rule subject"')]
    rule: RuleName
    subject: str
    severity: Severity
    since_ms: Ms
    asks: Annotated[bool, Meta(description="somebody must look at it; else it is information")]
    text: Translatable
    source: Annotated[str, Meta(description="the feed that tells it")] = ""


class QueueRow(Row):
    """Connected slow links."""

    head: Annotated[str, Meta(description="id of the link that traffic leaves it by")]
    length_m: Metres
    growth_m: Annotated[int, Meta(description="m in the last quarter of an hour")]


class SeenRow(Row):
    """Who acknowledged a situation, and how grave it was then."""

    by: str
    at_ms: Ms
    comment: str
    severity: Severity


class ActRow(Row):
    """What somebody did with a situation."""

    act: ActKind
    by: str
    at_ms: Ms
    note: str = ""
    to: str = ""
    until_ms: Ms = 0


class SituationFields(Row, kw_only=True, metaclass=Spoken):
    """A place and story, and all that is told of it. `alert` False: it is information."""

    id: str
    title: Annotated[str, Meta(description="in Korean; also as title_ko, and in other languages")]
    spoken: Annotated[Translatable, "title"]
    severity: Severity
    alert: bool
    since_ms: Ms
    newest_ms: Annotated[Ms, Meta(description="when the last that asks for somebody was told")]
    facts: Annotated[list[FactRow], Meta(description="the oldest first")]
    sources: Annotated[list[str], Meta(description="the feeds that tell of it")]
    acknowledged: SeenRow | None
    lon: Lon | None
    lat: Lat | None
    queue: QueueRow | None = None
    until_ms: Ms | None = None
    snoozed_until_ms: Ms | None = None
    snoozed_by: str = ""
    assigned: Annotated[str, Meta(description="the account that has it")] = ""
    assigned_by: str = ""
    notes: tuple[ActRow, ...] = ()
    acts: Annotated[tuple[ActRow, ...], Meta(description="all that stand, oldest first")] = ()


class SituationRow(SituationFields, kw_only=True):
    """A situation on the map."""

    links: LinkIndexes


def situation_row(_name: str, situation: Situation, network: Network) -> SituationRow:
    """Links the network does not know are left out."""
    links = known_links(situation.links, network)
    return SituationRow(links=links, **fields_of(situation, links, network))


def fields_of(situation: Situation, links: list[int], network: Network) -> dict[str, Any]:
    """The fields of a row but its links."""
    title = title_of(situation)
    lon, lat = situation.lead.point or point_of_links(links, network)
    asleep, given = situation.snoozed, situation.assigned
    ends_ms = situation.lead.facts.get("ends_ms")
    return {
        "id": situation.id,
        "title": title.to("ko"),
        "spoken": title,
        "severity": situation.severity,
        "alert": situation.is_alert,
        "since_ms": situation.since_ms,
        "newest_ms": situation.newest_ms,
        "facts": [_fact_row(fact, situation) for fact in situation.facts],
        "sources": list(situation.sources),
        "acknowledged": _seen_row(situation.acknowledged),
        "lon": lon,
        "lat": lat,
        "queue": _queue_row(situation.queue),
        "until_ms": ends_ms if isinstance(ends_ms, int) else None,
        "snoozed_until_ms": asleep.until_ms if asleep else None,
        "snoozed_by": shown(asleep.by) if asleep else "",
        "assigned": shown(given.to) if given else "",
        "assigned_by": shown(given.by) if given else "",
        "notes": tuple(map(_act_row, situation.notes)),
        "acts": tuple(map(_act_row, situation.acts)),
    }


def title_of(situation: Situation) -> Translatable:
    """What a situation is called: its place, and what is so."""
    queue, lead = situation.queue, situation.lead
    if lead.rule in TRAFFIC and queue is not None:
        km = f"{queue.length_m / 1000:.1f}"
        return phrase("situation.queue", place=shown(_title(lead)), km=km)
    return text_of(lead)


def text_of(fact: Fact) -> Translatable:
    """What a fact says: its place, and what is so; a closure's own title says it, and the reason
    that a person gave.
    """
    title = shown(_title(fact))
    if fact.rule is RuleName.CLOSURE:
        reason = fact.facts.get("reason")
        why = f" · {shown(reason)}" if isinstance(reason, str) and reason.strip() else ""
        return phrase("as_is", text=title + why)
    about: Value = title
    if fact.rule is RuleName.DETOUR:
        about = phrase("message.route", no=title)
    elif fact.rule is RuleName.FEED:
        about = name_of("feed", title)
    return joined((about, _what(fact)), " · ")


def _what(fact: Fact) -> Value:
    code = f"discrepancy.{fact.facts.get('kind')}"
    if fact.rule is RuleName.DISCREPANCY and has_word(code):
        return phrase(code)
    return name_of("rule", fact.rule)


def _title(fact: Fact) -> str:
    said = fact.facts.get("title")
    return said if isinstance(said, str) and said.strip() else fact.subject


def _fact_row(fact: Fact, situation: Situation) -> FactRow:
    return FactRow(
        id=fact.id,
        name=f"{fact.rule} {fact.subject}",
        rule=fact.rule,
        subject=shown(fact.subject),
        severity=fact.severity,
        since_ms=fact.since_ms,
        asks=fact in situation.asking,
        text=text_of(fact),
        source=fact.source.feed,
    )


def _queue_row(queue: Queue | None) -> QueueRow | None:
    return None if queue is None else QueueRow(queue.head, queue.length_m, queue.growth_m)


def _seen_row(seen: Acknowledged | None) -> SeenRow | None:
    if seen is None:
        return None
    return SeenRow(shown(seen.by), seen.at_ms, shown(seen.comment), seen.severity)


def _act_row(act: SituationAct) -> ActRow:
    return ActRow(act.act, shown(act.by), act.at_ms, shown(act.note), shown(act.to), act.until_ms)

"""A fact of a situation: an alert, and what the row behind it adds to it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from streams.contract.enums import OF_ROADS, IncidentKind, RuleName, Severity
from streams.domain.alerts import Episode, episode_id
from streams.domain.permit_ids import permit_of

GRAVITY = (Severity.CRITICAL, Severity.WARNING, Severity.NOTICE)
TRAFFIC = frozenset({RuleName.JAM, RuleName.SLOWDOWN})
Order = tuple[int, str]
"""The order of facts: when each was told, and its id."""
Begins = Mapping[RuleName, int]
"""For how long a thing must hold before a rule tells it, ms."""


class ToldRow(Protocol):
    """What is read of the row of a work, an incident or a closure by hand."""

    @property
    def title(self) -> str: ...
    @property
    def starts_ms(self) -> int | None: ...


RowOf = Callable[[str], ToldRow | None]


class Source(NamedTuple):
    """What a row says beside its alert: who tells it, what it is, when it is said to begin."""

    feed: str = ""
    kind: IncidentKind | None = None
    starts_ms: int | None = None
    title: str = ""


NO_SOURCE = Source()


@dataclass(frozen=True, slots=True)
class Fact:
    """An episode that was told, at `told_ms`, some time after it began. `over_ms` 0: it stands.
    `id` is the alert's. `permits` are those that it tells of, `keys` what it has in common with
    all others of its story: of a clash, all its permits.
    """

    id: str
    rule: RuleName
    subject: str
    since_ms: int
    told_ms: int
    severity: Severity
    facts: Mapping[str, Any]
    over_ms: int = 0
    source: Source = NO_SOURCE
    links: tuple[str, ...] = field(init=False, repr=False, compare=False)
    permits: frozenset[str] = field(init=False, repr=False, compare=False)
    keys: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "links", _texts(self.facts.get("links")))
        object.__setattr__(self, "permits", _permits(self))
        object.__setattr__(self, "keys", _keys(self))

    @property
    def order(self) -> Order:
        return self.told_ms, self.id

    @property
    def name(self) -> str:
        """What its subject is called, without its kind."""
        return self.subject.partition(":")[2]

    @property
    def is_incident(self) -> bool:
        return self.subject.startswith("incident:")

    @property
    def is_by_hand(self) -> bool:
        """Whether it tells of a closure that a person put on the map."""
        return self.subject.startswith("closure:")

    @property
    def point(self) -> tuple[float, float] | None:
        lon, lat = self.facts.get("lon"), self.facts.get("lat")
        is_known = isinstance(lon, int | float) and isinstance(lat, int | float)
        return (float(lon), float(lat)) if is_known else None  # type: ignore[arg-type]

    def stood_at(self, at_ms: int, pause_ms: int = 0) -> bool:
        """Whether it held at a time, or had been over for no longer than a pause."""
        return self.told_ms <= at_ms and (not self.over_ms or at_ms <= self.over_ms + pause_ms)


def fact_of(
    name: str, episode: Episode, row_of: RowOf, begins: Begins, over_ms: int = 0
) -> Fact | None:
    """The fact of an episode by its name "rule subject"; None of a rule that ours does not know.

    `row_of` gives the work, the incident or the closure by hand of a subject.
    """
    text, _, subject = name.partition(" ")
    rule = next((each for each in OF_ROADS if each == text), None)
    if rule is None:
        return None
    row = None if over_ms else row_of(subject)
    own = episode.id or episode_id(rule, subject, episode.since_ms)
    return Fact(
        id=own,
        rule=rule,
        subject=subject,
        since_ms=episode.since_ms,
        told_ms=episode.since_ms + begins.get(rule, 0),
        severity=episode.severity,
        facts=episode.facts,
        over_ms=over_ms,
        source=Source() if row is None else _source(row),
    )


def facts_of(alerts: Mapping[str, Episode], row_of: RowOf, begins: Begins) -> Iterator[Fact]:
    """The facts that stand."""
    for name, episode in alerts.items():
        if (fact := fact_of(name, episode, row_of, begins)) is not None:
            yield fact


def _source(row: ToldRow) -> Source:
    kind = getattr(row, "kind", getattr(row, "cause", None))
    known = kind if isinstance(kind, IncidentKind) else None
    return Source(getattr(row, "feed", ""), known, row.starts_ms, row.title)


def gravest(severities: Iterable[Severity]) -> Severity:
    """The gravest of some; a notice of none."""
    return min(severities, key=GRAVITY.index, default=Severity.NOTICE)


def _texts(values: Any) -> tuple[str, ...]:
    is_list = isinstance(values, list | tuple)
    return tuple(each for each in values if isinstance(each, str)) if is_list else ()


def _permits(fact: Fact) -> frozenset[str]:
    works = _texts(fact.facts.get("works"))
    own = (fact.name,) if fact.subject.startswith("work:") else ()
    return frozenset(map(permit_of, (*works, *own)))


def _keys(fact: Fact) -> frozenset[str]:
    if fact.rule is RuleName.FEED:
        return frozenset({f"feed:{fact.name.partition('.')[0]}"})
    found = {f"permit:{each}" for each in fact.permits}
    if fact.is_incident or fact.is_by_hand:
        found.add(fact.subject)
    cause = fact.facts.get("cause")
    if isinstance(cause, str) and cause.startswith(("incident:", "closure:")):
        found.add(cause)
    return frozenset(found)

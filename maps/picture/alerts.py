"""The rows of alerts and acknowledgements that the browser gets. Pure; texts are feeds' texts."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from maps.picture.fields import Kmh, Lat, LinkIndexes, Lon, Ms, Row, filled
from maps.picture.picture import Picture
from maps.picture.shapes import known_links, point_of
from maps.picture.text import shown
from streams.contract.enums import (
    AlertVerdict,
    Closure,
    FeedStatus,
    Level,
    Phase,
    RuleName,
    Severity,
)
from streams.contract.records import Acknowledgement
from streams.domain.alerts import Episode, episode_id
from streams.geo.network import Network


class AlertFacts(Row):
    """What an alert says of its subject; of each rule other fields."""

    title: str | None = None
    organisation: str | None = None
    closure: Closure | None = None
    level: Level | None = None
    judged_by: Literal["usual", "level"] | None = None
    usual_kmh: Kmh | None = None
    times_slower: Annotated[float, Meta(description="usual over present speed")] | None = None
    phase: Phase | None = None
    ends_ms: Ms | None = None
    end: Literal["unstated", "unreadable"] | None = None
    status: FeedStatus | None = None
    count: int | None = None
    kind: Annotated[str, Meta(description="of a clash or a discrepancy")] | None = None
    place_count: Annotated[int, Meta(description="how many spots a permit has")] | None = None


class SpotFacts(msgspec.Struct):
    """One of the spots of a permit."""

    place: str = ""


class EpisodeFacts(AlertFacts):
    """The facts of an episode as its rule keeps them."""

    places: tuple[SpotFacts, ...] = ()
    works: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None


class AlertFields(AlertFacts, kw_only=True):
    """An alert: its rule, its subject, and what is to be said of it."""

    name: Annotated[str, Meta(description='"rule subject"')]
    id: Annotated[str, Meta(description="of this episode of the rule and its subject")]
    rule: RuleName
    subject: Annotated[
        str, Meta(description="work:ID, incident:ID, closure:ID, link:ID, feed:NAME ...")
    ]
    severity: Severity
    since_ms: Ms
    works: list[str]
    lon: Lon | None
    lat: Lat | None
    places: Annotated[
        tuple[str, ...], Meta(description="the first spots of a permit with several")
    ] = ()
    streets: Annotated[tuple[str, ...], Meta(description="of the way that buses take")] = ()
    stops: Annotated[tuple[str, ...], Meta(description="that buses leave out, by name")] = ()


class AlertRow(AlertFields, kw_only=True):
    """An alert on the map."""

    links: LinkIndexes


class AckRow(Row):
    """An acknowledgement: who has seen an alert, how grave it was then, and what they found."""

    id: Annotated[str, Meta(description="of the episode")]
    by: str
    comment: str
    at_ms: Ms
    severity: Severity
    verdict: AlertVerdict | None = None


def alert_row(name: str, episode: Episode, network: Network) -> AlertRow:
    """`name` is "rule subject". It stands at its own point, else in the middle of its first link,
    else nowhere (None). Links the network does not know are left out.
    """
    facts = facts_of(episode)
    rule, _, subject = name.partition(" ")
    links = known_links(facts.links, network)
    lon, lat = point_of(facts, links, network)
    return filled(
        AlertRow,
        episode,
        facts,
        name=name,
        id=id_of(name, episode),
        rule=rule,
        subject=shown(subject),
        places=tuple(shown(each.place) for each in facts.places),
        works=[shown(work) for work in facts.works],
        streets=tuple(map(shown, facts.streets)),
        stops=tuple(map(shown, facts.stops)),
        links=links,
        lon=lon,
        lat=lat,
    )


def facts_of(episode: Episode) -> EpisodeFacts:
    """Its facts; none where another version wrote what ours cannot read."""
    try:
        return msgspec.convert(episode.facts, EpisodeFacts)
    except msgspec.ValidationError:
        return EpisodeFacts()


def alert_rows(alerts: Mapping[str, Episode], network: Network) -> list[AlertRow]:
    """Every open alert, the newest first."""
    rows = [alert_row(name, episode, network) for name, episode in alerts.items()]
    return sorted(rows, key=lambda row: (-row.since_ms, row.name))


def ack_row(episode: str, ack: Acknowledgement, _network: Network | None = None) -> AckRow:
    return filled(AckRow, ack, id=episode)


def ack_rows(picture: Picture, *, is_all: bool = False) -> list[AckRow]:
    """The acknowledgements of open alerts.

    `is_all`: every one. While the state is made again, its alert may only come after it.
    """
    open_ones = {id_of(name, episode) for name, episode in picture.alerts.items()}
    return [
        ack_row(episode, ack)
        for episode, ack in picture.acknowledgements.items()
        if is_all or episode in open_ones
    ]


def open_alert(picture: Picture, episode_name: str) -> tuple[str, Episode] | None:
    """The rule and the row of the open episode with an id; None when there is none, or it has
    ended.
    """
    for name, episode in picture.alerts.items():
        if id_of(name, episode) == episode_name:
            return name.partition(" ")[0], episode
    return None


def id_of(name: str, episode: Episode) -> str:
    """The id of an episode; of rule, subject and start where the row has none."""
    rule, _, subject = name.partition(" ")
    return episode.id or episode_id(rule, subject, episode.since_ms)

"""The rows of alerts and acknowledgements that the browser gets. Pure; texts are feeds' texts."""

from collections.abc import Mapping
from typing import Any

from maps.picture.picture import Picture
from maps.picture.shapes import known_links, middle_of
from maps.picture.text import shown
from streams.domain.alerts import episode_id
from streams.geo.network import Network

Json = dict[str, Any]
_FACTS = (
    "title",
    "organisation",
    "closure",
    "level",
    "phase",
    "ends_ms",
    "end",
    "status",
    "count",
)


def alert_row(name: str, episode: Mapping[str, Any], network: Network) -> Json:
    """An ALERT of the API; `name` is "rule subject", `id` names this episode of them.

    It stands at its own point, else in the middle of its first link, else nowhere (None). Links
    the network does not know are left out.
    """
    rule, _, subject = name.partition(" ")
    facts: Mapping[str, Any] = episode.get("facts") or {}
    links = known_links(facts.get("links") or (), network)
    point = facts.get("lon"), facts.get("lat")
    if None in point:
        point = middle_of(network.links[links[0]].geometry) if links else (None, None)
    return {
        "name": name,
        "id": id_of(name, episode),
        "rule": rule,
        "subject": shown(subject),
        "severity": episode["severity"],
        "since_ms": episode["since_ms"],
        **{fact: shown(facts[fact]) for fact in _FACTS if facts.get(fact) is not None},
        **_places(facts),
        "links": links,
        "works": [shown(work) for work in facts.get("works") or ()],
        "lon": point[0],
        "lat": point[1],
    }


def _places(facts: Mapping[str, Any]) -> Json:
    """The places of a permit with several spots: their texts, and how many there are in all."""
    if not facts.get("places"):
        return {}
    names = [shown(each.get("place")) for each in facts["places"]]
    return {"places": names, "place_count": facts.get("place_count")}


def alert_rows(alerts: Mapping[str, Json], network: Network) -> list[Json]:
    """Every open alert, the newest first."""
    rows = [alert_row(name, episode, network) for name, episode in alerts.items()]
    return sorted(rows, key=lambda row: (-row["since_ms"], row["name"]))


def ack_row(episode: str, ack: Mapping[str, Any]) -> Json:
    """An ACKNOWLEDGEMENT of the API: by whom, when, with what comment, of what severity then."""
    by, comment = shown(ack.get("by")), shown(ack.get("comment"))
    return {
        "id": episode,
        "by": by,
        "comment": comment,
        "at_ms": ack.get("at_ms"),
        "severity": ack.get("severity"),
    }


def ack_rows(picture: Picture, *, is_all: bool = False) -> list[Json]:
    """The acknowledgements of open alerts.

    `is_all`: every one. While the state is made again, its alert may only come after it.
    """
    open_ones = {id_of(name, episode) for name, episode in picture.alerts.items()}
    return [
        ack_row(episode, ack)
        for episode, ack in picture.acknowledgements.items()
        if is_all or episode in open_ones
    ]


def open_alert(picture: Picture, episode_name: str) -> Mapping[str, Any] | None:
    """The open episode with an id; None when there is none, or it has ended."""
    for name, episode in picture.alerts.items():
        if id_of(name, episode) == episode_name:
            return episode
    return None


def id_of(name: str, episode: Mapping[str, Any]) -> str:
    """The id of an episode; of rule, subject and start where the row has none."""
    if episode.get("id"):
        return str(episode["id"])
    rule, _, subject = name.partition(" ")
    return episode_id(rule, subject, episode["since_ms"])

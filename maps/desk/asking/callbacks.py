"""The call-back list: open calls, and whose closed links are all open again. Pure."""

from typing import Any

from maps.picture import shapes
from maps.picture.picture import Picture
from streams.contract.enums import Closure
from streams.domain.closures import closure_name
from streams.domain.stages.calls import CallRow
from streams.geo.network import Network
from streams.words.catalogue import both

Json = dict[str, Any]


def open_calls(picture: Picture, network: Network, *, now_ms: int, is_known: bool) -> list[Json]:
    """The calls not called back yet, newest first.

    `is_known` False (the store lost, being made again, or late): nothing is due, for a link that is
    not heard of looks open.
    """
    rows = [row for row in picture.calls.values() if not row.done_ms]
    rows.sort(key=lambda row: (-row.received_ms, row.call_id))
    return [_row(row, picture, network, now_ms=now_ms, is_known=is_known) for row in rows]


def _row(call: CallRow, picture: Picture, network: Network, *, now_ms: int, is_known: bool) -> Json:
    closed = [_closed(link_id, picture, network) for link_id in call.closed]
    reopened = bool(closed) and all(link["closure"] == "none" for link in closed)
    return {
        "id": call.call_id,
        "title": call.title,
        "reference": call.reference,
        "received_ms": call.received_ms,
        "age_ms": now_ms - call.received_ms,
        "lon": call.lon,
        "lat": call.lat,
        "links": shapes.known_links(call.link_ids, network),
        "closed": closed,
        "due": reopened and is_known,
    }


def _closed(link_id: str, picture: Picture, network: Network) -> Json:
    """A link that was closed during the call, as it is now; one the network lost stays unknown."""
    place = network.index.get(link_id)
    closure = Closure.UNKNOWN if place is None else shapes.closure_of(picture.links.get(place))
    korean, english = both(closure_name(closure))
    name = link_id if place is None else network.links[place].name
    return {"id": link_id, "name": name, "closure": closure, "word_ko": korean, "word_en": english}

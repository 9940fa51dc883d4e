"""The call-back list: open calls, and whose closed links are all open again. Pure."""

import msgspec

from maps.picture import shapes
from maps.picture.picture import Picture
from streams.contract.enums import Closure
from streams.domain.closures import closure_name
from streams.domain.stages.calls import CallRow
from streams.geo.network import Network
from streams.words.catalogue import Translatable
from streams.words.spoken import Spoken


class CalledLink(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """A link that was closed during a call, as it is now."""

    id: str
    name: str
    closure: Closure
    word: Translatable


class OpenCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call not called back yet; `due`: all that was closed is open again."""

    id: str
    title: str
    reference: str
    received_ms: int
    age_ms: int
    lon: float | None
    lat: float | None
    links: list[int]
    closed: list[CalledLink]
    due: bool


def open_calls(
    picture: Picture, network: Network, *, now_ms: int, is_known: bool
) -> list[OpenCall]:
    """The calls not called back yet, newest first.

    `is_known` False (the store lost, being made again, or late): nothing is due, for a link that
    nothing is known of looks open.
    """
    calls = [call for call in picture.calls.values() if not call.done_ms]
    calls.sort(key=lambda call: (-call.received_ms, call.call_id))
    return [_open_call(call, picture, network, now_ms, is_known=is_known) for call in calls]


def _open_call(
    call: CallRow, picture: Picture, network: Network, now_ms: int, *, is_known: bool
) -> OpenCall:
    closed = [_called_link(link_id, picture, network) for link_id in call.closed]
    is_open = bool(closed) and all(link.closure is Closure.NONE for link in closed)
    return OpenCall(
        id=call.call_id,
        title=call.title,
        reference=call.reference,
        received_ms=call.received_ms,
        age_ms=now_ms - call.received_ms,
        lon=call.lon,
        lat=call.lat,
        links=shapes.known_links(call.link_ids, network),
        closed=closed,
        due=is_open and is_known,
    )


def _called_link(link_id: str, picture: Picture, network: Network) -> CalledLink:
    """A link as it is now; the closure of one that the network lost is unknown."""
    index = network.index.get(link_id)
    closure, name = Closure.UNKNOWN, link_id
    if index is not None:
        view = picture.links.get(index)
        closure, name = view.closure if view else Closure.NONE, network.links[index].name
    return CalledLink(id=link_id, name=name, closure=closure, word=closure_name(closure))

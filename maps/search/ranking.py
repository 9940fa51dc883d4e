"""Which find comes first, and whether it is the place that was meant. Pure."""

from collections.abc import Callable

from maps.search.entry import PlaceKind, SearchEntry
from maps.search.keys import Hit
from streams.geo.measures import distance_m

WHOLE = 0.95
"""The least quality of a whole name; a slip, a beginning or a word not understood stays below."""
_TIED = 0.005
Order = tuple[float, bool, int, tuple[int, ...], str, str]
_SAME_PLACE_M = 400.0
_KINDS = (
    PlaceKind.SECTION,
    PlaceKind.ADDRESS,
    PlaceKind.PLACE,
    PlaceKind.STOP,
    PlaceKind.WORK,
    PlaceKind.ROUTE,
)
_HINTS = {
    PlaceKind.STOP: ("정류장", "정류소", "정거장"),
    PlaceKind.ROUTE: ("버스", "노선"),
    PlaceKind.WORK: ("허가", "공사", "굴착", "점용"),
}
_NUMBER = frozenset("0123456789-")


def order_for(query: str) -> Callable[[Hit], Order]:
    """The sort key of hits: the best first, then what the question calls it, then by kind."""
    called = _called(query)

    def order(hit: Hit) -> Order:
        entry = hit.entry
        is_section = entry.kind is PlaceKind.SECTION
        return (
            -round(hit.quality, 3),
            entry.kind not in called,
            _KINDS.index(entry.kind),
            entry.links[:1] if is_section else (len(entry.title),),
            entry.title,
            entry.id,
        )

    return order


def is_certain_of(hits: list[Hit]) -> bool:
    """Whether the first hit is a whole name that no other place has."""
    top = hits[0]
    rivals = [hit for hit in hits[1:] if hit.quality >= top.quality - _TIED]
    return top.quality >= WHOLE and all(_is_same_place(top.entry, hit.entry) for hit in rivals)


def hinted(hits: list[Hit], name: str, asked: str) -> list[Hit]:
    """Hits of a name; a bare number is only the kind of thing the question calls it."""
    if not set(name) <= _NUMBER:
        return hits
    called = _called(asked)
    return [
        Hit(hit.entry, hit.quality if called else hit.quality * 0.9)
        for hit in hits
        if not called or hit.entry.kind in called
    ]


def _called(query: str) -> set[PlaceKind]:
    return {kind for kind, words in _HINTS.items() if any(word in query for word in words)}


def _is_same_place(one: SearchEntry, other: SearchEntry) -> bool:
    """A landmark and its stop are one place to a caller; two stretches, works or routes never."""
    if not {one.kind, other.kind} <= {PlaceKind.PLACE, PlaceKind.STOP, PlaceKind.ADDRESS}:
        return False
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return False
    return distance_m((one.lon, one.lat), (other.lon, other.lat)) <= _SAME_PLACE_M

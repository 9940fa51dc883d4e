"""Several names in one question made into places: 중앙로 + 명동입구 is a stretch. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from maps.search.atlas import Atlas
from maps.search.entry import PlaceKind, SearchEntry
from maps.search.keys import Hit, SearchKeys
from maps.search.names import DISTRICT
from maps.search.wording import is_joint, is_noise
from streams.geo.measures import distance_m

_MOST_OF_A_NAME = 6
_NEIGHBOURS_M = 300.0
_IN_DISTRICT_M = 3000.0
_BESIDE = 0.93  # two names near each other are one place or two: never certain
_RANKS = {
    PlaceKind.STOP: 0,
    PlaceKind.SECTION: 0,
    PlaceKind.PLACE: 1,
    PlaceKind.ADDRESS: 1,
    PlaceKind.WORK: 1,
    PlaceKind.ROAD: 2,
    PlaceKind.ROUTE: 4,
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found inside a question, from letter `start` to letter `end`."""

    start: int
    end: int
    hits: tuple[Hit, ...]


def mentions(text: str, books: Sequence[SearchKeys]) -> list[Mention]:
    """The longest names in a spelled question that do not overlap, in their order."""
    longest = max(keys.longest for keys in books)
    spans = [
        (start, end)
        for start in range(len(text))
        for end in range(start + 2, min(len(text), start + longest) + 1)
        if any(text[start:end] in keys.by_text for keys in books)
    ]
    spans.sort(key=lambda span: (span[0] - span[1], span[0]))
    taken: list[tuple[int, int]] = []
    for start, end in spans:
        if _is_free(start, end, taken) and _is_whole_number(text, start, end):
            taken.append((start, end))
    return [
        Mention(start, end, tuple(hit for keys in books for hit in keys.whole(text[start:end])))
        for start, end in sorted(taken)
    ]


def _is_free(start: int, end: int, taken: Iterable[tuple[int, int]]) -> bool:
    return all(end <= first or start >= last for first, last in taken)


def _is_whole_number(text: str, start: int, end: int) -> bool:
    """Whether no number is cut by the name, and the name is not a bare number in a sentence."""
    if all(char.isdigit() or char == "-" for char in text[start:end]):
        return False
    if text[start].isdigit() and start and (text[start - 1].isdigit() or text[start - 1] == "-"):
        return False
    after = text[end : end + 2]
    is_cut = after[:1].isdigit() or (after[:1] == "-" and after[1:].isdigit())
    return not (text[end - 1].isdigit() and is_cut)


def left_over(text: str, found: Sequence[Mention]) -> list[str]:
    """The pieces between the names that are more than words of asking."""
    left, at = [], 0
    for mention in found:
        piece = text[at : mention.start]
        left += [] if is_joint(piece) else [piece]
        at = mention.end
    return left if is_noise(text[at:]) else [*left, text[at:]]


def meeting(groups: Sequence[Sequence[Hit]], atlas: Atlas) -> list[Hit]:
    """What several names together mean, each with the quality of its worst name."""
    best: dict[tuple[str, str], Hit] = {}
    for row in product(*(group[:_MOST_OF_A_NAME] for group in groups)):
        quality = min(hit.quality for hit in row)
        for met in _meet_all([hit.entry for hit in row], atlas):
            name = (met.entry.kind, met.entry.id)
            if name not in best or best[name].quality < quality * met.quality:
                best[name] = Hit(met.entry, quality * met.quality)
    return list(best.values())


def _meet_all(entries: list[SearchEntry], atlas: Atlas) -> list[Hit]:
    first, *rest = sorted(
        entries, key=lambda each: 3 if each.subtitle == DISTRICT else _RANKS[each.kind]
    )
    found = [Hit(first, 1.0)]
    for other in rest:
        found = [
            Hit(met.entry, hit.quality * met.quality)
            for hit in found
            for met in _meet(hit.entry, other, atlas)
        ]
    is_between = sum(1 for entry in entries if entry.nodes) > 1
    least = min((len(hit.entry.links) for hit in found), default=0)
    return [hit for hit in found if not is_between or len(hit.entry.links) == least]


def _meet(one: SearchEntry, other: SearchEntry, atlas: Atlas) -> Iterator[Hit]:
    """What two names together mean; `one` is never of a later rank than `other`."""
    if one == other:
        yield Hit(one, 1.0)
    elif one.kind is PlaceKind.ROAD:
        yield from (Hit(entry, 1.0) for entry in _with_road(one, other, atlas))
    elif other.kind is PlaceKind.ROAD:
        yield from (Hit(entry, 1.0) for entry in _on_road(one, other, atlas))
    elif one.nodes and other.nodes:
        yield from (Hit(entry, 1.0) for entry in _between(one, other, atlas))
    elif _is_near(one, other):
        yield Hit(one, 1.0 if other.subtitle == DISTRICT else _BESIDE)
    elif other.kind is PlaceKind.ROUTE or one.kind is PlaceKind.WORK:
        yield Hit(one, _BESIDE)


def _with_road(road: SearchEntry, other: SearchEntry, atlas: Atlas) -> Iterator[SearchEntry]:
    if other.kind is PlaceKind.ROAD:
        yield from atlas.crossing[road.road][other.road]
        yield from atlas.crossing[other.road][road.road]
    elif other.kind is PlaceKind.ROUTE or other.subtitle == DISTRICT:
        yield from (s for s in atlas.of_road[road.road] if _is_near(s, other))


def _on_road(one: SearchEntry, road: SearchEntry, atlas: Atlas) -> Iterator[SearchEntry]:
    """The stretches of a road at a stop or a landmark; a stretch or a work on it is itself."""
    if one.kind in (PlaceKind.SECTION, PlaceKind.WORK):
        if one.kind is PlaceKind.WORK or one.road == road.road:
            yield one
        return
    links = set(one.links)
    for stretch in atlas.of_road[road.road]:
        if one.nodes & stretch.nodes if one.nodes else links.intersection(stretch.links):
            yield stretch


def _between(one: SearchEntry, other: SearchEntry, atlas: Atlas) -> Iterator[SearchEntry]:
    """The stretches that touch both stops; a stretch and one of its own stops is the stretch."""
    if one.kind is PlaceKind.SECTION or other.kind is PlaceKind.SECTION:
        section, stop = (one, other) if one.kind is PlaceKind.SECTION else (other, one)
        if stop.nodes <= section.nodes:
            yield section
        return
    for node in one.nodes:
        for entry in atlas.at_node.get(node, ()):
            if other.nodes & entry.nodes:
                yield entry


def _is_near(one: SearchEntry, other: SearchEntry) -> bool:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return False
    away_m = distance_m((one.lon, one.lat), (other.lon, other.lat))
    return away_m <= (_IN_DISTRICT_M if other.subtitle == DISTRICT else _NEIGHBOURS_M)

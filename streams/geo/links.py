"""The links of a network, in columns: a country's fit into some hundred bytes each.

A `Link` is made when somebody asks for it. Whoever walks over all links of a large network asks the
columns. A link's place in them is its index in the network.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import attrgetter
from typing import overload

from streams.geo.measures import Point

MOST_KEPT = 20_000
"""Links that were asked for and are kept: all of a city's; of a country's those asked lately."""
AT_A_TIME = 4_096
NO_LANES = -1  # in the column: it is not known how many


@dataclass(frozen=True, slots=True)
class Link:
    """A directed piece of road. `kind` is `section` (stop pair) or `standard` (LINK_ID).

    `length_source` is `standard` (LENGTH of the node-link), `geometry` (measured along the shape),
    `path` (the section's way along the standard links, its line too), `loop` (the same between the
    two sides of a terminus: the shortest way round, a guess), `learned` (where buses drove, its
    line too) or `straight` (great circle times the road factor). `is_drawn` is False for a section
    whose standard links are drawn in its place.
    """

    id: str
    kind: str
    name: str
    road_name: str
    road_class: str
    length_m: int
    length_source: str
    bearing_deg: int
    free_flow_kmh: float
    geometry: tuple[Point, ...]
    from_id: str = ""
    to_id: str = ""
    lanes: int | None = None
    is_drawn: bool = True


class Words:
    """A column of texts of which many are the same: the number of each in `words`."""

    __slots__ = ("_number", "codes", "words")

    def __init__(self) -> None:
        self.codes = array("i")
        self.words: list[str] = []
        self._number = _Numbers()

    def extend(self, texts: Iterable[str]) -> None:
        self.codes.extend(map(self._number.__getitem__, texts))

    def finish(self) -> None:
        """No more texts come."""
        self.words, self._number = list(self._number), _Numbers()

    def __getitem__(self, place: int) -> str:
        return self.words[self.codes[place]]

    def __iter__(self) -> Iterator[str]:
        return map(self.words.__getitem__, self.codes)

    def places_of(self, text: str) -> list[int]:
        """The places that have this text."""
        number = self.words.index(text) if text in self.words else None
        return [place for place, code in enumerate(self.codes) if code == number]


class _Numbers(dict[str, int]):
    """Texts by the order in which they were first asked for."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


class Links(Sequence[Link]):
    """Links in a fixed order. Of two with one id, `place` knows the last."""

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self.ids: list[str] = []
        self.kinds, self.names, self.road_names, self.road_classes = (Words() for _ in range(4))
        self.length_sources, self.from_ids, self.to_ids = (Words() for _ in range(3))
        self.lengths_m, self.bearings_deg, self.lanes = array("i"), array("i"), array("i")
        self.free_flows_kmh = array("d")
        self.whole = bytearray()  # whether the free flow was given as a whole number
        self.drawn = bytearray()
        self.points = array("d")  # lon, lat, lon, lat ... of all lines
        self.ends = array("q", (0,))  # of `points`: where the line before a place ends
        self._kept: dict[int, Link] = {}
        rows = iter(links)
        while part := list(islice(rows, AT_A_TIME)):
            self._extend(part)
        for words in (self.kinds, self.names, self.road_names, self.road_classes):
            words.finish()
        for words in (self.length_sources, self.from_ids, self.to_ids):
            words.finish()
        self.place = {link_id: place for place, link_id in enumerate(self.ids)}

    def _extend(self, links: Sequence[Link]) -> None:
        """Add links; OverflowError where a number does not fit its column."""
        ids, kinds, names, roads, classes, sources, begins, ends = zip(
            *map(_TEXTS, links), strict=True
        )
        lengths_m, bearings_deg, free_flows_kmh, lanes, drawn, lines = zip(
            *map(_OTHERS, links), strict=True
        )
        self.ids += ids
        for column, texts in (
            (self.kinds, kinds),
            (self.names, names),
            (self.road_names, roads),
            (self.road_classes, classes),
            (self.length_sources, sources),
            (self.from_ids, begins),
            (self.to_ids, ends),
        ):
            column.extend(texts)
        self.lengths_m.extend(lengths_m)
        self.bearings_deg.extend(bearings_deg)
        self.free_flows_kmh.extend(free_flows_kmh)
        self.whole.extend([isinstance(kmh, int) for kmh in free_flows_kmh])
        self.lanes.extend([NO_LANES if count is None else count for count in lanes])
        self.drawn.extend(drawn)
        self.points.extend(chain.from_iterable(chain.from_iterable(lines)))
        at = self.ends[-1]
        for line in lines:
            at += 2 * len(line)
            self.ends.append(at)

    def line(self, place: int) -> tuple[Point, ...]:
        """The shape of a link."""
        flat = self.points[self.ends[place] : self.ends[place + 1]]
        return tuple(zip(flat[::2], flat[1::2], strict=True))

    def _made(self, place: int) -> Link:
        lanes, kmh = self.lanes[place], self.free_flows_kmh[place]
        return Link(
            self.ids[place],
            self.kinds[place],
            self.names[place],
            self.road_names[place],
            self.road_classes[place],
            self.lengths_m[place],
            self.length_sources[place],
            self.bearings_deg[place],
            int(kmh) if self.whole[place] else kmh,
            self.line(place),
            self.from_ids[place],
            self.to_ids[place],
            None if lanes == NO_LANES else lanes,
            bool(self.drawn[place]),
        )

    @overload
    def __getitem__(self, place: int) -> Link: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Link, ...]: ...

    def __getitem__(self, place: int | slice) -> Link | tuple[Link, ...]:
        if isinstance(place, slice):
            return tuple(map(self._made, range(*place.indices(len(self)))))
        if place < 0:
            place += len(self)
        known = self._kept.get(place)
        if known is None:
            if not 0 <= place < len(self):
                raise IndexError(f"there are {len(self)} links, none is at {place}")
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            known = self._kept[place] = self._made(place)
        return known

    def __iter__(self) -> Iterator[Link]:
        return map(self._made, range(len(self)))

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(x == y for x, y in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self.ids))

    def __repr__(self) -> str:
        return f"Links({list(islice(self, 3))!r} of {len(self)})"


class LinksById(Mapping[str, Link]):
    """The links by id."""

    __slots__ = ("_links",)

    def __init__(self, links: Links) -> None:
        self._links = links

    def __getitem__(self, link_id: str) -> Link:
        return self._links[self._links.place[link_id]]

    def __contains__(self, link_id: object) -> bool:
        return link_id in self._links.place

    def __iter__(self) -> Iterator[str]:
        return iter(self._links.ids)

    def __len__(self) -> int:
        return len(self._links.place)


_TEXTS = attrgetter(
    "id", "kind", "name", "road_name", "road_class", "length_source", "from_id", "to_id"
)
_OTHERS = attrgetter("length_m", "bearing_deg", "free_flow_kmh", "lanes", "is_drawn", "geometry")

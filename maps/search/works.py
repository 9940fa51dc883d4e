"""Works by permit number, title and place; only those that changed are spelled again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from maps.picture import shapes
from maps.search.atlas import keys_of
from maps.search.entry import PlaceKind, SearchEntry
from maps.search.home import Home
from maps.search.keys import Hit, SearchKey, SearchKeys
from maps.search.names import LOOSE, Named, permit_names
from maps.search.wording import spelled
from streams.domain.works.rows import Work
from streams.geo.network import Network

Works = Mapping[str, Work]
MOST_TITLES = 40
LOOSE_WORKS = 100


@dataclass(frozen=True, slots=True)
class _KnownWork:
    """A work as the picture has it, its keys, and all its words in one spelling."""

    work: Work
    keys: list[SearchKey]
    text: str


class WorkNames:
    """The keys of the works now. What changed lately lies in a small book beside the large one."""

    def __init__(self, network: Network, home: Home) -> None:
        self._network = network
        self._home = home
        self._works: Works = {}
        self._known: dict[str, _KnownWork] = {}
        self._loose: set[str] = set()
        self.books: tuple[SearchKeys, SearchKeys] = (SearchKeys(()), SearchKeys(()))

    def follow(self, works: Works) -> None:
        """Take up a later picture of the works; the same mapping again costs nothing."""
        if works is self._works:
            return
        changed = [
            work_id
            for work_id, work in works.items()
            if work_id not in self._known or self._known[work_id].work is not work
        ]
        for work_id in changed:
            self._known[work_id] = self._spell(work_id, works[work_id])
        for work_id in self._known.keys() - works.keys():
            del self._known[work_id]
        self._works = works
        self._loose.update(changed)
        if changed:
            self._bind()

    def _bind(self) -> None:
        """Lay out the small book again, or all in the large one when the small one grew."""
        large = self.books[0]
        if len(self._loose) > LOOSE_WORKS:
            self._loose = set()
            large = _book(self._known.values())
        loose = (self._known[work_id] for work_id in self._loose if work_id in self._known)
        self.books = (large, _book(loose))

    def entry(self, work_id: str) -> SearchEntry | None:
        known = self._known.get(work_id)
        return known.keys[0].entry if known else None

    def is_now(self, entry: SearchEntry) -> bool:
        """Whether a work's entry is the one of the picture now; of other kinds every entry is."""
        return entry.kind is not PlaceKind.WORK or self.entry(entry.id) is entry

    def whole(self, text: str) -> list[Hit]:
        """Works of exactly this number, title or address."""
        return self.now(hit for keys in self.books for hit in keys.whole(text))

    def now(self, hits: Iterable[Hit]) -> list[Hit]:
        """The hits without works that are gone or have changed."""
        return [hit for hit in hits if self.is_now(hit.entry)]

    def holding(self, words: list[str]) -> list[Hit]:
        """Works whose number, title and place hold every word."""
        wanted = sum(map(len, words))
        if wanted < 2:
            return []
        found = [
            (wanted / max(wanted, len(known.text)), known.keys[0].entry)
            for known in self._known.values()
            if all(word in known.text for word in words)
        ]
        found.sort(key=lambda row: (-row[0], row[1].id))
        return [Hit(entry, 0.68 + 0.2 * share) for share, entry in found[:MOST_TITLES]]

    def _spell(self, work_id: str, work: Work) -> _KnownWork:
        title, place = work.title or work_id, work.place
        links = shapes.known_links(work.links, self._network)
        lon, lat = shapes.point_of(work, links, self._network)
        entry = SearchEntry(
            kind=PlaceKind.WORK,
            id=work_id,
            title=title,
            subtitle=" · ".join(part for part in (work_id, place) if part),
            lon=lon,
            lat=lat,
            links=tuple(links),
        )
        text = spelled(f"{work_id}~{title}~{place}")
        return _KnownWork(work, keys_of(entry, _names(work_id, title, place, self._home)), text)


def _book(works: Iterable[_KnownWork]) -> SearchKeys:
    return SearchKeys((key for known in works for key in known.keys), is_titles=True)


def _names(work_id: str, title: str, place: str, home: Home) -> Iterable[Named]:
    yield from permit_names(work_id)
    yield title, 1.0
    if any(char.isdigit() for char in place):
        yield home.address.sub("", place), LOOSE

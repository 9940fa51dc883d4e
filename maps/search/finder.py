"""Place search: from a question to the places it may mean, best first, and how sure that is."""

import math
from collections.abc import Iterable, Mapping, Sequence

from maps.search.addresses import Addresses
from maps.search.atlas import Atlas, keys_of
from maps.search.entry import PlaceKind, SearchEntry, SearchHit
from maps.search.hangul import is_initial, loosened, typed_korean
from maps.search.home import Home
from maps.search.keys import Hit, SearchKeys
from maps.search.names import DISTRICT, SHORT
from maps.search.ranking import WHOLE, hinted, is_certain_of, order_for
from maps.search.reading import Mention, left_over, meeting, mentions
from maps.search.wording import MAX_QUERY_CHARS, core, is_noise, spelled, unmarked
from maps.search.works import WorkNames, Works
from streams.geo.measures import Point
from streams.geo.network import Network

# Names of other cities: a question that names one is not answered with a place of this city.
_REGIONS = """
서울 부산 대구 인천 광주 대전 울산 세종 경기 경기도 충북 충남 충청도 전북
전남 전라도 경북 경남 경상도 제주 제주도  서울특별시 부산광역시 대구광역시
인천광역시 광주광역시 대전광역시 울산광역시 세종시
"""
_CITIES = """
원주 강릉 동해 태백 속초 삼척 홍천 횡성 영월 평창 정선 철원 화천 양구 인제
양양 가평 포천 양평 남양주 구리 하남  수원 성남 용인 고양 안양 부천 안산
화성 평택 의정부 시흥 파주 김포 광명 군포 이천 오산 여주 동두천 과천 의왕
연천  청주 충주 제천 단양 천안 아산 공주 보령 서산 논산 당진 전주 군산
익산 정읍 남원 김제 목포 여수 순천 나주 광양  포항 경주 김천 안동 구미
영주 영천 상주 문경 경산 울진 창원 진주 통영 김해 밀양 거제 양산 서귀포
마산  분당 일산 판교 동탄 해운대 강남구 서초구 송파구 종로구 마포구 영등포구
용산구
"""
_NAMES = tuple(sorted({*_REGIONS.split(), *_CITIES.split()}, key=len, reverse=True))
_SUFFIXES = ("시", "군", "도", "시청", "군청", "시내", "읍", "쪽", "에", "에서", "의")


def foreign_name(words: list[str], own: str) -> str:
    """The other city a question names with a word of its own, "" for none. `own` is this city's."""
    home = own.removesuffix("시").removesuffix("군")
    for word in words:
        for name in _NAMES:
            rest = word.removeprefix(name)
            if name != home and rest != word and (not rest or rest in _SUFFIXES):
                return name
    return ""


def foreign_start(text: str, own: str) -> str:
    """The other city a question without blanks begins with, "" for none."""
    home = own.removesuffix("시").removesuffix("군")
    return next((name for name in _NAMES if name != home and text.startswith(name)), "")


MAX_RESULTS = 20
MAX_STRETCHES = 60  # of one road: all are reachable
_LEAST = 0.4
_ABROAD = 0.55

Found = dict[tuple[str, str], Hit]


class Finder:
    """Everything that can be found in one network; `follow` keeps its works up to date."""

    def __init__(
        self, network: Network, gazetteer: Mapping[str, Point] | None = None, province: str = ""
    ) -> None:
        self.network = network
        home = Home(network.city, province)
        self.atlas = Atlas(network, home)
        self.addresses = Addresses(gazetteer or {}, self.atlas.nearest, home)
        known = {key.text for key in self.atlas.keys if key.entry.subtitle == DISTRICT}
        districts = (
            key
            for entry, short in self.addresses.districts()
            for key in keys_of(entry, [(entry.title, 1.0), (short, SHORT)])
            if key.text not in known
        )
        self._fixed = SearchKeys([*self.atlas.keys, *districts])
        self._works = WorkNames(network, home)

    def follow(self, works: Works) -> None:
        """Take up a later picture of the works."""
        self._works.follow(works)

    def search(self, query: str) -> list[SearchHit]:
        """The best 20 (60 stretches of one road); none for an empty, endless or foreign question.

        `is_certain` says that the whole question is this place's name and no other place has it.
        """
        hits = sorted(self._found(query).values(), key=order_for(query))
        if not hits:
            return []
        is_certain = is_certain_of(hits)
        most = MAX_STRETCHES if hits[0].entry.kind is PlaceKind.SECTION else MAX_RESULTS
        return [
            hit.entry.result(round(100 * hit.quality), is_certain=is_certain and place == 0)
            for place, hit in enumerate(hits[:most])
        ]

    def find(self, kind: str, place_id: str) -> SearchHit | None:
        """The place of a result's kind and id, None where there is none (any more)."""
        entry = self._entry(kind, place_id)
        return entry.result() if entry else None

    def _entry(self, kind: str, place_id: str) -> SearchEntry | None:
        if kind == PlaceKind.SECTION:
            return self.atlas.sections.get(place_id)
        if kind == PlaceKind.ADDRESS:
            return self.addresses.entry(place_id)
        if kind == PlaceKind.WORK:
            return self._works.entry(place_id)
        return self._fixed.entries.get((kind, place_id))

    def _found(self, query: str) -> Found:
        asked = unmarked(query[: 10 * MAX_QUERY_CHARS])
        text = spelled(asked)
        if not 0 < len(text) <= MAX_QUERY_CHARS:
            return {}
        found: Found = {}
        self._read(text, asked, found)
        typed = typed_korean(asked)
        if typed != asked and all(hit.quality < WHOLE for hit in found.values()):
            self._read(spelled(typed), typed, found)
        return {name: hit for name, hit in found.items() if hit.quality >= _LEAST}

    def _read(self, text: str, asked: str, found: Found) -> None:
        words = [spelled(word) for word in asked.split()]
        read: list[Hit] = self._whole(text)
        if max((hit.quality for hit in read), default=0.0) < WHOLE:
            read += [*self._mentioned(text), *self.addresses.find(text)]
            kept = core("".join(word for word in words if not is_noise(word)) or text)
            if kept != text:
                read += hinted(self._whole(kept), kept, asked)
            if max((hit.quality for hit in read), default=0.0) < WHOLE:
                read += self._loosely(loosened(kept))
                read += self._by_words(words)
            if self._is_abroad(text, words):
                read = [Hit(hit.entry, min(_ABROAD, hit.quality * 0.6)) for hit in read]
        for hit in read:
            self._take(hit, found)

    def _take(self, hit: Hit, found: Found) -> None:
        """Keep the best hit of each entry; a road stands for its stretches."""
        entry = hit.entry
        if entry.kind is PlaceKind.ROAD:
            for stretch in self.atlas.of_road[entry.road]:
                self._take(Hit(stretch, hit.quality), found)
            return
        name = (entry.kind, entry.id)
        if name not in found or found[name].quality < hit.quality:
            found[name] = hit

    def _whole(self, text: str) -> list[Hit]:
        return [*self._fixed.whole(text), *self._works.whole(text)]

    def _mentioned(self, text: str) -> list[Hit]:
        """The places whose names stand in the question, less sure for every word not understood."""
        spans = mentions(text, self._books())
        kept = [(m, self._works.now(m.hits)) for m in spans]
        found = [Mention(m.start, m.end, tuple(hits)) for m, hits in kept if hits]
        if not found:
            return []
        rest = left_over(text, found)
        share = _share(sum(m.end - m.start for m in found), sum(map(len, rest)))
        groups = [m.hits for m in found]
        if len(groups) > 1 and (met := meeting(groups, self.atlas)):
            return [Hit(hit.entry, hit.quality * share) for hit in met]
        hits = self._with_rest(groups[0], rest) if len(groups) == 1 and rest else []
        for mention in found:
            others = sum(m.end - m.start for m in found if m is not mention)
            part = share * _share(mention.end - mention.start, others)
            hits += [Hit(hit.entry, hit.quality * part) for hit in mention.hits]
        return hits

    def _with_rest(self, hits: Iterable[Hit], rest: list[str]) -> list[Hit]:
        """A name, and a piece beside it that is only nearly one: 중앙로 명동."""
        loose = self._loosely("".join(rest), (self._fixed,))
        return meeting([list(hits), _best_first(loose)], self.atlas) if loose else []

    def _loosely(self, text: str, books: Sequence[SearchKeys] = ()) -> list[Hit]:
        """Names that begin with, hold, or nearly are the text, in every book or in those given."""
        if not text or text.isdigit():
            return []
        hits: list[Hit] = []
        for keys in books or self._books():
            if any(map(is_initial, text)):
                hits += keys.initialled(text)
            hits += keys.begun(text)
            if len(text) >= 2:
                hits += keys.inside(text)
                hits += keys.near(text)
        return self._works.now(hits)

    def _books(self) -> tuple[SearchKeys, ...]:
        return (self._fixed, *self._works.books)

    def _by_words(self, words: list[str]) -> list[Hit]:
        """The places several words with slips mean together; works that hold all words."""
        kept = [core(word) for word in words if not is_noise(word)]
        hits = self._works.holding(kept)
        if len(kept) < 2 or len(kept) > 4:
            return hits
        groups = [
            _best_first(self._whole(word) or self._loosely(loosened(word), (self._fixed,)))
            for word in kept
        ]
        known = [(word, group) for word, group in zip(kept, groups, strict=True) if group]
        share = _share(
            sum(len(word) for word, _ in known), sum(map(len, kept)) - sum(len(w) for w, _ in known)
        )
        if len(known) > 1:
            met = meeting([group for _, group in known], self.atlas)
            hits += [Hit(hit.entry, hit.quality * share * 0.97) for hit in met]
        total = sum(map(len, kept))
        for word, group in known:
            part = _share(len(word), total - len(word)) * 0.9
            hits += [Hit(hit.entry, hit.quality * part) for hit in group]
        return hits

    def _is_abroad(self, text: str, words: list[str]) -> bool:
        if foreign_name(words, self.network.city):
            return True
        name = foreign_start(text, self.network.city)
        first = mentions(text, (self._fixed,))[:1]
        return bool(name) and not (first and first[0].start == 0 and first[0].end > len(name))


def _share(understood: int, not_understood: int) -> float:
    """1 where all of a question is understood; the root, since people add words."""
    return math.sqrt(understood / max(1, understood + not_understood))


def _best_first(hits: Iterable[Hit]) -> list[Hit]:
    best: Found = {}
    for hit in sorted(hits, key=lambda hit: -hit.quality):
        best.setdefault((hit.entry.kind, hit.entry.id), hit)
    return list(best.values())

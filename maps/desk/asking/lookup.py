"""From a question to an answer: one card, a choice, or what comes nearest. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import msgspec

from maps.desk.asking.card import AnswerCard, card
from maps.desk.facts.gather import gather
from maps.desk.facts.scene import AskedPlace, Scene
from maps.desk.facts.ways import DetourFinder
from maps.desk.judging.verdict import ShortVerdict, judge, short_verdict
from maps.desk.saying.names import link_name
from maps.picture import shapes
from maps.picture.fields import filled
from maps.picture.picture import StoreState
from maps.picture.text import short, shown
from maps.search.entry import PlaceKind, SearchHit
from streams.domain.closures import GRAVITY
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.words.catalogue import FIRST, Phrase, Translatable, joined, phrase
from streams.words.spoken import Spoken

CHOOSE_FROM = 70  # a worse match is a neighbour of what was asked for, not a reading of it
MOST_CHARS = 500
NEAR_M, BESIDE_M = 150, 25


class AnswerStatus(StrEnum):
    """One answer, several to choose from, or only what comes near."""

    ANSWER = "answer"
    CHOOSE = "choose"
    NOT_FOUND = "not_found"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A reading of the question, with the verdict over it."""

    kind: PlaceKind
    id: str
    title: str
    subtitle: str
    lon: float | None
    lat: float | None
    links: tuple[int, ...]
    score: float
    is_certain: bool
    verdict: ShortVerdict


class PastMoment(msgspec.Struct, frozen=True):
    """The moment of the past that an answer is about, as known at another."""

    valid_ms: int
    known_ms: int


class AnswerBody(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """The answer to a question; without a card, a sentence of what to do."""

    q: str
    now_ms: int
    clock_ms: int | None
    store: StoreState
    status: AnswerStatus
    candidates: list[Candidate]
    card: AnswerCard | None
    sentence: Translatable | msgspec.UnsetType = msgspec.UNSET
    simulated: bool = False
    past: PastMoment | msgspec.UnsetType = msgspec.UNSET


def answer(
    question: str,
    found: Sequence[SearchHit],
    scene: Scene,
    ways: DetourFinder | None,
    *,
    is_named: bool = False,
) -> AnswerBody:
    """The answer to `found`, the search's results, best first.

    `is_named`: it was asked for by its id. One sure result is answered, several readings are to be
    chosen from, and what only comes near is never taken for what was meant.
    """
    status = status_of(found)
    if found and is_named:
        status = AnswerStatus.ANSWER
    places = [place_of(hit, scene.network) for hit in found]
    verdicts = [short_verdict(judge(gather(place, scene), scene)) for place in places]
    candidates = [
        filled(Candidate, hit, links=place.links, verdict=verdict)
        for hit, place, verdict in zip(found, places, verdicts, strict=True)
    ]
    # the best first; of equally good ones the gravest closure first
    candidates.sort(key=lambda row: (-row.score, GRAVITY.index(row.verdict.closure)))
    is_answer = status is AnswerStatus.ANSWER
    best = next((at for at, hit in enumerate(found) if hit.is_certain), 0)
    return AnswerBody(
        q=shown(question[:MOST_CHARS]),
        now_ms=scene.now_ms,
        clock_ms=scene.picture.clock_ms,
        store=scene.store,
        status=status,
        candidates=candidates,
        card=card(places[best], scene, ways) if is_answer else None,
        sentence=msgspec.UNSET
        if is_answer
        else _without_card(question, candidates, status, is_named=is_named),
    )


def status_of(found: Sequence[SearchHit]) -> AnswerStatus:
    """Whether results are one answer, a choice, or only neighbours."""
    sure = [hit for hit in found if hit.is_certain]
    if len({hit.links or hit.id for hit in sure}) == 1:
        return AnswerStatus.ANSWER
    is_reading = any(hit.score >= CHOOSE_FROM for hit in found)
    return AnswerStatus.CHOOSE if sure or is_reading else AnswerStatus.NOT_FOUND


def place_of(hit: SearchHit, network: Network) -> AskedPlace:
    """The place of a search result; a point without links is given those beside it."""
    links = tuple(index for index in hit.links if 0 <= index < len(network.links))
    place = AskedPlace(hit.kind, hit.id, hit.title, hit.subtitle, hit.lon, hit.lat, links)
    is_point = hit.kind in (PlaceKind.PLACE, PlaceKind.ADDRESS)
    if links or not is_point or hit.lon is None or hit.lat is None:
        return place
    near = network.near((hit.lon, hit.lat), NEAR_M)  # the nearest, and all about as near
    beside = (link.id for away_m, link in near if away_m <= near[0][0] + BESIDE_M)
    return replace(place, links=tuple(network.index[link_id] for link_id in beside))


def named(kind: str, own: str, network: Network, work: Work | None) -> SearchHit | None:
    """The result of a kind and id that the network, or the picture's `work` of it, knows itself."""
    if kind == "work" and work is not None:
        links = shapes.known_links(work.links, network)
        lon, lat = shapes.point_of(work, links, network)
        return SearchHit(
            kind=PlaceKind.WORK,
            id=own,
            title=shown(work.title) or own,
            subtitle=own,
            lon=lon,
            lat=lat,
            links=tuple(links),
        )
    if kind in ("section", "link") and own in network.index:
        index = network.index[own]
        link = network.links[index]
        lon, lat = shapes.middle_of(link.geometry)
        return SearchHit(
            kind=PlaceKind.SECTION,
            id=own,
            title=link.name or phrase("answer.text", text=link_name(index, network)).to(FIRST),
            subtitle=link.road_name,
            lon=lon,
            lat=lat,
            links=(index,),
        )
    return None


def _without_card(
    question: str, candidates: Sequence[Candidate], status: AnswerStatus, *, is_named: bool
) -> Phrase:
    """What to say instead of a card."""
    if status is AnswerStatus.CHOOSE:
        return phrase("answer.choose", n=len(candidates))
    if not is_named and not question.strip():
        return phrase("answer.nothing_asked")
    if not candidates:
        return phrase("answer.not_found")
    near = joined((short(row.title) for row in candidates[:3]), ", ")
    return phrase("answer.only_near", near=near)

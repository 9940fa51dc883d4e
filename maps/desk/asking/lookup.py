"""From a question to an answer: one card, a choice, or what comes nearest. Pure."""

from collections.abc import Sequence
from typing import Any

from maps.desk.asking.card import card
from maps.desk.facts.blockings import GRAVITY
from maps.desk.facts.gather import gather
from maps.desk.facts.scene import AskedPlace, Json, Scene
from maps.desk.facts.ways import DetourFinder
from maps.desk.judging.verdict import judge, verdict_json
from maps.desk.saying.words import link_words
from maps.picture import shapes
from maps.picture.text import short, shown
from streams.geo.network import Network

ANSWER, CHOOSE, NOT_FOUND = OUTCOMES = "answer", "choose", "not_found"
CHOOSE_FROM = 70  # a worse match is a neighbour of what was asked for, not a reading of it
MOST_CHARS = 500
NEAR_M, BESIDE_M = 150, 25


def answer(
    question: str,
    found: Sequence[Json],
    scene: Scene,
    ways: DetourFinder | None,
    *,
    is_named: bool = False,
) -> Json:
    """The body of an answer to `found`, the search's results, best first.

    `is_named`: it was asked for by its id. One sure result is answered, several readings are to be
    chosen from, and what only comes near is never taken for what was meant.
    """
    rows = [(row, place_of(row, scene.network)) for row in found]
    status = NOT_FOUND if not rows else ANSWER if is_named else status_of(found)
    body: Json = {
        "q": shown(question[:MOST_CHARS]),
        "now_ms": scene.now_ms,
        "clock_ms": scene.picture.clock_ms,
        "store": scene.store,
        "status": status,
        "candidates": _ordered([_candidate(row, place, scene) for row, place in rows]),
        "card": card(rows[_best(found)][1], scene, ways) if status == ANSWER else None,
    }
    if status != ANSWER:
        ko, en = _no_card_words(question, status, body["candidates"], is_named=is_named)
        body |= {"sentence_ko": ko, "sentence_en": en}
    return body


def status_of(found: Sequence[Json]) -> str:
    """Whether results are one answer, a choice, or only neighbours."""
    sure = [row for row in found if is_sure(row)]
    if len({tuple(row.get("links") or ()) or row.get("id") for row in sure}) == 1:
        return ANSWER
    is_reading = any(score_of(row) >= CHOOSE_FROM for row in found)
    return CHOOSE if sure or is_reading else NOT_FOUND


def _best(found: Sequence[Json]) -> int:
    return next((place for place, row in enumerate(found) if is_sure(row)), 0)


def is_sure(row: Json) -> bool:
    return bool(row.get("is_certain"))


def score_of(row: Json) -> float:
    return float(row.get("score") or 0)


def _candidate(row: Json, place: AskedPlace, scene: Scene) -> Json:
    names = ("kind", "id", "title", "subtitle", "lon", "lat")
    return {
        **{name: row.get(name) for name in names},
        "links": list(place.links),
        "score": score_of(row),
        "is_certain": is_sure(row),
        "verdict": verdict_json(judge(gather(place, scene), scene)),
    }


def _ordered(candidates: list[Json]) -> list[Json]:
    """The best first; of equally good ones the closed first, the gravest before the others."""
    return sorted(
        candidates,
        key=lambda row: (-row["score"], GRAVITY.index(row["verdict"]["closure"])),
    )


def place_of(row: Json, network: Network) -> AskedPlace:
    """The place of a search result; a point without links is given those beside it."""
    links = tuple(place for place in row.get("links") or () if 0 <= place < len(network.links))
    lon, lat = row.get("lon"), row.get("lat")
    if not links and row.get("kind") in ("place", "address") and None not in (lon, lat):
        links = _beside((float(lon or 0), float(lat or 0)), network)
    return AskedPlace(
        kind=str(row.get("kind") or ""),
        id=str(row.get("id") or ""),
        title=str(row.get("title") or ""),
        subtitle=str(row.get("subtitle") or ""),
        lon=lon,
        lat=lat,
        links=links,
    )


def _beside(point: tuple[float, float], network: Network) -> tuple[int, ...]:
    """The road nearest to a point: every link about as near as the nearest, within 150 m."""
    near = network.near(point, NEAR_M)
    return tuple(network.index[link.id] for away_m, link in near if away_m <= near[0][0] + BESIDE_M)


def named(kind: str, own: str, network: Network, works: Any) -> Json | None:
    """The result of a kind and id that the network or the works of the picture know themselves."""
    if kind == "work" and own in works:
        row = shapes.work_row(own, works[own], network)
        point = (row.lon, row.lat)
        return _result("work", own, row.links, point, title=row.title or own, subtitle=own)
    if kind in ("section", "link") and own in network.index:
        place = network.index[own]
        link = network.links[place]
        title = link.name or link_words(place, network)[0]
        middle = shapes.middle_of(link.geometry)
        return _result("section", own, [place], middle, title=title, subtitle=link.road_name)
    return None


def _result(kind: str, name: str, links: list[int], point: tuple[Any, Any], **words: str) -> Json:
    own = {"kind": kind, "id": name, "lon": point[0], "lat": point[1], "links": links}
    return {**own, **words, "score": 100, "is_certain": True}


def _no_card_words(
    question: str, status: str, candidates: Sequence[Json], *, is_named: bool
) -> tuple[str, str]:
    """What to say instead of a card."""
    if status == CHOOSE:
        n = len(candidates)
        return f"{n}곳이 있습니다. 어디인지 골라 주십시오.", f"{n} places match: choose one."
    if not is_named and not question.strip():
        return "찾을 곳을 말씀해 주십시오.", "Name a place."
    if not candidates:
        return (
            "찾지 못했습니다. 도로 이름이나 정류장, 허가 번호로 다시 찾아 주십시오.",
            "Not found. Try a road, a stop or a permit number.",
        )
    near = ", ".join(short(row["title"]) for row in candidates[:3])
    return (
        f"찾지 못했습니다. 비슷한 곳으로는 {near} 등이 있습니다.",
        f"Not found. The nearest are {near}.",
    )

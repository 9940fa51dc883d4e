"""The clauses on the way round a closure and on what it does to the buses."""

from collections.abc import Sequence

from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import BUS_FEEDS, Json
from maps.desk.facts.ways import DetourFinder, around
from maps.desk.saying.clauses import Clause
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.words import route_name
from streams.domain.roads.detours import detour_words
from streams.words.catalogue import both
from streams.words.particles import with_particle


def detour_of(
    facts: CardFacts, ways: DetourFinder, evidence: Evidence
) -> tuple[Json | None, Clause | None]:
    """The way round a full closure as JSON and as a clause; (None, None) without one."""
    if facts.closure != "full" or not facts.closed:
        return None, None
    scene = evidence.scene
    found = ways.round(scene.picture, around(facts, scene.network))
    count = len(ways.closed(scene.picture))
    if found is None:
        source = evidence.add(
            "network",
            "detour",
            None,
            f"도로망: 전면 통제 구간 {count}개를 피하는 길 없음",
            f"Road network: no way that avoids {count} closed sections",
        )
        return None, Clause(
            "detour", "우회로를 찾지 못했습니다.", "No way round was found.", (source,)
        )
    ko, en = both(detour_words(found, scene.network))
    extra_m = _tens(found.extra_m)
    source = evidence.add(
        "network",
        "detour",
        None,
        f"도로망: {ko} ({found.length_m}m, +{extra_m}m, 전면 통제 구간 {count}개를 피함)",
        f"Road network: {en} ({found.length_m} m, +{extra_m} m, avoids {count} closed sections)",
    )
    body = {
        "ko": ko,
        "en": en,
        "links": list(found.links),
        "length_m": found.length_m,
        "extra_m": found.extra_m,
    }
    return body, Clause(
        "detour", _detour_ko(ko, found.extra_m), f"Way round: {en.rstrip('.')}.", (source,)
    )


def _detour_ko(ko: str, extra_m: int) -> str:
    way = ko.rstrip(". ")
    more = f" 평소보다 {_tens(extra_m)}m쯤 더 갑니다." if extra_m >= 10 else ""
    if way.endswith("돌아옵니다"):
        return f"우회하시려면 {way.removesuffix('돌아옵니다')}돌아오시면 됩니다.{more}"
    return f"우회하시려면 이렇게 가십시오. {way}.{more}"


def _tens(length_m: int) -> int:
    return round(length_m / 10) * 10


TOLD = 3  # names a listener can keep


def skip_clause(rows: Sequence[Json], facts: CardFacts, evidence: Evidence) -> Clause | None:
    """Which buses may leave their line or not stop, and where to go instead."""
    if not rows:
        return None
    skipping = [row for row in rows if row["skipped"]]
    ko, en = _skip_words(skipping, facts) if skipping else _bend_words(rows, facts)
    listed = ", ".join(f"{stop['name']}" for row in skipping for stop in row["skipped"])
    routes = ", ".join(_names(rows))
    source = evidence.add(
        "network", "routes", None, f"노선: {routes} · {listed} · {ko}", f"Routes: {routes} · {en}"
    )
    sources = [source, *(evidence.notice(b) for b in facts.causes[:1])]
    return Clause("buses", ko, en, tuple(dict.fromkeys(sources)))


def _bend_words(rows: Sequence[Json], facts: CardFacts) -> tuple[str, str]:
    """Buses that leave their line and yet serve every stop."""
    if facts.place.kind == "route":
        return "버스는 통제 구간을 돌아서 갈 수 있습니다.", "Its buses may go another way."
    routes = _told(rows)
    return f"{routes} 버스는 다른 길로 돌아갈 수 있습니다.", f"{_told_en(rows)} may go another way."


def _skip_words(rows: Sequence[Json], facts: CardFacts) -> tuple[str, str]:
    """Stops that are left out, and the nearest one that is served."""
    names = list(dict.fromkeys(stop["name"] for row in rows for stop in row["skipped"]))
    stops = ", ".join(names[:TOLD])
    if len(names) > TOLD:
        stops = f"{stops} 등 {len(names)}개"
    subject = "" if facts.place.kind == "route" else f"{_told(rows)} 버스는 "
    ko = f"{subject}{stops} 정류장에 서지 못할 수 있습니다."
    en = f"{_told_en(rows)} may not serve {', '.join(names[:TOLD])}."
    nearest = next((row["nearest"] for row in rows if row["nearest"]), None)
    if nearest is None:
        return ko, en
    where = with_particle(nearest["name"], "으로/로")
    ko = f"{ko} 가까운 운행 정류장은 {where}, {nearest['walk_m']}m쯤 떨어져 있습니다."
    return ko, f"{en} Nearest stop served: {nearest['name']}, {nearest['walk_m']} m away."


def _told(rows: Sequence[Json]) -> str:
    """Their numbers: "3번, 7번", or "3번 등 12개 노선" where they are many."""
    numbers = _names(rows)
    if len(numbers) <= TOLD:
        return ", ".join(numbers)
    return f"{', '.join(numbers[:TOLD])} 등 {len(numbers)}개 노선"


def _told_en(rows: Sequence[Json]) -> str:
    numbers = [name.removesuffix("번") for name in _names(rows)]
    more = f" and {len(numbers) - TOLD} more" if len(numbers) > TOLD else ""
    return f"Bus {', '.join(numbers[:TOLD])}{more}"


def _names(rows: Sequence[Json]) -> list[str]:
    return list(dict.fromkeys(route_name(row["route_no"]) for row in rows))


TOLD_PLACES = 3


def running_clause(facts: CardFacts, buses: Sequence[Json], evidence: Evidence) -> Clause | None:
    """How many buses of the route run, and near which stops."""
    scene = evidence.scene
    names = scene.feeds_of(BUS_FEEDS)
    if facts.place.kind != "route" or not names or not scene.is_any_current(BUS_FEEDS):
        return None
    minutes = scene.fresh_ms // 60_000
    if not buses:
        if facts.closure == "none":
            return None  # said already, for the verdict rests on it
        ko = f"최근 {minutes}분 동안 위치가 잡힌 버스는 없습니다."
        source = evidence.silence(names[0])
        return Clause("buses", ko, f"No bus of it was seen in {minutes} min.", (source,))
    places = list(dict.fromkeys(row["stop"] for row in buses if row["stop"]))[:TOLD_PLACES]
    ko, en = f"지금 {len(buses)}대가 운행하고 있습니다.", f"{len(buses)} buses run now."
    if places:
        ko = f"지금 {len(buses)}대가 운행하며 {', '.join(places)} 정류장 부근에 있습니다."
        en = f"{len(buses)} buses run now, near {', '.join(places)}."
    return Clause("buses", ko, en, (evidence.running(facts.place.id, buses),))

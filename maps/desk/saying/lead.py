"""The first clause of a card: what holds at the place, and why, as a clerk would say it."""

from dataclasses import dataclass

from maps.desk.facts.blockings import Blocking
from maps.desk.facts.gather import CardFacts, pieces_of
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.clauses import Clause
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.permit import of_permit
from maps.desk.saying.words import (
    BESIDE_LANES,
    incident_why,
    link_words,
    route_name,
    spoken,
    taken_words,
    work_name,
)
from maps.picture.text import short
from streams.geo.network import Network
from streams.words.particles import with_particle


@dataclass(frozen=True, slots=True)
class LeadParts:
    """What a lead is put together from; `where` is "" when the whole place is meant."""

    name_ko: str
    name_en: str
    where_ko: str
    where_en: str
    why_ko: str  # "하수관 정비 공사로 ", with its space, or ""
    why_en: str
    what_ko: str  # "1개 차로와 보도"
    what_en: str


def lead(facts: CardFacts, verdict: Verdict, evidence: Evidence) -> Clause:
    """The verdict as a sentence; of a permit, what becomes of it."""
    if facts.place.kind == "work":
        return of_permit(facts, verdict, evidence)
    parts = parts_of(facts, evidence.scene.network)
    is_open = facts.closure == "none"
    ko, en = _open(facts, verdict, parts) if is_open else _closed(facts, verdict, parts)
    sources = [evidence.place(facts.place)]
    if parts.where_ko:
        sources.append(evidence.closed_part(facts))
    sources += [evidence.notice(cause) for cause in facts.causes[:1]]
    if is_open:
        sources.append(evidence.ground(facts, verdict))
    elif not facts.causes:
        sources.append(evidence.clock())
    return Clause("verdict", ko, en, tuple(dict.fromkeys(sources)))


def place_words(facts: CardFacts) -> tuple[str, str]:
    """The place as it is said."""
    title = short(facts.place.title)
    forms = {
        "stop": (f"{title} 정류장 주변 도로", f"The road at {title} stop"),
        "place": (f"{title} 주변 도로", f"The road near {title}"),
        "address": (f"{title} 앞 도로", f"The road at {title}"),
        "route": (f"{route_name(title)} 버스 노선", f"Route {title}"),
    }
    return forms.get(facts.place.kind, (spoken(title), title))


def parts_of(facts: CardFacts, network: Network) -> LeadParts:
    """The words of the place and of its gravest cause."""
    where_ko, where_en = where_words(facts, network)
    why_ko, why_en = why_words(facts.causes[0]) if facts.causes else ("", "")
    what_ko, what_en = what_words(facts.causes[0] if facts.causes else None, facts.closure)
    return LeadParts(*place_words(facts), where_ko, where_en, why_ko, why_en, what_ko, what_en)


def why_words(cause: Blocking) -> tuple[str, str]:
    """("하수관 정비 공사로 ", " for works (…)"); ("", "") where there is nothing to add."""
    if cause.kind == "work":
        name = work_name(cause.row)
        return f"{with_particle(name, '으로/로')} ", f" for works ({name})"
    ko, en = incident_why(cause.row)
    return (f"{with_particle(ko, '으로/로')} ", f" because of {en}") if ko else ("", "")


def what_words(cause: Blocking | None, closure: str) -> tuple[str, str]:
    """What is taken: "1개 차로와 보도"; the lanes are "일부 차로" where nobody says how many."""
    row = cause.row if cause else {}
    ko, en = taken_words(closure, row.get("lanes_closed"))
    en = f"the {en}" if closure in BESIDE_LANES else en
    for part in row.get("also_closed") or ():
        if part in BESIDE_LANES and part != closure:
            ko = f"{with_particle(ko, '과/와')} {BESIDE_LANES[part][0]}"
            en = f"{en} and the {BESIDE_LANES[part][1]}"
    return ko, en


def where_words(facts: CardFacts, network: Network) -> tuple[str, str]:
    """Which part is closed where not all of it is: a direction, a piece, or how many sections."""
    closed = [network.links[place] for place in facts.closed]
    if len(closed) in (0, len(facts.links)):
        return "", ""
    if len(closed) == 1:
        return _direction(facts, network)
    first, second = closed[:2]
    ends, back = (first.from_id, first.to_id), (second.to_id, second.from_id)
    if len(closed) == 2 and ends == back and all(ends):
        ko, en = link_words(facts.closed[0], network)
        return f"{ko.removesuffix(' 방향')} 사이 양방향", f"{en} both ways"
    shut = len(pieces_of(link for link in facts.links if link.place in facts.closed))
    count = f"{len(facts.pieces)}개 구간 가운데 {shut}개 구간"
    return count, f"on {shut} of {len(facts.pieces)} sections"


def _direction(facts: CardFacts, network: Network) -> tuple[str, str]:
    """Only the way ("B 방향") where the place is A and B both ways, else "A에서 B 방향"."""
    ko, en = link_words(facts.closed[0], network)
    start, middle, end = ko.partition("에서 ")
    if len(facts.links) == 2 and middle and start in facts.place.title:
        return end, f"towards {end.removesuffix(' 방향')}"
    return ko, en


def _closed(facts: CardFacts, verdict: Verdict, parts: LeadParts) -> tuple[str, str]:
    if verdict.is_stale:
        return _last_known(facts, parts)
    topic = with_particle(parts.name_ko, "은/는")
    at_en = f" {parts.where_en}" if parts.where_en else ""
    if facts.closure == "full":
        where = f"{with_particle(parts.where_ko, '이/가')} " if parts.where_ko else ""
        if verdict.certainty.ground == "contradicted":
            ko = f"{topic} {where}{parts.why_ko}전면 통제한다고 신고되어 있습니다."
            return ko, f"{parts.name_en} is reported closed{at_en}{parts.why_en}."
        ko = f"{topic} {where}{parts.why_ko}전면 통제되고 있습니다."
        return ko, f"{parts.name_en} is closed{at_en}{parts.why_en}."
    if facts.closure == "unknown":
        return _unstated(facts, parts)
    part = f"{parts.where_ko}의 " if parts.where_ko else ""
    head = f"{topic} {parts.why_ko}{part}{with_particle(parts.what_ko, '이/가')} 통제되고"
    en = f"{parts.name_en}: {parts.what_en} closed{at_en}{parts.why_en}"
    if facts.closure == "partial":
        return f"{head} 있습니다.", f"{en}."
    return f"{head} 있으며, 신고된 차로 통제는 없습니다.", f"{en}; no lane is reported closed."


def _unstated(facts: CardFacts, parts: LeadParts) -> tuple[str, str]:
    """Something is there, and its source does not say what it closes."""
    cause = facts.causes[0] if facts.causes else None
    name = "공사" if cause is None else (why_words(cause)[0] and _name_of(cause)) or "통제"
    at = f"{parts.where_ko}에 " if parts.where_ko else ""
    topic = with_particle(parts.name_ko, "은/는")
    what = f"{at}{with_particle(name, '이/가')} 있으나"
    ko = f"{topic} {what}, 어디까지 통제하는지는 신고되지 않았습니다."
    at_en = f" {parts.where_en}" if parts.where_en else ""
    return ko, f"{parts.name_en}: {name}{at_en}; what it closes is not stated."


def _name_of(cause: Blocking) -> str:
    return work_name(cause.row) if cause.kind == "work" else incident_why(cause.row)[0]


def _last_known(facts: CardFacts, parts: LeadParts) -> tuple[str, str]:
    subject = with_particle(parts.name_ko, "이/가")
    if parts.where_ko:
        subject = f"{parts.name_ko}의 {with_particle(parts.where_ko, '이/가')}"
    word = {"full": "전면 통제", "unknown": "공사"}.get(facts.closure, f"{parts.what_ko} 통제")
    ko = f"마지막으로 받은 자료로는 {subject} {parts.why_ko}{word} 중이었습니다."
    where = f" {parts.where_en}" if parts.where_en else ""
    lost = {"full": "closed", "unknown": "under works"}.get(
        facts.closure, f"{parts.what_en} closed"
    )
    return ko, f"When last heard, {parts.name_en}{where}: {lost}{parts.why_en}."


def _open(facts: CardFacts, verdict: Verdict, parts: LeadParts) -> tuple[str, str]:
    topic = with_particle(parts.name_ko, "은/는")
    going = next((b for b in facts.causes if b.kind == "work"), None)
    works_ko = f"{with_particle(work_name(going.row), '이/가')} 진행 중이지만 " if going else ""
    works_en = f"; works without closure ({work_name(going.row)})" if going else ""
    word = verdict.certainty.word
    if facts.place.kind == "route" or word == "lost":
        was = "없었습니다" if verdict.is_stale else "없습니다"
        ko = f"{parts.name_ko}에 알려진 통제는 {was}."
        ko = f"마지막으로 받은 자료로는 {ko}" if verdict.is_stale else ko
        name = parts.name_en[0].lower() + parts.name_en[1:]
        return ko, f"No closure is known on {name}{works_en}."
    if word == "inferred":
        ko = f"{topic} {works_ko}통행할 수 있는 것으로 보입니다."
        return ko, f"{parts.name_en} seems to be open{works_en}."
    return f"{topic} {works_ko}통행할 수 있습니다.", f"{parts.name_en} is open{works_en}."

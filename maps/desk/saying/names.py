"""What things are called in a sentence. Text of feeds is stripped and kept short."""

import re

from maps.desk.facts.blockings import Blocking
from maps.picture.text import short
from streams.contract.enums import Closure, IncidentKind, Reporter
from streams.domain.closures import BESIDE_LANES
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import ReportedTime, Work
from streams.geo.network import Network
from streams.words.catalogue import FIRST, Phrase, Value, has_word, phrase, word

_TRAILING = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]\s*$")
_WORK_ENDINGS = tuple(word(FIRST, "work.endings").split())


def reporter(reported: ReportedTime | None) -> Phrase:
    """Who reported it: 현장, 담당 부서 or 자료."""
    return phrase(f"said.{reported.by if reported else Reporter.FEED}")


def taken(closure: Closure, lanes: int | None) -> Phrase:
    """What a closure takes: 보도, 1개 차로; 일부 차로 where nobody says how many."""
    if closure in BESIDE_LANES:
        return phrase(f"lane.{closure}")
    return phrase("taken.lane" if lanes == 1 else "taken.lanes", n=lanes) if lanes else SOME_LANES


SOME_LANES = phrase("taken.some_lanes")


def extent(closure: Closure) -> str:
    """How much of the road a closure takes, as sentences tell it apart; "unstated" for none."""
    if closure in BESIDE_LANES:
        return "beside"
    return {Closure.FULL: "full", Closure.PARTIAL: "partial"}.get(closure, "unstated")


def feed_name(feed: str) -> Phrase:
    """What people call a feed."""
    code = f"feed.{feed}"
    return phrase("feed.named", feed=phrase(code) if has_word(code) else feed)


def work_name(work: Work) -> Value:
    """A work's name: without brackets at its end, and with 공사 where that lacks."""
    title = short(work.title) or short(work.purpose)
    while (bare := _TRAILING.sub("", title)) and bare != title:
        title = bare
    if not title:
        return phrase("work.nameless")
    return title if title.endswith(_WORK_ENDINGS) else phrase("work.named", title=title)


def incident_kind(incident: RunningIncident) -> Phrase | None:
    """Why an official event closes the road; None where its kind adds nothing: its title does."""
    if incident.kind is IncidentKind.CONTROL:
        return None
    return phrase(f"cause.{incident.kind}")


def cause_name(blocking: Blocking) -> Value | None:
    """What closes the road: a work by its name, what a person closed by the reason given, another
    incident by its kind.
    """
    row = blocking.row
    if blocking.reason:
        return short(blocking.reason)
    return work_name(row) if isinstance(row, Work) else incident_kind(row)


def title_of(blocking: Blocking) -> Value:
    title = " ".join(filter(None, (short(blocking.row.title), short(blocking.reason))))
    return title or cause_name(blocking) or phrase("cause.other")


def route_number(no: str) -> str:
    """A route's number without brackets behind it and without the word that names it."""
    return _TRAILING.sub("", short(no)).removesuffix(word(FIRST, "clash.route_no", no=""))


def route_name(no: str) -> Phrase:
    """A route by its number: "300번"."""
    return phrase("clash.route_no", no=route_number(no))


def ends_of(index: int, network: Network) -> tuple[str, str] | None:
    """The names of a link's two stops, None where it joins no two stops."""
    link = network.links[index]
    start, end = (network.stop_by_id.get(stop_id) for stop_id in (link.from_id, link.to_id))
    return None if start is None or end is None else (short(start.name), short(end.name))


def link_name(index: int, network: Network, code: str = "place.way") -> Value:
    """A link: "명동입구에서 중앙로입구 방향"; its name where its ends have none."""
    if ends := ends_of(index, network):
        return phrase(code, start=ends[0], end=ends[1])
    link = network.links[index]
    return title_name(short(link.name or link.road_name or link.id))


def both_ways(index: int, network: Network) -> Phrase:
    """A link and the one back: "명동입구에서 중앙로입구 사이 양방향"."""
    if ends := ends_of(index, network):
        return phrase("place.both_ways", start=ends[0], end=ends[1])
    return phrase("place.named_both_ways", name=link_name(index, network))


def is_there_and_back(first: int, second: int, network: Network) -> bool:
    """Whether the second link leads back over the first."""
    one, other = network.links[first], network.links[second]
    return bool(one.from_id and one.to_id) and (one.from_id, one.to_id) == (
        other.to_id,
        other.from_id,
    )


def title_name(title: str) -> Value:
    """A title in a sentence: "A → B" is "A에서 B 방향", "A~B" is "A에서 B 구간"."""
    parts = re.split(r"\s*(?:→|->|>)\s*", title)
    if len(parts) == 2 and all(parts):
        return phrase("place.titled_way", start=parts[0], end=parts[1])
    start, wave, end = title.partition("~")
    if wave and start and end:
        return phrase("place.stretch", start=start.strip(), end=end.strip())
    return title

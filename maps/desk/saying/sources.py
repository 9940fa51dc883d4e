"""The sources of a card: what every clause rests on, each listed once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from maps.desk.facts.blockings import Blocking, is_by_people, notice_ms, real_end_ms
from maps.desk.facts.gather import CardFacts, LinkNow
from maps.desk.facts.routes import RouteNow
from maps.desk.facts.scene import BUS_FEEDS, AskedPlace, Scene
from maps.desk.judging.certainty import Ground
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.names import feed_name, link_name, reporter
from maps.picture.text import kst, kst_end, period_text, short
from streams.contract.enums import Reporter
from streams.domain.closures import closure_name
from streams.domain.observed.rows import Discrepancy
from streams.domain.works.rows import ReportedTime, Work
from streams.words.catalogue import FIRST, Value, joined, phrase
from streams.words.spoken import OwnText, Spoken


class SourceKind(StrEnum):
    """What kind of thing a sentence rests on."""

    NETWORK = "network"
    PERMIT = "permit"
    INCIDENT = "incident"
    CREW = "crew"
    OFFICE = "office"
    BUS = "bus"
    ITS = "its"
    FEED = "feed"
    CALLS = "calls"
    CLOCK = "clock"


class SourceRow(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """A source as the card lists it; `at_ms` is the time of its data, `age_ms` how old that is."""

    id: str
    kind: SourceKind
    ref: str
    at_ms: int | None
    age_ms: int | None
    text: OwnText


@dataclass(slots=True)
class Sources:
    """Sources in the order they were first used; the same one twice keeps its number."""

    scene: Scene
    rows: list[SourceRow] = field(default_factory=list)
    ids: dict[tuple[SourceKind, str, str], str] = field(default_factory=dict)

    def add(
        self, kind: SourceKind, ref: str, at_ms: int | None, code: str, /, **values: Value
    ) -> str:
        """The id ("S1") of a source whose text is that of a code."""
        text = phrase(f"source.{code}", **values)
        source_id = self.ids.setdefault((kind, ref, text.to(FIRST)), f"S{len(self.ids) + 1}")
        if len(self.ids) > len(self.rows):
            self.rows.append(
                SourceRow(
                    id=source_id,
                    kind=kind,
                    ref=ref,
                    at_ms=at_ms or None,
                    age_ms=max(0, self.scene.now_ms - at_ms) if at_ms else None,
                    text=text,
                )
            )
        return source_id

    def newest_ms(self, ids: Collection[str]) -> int | None:
        """The age of the newest of these sources, None where none has one."""
        ages = [row.age_ms for row in self.rows if row.id in ids]
        return min((age_ms for age_ms in ages if age_ms is not None), default=None)

    def network(self, ref: str, code: str, /, **values: Value) -> str:
        """What the network itself says; it has no age."""
        return self.add(SourceKind.NETWORK, ref, None, code, **values)

    def place(self, place: AskedPlace) -> str:
        """What the place is."""
        name = joined((short(place.title), short(place.subtitle)), " · ")
        ref = f"{place.kind}:{place.id}"
        if not place.links:
            return self.network(ref, "place", name=name)
        return self.network(ref, "place_of_links", name=name, n=len(place.links))

    def link(self, index: int) -> str:
        """What the link at an index is called."""
        network = self.scene.network
        return self.network(network.links[index].id, "section", name=link_name(index, network))

    def also_in_force(self, facts: CardFacts) -> str:
        """How many works and events there are besides."""
        n = len(facts.others)
        return self.network("others", "others", n=n, unnamed=n - 1)

    def closed_part(self, facts: CardFacts, links: Collection[int] = ()) -> str:
        """Which links of the place are closed; of these `links` alone, where any are given."""
        wanted = links or facts.closed
        closed = facts.pieces_in(wanted)
        return self.network(
            closed[0].id,
            "closed_part",
            names=joined((link.name for link in closed[:3]), ", "),
            of=len(facts.pieces),
            n=len(closed),
        )

    def notice(self, blocking: Blocking) -> str:
        """A permit or an official event, with every figure that may be told of it."""
        row = blocking.row
        parts: list[Value] = [blocking.id, short(row.title)]
        if isinstance(row, Work):
            parts += [short(row.organisation), short(row.phone)]
        parts.append(period_text(row))
        if isinstance(row, Work):
            parts += _of_work(row)
        parts.append(phrase("source.closure", closure=closure_name(row.closure)))
        if isinstance(row, Work) and row.lanes_closed:
            parts.append(phrase("source.lanes", n=row.lanes_closed))
        if blocking.first_end_ms:
            parts.append(phrase("source.first_end", at=kst_end(blocking.first_end_ms)))
        if isinstance(row, Work) and row.unlisted_ms:
            parts.append(phrase("source.unlisted", at=kst(row.unlisted_ms)))
        kind = SourceKind.PERMIT if blocking.work else SourceKind.INCIDENT
        at_ms = notice_ms(blocking, self.scene)
        return self.add(kind, blocking.id, at_ms, "notice", text=joined(parts, " · "))

    def reported(self, blocking: Blocking, done: str, reported: ReportedTime | None) -> str:
        """Who reported that a work was "started", "ended" or "cancelled", and when; its permit
        where nobody did.
        """
        if reported is None or not reported.at_ms:
            return self.notice(blocking)
        kind = SourceKind.PERMIT
        if is_by_people(reported):
            kind = SourceKind.CREW if reported.by is Reporter.CREW else SourceKind.OFFICE
        code = f"reported_{done}"
        by, at = reporter(reported), kst(reported.at_ms)
        return self.add(kind, blocking.id, reported.at_ms, code, by=by, at=at)

    def buses(self, facts: CardFacts) -> str:
        """The passages counted over the place; of a route how many of its buses are under way."""
        seen, at = facts.seen, kst(facts.seen.observed_ms)
        if seen.link is None:
            ref = facts.place.id
            return self.add(SourceKind.BUS, ref, seen.observed_ms, "under_way", n=seen.count, at=at)
        link = next(link for link in facts.links if link.index == seen.link)
        return self.add(
            SourceKind.BUS,
            link.id,
            seen.observed_ms,
            "passed",
            minutes=self.scene.fresh_minutes,
            link=link.name,
            n=seen.count,
            at=at,
            of=len(facts.pieces),
            links=seen.links,
        )

    def rounds(self, facts: CardFacts) -> str:
        """That buses go round links of the place, and since when."""
        index, since_ms = facts.rounds.links[0], facts.rounds.since_ms
        network = self.scene.network
        name, at = link_name(index, network), kst(since_ms)
        ref = network.links[index].id
        return self.add(SourceKind.BUS, ref, self._driven_ms(), "rounds", link=name, at=at)

    def discrepancy(self, row: Discrepancy) -> str:
        """What buses did that was not declared."""
        at_ms = row.events[-1].at_ms if row.events else row.told_ms
        network, first = self.scene.network, row.links[0]
        name = link_name(network.index[first], network) if first in network.index else first
        return self.add(
            SourceKind.BUS,
            first,
            at_ms,
            "discrepancy",
            link=name,
            through=row.through,
            round=row.round,
            at=kst(at_ms),
        )

    def _driven_ms(self) -> int | None:
        """When the feed of buses answered last."""
        feeds = self.scene.feeds_of(BUS_FEEDS)
        return self.scene.last_success_ms(feeds[0]) if feeds else None

    def running(self, route: RouteNow) -> str:
        """The buses of a route that are under way, and near which stops."""
        newest_ms = max(bus.observed_ms for bus in route.buses)
        stops = joined((bus.stop for bus in route.buses), ", ")
        n, at = route.running, kst(newest_ms)
        return self.add(SourceKind.BUS, route.id, newest_ms, "running", n=n, stops=stops, at=at)

    def speed(self, link: LinkNow) -> str:
        """A link's speed, by whom it was measured."""
        is_centre = link.is_measured and not link.view.samples
        return self.add(
            SourceKind.ITS if is_centre else SourceKind.BUS,
            link.id,
            link.observed_ms,
            "speed_by_centre" if is_centre else "speed_by_buses",
            link=link.name,
            kmh=round(link.view.speed_kmh or 0),
            at=kst(link.view.observed_ms),
        )

    def speed_report(self, link: LinkNow) -> str:
        """That a traffic centre measures a link, whatever else does."""
        at = kst(link.view.observed_ms)
        return self.add(SourceKind.ITS, link.id, link.observed_ms, "centre", link=link.name, at=at)

    def silence(self) -> str:
        """That the feed of buses answers and no bus passed; the clock where there is no feed."""
        feeds = self.scene.feeds_of(BUS_FEEDS)
        if not feeds:
            return self.clock()
        at_ms = self.scene.last_success_ms(feeds[0])
        minutes, at = self.scene.fresh_minutes, kst(at_ms or None)
        return self.add(SourceKind.BUS, feeds[0], at_ms, "no_bus", minutes=minutes, at=at)

    def ground(self, facts: CardFacts, verdict: Verdict) -> str:
        """What the verdict on an open place rests on."""
        if facts.seen.count and verdict.ground is Ground.BUS:
            return self.buses(facts)
        if verdict.ground is Ground.ROUND:
            return self.rounds(facts)
        if verdict.ground is Ground.CENTRE:
            return self.speed_report(next(link for link in facts.links if link.is_measured))
        if verdict.ground in (Ground.PEOPLE, Ground.ENDED) and facts.ended:
            return self.notice(facts.ended[0])
        return self.silence() if verdict.ground is Ground.UNSEEN else self.clock()

    def count_of_notices(self, facts: CardFacts) -> str:
        """How many works and events close the place, where not all are named."""
        return self.network("works", "more_notices", n=len(facts.causes) - 3)

    def feed(self, name: str) -> str:
        """How a feed is doing."""
        at_ms, due_ms = self.scene.last_success_ms(name), self.scene.due_ms(name)
        return self.add(
            SourceKind.FEED,
            name,
            at_ms,
            "feed_due" if due_ms else "feed",
            feed=feed_name(name),
            status=phrase(f"status.{self.scene.status_of(name) or 'never'}"),
            at=kst(at_ms or None),
            due=kst(due_ms),
        )

    def clock(self) -> str:
        """Up to when the log has been folded."""
        at_ms = self.scene.picture.clock_ms
        return self.add(SourceKind.CLOCK, "clock", at_ms, "clock", at=kst(at_ms))


def _of_work(work: Work) -> Sequence[Value]:
    """Its hours, the morning that its last night ends on, its digging and its restoring."""
    real_ms = real_end_ms(work)
    parts: list[Value] = [work.hours]
    if work.ends_ms != real_ms:
        parts.append(f"~ {kst(real_ms)}")
    for code, starts_ms, ends_ms in (
        ("source.dig", work.dig_starts_ms, work.dig_ends_ms),
        ("source.restore", work.restore_starts_ms, work.restore_ends_ms),
    ):
        if ends_ms:
            parts.append(phrase(code, start=kst(starts_ms), end=kst_end(ends_ms)))
    return parts

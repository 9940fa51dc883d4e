"""The sources of a card: what every clause rests on, told in both languages, each listed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maps.desk.facts.blockings import Blocking, first_end_ms, heard_ms, is_by_people, real_end_ms
from maps.desk.facts.gather import CardFacts, LinkNow, pieces_of
from maps.desk.facts.scene import BUS_FEEDS, AskedPlace, Json, Scene
from maps.desk.judging.verdict import Verdict
from maps.desk.saying.words import closure_words, link_words, source_name, status_word, teller
from maps.picture.text import kst, kst_end, period_text, short
from streams.domain.stages.feeds import status
from streams.words.catalogue import both

_SPOKEN = {
    "started": ("시작", "began"),
    "ended": ("종료", "ended"),
    "cancelled": ("취소", "cancelled"),
}


@dataclass(slots=True)
class Evidence:
    """Sources in the order they were first used; the same one twice keeps its number."""

    scene: Scene
    rows: list[Json] = field(default_factory=list)

    def add(self, kind: str, ref: str, at_ms: int | None, ko: str, en: str) -> str:
        """The id ("S1") of a source."""
        for row in self.rows:
            if (row["kind"], row["ref"], row["ko"]) == (kind, ref, ko):
                return str(row["id"])
        age_ms = None if not at_ms else max(0, self.scene.now_ms - at_ms)
        source = {"id": f"S{len(self.rows) + 1}", "kind": kind, "ref": ref}
        self.rows.append({**source, "at_ms": at_ms or None, "age_ms": age_ms, "ko": ko, "en": en})
        return str(self.rows[-1]["id"])

    def row(self, source_id: str) -> Json:
        return next(row for row in self.rows if row["id"] == source_id)

    def place(self, place: AskedPlace) -> str:
        """The network's word on what the place is."""
        rest_ko = f", 구간 {len(place.links)}개" if place.links else ""
        rest_en = f", {len(place.links)} sections" if place.links else ""
        name = " · ".join(part for part in (short(place.title), short(place.subtitle)) if part)
        ref = f"{place.kind}:{place.id}"
        return self.add("network", ref, None, f"장소: {name}{rest_ko}", f"Place: {name}{rest_en}")

    def link(self, link: LinkNow) -> str:
        """The network's name of one link."""
        return self.add("network", link.id, None, f"구간: {link.name}", f"Section: {link.name}")

    def link_at(self, place: int) -> str:
        """The network's name of the link at an index."""
        ko, en = link_words(place, self.scene.network)
        name = self.scene.network.links[place].id
        return self.add("network", name, None, f"구간: {ko}", f"Section: {en}")

    def also_in_force(self, facts: CardFacts) -> str:
        """How many works and events there are besides."""
        n = len(facts.others)
        ko, en = (
            f"그 밖의 공사와 사고 {n}건, 이름을 뺀 것 {n - 1}건",
            f"{n} other, {n - 1} not named",
        )
        return self.add("network", "others", None, ko, en)

    def closed_part(self, facts: CardFacts) -> str:
        """Which links of the place are closed."""
        closed = pieces_of(link for link in facts.links if link.place in facts.closed)
        names = ", ".join(link.name for link in closed[:3])
        count = f"{len(facts.pieces)}개 구간 가운데 {len(closed)}개 통제"
        en = f"{names}: {len(closed)} of {len(facts.pieces)} sections closed"
        return self.add("network", closed[0].id, None, f"구간: {names}, {count}", en)

    def notice(self, blocking: Blocking) -> str:
        """A permit or an official event, with every figure that may be told of it."""
        kind = "permit" if blocking.kind == "work" else "incident"
        at_ms = heard_ms(blocking, self.scene)
        row = blocking.row
        names = (blocking.id, *(short(row.get(x)) for x in ("title", "organisation", "phone")))
        parts = [str(row.get("hours") or ""), _after_night(row)]
        parts += [
            f"{word} {kst(row.get(f'{name}_starts_ms'))} ~ {kst_end(row[f'{name}_ends_ms'])}"
            for name, word in (("dig", "굴착"), ("restore", "복구"))
            if row.get(f"{name}_ends_ms")
        ]
        lanes, first = row.get("lanes_closed"), first_end_ms(row)
        closure_ko, closure_en = closure_words(blocking.closure)
        period_ko, period_en = both(period_text(row))
        ko = " · ".join(part for part in (*names, period_ko, *parts, closure_ko) if part)
        en = " · ".join(part for part in (*names, period_en, *parts, closure_en) if part)
        if lanes:
            ko, en = f"{ko} · 차로 {lanes}개", f"{en} · {lanes} lanes"
        if first:
            ko, en = f"{ko} · 처음 기한 {kst_end(first)}", f"{en} · first end {kst_end(first)}"
        if row.get("unlisted_ms"):
            at = kst(row["unlisted_ms"])
            ko, en = f"{ko} · 목록에서 빠짐 {at}", f"{en} · unlisted since {at}"
        return self.add(kind, blocking.id, at_ms, ko, en)

    def said(self, blocking: Blocking, which: str) -> str:
        """Who said that a work "started" or "ended", and when; its permit where nobody did."""
        said = blocking.row.get(which) or {}
        if not said.get("at_ms"):
            return self.notice(blocking)
        by = str(said["by"]) if is_by_people(said) else "permit"
        at_ms = int(said["at_ms"])
        ko, en = teller(said)
        done_ko, done_en = _SPOKEN[which]
        return self.add(
            by, blocking.id, at_ms, f"{ko}: {done_ko} {kst(at_ms)}", f"{en}: {done_en} {kst(at_ms)}"
        )

    def buses(self, facts: CardFacts) -> str:
        """The passages counted over the place."""
        seen = facts.seen
        link = next(link for link in facts.links if link.place == seen.link)
        minutes = self.scene.fresh_ms // 60_000
        at = kst(seen.observed_ms)
        ko = f"버스 위치: 최근 {minutes}분 동안 {link.name} {seen.count}대 통과, 마지막 {at}"
        en = f"Bus positions: {seen.count} passed {link.name} in {minutes} min, last {at}"
        scope = f" ({len(facts.pieces)}개 구간 가운데 {seen.links}개)"
        return self.add("bus", link.id, seen.observed_ms, ko + scope, en)

    def running(self, route_id: str, buses: Sequence[Json]) -> str:
        """The buses of a route that are under way, and near which stops."""
        newest_ms = max(int(row["observed_ms"]) for row in buses)
        listed = ", ".join(str(row["stop"]) for row in buses if row["stop"])
        ko = f"버스 위치: {len(buses)}대 운행({listed}), 마지막 {kst(newest_ms)}"
        en = f"Bus positions: {len(buses)} running, last {kst(newest_ms)}"
        return self.add("bus", route_id, newest_ms, ko, en)

    def under_way(self, facts: CardFacts) -> str:
        """How many buses of a route are under way."""
        n, at_ms = facts.seen.count, facts.seen.observed_ms
        ko, en = f"버스 위치: {n}대, 마지막 {kst(at_ms)}", f"Bus positions: {n}, last {kst(at_ms)}"
        return self.add("bus", facts.place.id, at_ms, ko, en)

    def speed(self, link: LinkNow) -> str:
        """A link's speed, by whom it was measured."""
        is_centre = bool(link.speed_parts) and not link.samples
        whom_ko, whom_en = ("교통정보센터", "traffic centre") if is_centre else ("버스", "buses")
        kmh = f"{round(link.speed_kmh or 0)} km/h"
        at = kst(link.observed_ms or None)
        return self.add(
            "its" if is_centre else "bus",
            link.id,
            link.observed_ms,
            f"속도({whom_ko}): {link.name} {kmh}, {at}",
            f"Speed ({whom_en}): {link.name} {kmh}, {at}",
        )

    def speed_report(self, link: LinkNow) -> str:
        """That a traffic centre measures a link, whatever else does."""
        at = kst(link.observed_ms or None)
        ko, en = (
            f"교통정보센터 속도: {link.name}, {at}",
            f"Traffic centre's speed: {link.name}, {at}",
        )
        return self.add("its", link.id, link.observed_ms, ko, en)

    def silence(self, feed: str) -> str:
        """That the feed of buses answers and no bus passed."""
        minutes = self.scene.fresh_ms // 60_000
        at_ms = self.scene.last_success_ms(feed)
        ko = f"버스 위치: 최근 {minutes}분 동안 통과 기록 없음, 마지막 수신 {kst(at_ms or None)}"
        en = f"Bus positions: none passed in {minutes} min, last answer {kst(at_ms or None)}"
        return self.add("bus", feed, at_ms, ko, en)

    def ground(self, facts: CardFacts, verdict: Verdict) -> str:
        """What the verdict on an open place rests on."""
        ground = verdict.certainty.ground
        if facts.seen.count and ground == "bus":
            return self.under_way(facts) if facts.seen.link is None else self.buses(facts)
        if ground == "its":
            return self.speed_report(next(link for link in facts.links if link.speed_parts))
        if ground in ("said", "ended") and facts.ended:
            return self.notice(facts.ended[0])
        names = self.scene.feeds_of(BUS_FEEDS)
        return self.silence(names[0]) if ground == "unseen" and names else self.clock()

    def count_of_notices(self, facts: CardFacts) -> str:
        """How many works and events close the place, where not all are named."""
        rest = len(facts.causes) - 3
        ko, en = f"그 밖의 공사와 사고 {rest}건", f"{rest} more works and events"
        return self.add("network", "works", None, ko, en)

    def feed(self, name: str) -> str:
        """How a feed is doing."""
        state = self.scene.picture.feeds.get(name)
        at_ms = self.scene.last_success_ms(name)
        word = "never" if state is None else status(state, self.scene.now_ms).value
        ko, en = source_name(name)
        word_ko, word_en = status_word(word)
        due_ms = None if state is None else state.last.received_ms + state.last.poll_ms
        due_ko = f", 다음 {kst(due_ms)}" if due_ms else ""
        due_en = f", next {kst(due_ms)}" if due_ms else ""
        return self.add(
            "feed",
            name,
            at_ms,
            f"{ko}: {word_ko}, 마지막 수신 {kst(at_ms or None)}{due_ko}",
            f"{en}: {word_en}, last answer {kst(at_ms or None)}{due_en}",
        )

    def clock(self) -> str:
        """Up to when the log has been folded."""
        at_ms = self.scene.picture.clock_ms
        at = kst(at_ms)
        return self.add("clock", "clock", at_ms, f"처리 시각 {at}", f"Folded up to {at}")


def _after_night(row: Mapping[str, Any]) -> str:
    """The morning that a permit's last night ends on, "~ 2026-11-24 06:00"; "" without one."""
    ends_ms, real_ms = row.get("ends_ms"), real_end_ms(row)
    return "" if ends_ms == real_ms else f"~ {kst(real_ms)}"

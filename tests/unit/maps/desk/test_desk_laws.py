"""Laws that hold of every card, whatever the city looks like."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.desk.facts.scene import AskedPlace
from streams.domain.closures import GRAVITY
from tests.cities.desks import (
    BUSES,
    DAY_MS,
    EVENTS,
    HOUR_MS,
    MIN_MS,
    NETWORK,
    NOW,
    PERMITS,
    SPEEDS,
    Street,
    card,
    place,
)

Json = dict[str, Any]
LINKS = tuple(link.id for link in NETWORK.links)
PHASES = ("planned", "active", "paused", "overdue", "finished", "cancelled")
TITLES = (
    "하수관 정비",
    "<b>x</b>공사",
    "가스관 매설공사(2공구)",
    "",
    "전선 지중화 1단계",
    "A" * 300,
)
HOURS = ("", "09:00-18:00", "22:00-05:00", "08:30-17:15", "08:00-12:00,13:00-17:30")
NAMES = {"verdict", "why", "who", "since", "until", "next_update", "detour", "buses", "traffic"}
NAMES |= {"age", "calls"}

links = st.lists(st.sampled_from(LINKS), min_size=1, max_size=3, unique=True)
when = st.integers(NOW - 40 * DAY_MS, NOW + 40 * DAY_MS)
said = st.none() | st.builds(
    lambda at, by: {"at_ms": at, "by": by},
    st.integers(NOW - 3 * DAY_MS, NOW),
    st.sampled_from(["feed", "crew", "office"]),
)


@st.composite
def works(draw: st.DrawFn) -> Json:
    start = draw(when)
    end = start + draw(st.integers(HOUR_MS, 60 * DAY_MS))
    if draw(st.booleans()):  # whole days, so that a night may end it
        start, end = (at // DAY_MS * DAY_MS + 15 * HOUR_MS for at in (start, end + DAY_MS))
    unknown = dict.fromkeys(draw(st.sampled_from([(), (), ("ends_ms",), ("starts_ms", "ends_ms")])))
    return {
        "title": draw(st.sampled_from(TITLES)),
        "closure": draw(st.sampled_from(GRAVITY)),
        "phase": draw(st.sampled_from(PHASES)),
        "starts_ms": start,
        "ends_ms": end,
        "first_ends_ms": draw(st.sampled_from([0, end, end - HOUR_MS // 2])),
        "dig_ends_ms": draw(st.none() | st.just(start + HOUR_MS)),
        "hours": draw(st.sampled_from(HOURS)),
        "flags": draw(st.sampled_from([[], ["no_end"], ["end_unreadable", "start_unreadable"]])),
        "lanes_closed": draw(st.sampled_from([None, 1, 2, 3])),
        "also_closed": draw(st.sampled_from([[], ["sidewalk"], ["bus_stop", "bicycle"]])),
        "organisation": draw(st.sampled_from(["", "춘천시 하수과"])),
        "phone": draw(st.sampled_from(["", "033-250-4321"])),
        "started": draw(said),
        "ended": draw(said),
        "unlisted_ms": draw(st.sampled_from([0, NOW - HOUR_MS])),
        **unknown,
    }


@st.composite
def streets(draw: st.DrawFn) -> Street:
    street = Street(
        store=draw(st.sampled_from(["ok", "ok", "ok", "lost", "rebuilding"])),
        clock_ms=draw(st.sampled_from([None, None, None, NOW - 7 * MIN_MS])),
        silent_ms=draw(
            st.dictionaries(
                st.sampled_from([PERMITS, BUSES, SPEEDS, EVENTS]),
                st.integers(NOW - 3 * HOUR_MS, NOW),
                max_size=2,
            )
        ),
    )
    for link in draw(st.lists(st.sampled_from(LINKS), max_size=4, unique=True)):
        kmh, ago = draw(st.floats(3, 70)), draw(st.floats(0, 12))
        if draw(st.booleans()):
            street.driven(link, buses=draw(st.integers(1, 9)), ago_min=ago, kmh=kmh)
        else:
            street.measured(link, kmh=kmh, ago_min=ago)
    for number, row in enumerate(draw(st.lists(works(), max_size=4))):
        street.dug(*draw(links), name=f"2026-굴착-{412 + number}", **row)
    if draw(st.booleans()):
        ends = draw(st.none() | st.integers(NOW, NOW + DAY_MS))
        kind = draw(st.sampled_from(["accident", "control", "weather", "other"]))
        closure = draw(st.sampled_from(GRAVITY))
        street.struck(*draw(links), kind=kind, ends_ms=ends, closure=closure)
    for number in range(draw(st.integers(0, 3))):
        at = NOW - draw(st.integers(0, 12 * MIN_MS))
        bus = {"route_id": "R300", "stop_id": f"S{number}", "observed_ms": at}
        street.buses[f"v{number}"] = bus
        street.calls[f"c{number}"] = {"received_ms": at, "link_ids": draw(links)}
    return street


@st.composite
def places(draw: st.DrawFn) -> AskedPlace:
    kind = draw(st.sampled_from(["section", "stop", "place", "address", "route", "work"]))
    if kind == "route":
        return place("route", "S0>S1", "S1>S2", "S2>S3", name="R300", title="300")
    own = draw(links)
    if kind == "work":
        return place("work", *own, name="2026-굴착-412", title="하수관 정비")
    return place(kind, *own, title=draw(st.sampled_from(["", "명동입구", "효자동 622-4"])))


def numbers(text: str) -> set[int]:
    return {int(digits) for digits in re.findall(r"\d+", text)}


def facts_of(source: Json) -> set[int]:
    """Every number a source states, its hours as a clock of twelve has them, and its age in the
    units ages are said in.
    """
    found = numbers(f"{source['ko']} {source['ref']}")
    found |= {int(hour) % 12 or 12 for hour in re.findall(r"(\d\d):\d\d", source["ko"])}
    if source["age_ms"] is not None:
        found |= {source["age_ms"] // unit for unit in (MIN_MS, HOUR_MS, DAY_MS)}
    return found


@settings(max_examples=150, deadline=None)
@given(streets(), places())
def test_every_clause_names_its_sources_and_says_no_number_they_do_not(
    street: Street, here: AskedPlace
) -> None:
    body = card(here, street.scene())
    sources = {source["id"]: source for source in body["sources"]}
    for clause in body["clauses"]:
        assert clause["sources"]
        assert set(clause["sources"]) <= set(sources)
        known = set().union(*(facts_of(sources[name]) for name in clause["sources"]))
        assert numbers(clause["ko"]) <= known, (clause, sorted(known))


@settings(max_examples=100, deadline=None)
@given(streets(), places())
def test_a_sentence_says_only_what_a_clause_says(street: Street, here: AskedPlace) -> None:
    body = card(here, street.scene())
    told = " ".join(clause["ko"] for clause in body["clauses"])
    parts = re.split(r"(?<=[.,]) ", body["sentence_ko"])
    unsaid = [part for part in parts if part.rstrip(".,")[:-6] not in told]
    assert not unsaid


@settings(max_examples=100, deadline=None)
@given(streets(), places())
def test_a_card_is_whole_in_both_languages(street: Street, here: AskedPlace) -> None:
    body = card(here, street.scene())
    assert body["sentence_ko"].endswith(".")
    assert body["sentence_en"]
    names = [clause["name"] for clause in body["clauses"]]
    assert len(names) == len(set(names))
    assert set(names) <= NAMES
    assert {"verdict", "age", "next_update"} <= set(names)
    assert all(clause["ko"].strip() and clause["en"].strip() for clause in body["clauses"])
    assert "None" not in body["sentence_ko"] + body["sentence_en"]


@settings(max_examples=80, deadline=None)
@given(streets(), places())
def test_a_silent_source_is_said_and_never_confirmed(street: Street, here: AskedPlace) -> None:
    silent = dict.fromkeys((PERMITS, BUSES, SPEEDS, EVENTS), NOW - 3 * HOUR_MS)
    street.silent_ms = silent
    for row in street.works.values():
        row["ended"] = row["ended"] and {**row["ended"], "by": "feed"}  # people need no feed
    body = card(here, street.scene())
    assert body["verdict"]["certainty"] == "lost"
    assert body["is_stale"]
    assert "지금 상태는 확인되지 않습니다" in body["sentence_ko"]


@settings(max_examples=80, deadline=None)
@given(streets(), places())
def test_a_verdict_is_never_milder_than_the_gravest_section(
    street: Street, here: AskedPlace
) -> None:
    body = card(here, street.scene())
    if here.kind == "work":
        return
    gravest = min(
        (section["closure"] for section in body["sections"]), key=GRAVITY.index, default="none"
    )
    assert body["verdict"]["closure"] == gravest


@settings(max_examples=40, deadline=None)
@given(streets(), places())
def test_the_same_moment_gives_the_same_card(street: Street, here: AskedPlace) -> None:
    assert card(here, street.scene()) == card(here, street.scene())


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "\u202e뒤집힘", "줄\n바꿈", "x" * 5000]
)
def test_a_feeds_text_stays_short_and_on_one_line(title: str) -> None:
    body = card(place("section", "S1>S2"), Street().dug("S1>S2", title=title).scene())
    assert "\n" not in body["sentence_ko"]
    assert "\u202e" not in str(body)
    assert len(body["sentence_ko"]) < 400


def test_an_end_that_its_feed_told_is_in_the_source_of_the_clause() -> None:
    street = Street()
    ended = {"at_ms": NOW - DAY_MS + 37 * MIN_MS, "by": "feed"}
    street.dug("S0>S1", phase="finished", ends_ms=NOW - 40 * DAY_MS, ended=ended)
    body = card(place("section", "S0>S1"), street.scene())
    sources = {source["id"]: source for source in body["sources"]}
    age = next(clause for clause in body["clauses"] if clause["name"] == "age")
    assert numbers(age["ko"])
    assert numbers(age["ko"]) <= set().union(*(facts_of(sources[n]) for n in age["sources"]))

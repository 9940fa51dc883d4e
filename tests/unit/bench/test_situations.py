"""The demo's first hour on the simulated stage, folded in this process: what an operator has to
look at, and what leaves the house. No time passes but that of the log.
"""

import pytest

from bench.simulated_case import MINUTE_MS, OPENS_MS
from bench.situations import LOOK_AT_MIN, MOST_OPEN, MOST_ROWS, SHARE, Hour, hour
from streams.contract.enums import Closure, Phase
from streams.domain.permit_ids import permit_of


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Hour:
    return hour(tmp_path_factory.mktemp("hour"))


def test_after_ten_minutes_few_wait_for_somebody(found: Hour) -> None:
    assert len(found.pictures[LOOK_AT_MIN].alerts) > 100
    assert 3 <= len(found.open_at(LOOK_AT_MIN)) <= MOST_OPEN
    later = [len(found.open_at(m)) for m in found.pictures if m >= LOOK_AT_MIN]
    assert max(later) <= MOST_OPEN


def test_every_alert_is_in_one_situation(found: Hour) -> None:
    for picture in found.pictures.values():
        names = [fact.id for row in picture.situations.values() for fact in row.facts]
        assert sorted(names) == sorted(episode.id for episode in picture.alerts.values())


def test_what_is_really_so_is_covered_and_told_by_two_rows_at_most(found: Hour) -> None:
    picture = found.pictures[LOOK_AT_MIN]
    rows = found.rows_of(LOOK_AT_MIN)
    closed = (Closure.NONE, Closure.UNKNOWN)
    works = [
        f"permit {permit_of(name)}"
        for name, work in picture.works.items()
        if work.is_in_force and work.closure not in closed and work.links
    ]
    incidents = [
        f"incident:{name}"
        for name, row in picture.incidents.items()
        if row.phase is Phase.ACTIVE and row.closure not in closed and row.links
    ]
    assert len(works) > 15
    assert len(incidents) > 10
    assert [name for name in (*works, *incidents) if not 1 <= rows[name] <= MOST_ROWS] == []
    titles = " ".join(
        str(x.facts.get("title")) for row in picture.situations.values() for x in row.facts
    )
    now_ms = OPENS_MS + (LOOK_AT_MIN - 3) * MINUTE_MS  # portals are asked every three minutes
    really = [
        event.text.rpartition("::")[2]
        for event in found.day.events_listed(now_ms)
        if event.has_link and event.closure in (Closure.FULL, Closure.PARTIAL)
    ]
    assert len(list(filter(None, really))) >= 4
    assert [text for text in really if text not in titles] == []


def test_one_event_of_two_feeds_is_one_row(found: Hour) -> None:
    told_twice = [
        row
        for row in found.open_at(LOOK_AT_MIN)
        if {"its.events", "utic.incidents"} <= set(row.sources)
    ]
    assert len(told_twice) >= 3
    for minute in found.pictures:
        places = [
            (fact.source.kind, link)
            for row in found.open_at(minute)
            for link in {x for y in row.facts if y.is_incident for x in y.links}
            for fact in [row.lead]
            if fact.is_incident
        ]
        assert len(places) == len(set(places)), minute


def test_a_quarter_of_the_messages_leaves(found: Hour) -> None:
    assert found.count(found.endpoint.messages) <= SHARE * found.count(found.alerts)
    ended = {x.episode for x in found.alerts if x.word == "end"}
    told_over = {x.episode for x in found.endpoint.messages if x.word == "end"}
    standing = {e.id for e in found.pictures[60].alerts.values()}
    open_still = found.endpoint.sent & ended - told_over
    assert len(open_still) <= len(standing) / 4  # their situations go on

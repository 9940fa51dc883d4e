"""What the product says of a shift: from situations, closures, feeds, calls and works."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from maps.shifts.summary import ShiftFacts, away_spans, sheet_of, situations_of, work_begins
from streams.contract.enums import Closure, ClosureAct, IncidentKind, Phase, PollOutcome
from streams.contract.records import Acknowledgement, FeedReport
from streams.contract.shift import (
    MAX_LINES,
    Sheet,
    SheetPart,
    SheetSection,
    ShiftAct,
    ShiftActKind,
    check_shift_act,
    digest_of,
    shift_id,
)
from streams.contract.situation import ActKind, SituationAct
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.domain.situations.acts import ActLog
from streams.domain.situations.fact import Fact
from streams.domain.situations.identity import situation_id
from streams.domain.situations.situation import KnownFacts, Situation, situations
from streams.domain.stages.calls import CallRow
from streams.domain.stages.closures import ClosureRow, timed, version_of
from streams.domain.stages.feeds import FeedState
from streams.domain.works.rows import Work
from tests.cities import worlds
from tests.cities.told import NOW_MS, crash, jam

ROAD = worlds.road(worlds.STOPS)
FROM_MS, UNTIL_MS, NEXT_MS = NOW_MS, NOW_MS + 8 * HOUR_MS, NOW_MS + 16 * HOUR_MS
CLOSED = ClosureRow(
    closure_id="c-1", act_id="c-1", version=1, act=ClosureAct.MAKE, by="kim",
    at_ms=FROM_MS + HOUR_MS, title="정류장2→정류장4", cause=IncidentKind.ACCIDENT,
    closure=Closure.PARTIAL, starts_ms=FROM_MS + HOUR_MS, ends_ms=UNTIL_MS + HOUR_MS,
    lanes="1차로", reason="추돌", link_ids=("S2>S3",), phase=Phase.ACTIVE,
)  # fmt: skip


def sheet(**more: Any) -> Sheet:
    empty: dict[str, Any] = {"situations": {}, "closures": {}, "calls": {}, "works": {}}
    made = sheet_of(ShiftFacts(FROM_MS, UNTIL_MS, NEXT_MS, **{**empty, "feeds": {}, **more}))
    act = ShiftAct(
        shift=shift_id(FROM_MS), act=ShiftActKind.HAND_OVER, act_id="h", by="kim", at_ms=UNTIL_MS,
        digest=digest_of(made), sheet=made,
    )  # fmt: skip
    check_shift_act(act)  # whatever it holds can be signed
    return made


def part(made: Sheet, name: SheetPart) -> SheetSection:
    return next(each for each in made.sections if each.part is name)


def texts(made: Sheet, name: SheetPart) -> list[str]:
    return [line.text["ko"] for line in part(made, name).lines]


def told(*facts: Fact, **known: Any) -> dict[str, Situation]:
    return situations(KnownFacts(ROAD, UNTIL_MS, facts, **known))


def test_situations_stand_or_ended_with_who_did_what() -> None:
    first = crash("1", "S2>S3", "its.events", at=60)
    ended = crash("2", "S6>S7", "utic.incidents", at=30, over=90)
    before = crash("3", "S8>S9", "its.events", at=-600)
    name = situation_id(first.id)
    given = SituationAct(situation=name, act=ActKind.ASSIGN, by="kim", at_ms=FROM_MS, to="lee")
    noted = replace(given, act=ActKind.NOTE, to="", note="견인 22시", at_ms=FROM_MS + 1)
    seen = Acknowledgement(first.id, "kim", "순찰차 출동", FROM_MS + 2, first.severity)
    rows = told(
        first, ended, before,
        acknowledgements={first.id: seen}, acts={name: ActLog((given, noted))},
    )  # fmt: skip
    made = sheet(situations=rows)
    standing, over = part(made, SheetPart.STANDING), part(made, SheetPart.ENDED)
    assert [line.at_ms for line in standing.lines] == [first.since_ms, before.since_ms]
    assert [(x.act, x.by, x.words, x.to) for x in standing.lines[0].done] == [
        ("acknowledge", "kim", "순찰차 출동", ""),
        ("assign", "kim", "", "lee"),
        ("note", "kim", "견인 22시", ""),
    ]
    assert [(x.at_ms, x.until_ms) for x in over.lines] == [(ended.since_ms, ended.over_ms)]
    names = ("begun", "ended", "standing", "unseen")
    assert [made.figures[f"situations_{x}"] for x in names] == [2, 1, 2, 1]


def test_what_stands_is_told_as_it_stands_and_information_is_not_told() -> None:
    first = crash("1", "S2>S3", "its.events")
    standing = told(first)
    since = told(first, crash("2", "S6>S7", "its.events", at=5, over=9), jam("S8>S9", over=9))
    found = situations_of(standing, since.items())
    assert [row.lead.subject for row in found.values() if row.is_alert] == [
        "incident:2", "incident:1",
    ]  # fmt: skip
    assert found[situation_id(first.id)] is standing[situation_id(first.id)]


def test_a_closure_by_hand_is_told_with_every_version_of_the_shift() -> None:
    changed = replace(
        CLOSED, act_id="c-2", version=2, act=ClosureAct.CORRECT, by="lee",
        at_ms=FROM_MS + 2 * HOUR_MS, versions=(version_of(CLOSED),),
    )  # fmt: skip
    made = sheet(closures={"c-1": changed})
    [line] = part(made, SheetPart.CLOSURES).lines
    assert line.text["ko"] == "정류장2→정류장4 · 부분 통제 · 1차로 · 교통사고"
    assert [(x.act, x.by) for x in line.done] == [("make", "kim"), ("correct", "lee")]
    assert texts(made, SheetPart.AHEAD) == [f"{line.text['ko']} 끝"]
    assert part(made, SheetPart.AHEAD).lines[0].at_ms == UNTIL_MS + HOUR_MS


def test_closures_that_are_older_or_begin_later() -> None:
    over = timed(replace(CLOSED, is_over=True), FROM_MS + 2 * HOUR_MS)
    old = replace(over, closure_id="c-2", at_ms=FROM_MS - 9, over_ms=FROM_MS - 5)
    later = replace(
        CLOSED, closure_id="c-3", at_ms=FROM_MS - 9, phase=Phase.PLANNED,
        starts_ms=UNTIL_MS + HOUR_MS, ends_ms=NEXT_MS + HOUR_MS,
    )  # fmt: skip
    endless = replace(CLOSED, closure_id="c-4", at_ms=FROM_MS - 9, ends_ms=None)
    rows = {x.closure_id: x for x in (over, old, later, endless)}
    made = sheet(closures=rows)
    assert [x.until_ms for x in part(made, SheetPart.CLOSURES).lines] == [
        0, FROM_MS + 2 * HOUR_MS,
    ]  # fmt: skip
    assert [line.mark for line in part(made, SheetPart.AHEAD).lines] == ["begins"]


def test_of_calls_the_sheet_has_numbers_and_no_place() -> None:
    rows = {
        str(number): CallRow(
            str(number), at_ms, "팔호광장 앞 침수", (), 127.7, 37.9, "A-17", done_ms=done_ms
        )
        for number, (at_ms, done_ms) in enumerate(
            [(FROM_MS + 5, 0), (FROM_MS + 9, FROM_MS + 20), (FROM_MS - 9, 0), (FROM_MS - 8, 7)]
        )
    }
    made = sheet(calls=rows)
    assert {name: n for name, n in made.figures.items() if name.startswith("calls")} == {
        "calls_taken": 2, "calls_done": 1, "calls_waiting": 2, "calls_oldest_ms": FROM_MS - 9,
    }  # fmt: skip
    whole = msgspec.json.encode(made).decode()
    assert "팔호광장" not in whole
    assert "A-17" not in whole


def reports(*told_at: tuple[int, PollOutcome]) -> list[tuple[int, FeedState | None]]:
    """How a feed was, by the minute of its reports; a poll is expected every minute."""
    found: list[tuple[int, FeedState | None]] = []
    for minute, outcome in told_at:
        at_ms = FROM_MS + minute * MINUTE_MS
        report = FeedReport("its.speeds", outcome, at_ms, MINUTE_MS, row_count=9, digest="a")
        found.append((at_ms, FeedState("its.speeds", report, at_ms, at_ms)))
    return found


def test_a_feed_is_away_from_when_it_failed_until_it_answers() -> None:
    good, bad = PollOutcome.DATA, PollOutcome.UNKNOWN
    run = reports(*((n, good) for n in range(-5, 3)), (3, bad), (4, bad), (5, good))
    end_ms = FROM_MS + 6 * MINUTE_MS
    assert list(away_spans(run, end_ms)) == [(FROM_MS + 3 * MINUTE_MS, FROM_MS + 5 * MINUTE_MS)]
    [(since_ms, until_ms)] = away_spans(run[:8], end_ms + HOUR_MS)  # silence is no report
    assert (since_ms > FROM_MS + 2 * MINUTE_MS, until_ms) == (True, 0)
    made = sheet(feeds={"its.speeds": run[:8]})
    assert texts(made, SheetPart.OUTAGES) == ["교통 속도 없음: 색은 그때까지의 속도입니다"]
    well = [(n, good) for n in range(-5, 480)]
    assert texts(sheet(feeds={"its.speeds": reports(*well)}), SheetPart.OUTAGES) == []
    assert list(away_spans([(0, None)], end_ms)) == []


@pytest.mark.parametrize(
    ("starts_ms", "ends_ms", "hours", "begins_ms"),
    [
        (UNTIL_MS + 20 * MINUTE_MS, NEXT_MS + DAY_MS, "", UNTIL_MS + 20 * MINUTE_MS),
        (FROM_MS, NEXT_MS, "", None),  # it is at work already
        (NEXT_MS + 1, NEXT_MS + DAY_MS, "", None),
        (FROM_MS - DAY_MS, UNTIL_MS - 1, "", None),
    ],
)
def test_works_that_take_their_road_in_the_next_shift(
    starts_ms: int, ends_ms: int, hours: str, begins_ms: int | None
) -> None:
    work = Work("P-1", "상수관 매설", starts_ms, ends_ms, hours=hours, closure=Closure.PARTIAL)
    assert work_begins(work, UNTIL_MS, NEXT_MS) == begins_ms
    made = sheet(works={"P-1": work})
    assert len(texts(made, SheetPart.AHEAD)) == (begins_ms is not None)


def test_daily_hours_begin_in_the_shift_they_are_in() -> None:
    work = Work(
        "P-1", "상수관 매설", FROM_MS - DAY_MS, FROM_MS + 9 * DAY_MS, hours="22:00-06:00",
        closure=Closure.FULL,
    )  # fmt: skip
    begins = [work_begins(work, FROM_MS + h * HOUR_MS, FROM_MS + (h + 8) * HOUR_MS)
              for h in range(0, 24, 8)]  # fmt: skip
    assert len([each for each in begins if each is not None]) == 1


def test_more_than_a_sheet_holds_is_counted() -> None:
    facts = [crash(str(n), f"S{n % 9}>S{n % 9 + 1}", f"feed-{n}", at=60 * n) for n in range(60)]
    made = part(sheet(situations=told(*facts)), SheetPart.STANDING)
    assert made.total > MAX_LINES == len(made.lines)


def test_odd_text_stays_text_of_one_line_in_every_language() -> None:
    odd = "<img src=x onerror=alert(1)>\n\u202e\u0000" + "가" * 900
    made = sheet(closures={"c-1": replace(CLOSED, title=odd[:80], reason=odd[:200])})
    [line] = part(made, SheetPart.CLOSURES).lines
    assert line.text["ko"].startswith("<img src=x onerror=alert(1)>")
    whole = json.loads(msgspec.json.encode(made))
    assert "\u202e" not in str(whole)
    assert set(line.text) == {"ko", "en"}

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from maps.api.posted import Paces
from maps.crew import taps
from maps.crew.site import next_report
from maps.crew.taps import GONE_MS, PASSED_MS, UNDO_MS, Tap, code_of, is_used_up, outcome
from maps.desk.facts.scene import AskedPlace
from maps.desk.saying.last_report import last_report
from maps.http.refusals import RequestRefusedError
from maps.search.entry import PlaceKind
from streams.contract.enums import SiteStatus
from streams.domain.works import MOVES, REFUSALS, Work
from streams.domain.works.moves import after_report, listed
from tests.cities.desks import BUSES, HOUR_MS, MIN_MS, NETWORK, NOW, Street, card, site_json
from tests.cities.works import PERMIT, kst, report

Json = dict[str, Any]
WORK = "2026-굴착-0412"
LINK = "S1>S2"
CREW = {"at_ms": NOW - 2 * HOUR_MS, "by": "crew"}


def dug(**more: Any) -> Street:
    given: Json = {"closure": "full", "is_in_force": True, "phase": "active", **more}
    return Street().dug(LINK, **given)


def seen(street: Street) -> Json:
    return site_json(WORK, street.scene())


@pytest.mark.parametrize(
    ("row", "word", "by"),
    [
        ({}, None, ""),
        ({"started": {"at_ms": 5, "by": "feed"}}, "start", "feed"),
        ({"started": {"at_ms": 5, "by": "crew"}}, "start", "crew"),
        (
            {"started": {"at_ms": 5, "by": "crew"}, "ended": {"at_ms": 5, "by": "office"}},
            "end",
            "office",
        ),
        ({"started": {"at_ms": 5, "by": "crew"}, "not_begun_ms": 6}, "not_begun", ""),
        ({"started": {"at_ms": 5, "by": "crew"}, "not_ended_ms": 6}, "not_ended", ""),
        ({"extended_to_ms": 99, "not_ended_ms": 6}, "extend", ""),
        ({"not_begun_ms": 5, "cancelled": {"at_ms": 9, "by": "office"}}, "cancel", "office"),
    ],
)
def test_the_last_word_is_the_one_said_last(row: Json, word: str | None, by: str) -> None:
    last = last_report(the_work_of(ROW | row))
    assert (last and last.status, (last.by or "") if last else "") == (word, by)


def test_a_crews_begin_confirms_what_a_permit_reported() -> None:
    before, after = seen(dug()), seen(dug(started=CREW))
    assert [site["public"]["certainty"] for site in (before, after)] == ["reported", "confirmed"]
    assert (before["next"], after["next"]) == ("start", "end")
    assert after["said"]["ko"] == "시작 · 현장 · 오늘 낮 12시"
    assert before["against"] is after["against"] is None


def contradicted(kind: str, **more: Any) -> Street:
    """Buses contradict a crew's tap: two that passed five minutes ago; `more` overrides."""
    bus = {"at_ms": NOW - 5 * MIN_MS, "kind": "through", "route_id": "R300"}
    row: Json = {"work": WORK, "is_tapped": True, "through": 2, "round": 3, "events": [bus]} | more
    return dug(started=CREW, said_ms=NOW - HOUR_MS).differs(kind, LINK, **row)


@pytest.mark.parametrize(
    ("kind", "ko", "taps"),
    [
        ("no_effect", "버스 2대가 지나갔습니다. 지금 열려 있나요?", ["not_yet", "start"]),
        ("early_end", "버스 2대가 지나갔습니다. 지금 열려 있나요?", ["end", "start"]),
        ("overrun", "버스 3대가 우회했습니다. 아직 막혀 있나요?", ["not_yet", "end"]),
    ],
)
def test_a_crew_is_asked_what_buses_contradict(kind: str, ko: str, taps: list[str]) -> None:
    asked = seen(contradicted(kind))["question"]
    assert (asked["id"], asked["ko"]) == ("D1", ko)
    assert [answer["tap"] for answer in asked["answers"]] == taps


@pytest.mark.parametrize(
    "more",
    [
        {"is_tapped": False},
        {"until_ms": NOW},
        {"work": "another"},
        {"events": []},
        {"events": [{"at_ms": NOW - 2 * HOUR_MS, "kind": "through", "route_id": "R300"}]},
    ],
)
def test_nothing_is_asked_of_a_crew_that_buses_do_not_contradict_since_its_last_tap(
    more: Json,
) -> None:
    assert seen(contradicted("no_effect", **more))["question"] is None


def test_of_a_road_that_is_not_fully_closed_nothing_is_asked() -> None:
    assert seen(contradicted("overdeclared"))["question"] is None


def test_buses_on_what_a_crew_closed_are_said_to_crew_and_desk_alike() -> None:
    street = dug(started=CREW).driven(LINK, buses=3, ago_min=2)
    against = seen(street)["against"]
    assert (against["buses"], against["is_contradicted"]) == (3, True)
    assert against["ko"].startswith("버스 3대가 지나갔습니다 (마지막 2분 전).")
    place = AskedPlace(PlaceKind.WORK, WORK, "", links=(NETWORK.index[LINK],))
    told = card(place, street.scene())
    assert told["verdict"]["certainty"] == "reported"
    assert "현장에서 오늘 낮 12시에 시작했다고 알려 온 내용입니다." in told["sentence_ko"]
    assert "버스 3대가 지나갔고" in told["sentence_ko"]
    assert told["works"][0]["certainty"] == "reported"
    assert told["works"][0]["said"]["word"] == "start"


@pytest.mark.parametrize(
    ("more", "buses", "ago_min", "found"),
    [
        ({}, 1, 2, (1, False)),  # one bus may have been turned round
        ({}, 2, 2, (2, True)),
        ({"started": {"at_ms": NOW - 3 * MIN_MS, "by": "crew"}}, 4, 2, (1, False)),
        ({"started": {"at_ms": NOW - 3 * MIN_MS, "by": "crew"}}, 4, 4, None),  # all before it
        ({"closure": "partial"}, 4, 2, None),
        ({"phase": "finished", "is_in_force": False}, 4, 2, None),
    ],
)
def test_only_buses_on_a_full_closure_since_it_holds_speak_against_it(
    more: Json, buses: int, ago_min: float, found: tuple[int, bool] | None
) -> None:
    against = seen(dug(**more).driven(LINK, buses=buses, ago_min=ago_min))["against"]
    assert (against and (against["buses"], against["is_contradicted"])) == found


def test_another_works_closure_is_not_held_against_this_crew() -> None:
    street = dug(closure="partial", started=CREW).dug(LINK, name="other", closure="full")
    assert seen(street.driven(LINK, buses=3))["against"] is None
    street.views[LINK]["closure"] = "full"  # as the fold shows the link: the gravest of both
    assert seen(street)["against"] is None


def test_of_one_work_only_so_many_taps_a_minute_are_taken() -> None:
    paces = Paces(2)
    paces.take("W")
    paces.take("W")
    with pytest.raises(RequestRefusedError) as caught:
        paces.take("W")
    assert (caught.value.status, caught.value.code) == (429, "too_many")
    paces.take("V")


def test_nothing_is_held_against_a_crew_while_the_feeds_are_silent() -> None:
    street = dug(started=CREW).driven(LINK, buses=3)
    late = replace(street, clock_ms=NOW - HOUR_MS)
    lost = replace(street, store="lost")
    silent = replace(street, silent_ms={BUSES: NOW - 3 * HOUR_MS})
    assert [seen(one)["against"] for one in (late, lost, silent)] == [None] * 3
    assert [seen(one)["is_late"] for one in (late, lost, silent)] == [True, True, False]


@pytest.mark.parametrize(
    ("phase", "started", "word"),
    [
        ("planned", None, "start"),
        ("active", {"at_ms": 1, "by": "feed"}, "start"),
        ("overdue", {"at_ms": 1, "by": "crew"}, "end"),
        ("finished", {"at_ms": 1, "by": "crew"}, ""),
        ("cancelled", None, ""),
    ],
)
def test_the_button_to_press_next_follows_what_people_said(
    phase: str, started: Json | None, word: str
) -> None:
    assert next_report(the_work_of(ROW | {"phase": phase, "started": started})) == word


AT_MS = kst("12:00", day=1)
REPORT = report(SiteStatus.END, AT_MS, "r1")
TAP = Tap(REPORT, AT_MS)
ROW: Json = msgspec.json.decode(msgspec.json.encode(listed(None, PERMIT, AT_MS)))  # as in Redis
CANCELLED = {**ROW, "cancelled": {"at_ms": AT_MS, "by": "office"}}


@pytest.mark.parametrize(
    ("row", "tap", "clock_ms", "found"),
    [
        ({**ROW, "reports": ["r0", "r1"]}, None, None, ("taken", "")),
        (ROW, None, AT_MS, ("unknown", "")),  # this server never saw it: send it again
        (ROW, TAP, None, ("waiting", "")),
        (ROW, TAP, AT_MS + PASSED_MS - 1, ("waiting", "")),
        (CANCELLED, TAP, AT_MS + PASSED_MS, ("refused", "W003")),
        (None, TAP, AT_MS + PASSED_MS, ("refused", "W001")),
        (ROW, TAP, AT_MS + PASSED_MS, ("waiting", "")),  # the fold would take it: soon
        (ROW, TAP, AT_MS + GONE_MS, ("unknown", "")),  # or the log never had it
    ],
)
def test_what_became_of_a_tap_is_read_from_the_row(
    row: Json | None, tap: Tap | None, clock_ms: int | None, found: tuple[str, str]
) -> None:
    work = None if row is None else the_work_of(row)
    assert outcome(work, "r1", tap, clock_ms) == found


def test_the_reason_read_back_is_the_folds_own_for_every_word() -> None:
    work = the_work_of(ROW)
    for word in SiteStatus:
        told = replace(REPORT, word=word, until_ms=AT_MS)
        after = after_report(work, told)
        assert code_of(work, told) == (after if isinstance(after, str) else None)


def the_work_of(row: Json) -> Work:
    return msgspec.convert(row, Work)


def test_every_refusal_of_the_fold_has_words_for_a_crew() -> None:
    assert {code for code in MOVES.values() if isinstance(code, str)} <= set(REFUSALS)
    assert all(taps.reason(code) == f"refused.{code}" for code in REFUSALS)
    assert taps.reason("") == taps.reason("W999") != taps.reason("W001")


def test_a_link_counts_a_day_longer_than_its_work_and_no_longer_than_till_it_is_cancelled() -> None:
    ended = {**ROW, "ended": {"at_ms": AT_MS, "by": "crew"}, "ends_ms": AT_MS}
    assert not is_used_up(the_work_of(ROW), AT_MS)
    assert not is_used_up(the_work_of(ended), AT_MS + UNDO_MS)
    assert is_used_up(the_work_of(ended), AT_MS + UNDO_MS + 1)
    assert is_used_up(the_work_of(CANCELLED), AT_MS)

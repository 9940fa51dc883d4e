"""What the desk says of works by night, of several windows a day, and without a begin or an end."""

from typing import Any

import pytest

from maps.crew.taps import longest_ms
from tests.cities.desks import (
    DAY_MS,
    HOUR_MS,
    NOW,
    Street,
    card,
    kst,
    place,
    site_json,
    spoken,
    work_of,
)

Json = dict[str, Any]
WORK = "2026-굴착-0412"
OPEN: Json = {"ends_ms": None, "flags": ["no_end"]}
SPOILED: Json = {"ends_ms": None, "flags": ["end_unreadable"]}
NIGHT: Json = {
    "starts_ms": kst("2026-11-23 00:00"),
    "ends_ms": kst("2026-11-24 00:00"),
    "hours": "22:00-06:00",
}
NO_END, NO_BEGIN = "끝나는 날은 목록에 없습니다.", "시작하는 날은 목록에 없습니다."
UNREAD = "목록의 종료일을 읽지 못했습니다."


def asked(kind: str = "work", at: str = "2026-11-23 14:00", **row: Any) -> Json:
    """The card of the work, or of the section it lies on."""
    street = Street(now_ms=kst(at)).dug("S0>S1", **row)
    return card(place(kind, "S0>S1", name=WORK), street.scene())


@pytest.mark.parametrize(
    ("row", "said", "en"),
    [
        (OPEN, NO_END, "The list gives no end."),
        (SPOILED, UNREAD, "The end in the list cannot be read."),
        ({**OPEN, "flags": ["period_reversed"]}, UNREAD, "The end in the list cannot be read."),
        ({**OPEN, "hours": "09:00-18:00"},
         f"오늘 오후 6시까지이며, 공사는 매일 오전 9시부터 오후 6시까지 이어집니다. {NO_END}",
         "Until today 6 pm; the works go on daily 9 am to 6 pm. The list gives no end."),
        ({**SPOILED, "hours": "22:00-15:00"},
         ("오늘 오후 3시까지이며, 공사는 매일 오후 10시부터 다음 날 오후 3시까지 이어집니다. "
          f"{UNREAD}"),
         ("Until today 3 pm; the works go on nightly 10 pm to 3 pm. "
          "The end in the list cannot be read.")),
        # the digging has an end of its own
        ({**OPEN, "dig_ends_ms": kst("2026-11-26 00:00")}, "11월 25일까지 통제할 예정입니다.",
         "Planned until 25 Nov."),
    ],
)  # fmt: skip
def test_an_end_that_is_not_known_is_said_with_the_reason(row: Json, said: str, en: str) -> None:
    clauses = asked("section", **row)["clauses"]
    assert spoken(clauses, "until") == said
    assert next(clause["en"] for clause in clauses if clause["name"] == "until") == en


def test_the_reason_is_a_sentence_of_its_own() -> None:
    assert f"있습니다. {NO_END} 굴착 허가 자료 기준으로" in asked(**OPEN)["sentence_ko"]
    assert f"있습니다. {UNREAD} 굴착 허가 자료 기준으로" in asked(**SPOILED)["sentence_ko"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**OPEN, "starts_ms": kst("2026-11-24 09:00")},
         f"아직 시작하지 않았으며, 내일 오전 9시부터 예정되어 있습니다. {NO_END}"),
        ({**OPEN, "starts_ms": kst("2026-11-22 09:00")}, f"아직 시작하지 않았습니다. {NO_END}"),
        ({"starts_ms": None, "ends_ms": kst("2026-12-04 00:00"), "flags": ["no_start"]},
         f"시작했다는 통보가 아직 없으며, 12월 3일까지 예정되어 있습니다. {NO_BEGIN}"),
        ({**OPEN, "starts_ms": None},
         "시작했다는 통보가 아직 없습니다. 시작하는 날과 끝나는 날은 목록에 없습니다."),
        ({"starts_ms": None, "ends_ms": None, "flags": ["start_unreadable", "end_unreadable"]},
         "시작했다는 통보가 아직 없습니다. 목록의 시작일과 종료일을 읽지 못했습니다."),
        ({**SPOILED, "starts_ms": None}, f"시작했다는 통보가 아직 없습니다. {NO_BEGIN} {UNREAD}"),
    ],
)  # fmt: skip
def test_what_is_planned_says_what_is_not_known_of_it(row: Json, said: str) -> None:
    assert spoken(asked(phase="planned", **row)["clauses"], "verdict").endswith(f"공사는 {said}")


def test_a_work_that_rests_says_when_it_goes_on_though_no_end_is_known() -> None:
    body = asked(phase="paused", hours="15:00-18:00", **OPEN)
    assert spoken(body["clauses"], "verdict").endswith(
        f"매일 오후 3시부터 오후 6시까지 합니다. {NO_END}"
    )
    assert spoken(body["clauses"], "next_update") == "오늘 오후 3시에 다시 시작할 예정입니다."


def test_a_work_that_its_list_long_left_out_says_why_it_counts_as_over() -> None:
    body = asked(phase="finished", unlisted_ms=NOW - 31 * DAY_MS, **OPEN)
    assert "허가 목록에서 한 달 넘게 빠져 끝난 것으로 봅니다." in body["sentence_ko"]


def test_without_a_begin_since_when_is_not_made_up() -> None:
    said = {"at_ms": NOW - HOUR_MS, "by": "feed"}
    body = asked(starts_ms=None, started=said, **OPEN)
    assert spoken(body["clauses"], "since") == NO_BEGIN
    [notice] = [source for source in body["sources"] if source["kind"] == "permit"]
    assert "시작일 미확인 ~ 종료일 미정" in notice["ko"]
    assert "begin not stated ~ end not stated" in notice["en"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-23 23:00", "내일 오전 6시까지 통제할 예정입니다."),
        ("2026-11-24 03:00", "오늘 오전 6시까지 통제할 예정입니다."),
    ],
)
def test_the_last_night_lasts_until_its_morning(at: str, said: str) -> None:
    body = asked("section", at, **NIGHT)
    assert spoken(body["clauses"], "until") == said


def test_nights_are_said_with_the_last_day_on_which_one_begins() -> None:
    row = {**NIGHT, "ends_ms": kst("2026-11-26 00:00")}
    said = "공사는 11월 25일까지 매일 오후 10시부터 다음 날 오전 6시까지 이어집니다."
    assert spoken(asked("section", "2026-11-23 23:00", **row)["clauses"], "until") == (
        f"내일 오전 6시까지이며, {said}"
    )


@pytest.mark.parametrize(
    ("at", "phase", "said"),
    [
        ("2026-11-23 14:00", "planned", "오늘 오후 10시부터 내일 오전 6시까지 예정되어 있습니다."),
        (
            "2026-11-23 23:00",
            "planned",
            "아직 시작하지 않았으며, 내일 오전 6시까지 예정되어 있습니다.",
        ),
        ("2026-11-24 07:00", "finished", "오늘 오전 6시로 기한이 끝났습니다."),
        ("2026-11-24 07:00", "overdue", "예정된 기한인 오늘 오전 6시가 지났으나"),
    ],
)
def test_one_night_begins_in_the_evening_and_ends_in_the_morning(
    at: str, phase: str, said: str
) -> None:
    told = asked(at=at, phase=phase, is_in_force=phase == "overdue", **NIGHT)["clauses"]
    assert any(said in clause["ko"] for clause in told)


def test_a_night_that_begins_within_a_day_is_told_with_its_hour() -> None:
    body = asked("section", phase="planned", **NIGHT)
    assert "오늘 오후 10시부터는 하수관 정비 공사로" in body["sentence_ko"]


def test_several_windows_end_one_after_the_other() -> None:
    row: Any = {"hours": "09:00-12:00,13:00-18:00", "ends_ms": kst("2026-11-28 00:00")}
    said = (
        "공사는 11월 27일까지 매일 오전 9시부터 낮 12시까지, 오후 1시부터 오후 6시까지 이어집니다."
    )
    for at, edge in (("2026-11-23 10:00", "오늘 낮 12시"), ("2026-11-23 14:00", "오늘 오후 6시")):
        until = spoken(asked("section", at, **row)["clauses"], "until")
        assert until == f"{edge}까지이며, {said}"
    noon = asked(at="2026-11-23 12:30", phase="paused", **row)["clauses"]
    assert spoken(noon, "next_update") == "오늘 오후 1시에 다시 시작할 예정입니다."


def test_a_crew_extends_from_the_real_end() -> None:
    street = Street(now_ms=kst("2026-11-23 23:00")).dug("S0>S1", **NIGHT)
    morning_ms = kst("2026-11-24 06:00")
    assert site_json(WORK, street.scene())["ends_ms"] == morning_ms
    assert longest_ms(work_of(street.works[WORK]), street.now_ms) == morning_ms + 7 * DAY_MS
    vague = Street().dug("S0>S1", **OPEN)
    assert site_json(WORK, vague.scene())["ends_ms"] is None
    assert longest_ms(work_of(vague.works[WORK]), NOW) == NOW + 7 * DAY_MS


def test_a_card_lists_the_flags_that_its_screen_words_are_made_of() -> None:
    [row] = asked(**SPOILED)["works"]
    assert (row["ends_ms"], row["flags"]) == (None, ["end_unreadable"])

"""Incidents of the national ITS and of UTIC."""

import json
from typing import Any

import pytest

from producers.feeds import its_events, utic
from producers.reading import fields
from producers.reading.answers import Answer, Exchange
from producers.reading.wordings import wording
from streams.contract.enums import Closure, IncidentKind, PollOutcome
from streams.contract.records import Incident
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from tests.places import SHARED

DATA = SHARED / "data/its"
KOREA = Settings(bbox=fields.KOREA)
CITY = Settings()
AT_MS = 1_795_414_391_934  # 2026-11-23 15:13 KST
HOUR_MS = 3_600_000
NOV_23_MS = 1_795_359_600_000  # 2026-11-23 00:00 KST
EVENT = {
    "type": "국도",
    "eventType": "공사",
    "eventDetailType": "작업",
    "startDate": "20261123090000",
    "endDate": "",
    "coordX": "127.73",
    "coordY": "37.88",
    "linkId": "2500100100",
    "roadName": "국도5호선",
    "roadNo": "5",
    "roadDrcType": "종점방향",
    "lanesBlockType": "",
    "lanesBlocked": "",
    "message": "노면보수작업중",
}


def parsed(body: bytes, settings: Settings = CITY) -> Answer:
    return its_events.parse_events(
        Exchange(its_events.NAME, AT_MS, "https://x", 200, body), settings
    )


def events(*changes: dict[str, Any]) -> Answer:
    rows = [{**EVENT, **changed} for changed in changes]
    body = {"header": {"resultCode": 0}, "body": {"totalCount": len(rows), "items": rows}}
    return parsed(json.dumps(body).encode())


def event(**changed: Any) -> Incident:
    [row] = events(changed).rows
    assert isinstance(row, Incident)
    return row


def rows_of(answer: Answer) -> list[Incident]:
    return [row for row in answer.rows if isinstance(row, Incident)]


def test_the_real_rows_of_2022_are_read() -> None:
    rows = rows_of(parsed((DATA / "eventInfo_20221220.json").read_bytes(), KOREA))
    assert len(rows) == 6
    assert [row.closure for row in rows].count(Closure.PARTIAL) == 3
    assert [row.closure for row in rows].count(Closure.SHOULDER) == 3
    assert {row.kind for row in rows} == {IncidentKind.WORK, IncidentKind.OTHER}


def test_the_grammar_of_city_messages_is_read() -> None:
    rows = rows_of(parsed((DATA / "eventInfo_seoul_messages_20260914.json").read_bytes(), KOREA))
    assert [row.kind.value for row in rows] == ["work", "work", "gathering", "accident"]
    assert [row.closure.value for row in rows] == ["partial", "full", "partial", "partial"]
    assert {row.link_id for row in rows} == {""}
    assert len({row.incident_id for row in rows}) == 4


@pytest.mark.parametrize(
    "message", ["노면보수작업 종료", "상황종료.", "[작업종료]", "추돌, 처리 완료"]
)
def test_a_message_that_ends_in_its_end_is_over(message: str) -> None:
    answer = events({"message": message})
    assert (answer.outcome, answer.over, answer.rows) == (PollOutcome.EMPTY, 1, ())


@pytest.mark.parametrize(
    ("changed", "ends_ms"),
    [
        ({"message": "18시 종료 예정"}, NOV_23_MS + 18 * HOUR_MS),
        ({"message": "보수 11월 30일 종료"}, NOV_23_MS + 8 * DAY_MS),
        ({"message": "18시 종료 예정", "endDate": "20261123200000"}, NOV_23_MS + 20 * HOUR_MS),
        ({"message": "공사 완료시까지 통제"}, None),
    ],
)
def test_a_planned_end_in_the_words_is_the_end_where_no_other_is_given(
    changed: dict[str, Any], ends_ms: int | None
) -> None:
    assert event(**changed).ends_ms == ends_ms


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("작업", IncidentKind.WORK),
        ("cor", IncidentKind.WORK),
        ("교통사고", IncidentKind.ACCIDENT),
        ("기상", IncidentKind.WEATHER),
        ("재난", IncidentKind.DISASTER),
        ("기타돌발", IncidentKind.OTHER),
    ],
)
def test_event_types_fold_into_kinds(event_type: str, kind: IncidentKind) -> None:
    assert event(eventType=event_type).kind is kind


def test_an_unknown_type_is_other_with_a_flag() -> None:
    assert event(eventType="외계인").kind is IncidentKind.OTHER
    assert "enum_unknown" in event(eventType="외계인").flags


def test_identity_stays_when_the_message_or_end_changes() -> None:
    assert event().incident_id == event(message="다른 말", endDate="20261124180000").incident_id
    assert event().incident_id != event(coordX="127.74").incident_id


def test_two_works_of_one_identity_are_told_apart_and_a_repeat_is_dropped() -> None:
    answer = events({}, {"message": "상수도"}, {})
    assert len({row.incident_id for row in rows_of(answer)}) == 2
    assert answer.repaired == 1


def test_another_citys_event_is_counted_not_refused() -> None:
    answer = events({}, {"coordX": "126.99", "coordY": "37.56"})
    assert (len(answer.rows), answer.outside, answer.refused) == (1, 1, ())


def test_an_event_without_a_usable_point_is_kept_nowhere() -> None:
    row = event(coordX="0", coordY="")
    assert (row.lon, row.lat) == (None, None)
    assert "coord_null" in row.flags


def test_swapped_event_coordinates_are_put_right() -> None:
    row = event(coordX="37.88", coordY="127.73")
    assert (row.lon, row.lat) == (127.73, 37.88)


def test_a_date_without_a_time_counts_the_whole_last_day() -> None:
    row = event(startDate="20261122000000", endDate="20261130000000")
    assert row.ends_ms is not None
    assert row.ends_ms - row.starts_ms == 9 * 86_400_000
    assert {"start_time_unknown", "end_date_only"} <= set(row.flags)


def test_a_reversed_period_loses_its_end_with_a_flag() -> None:
    row = event(endDate="20261101120000")
    assert (row.ends_ms, "period_reversed" in row.flags) == (None, True)


def test_an_accident_nine_hours_ahead_is_flagged() -> None:
    row = event(eventType="교통사고", startDate="20261124001300")
    assert "starts_ahead" in row.flags


@pytest.mark.parametrize(
    ("begins", "flag"), [("오늘", "start_unreadable"), ("", "no_start"), ("2026-99999999999-1", "")]
)
def test_an_incident_without_a_readable_start_began_when_it_was_seen(
    begins: str, flag: str
) -> None:
    answer = events({"startDate": begins}, {})
    [row, _] = rows_of(answer)
    assert (row.starts_ms, answer.refused) == (AT_MS, ())
    assert (flag or "start_unreadable") in row.flags


@pytest.mark.parametrize(
    ("ends", "ends_ms", "flag"),
    [
        ("미정", None, "no_end"),
        ("99991231235959", None, "no_end"),
        ("2099-12-31", None, "no_end"),
        ("글쎄", None, "end_unreadable"),
        ("2026-11-25", NOV_23_MS + 3 * DAY_MS, "end_date_only"),
        ("2026-11-25 00:00", NOV_23_MS + 2 * DAY_MS, ""),
        ("20261125000000", NOV_23_MS + 2 * DAY_MS, ""),
        ("2026-11-23 18:00:00.0", NOV_23_MS + 18 * HOUR_MS, ""),
        ("2026-11-23T09:00:00Z", NOV_23_MS + 18 * HOUR_MS, ""),
        ("2026.11.23 오후 6시", NOV_23_MS + 18 * HOUR_MS, ""),
    ],
)
def test_an_end_is_read_as_it_is_meant(ends: str, ends_ms: int | None, flag: str) -> None:
    row = event(endDate=ends)
    assert (row.ends_ms, row.flags) == (ends_ms, (flag,) if flag else ())


@pytest.mark.parametrize("code", ["²", "③", "", "x" * 99])
def test_a_result_code_that_is_no_number_is_an_unknown_answer(code: str) -> None:
    body = {"header": {"resultCode": code}, "body": {"items": [EVENT]}}
    assert parsed(json.dumps(body).encode()).outcome is PollOutcome.UNKNOWN


def test_a_blank_message_gets_the_road_as_its_title() -> None:
    assert event(message="").title == "국도5호선 작업"


def test_words_with_a_mobile_number_lose_it() -> None:
    assert "1234" not in event(message="문의 010-9876-1234").title


def test_wording_without_the_grammar_is_all_words() -> None:
    assert wording("(2차로)노면보수").lanes == "2차로"


def incident_xml(body: str, status: int = 200, settings: Settings = CITY) -> Answer:
    whole = f'<?xml version="1.0" encoding="UTF-8"?>{body}'
    exchange = Exchange(utic.NAME, AT_MS, "https://x", status, whole.encode())
    return utic.parse_incidents(exchange, settings)


RECORD = (
    "<record><incidentId>{id}</incidentId><incidenteTypeCd>{code}</incidenteTypeCd>"
    "<incidentTitle>{title}</incidentTitle><addressJibun>{address}</addressJibun>"
    "<locationDataX>{x}</locationDataX><locationDataY>{y}</locationDataY>"
    "<roadName>*관문대로,</roadName><lane>1차로</lane>"
    "<startDate>{start}</startDate><endDate/></record>"
)
SOUND = {
    "id": "I1",
    "code": "9",
    "title": "[공사] 하수관",
    "address": "강원특별자치도 춘천시 석사동",
    "x": "127.75",
    "y": "37.86",
    "start": "2026년 09월 28일  17시 30분",
}


def record(**changed: str) -> Answer:
    return incident_xml("<result>" + RECORD.format(**{**SOUND, **changed}) + "</result>")


def test_utic_dates_of_both_forms_and_stray_marks_are_read() -> None:
    [korean] = rows_of(record())
    [digits] = rows_of(record(start="20260928173000"))
    assert korean.starts_ms == digits.starts_ms == 1_790_584_200_000
    assert korean.road_name == "관문대로"


def test_utic_without_records_is_a_known_empty() -> None:
    assert incident_xml("<result/>").outcome is PollOutcome.EMPTY


def test_utic_one_and_several_records_are_read() -> None:
    two = "".join(RECORD.format(**{**SOUND, "id": name}) for name in ("I1", "I2"))
    assert len(incident_xml(f"<result>{two}</result>").rows) == 2
    assert len(record().rows) == 1


@pytest.mark.parametrize(
    ("title", "code", "kind"),
    [
        ("[사고] 추돌", "4", IncidentKind.ACCIDENT),
        ("[공사] 하수관", "1", IncidentKind.WORK),
        ("[통제] 터널", "3", IncidentKind.CONTROL),
        ("추돌", "1", IncidentKind.ACCIDENT),
        ("하수관", "02", IncidentKind.WORK),
        ("알 수 없음", "4", IncidentKind.OTHER),
    ],
)
def test_utic_titles_are_trusted_before_the_two_sure_codes(
    title: str, code: str, kind: IncidentKind
) -> None:
    assert [row.kind for row in rows_of(record(title=title, code=code))] == [kind]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("[사고] *춘천로, 팔호광장에서 육림고개 방향", "[사고] 춘천로, 팔호광장에서 육림고개 방향"),
        ("[기타] *순환대로, 거두교차로 고장", "순환대로, 거두교차로 고장"),
    ],
)
def test_utic_titles_lose_the_signs_that_say_nothing(title: str, shown: str) -> None:
    assert [row.title for row in rows_of(record(title=title))] == [shown]


def test_utic_of_another_city_is_counted() -> None:
    assert record(x="126.99", y="37.56", address="서울").outside == 1


def test_utic_without_a_point_is_known_by_its_address() -> None:
    assert len(record(x="", y="").rows) == 1
    assert record(x="", y="", address="강원 원주시").outside == 1


@pytest.mark.parametrize(
    "address", ["강원 춘천 석사동", "춘천, 석사동", "강원특별자치도춘천시 석사동"]
)
def test_utic_knows_the_city_by_its_short_name_as_a_word(address: str) -> None:
    assert len(record(x="", y="", address=address).rows) == 1


def test_utic_takes_no_street_for_the_city() -> None:
    assert record(x="", y="", address="서울 중구 춘천로").outside == 1


def test_utic_dates_that_cannot_be_read_leave_the_record_listed() -> None:
    answer = record(start="조금 전")
    [row] = rows_of(answer)
    assert (row.starts_ms, answer.refused) == (AT_MS, ())
    assert {"start_unreadable", "no_end"} <= set(row.flags)
    assert [letter.code for letter in answer.left_out] == ["R011"]


def test_utic_record_without_id_is_refused() -> None:
    assert record(id="").refused[0].code == "R012"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("<result><record>", 200, "R013"),
        ("<html>x</html>", 200, "HTML"),
        ("<error>key</error>", 200, "R005"),
        ("<result><msg>key</msg></result>", 200, "R005"),
        ("<result>등록되지 않은 키</result>", 200, "R005"),
        ("<result/>", 500, "HTTP-500"),
    ],
)
def test_utic_broken_answers_are_unknown(body: str, status: int, code: str) -> None:
    answer = incident_xml(body, status)
    assert (answer.outcome, answer.code) == (PollOutcome.UNKNOWN, code)

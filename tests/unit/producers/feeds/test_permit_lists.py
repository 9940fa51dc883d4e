"""Permit lists in files and answers of every kind: sheets, JSON, Seoul's own."""

import json

import pytest

from producers.feeds.permits import rows as permits
from producers.reading.answers import Exchange
from producers.reading.permit_files import table_of
from streams.contract.enums import Closure, PollOutcome
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from tests.unit.producers.feeds.listed import AT_MS, SEP_1_MS, drop, parsed, permits_of

CSV = "허가번호,공사명,굴착위치,굴착시작일,굴착종료일,시공사,연장(m),위도,경도\n"
LINE = 'A-1,"하수관, 정비",석사동 1,2026-09-01,2026-09-05,춘천시청,"1,200",37.88,127.73\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_a_csv_of_any_encoding_is_read(encoding: str) -> None:
    [row] = permits_of(drop(CSV + LINE, encoding))
    assert (row.permit_id, row.title, row.length_m) == ("A-1", "하수관, 정비", 1200.0)
    assert (row.dig_starts_ms, row.starts_ms) == (SEP_1_MS, SEP_1_MS)
    assert (row.lon, row.lat) == (127.73, 37.88)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_csv_of_any_delimiter_below_a_title_is_read(delimiter: str) -> None:
    words = "도로굴착 허가대장\n\n" + delimiter.join(["공사명", "공사위치", "공사기간"]) + "\n"
    words += delimiter.join(["관로", "석사동", "2026-09-01 ~ 2026-09-30"]) + "\n"
    assert [row.ends_ms for row in permits_of(drop(words))] == [SEP_1_MS + 30 * DAY_MS]


def test_a_broken_last_line_makes_the_list_partial() -> None:
    answer = drop(CSV + LINE + "A-2,하수")
    assert (len(answer.rows), answer.is_partial, answer.is_complete) == (1, True, False)
    assert [r.code for r in answer.refused] == ["R013"]
    assert permits_of(answer)[0].flags == ("truncated_file",)


def test_an_open_quote_makes_the_list_partial() -> None:
    answer = drop(CSV + LINE + 'A-2,"하수\n' + LINE)
    assert (len(answer.rows), answer.is_partial) == (1, True)


def test_a_list_cut_at_the_row_limit_of_a_spreadsheet_is_partial() -> None:
    line = "관로,석사동,20260901,20260930\n"
    words = ("공사명,위치,착공일,준공일\n" + line * 65_535).encode()
    table = table_of(Exchange(permits.NAME, AT_MS, "file:list.csv", 200, words))
    assert (table.is_partial, len(table.rows)) == (True, 65_535)


def test_a_short_line_in_the_middle_is_refused_alone() -> None:
    answer = drop(CSV + "A-2,하수\n" + LINE)
    assert ([r.code for r in answer.refused], answer.is_partial) == (["R005"], False)


def test_a_file_of_another_kind_is_unknown() -> None:
    assert drop("a,b\n1,2\n").code == "R004"
    assert drop("").code == "EMPTY-BODY"
    assert parsed(b"\xff\xfe\x00\x80", "file:x.csv").code == "R009"


SEOUL = {
    "PRMISN_NO": "S-1", "ATDRC_ID": "종로구", "ADSTRD_CD": "청운동", "CNW_NM": "통신관로",
    "CNWPD_DT": "2026-09-01 ~ 2026-09-30", "PRCS_STTUS_SE": "허가", "ROAD_KND_CD": "보도",
}  # fmt: skip


def test_seouls_rows_are_read_with_their_period_and_place() -> None:
    body = {
        "TnCnwInfoView": {"list_total_count": 1, "RESULT": {"CODE": "INFO-000"}, "row": [SEOUL]}
    }
    [row] = permits_of(parsed(json.dumps(body).encode()))
    assert (row.place, row.closure) == ("종로구 청운동", Closure.SIDEWALK)
    assert (row.starts_ms, row.ends_ms) == (SEP_1_MS, SEP_1_MS + 30 * DAY_MS)


@pytest.mark.parametrize(
    ("period", "starts_ms", "ends_ms"),
    [
        ("2026-09-30 ~ 2026-09-01", SEP_1_MS + 29 * DAY_MS, None),
        ("2026-09-01", SEP_1_MS, SEP_1_MS + DAY_MS),  # that one day
        ("~", None, None),
        ("미정 ~ 미정", None, None),
    ],
)
def test_seouls_bad_periods_leave_the_work_listed(
    period: str, starts_ms: int | None, ends_ms: int | None
) -> None:
    body = json.dumps({"data": [{**SEOUL, "CNWPD_DT": period}]})
    [row] = permits_of(parsed(body.encode(), "file:a.json"))
    assert (row.starts_ms, row.ends_ms) == (starts_ms, ends_ms)


@pytest.mark.parametrize(
    ("code", "outcome", "is_fatal"),
    [("INFO-200", "empty", False), ("INFO-100", "unknown", True), ("ERROR-336", "unknown", False)],
)
def test_seouls_codes(code: str, outcome: str, is_fatal: bool) -> None:  # noqa: FBT001
    answer = parsed(json.dumps({"RESULT": {"CODE": code, "MESSAGE": "m"}}).encode())
    assert (answer.outcome.value, answer.is_fatal) == (outcome, is_fatal)


def test_javascript_notation_of_the_portal_sheet_is_repaired_with_a_flag() -> None:
    body = '{DATA:[{PRMISN_NO:"S-1",CNW_NM:"관로",CNWPD_DT:"2026-09-01 ~ 2026-09-30"}]}'
    answer = parsed(body.encode(), "file:sheet.json")
    assert [row.flags for row in permits_of(answer)] == [("js_notation",)]


def test_plain_json_rows_with_english_names_are_read() -> None:
    row = {
        "id": "EXC-010", "name": "도시가스", "company": "(주)삼천리", "address": "석사동 1",
        "start": "2026-09-01", "end": "2026-10-30", "status": "진행중", "lon": 127.73, "lat": 37.88,
    }  # fmt: skip
    [permit] = permits_of(parsed(json.dumps([row]).encode(), "file:a.json"))
    assert (permit.permit_id, permit.organisation, permit.lat) == ("EXC-010", "(주)삼천리", 37.88)


def test_an_empty_folder_is_unknown_not_empty() -> None:
    exchange = Exchange(permits.NAME, AT_MS, "file:", 0, b"")
    answer = permits.parse_permits(exchange, Settings())
    assert (answer.outcome, answer.code) == (PollOutcome.UNKNOWN, "NO-FILES")

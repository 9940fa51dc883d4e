"""The monthly check: what it finds, and what people get."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from maps.records.chain import Fault
from maps.records.report import Line, Month, MonthError, MonthLog, Report, Section, month_named
from maps.records.report_page import page_of, records_table, table_of
from streams.contract.access_chain import Chain
from streams.contract.enums import AccessAction
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.words.catalogue import phrase
from tests.cities.looks import D0_MS, MORNING_MS

NOVEMBER = month_named("2026-11")
Sections = dict[str, tuple[Line, ...]]


def log_of(*records: dict[str, Any]) -> MonthLog:
    """A month with these records; what they do not say is a look by kim in the morning."""
    usual = {"at_ms": MORNING_MS, "account": "kim", "address": "10.0.0.7", "action": "look"}
    log = MonthLog(NOVEMBER)
    for offset, given in enumerate(records):
        own = {**usual, **given}
        log.take(offset, Chain("w").record(**{**own, "action": AccessAction(own["action"])}))
    return log


def found(log: MonthLog, many: int = 100) -> Sections:
    return {section.code: section.lines for section in log.sections(many)}


def report_of(log: MonthLog, *faults: Fault) -> Report:
    sections = log.sections()
    return Report(NOVEMBER, MORNING_MS, 100, len(log.rows), sections, 9, 3, faults)


def test_a_month_is_korea_s() -> None:
    assert Month("2026-11", D0_MS - 22 * DAY_MS, D0_MS + 8 * DAY_MS) == NOVEMBER
    december = month_named("2026-12")
    assert december.begin_ms == NOVEMBER.end_ms
    assert month_named("2027-01").begin_ms == december.end_ms
    log = log_of({"at_ms": NOVEMBER.end_ms}, {"at_ms": NOVEMBER.begin_ms})
    assert [offset for offset, _ in log.rows] == [1]


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "26-11", "2026-11-01", "../x"])
def test_a_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MonthError):
        month_named(text)


def test_totals_are_by_account_and_action_and_what_it_was_of() -> None:
    keys = [{"action": "key", "subject_kind": kind} for kind in ("account.token", "first code")]
    log = log_of({}, {"count": 12}, {"account": "lee"}, *keys)
    rows = [(x.account, x.action, x.does, x.records, x.subjects) for x in found(log)["totals"]]
    assert rows == [
        ("kim", "key", "account.token", 1, 1),
        ("kim", "key", "first code", 1, 1),
        ("kim", "look", "", 2, 13),
        ("lee", "look", "", 1, 1),
    ]


def test_a_chain_of_which_no_day_is_signed_is_not_called_sound() -> None:
    report = report_of(log_of({}))
    assert [replace(report, heads=n).chain for n in (0, 3)] == ["unsigned", "holds"]
    assert replace(report, checked=0, heads=0).chain == "holds"  # there is nothing
    page = page_of(replace(report, heads=0), "춘천시")
    assert "이상 없음" not in page
    assert "서명된 날이 아직 없습니다" in page
    assert '<p class="chain unsigned">' in page


def test_night_is_from_ten_to_six_and_of_people_who_are_logged_in() -> None:
    hours = {5: 1, 6: 0, 21: 0, 22: 1, 23: 1, 0: 1}
    for hour, count in hours.items():
        at_ms = D0_MS + hour * HOUR_MS
        assert len(found(log_of({"at_ms": at_ms}))["night"]) == count, hour
    assert found(log_of({"at_ms": D0_MS, "account": "", "action": "login-failed"}))["night"] == ()
    [night] = found(log_of({"at_ms": D0_MS}, {"at_ms": D0_MS + HOUR_MS}))["night"]
    assert (night.records, night.first_ms, night.last_ms) == (2, D0_MS, D0_MS + HOUR_MS)


def test_many_subjects_within_any_hour_are_named_once() -> None:
    def look(minute: int, count: int, **more: str) -> dict[str, Any]:
        return {"at_ms": MORNING_MS + minute * MINUTE_MS, "count": count, **more}

    assert found(log_of(look(0, 60), look(60, 41)))["mass"] == ()
    [mass] = found(log_of(look(0, 60), look(59, 41)))["mass"]
    assert (mass.subjects, mass.records) == (101, 2)
    assert found(log_of(look(0, 60), look(59, 41, account="lee")))["mass"] == ()
    assert found(log_of(look(0, 300, action="act")))["mass"] == ()
    rows = [look(minute, 30) for minute in range(0, 120, 10)]
    [mass] = found(log_of(*rows))["mass"]
    assert (mass.subjects, mass.records) == (360, 12)
    two = found(log_of(look(0, 101), look(200, 101), look(201, 1)))["mass"]
    assert [(each.subjects, each.records) for each in two] == [(101, 1), (102, 2)]
    assert len(found(log_of(look(0, 3)), many=2)["mass"]) == 1


def test_downloads_without_a_reason_are_listed_with_their_offset() -> None:
    log = log_of(
        {"action": "download", "reason": "월간 보고"},
        {"action": "download", "reason": "  ", "subject_kind": "export.works", "count": 40},
    )
    [line] = found(log)["no_reason"]
    assert (line.offset, line.does, line.subjects) == (1, "export.works", 40)


def test_failed_logins_locks_and_refusals_are_by_account_and_address() -> None:
    failed = {"account": "?", "action": "login-failed"}
    log = log_of(
        *[failed] * 3,
        {**failed, "address": "10.0.0.9"},
        {"action": "login-locked"},
        {"action": "refused", "subject_kind": "record.list", "subject": "GET /api/v1/records"},
    )
    lines = found(log)
    assert [(each.address, each.action, each.records) for each in lines["failed"]] == [
        ("10.0.0.7", "login-failed", 3),
        ("10.0.0.9", "login-failed", 1),
        ("10.0.0.7", "login-locked", 1),
    ]
    [refused] = lines["refused"]
    assert (refused.does, refused.subject) == ("record.list", "GET /api/v1/records")


def rows_of(table: bytes) -> list[dict[str, str]]:
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


def test_the_table_has_every_finding_and_no_formula() -> None:
    fault = Fault(7, "w/3", phrase("records.fault.number", wanted=2, last=5))
    log = log_of({"account": "=cmd", "at_ms": D0_MS}, {"action": "download", "reason": ""})
    rows = rows_of(table_of(report_of(log, fault)))
    assert {row["구분"] for row in rows} == {
        "계정과 수행업무별 합계",
        "야간 접속 (22:00~06:00)",
        "사유 없는 내려받기",
        "기록의 위·변조 점검",
    }
    assert {row["계정"] for row in rows} == {"'=cmd", "kim", ""}
    assert rows[-1]["기록 위치"] == "7"
    assert "2번 기록" in rows[-1]["내용"]
    assert rows[0]["처음"] == "2026-11-23 00:00"


def test_records_are_a_table_as_they_stand() -> None:
    log = log_of({"subject_kind": "work", "subject": "2026-굴착-1", "reason": "@민원"})
    [row] = rows_of(records_table(log.rows))
    assert (row["접속일시"], row["계정"], row["접속지"]) == ("2026-11-23 09:00", "kim", "10.0.0.7")
    assert (row["수행업무"], row["처리한 정보"], row["사유"]) == ("조회", "2026-굴착-1", "'@민원")


def test_what_was_done_stands_in_words_on_the_page_and_as_its_code_in_the_table() -> None:
    report = report_of(log_of({"subject_kind": "account.lock"}, {"subject_kind": "<i>map file"}))
    page, table = page_of(report, "춘천시"), rows_of(table_of(report))
    assert "계정 잠금" in page
    assert "Account locked" in page
    assert "account.lock" not in page
    assert "&lt;i&gt;map file" in page  # of before there were verbs
    assert [row["한 일(부호)"] for row in table[:2]] == ["<i>map file", "account.lock"]


def test_the_page_is_korean_first_and_says_what_it_found() -> None:
    page = page_of(report_of(log_of({"account": "<b>kim", "at_ms": D0_MS})), "춘천시")
    assert '<html lang="ko">' in page
    assert "접속기록 점검" in page
    assert "Check of the access records" in page
    assert "&lt;b&gt;kim" in page
    assert "<b>kim" not in page
    assert "이상 없음" in page
    assert "시의 담당자가 확인할 것" in page
    assert "to be checked by the city&#39;s officer" in page or "city's officer" in page
    assert "src=" not in page
    assert "href=" not in page
    assert "size: A4" in page


def test_a_broken_chain_and_long_sections_are_said_on_the_page() -> None:
    log = log_of(*[{"action": "download"}] * 205)
    faults = [Fault(n, "", phrase("records.fault.begin")) for n in range(150)]
    page = page_of(report_of(log, *faults), "춘천시")
    assert "이상 150건" in page
    assert page.count("<li>") == 100
    assert "5줄이 더 있습니다" in page


def test_a_month_without_records_is_a_page_too() -> None:
    page = page_of(report_of(log_of()), "춘천시")
    assert page.count("없음") >= 6
    assert isinstance(log_of().sections()[0], Section)

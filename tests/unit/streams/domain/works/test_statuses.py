"""What the status of a permit means: one thing or nothing."""

from dataclasses import replace

import pytest

from streams.contract.enums import Reporter
from streams.domain.works.phases import phase_at
from streams.domain.works.rows import ReportedTime, of_permit
from streams.domain.works.statuses import (
    says_done,
    says_not_granted,
    says_on_hold,
    says_running,
    says_withdrawn,
)
from tests.cities.works import PERMIT, kst

NOON = kst("12:00", 1)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("공사 중", "running"),
        ("(착공)", "running"),
        ("Executing", "running"),
        ("in_progress", "running"),
        ("준공 완료", "done"),
        ("원상복구완료", "done"),
        ("completed", "done"),
        ("검토중", "not granted"),
        ("접수", "not granted"),
        ("신청", "not granted"),
        ("보완", "not granted"),
        ("심의중", "not granted"),
        ("신청접수", "not granted"),
        ("허가신청", "not granted"),
        ("서류 보완중", "not granted"),
        ("심의 진행중", "not granted"),
        ("심의진행중", "not granted"),
        ("협의중", "not granted"),
        ("승인대기", "not granted"),
        ("결재중", "not granted"),
        ("보완요청", "not granted"),
        ("미허가", "not granted"),
        ("허가 전", "not granted"),
        ("부서협의중", "not granted"),
        ("under review", "not granted"),
        ("submitted", "not granted"),
        ("접수(방문)", "not granted"),
        ("공사중지", "on hold"),
        ("일시중지", "on hold"),
        ("작업중지", "on hold"),
        ("공사 일시중지", "on hold"),
        ("중지", "on hold"),
        ("공사중단", "on hold"),
        ("동절기 공사중지", "on hold"),
        ("중지명령", "on hold"),
        ("보류", "on hold"),
        ("공사중지(동절기)", "on hold"),
        ("suspended", "on hold"),
        ("on hold", "on hold"),
        ("허가실효", "withdrawn"),
        ("실효", "withdrawn"),
        ("폐지", "withdrawn"),
        ("취소", "withdrawn"),
        ("허가취소", "withdrawn"),
        ("반려", "withdrawn"),
        ("불허", "withdrawn"),
        ("불허가", "withdrawn"),
        ("취하", "withdrawn"),
        ("신청취하", "withdrawn"),
        ("반려(서류미비)", "withdrawn"),
        ("직권취소", "withdrawn"),
        ("허가 취소됨", "withdrawn"),
        ("철회", "withdrawn"),
        ("부결", "withdrawn"),
        ("cancelled", "withdrawn"),
        ("canceled", "withdrawn"),
        ("rejected", "withdrawn"),
        ("revoked", "withdrawn"),
        ("취소 완료", "withdrawn"),
        ("취소 - 신청인 요청", "withdrawn"),
        ("만료", "done"),
        ("종결", "done"),
        ("민원종결", "done"),
        ("기간만료", "done"),
        ("허가기간 만료", "done"),
        ("완료", "done"),
        ("준공", "done"),
        ("준공완료", "done"),
        ("공사완료", "done"),
        ("복구완료", "done"),
        ("종료", "done"),
        ("진행중", "running"),
        ("공사중", "running"),
        ("착공", "running"),
        ("시공중", "running"),
        ("공사재개", "running"),
        ("착공신고", "running"),
        ("취소 신청 반려", ""),
        ("정류장 취소 요청 없음", ""),
        ("허가", ""),
        ("허가완료", ""),
        ("승인", ""),
        ("예정", ""),
        ("변경허가", ""),
        ("연장신청", ""),
        ("변경신청중", ""),
        ("취소신청", ""),
        ("처리완료", ""),
        ("", ""),
        ("정상", ""),
        ("접수번호 2026-1", ""),
        ("중지 해제", "running"),
        ("허가(조건부)", ""),
        ("심의완료", ""),
        ("착공예정", ""),
        ("준공예정", ""),
        ("취소 없음", ""),
    ],
)
def test_a_status_says_one_thing_or_nothing(status: str, said: str) -> None:
    found = {
        "running": says_running(status),
        "done": says_done(status),
        "withdrawn": says_withdrawn(status),
        "on hold": says_on_hold(status),
        "not granted": says_not_granted(status),
    }
    assert [word for word, is_said in found.items() if is_said] == ([said] if said else [])


@pytest.mark.parametrize(
    ("status", "phase"), [("허가", "active"), ("공사중지", "paused"), ("검토중", "planned")]
)
def test_a_work_on_hold_or_not_granted_takes_nothing(status: str, phase: str) -> None:
    assert phase_at(of_permit(replace(PERMIT, status_text=status)), NOON) == phase


def test_a_work_that_is_said_to_have_begun_needs_no_permit_to_be_there() -> None:
    work = of_permit(replace(PERMIT, status_text="접수"))
    begun = replace(work, started=ReportedTime(NOON - 1, Reporter.CREW))
    assert phase_at(begun, NOON) == "active"

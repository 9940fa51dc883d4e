"""What a message that is still listed says of its own end."""

from datetime import datetime

import pytest

from producers.reading.endings import Ending, ending
from streams.contract.times import KST


def ms(words: str) -> int:
    return int(datetime.fromisoformat(words).replace(tzinfo=KST).timestamp() * 1000)


BEGUN_MS, NOW_MS = ms("2026-09-10 09:00"), ms("2026-09-10 10:00")


@pytest.mark.parametrize(
    ("message", "is_over", "planned"),
    [
        ("[행사] 마라톤 통제 09:00~14:00 종료", False, "2026-09-10 14:00"),
        ("공사 9월 30일 종료", False, "2026-10-01 00:00"),
        ("2중추돌, 사고처리 완료", True, None),
        ("전면통제 해제", True, None),
        ("노면보수작업 종료", True, None),
        ("상황종료.", True, None),
        ("[작업종료]", True, None),
        ("18시 종료 예정", False, "2026-09-10 18:00"),
        ("처리완료", True, None),
        ("사고 처리 완료(09:50)", True, None),
        ("통제 해제되었습니다", True, None),
        ("조치완료", True, None),
        ("소통 재개", True, None),
        ("복구 완료, 정상 소통", True, None),
        ("통행 재개", True, None),
        ("전면통제 해제, 1차로 통제중", False, None),
        ("통제 해제 예정", False, None),
        ("해제시까지 전면통제", False, None),
        ("18:00까지 통제", False, "2026-09-10 18:00"),
        ("9/30까지 전면통제", False, "2026-10-01 00:00"),
        ("2026-09-30 18:00까지", False, "2026-09-30 18:00"),
        ("오후 6시 해제 예정", False, "2026-09-10 18:00"),
        ("09:30 종료", True, "2026-09-10 09:30"),
        ("매일 09:00~18:00 종료", False, None),
        ("내일 06시 종료", False, "2026-09-11 06:00"),
        ("금일 22:00 종료", False, "2026-09-10 22:00"),
        ("금일 종료", False, None),
        ("공사 종료시까지 통제", False, None),
        ("하수관 공사 완료 후 통제", False, None),
        ("상수도 공사", False, None),
        ("추돌사고 처리중", False, None),
        ("고장차량 견인 완료", True, None),
        ("고장차 조치 완료", True, None),
        ("낙하물 제거 완료", True, None),
        ("1개 차로 개통", False, None),
        ("완료", True, None),
        ("종료", True, None),
        ("집회 종료, 잔여 정체", True, None),
        ("행사 17시 30분 종료", False, "2026-09-10 17:30"),
        ("터널 개통", True, None),
        ("작업완료 예정 18시", False, "2026-09-10 18:00"),
        ("작업 종료(17:00)", False, "2026-09-10 17:00"),
        ("종료시각 : 9월 30일", False, "2026-10-01 00:00"),
        ("침수 통제 해제", True, None),
        ("익일 06시까지 통제", False, "2026-09-11 06:00"),
        ("9.12.까지 1차로 통제", False, "2026-09-13 00:00"),
        ("1차로 통제, 14:00 종료", False, "2026-09-10 14:00"),
        ("30일까지 통제", False, "2026-10-01 00:00"),
        ("사고 수습 완료", True, None),
        ("교통통제 종료되었음", True, None),
        ("사고처리완료 구간 정체", True, None),
        ("14시경 종료예정", False, "2026-09-10 14:00"),
        ("종료 예정", False, None),
        ("공사구간 종점 100m", False, None),
        ("완료 예정", False, None),
        ("통제 미해제", False, None),
        ("09:00~09:30 통제 종료", True, "2026-09-10 09:30"),
        ("제설작업 완료", True, None),
        ("처리 완료됨", True, None),
        ("작업 완료 대기", False, None),
    ],
)
def test_a_planned_end_is_no_end_until_it_has_passed(
    message: str,
    is_over: bool,  # noqa: FBT001
    planned: str | None,
) -> None:
    said = ending(message, BEGUN_MS, NOW_MS)
    assert said.is_over is is_over
    assert is_over or said.planned_ms == (None if planned is None else ms(planned))


def test_a_time_without_a_day_is_the_first_such_time_after_the_begin() -> None:
    night = ending("야간 22:00~06:00 종료", ms("2026-09-09 22:00"), ms("2026-09-10 05:00"))
    assert night == Ending(is_over=False, planned_ms=ms("2026-09-10 06:00"))
    assert ending("06:00 종료", ms("2026-09-09 22:00"), ms("2026-09-10 07:00")).is_over


def test_a_time_without_a_day_ends_no_work_of_many_days() -> None:
    """It may be the end of each day; what began days ago goes on."""
    assert ending("14:00 종료", ms("2026-09-01 09:00"), ms("2026-09-10 15:00")) == Ending()

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.desk.facts.hours import next_opening_ms, window_edges
from maps.desk.saying import times
from maps.picture.text import hours_text
from tests.cities.desks import HOUR_MS, MIN_MS, NOW, kst


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2026-11-23 18:00", "오늘 오후 6시"),
        ("2026-11-23 18:30", "오늘 오후 6시 30분"),
        ("2026-11-24 05:00", "내일 오전 5시"),
        ("2026-11-24 00:00", "오늘 자정"),
        ("2026-11-25 00:00", "내일"),
        ("2026-11-28 00:00", "11월 27일"),
        ("2026-11-27 18:00", "11월 27일 오후 6시"),
        ("2027-01-04 00:00", "2027년 1월 3일"),
        ("2026-11-23 12:00", "오늘 낮 12시"),
        ("2026-11-23 00:00", "어제"),
    ],
)
def test_an_end_is_said_in_day_words(at: str, text: str) -> None:
    assert times.until(kst(at), NOW).to("ko") == text


def test_an_end_of_days_leaves_the_hour_out() -> None:
    assert times.last_day(kst("2026-11-27 18:00"), NOW).to("ko") == "11월 27일"
    assert times.last_day(kst("2026-11-24 00:00"), NOW).to("ko") == "오늘"


@pytest.mark.parametrize(
    ("age_ms", "text"),
    [
        (0, "방금"),
        (59_999, "방금"),
        (MIN_MS, "1분 전"),
        (HOUR_MS, "1시간 전"),
        (50 * HOUR_MS, "2일 전"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(age_ms: int, text: str) -> None:
    assert times.age(age_ms).to("ko") == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ("09:00-18:00", "매일 오전 9시부터 오후 6시까지"),
        ("22:00-05:00", "매일 오후 10시부터 다음 날 오전 5시까지"),
        ("08:30-17:00", "매일 오전 8시 30분부터 오후 5시까지"),
        ("09:00-12:00,13:00-18:00", "매일 오전 9시부터 낮 12시까지, 오후 1시부터 오후 6시까지"),
        ("22:00-24:00,00:00-05:00", "매일 오후 10시부터 다음 날 오전 5시까지"),
        (
            "13:00-15:00,22:00-05:00",
            "매일 오후 1시부터 오후 3시까지, 오후 10시부터 다음 날 오전 5시까지",
        ),
        ("", ""),
        ("주간", ""),
        ("00:00-00:00", ""),
    ],
)
def test_daily_hours_are_said_as_hours(hours: str, text: str) -> None:
    daily = times.daily_hours(hours)
    assert (daily.to("ko") if daily else "") == text


@pytest.mark.parametrize(
    ("hours", "now", "opened", "closes"),
    [
        ("09:00-18:00", "2026-11-23 14:00", "2026-11-23 09:00", "2026-11-23 18:00"),
        ("22:00-05:00", "2026-11-23 23:30", "2026-11-23 22:00", "2026-11-24 05:00"),
        ("22:00-05:00", "2026-11-23 03:00", "2026-11-22 22:00", "2026-11-23 05:00"),
        ("09:00-18:00", "2026-11-23 18:00", "2026-11-23 09:00", "2026-11-24 18:00"),
        ("09:00-24:00", "2026-11-23 14:00", "2026-11-23 09:00", "2026-11-24 00:00"),
        ("09:00-12:00,13:00-18:00", "2026-11-23 11:00", "2026-11-23 09:00", "2026-11-23 12:00"),
        ("09:00-12:00,13:00-18:00", "2026-11-23 12:30", "2026-11-23 09:00", "2026-11-23 18:00"),
        ("09:00-12:00,13:00-18:00", "2026-11-23 07:00", "2026-11-22 13:00", "2026-11-23 12:00"),
    ],
)
def test_daily_hours_have_a_last_opening_and_a_next_closing(
    hours: str, now: str, opened: str, closes: str
) -> None:
    assert window_edges(hours, kst(now)) == (kst(opened), kst(closes))


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        ("09:00-18:00", "2026-11-23 18:30", "2026-11-24 09:00"),
        ("09:00-12:00,13:00-18:00", "2026-11-23 12:30", "2026-11-23 13:00"),
        ("09:00-12:00,13:00-18:00", "2026-11-23 18:30", "2026-11-24 09:00"),
        ("22:00-05:00", "2026-11-23 06:00", "2026-11-23 22:00"),
    ],
)
def test_daily_hours_open_again(hours: str, now: str, opens: str) -> None:
    assert next_opening_ms(hours, kst(now)) == kst(opens)
    assert next_opening_ms("", kst(now)) is None


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ("09:00-12:00,13:00-18:00", "09:00~12:00, 13:00~18:00"),
        ("22:00-06:00", "22:00~다음 날 06:00"),
        ("주간", "주간"),
        ("", ""),
    ],
)
def test_daily_hours_are_written_as_koreans_write_them(hours: str, text: str) -> None:
    assert hours_text(hours).to("ko") == text


@given(st.integers(-(10**18), 10**18))
def test_no_time_is_too_far_to_be_said(at_ms: int) -> None:
    assert times.until(at_ms, NOW).to("ko")
    assert times.moment(at_ms, NOW).to("en")

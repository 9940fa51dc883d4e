from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import ReportKind
from streams.contract.times import DAY_MS, HOUR_MS, midnight_ms
from streams.reports.about import about, time_text
from streams.reports.asking import Known
from streams.reports.kinds import DueReport, before, due_reports, period_of, serial, stem
from streams.statistics.period import Period

DAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("kind", "first", "last", "name", "number"),
    [
        (ReportKind.DAILY, DAY, DAY, "daily-2026-11-28", (2026, 332)),
        (ReportKind.WEEKLY, date(2026, 11, 23), date(2026, 11, 29), "weekly-2026-W48", (2026, 48)),
        (ReportKind.MONTHLY, date(2026, 11, 1), date(2026, 11, 30), "monthly-2026-11", (2026, 11)),
        (
            ReportKind.QUARTERLY,
            date(2026, 10, 1),
            date(2026, 12, 31),
            "quarterly-2026-Q4",
            (2026, 4),
        ),
    ],
)
def test_a_period_its_files_and_its_number(
    kind: ReportKind, first: date, last: date, name: str, number: tuple[int, int]
) -> None:
    period = period_of(kind, DAY)
    assert period == Period(first, last)
    assert (stem(kind, period), serial(kind, period)) == (name, number)


def test_the_period_before_ends_where_this_one_begins() -> None:
    assert before(
        ReportKind.QUARTERLY, period_of(ReportKind.QUARTERLY, date(2026, 2, 1))
    ) == Period(date(2025, 10, 1), date(2025, 12, 31))


def test_a_week_over_new_year_is_of_the_year_that_iso_gives_it() -> None:
    period = period_of(ReportKind.WEEKLY, date(2027, 1, 1))
    assert stem(ReportKind.WEEKLY, period) == "weekly-2026-W53"


def test_at_midnight_of_a_quarter_that_ends_on_a_sunday_four_are_due() -> None:
    after = midnight_ms(date(2023, 1, 1))  # 2022-12-31 was a Saturday
    assert [due.kind for due in due_reports(after - 1, after)] == [
        ReportKind.DAILY,
        ReportKind.MONTHLY,
        ReportKind.QUARTERLY,
    ]


def test_nothing_is_due_twice_and_nothing_before_its_days_are_over() -> None:
    midnight = midnight_ms(DAY)
    assert due_reports(midnight - HOUR_MS, midnight - 1) == ()
    yesterday = Period(date(2026, 11, 27), date(2026, 11, 27))
    assert due_reports(midnight - 1, midnight) == (DueReport(ReportKind.DAILY, yesterday),)
    assert due_reports(midnight, midnight + HOUR_MS) == ()


@given(st.integers(0, 400), st.integers(0, 60 * DAY_MS), st.integers(0, 60 * DAY_MS))
def test_a_stop_on_the_way_changes_nothing(day: int, first_ms: int, second_ms: int) -> None:
    begin = midnight_ms(date(2025, 12, 1)) + day * DAY_MS
    middle, end = begin + first_ms, begin + first_ms + second_ms
    assert due_reports(begin, middle) + due_reports(middle, end) == due_reports(begin, end)


def test_midnight_is_24_00_of_the_day_that_ends() -> None:
    assert time_text(midnight_ms(date(2026, 12, 1)), "ko") == "2026. 11. 30.(월) 24:00"


def test_a_report_says_whether_its_days_are_over_and_since_when_it_knows_them() -> None:
    period = period_of(ReportKind.MONTHLY, DAY)
    whole = Known(period.from_ms, period.until_ms + HOUR_MS)
    part = Known(period.from_ms + DAY_MS, period.until_ms - DAY_MS)
    over, running = (
        about(ReportKind.MONTHLY, period, each, "춘천시", "ko") for each in (whole, part)
    )
    assert dict(over.facts)["작성 기준"] == "2026. 11. 30.(월) 24:00 마감 자료"
    assert dict(running.facts)["작성 기준"] == (
        "2026. 11. 29.(일) 24:00 현재 자료(잠정), 2026. 11. 1.(일) 24:00부터 집계"
    )
    assert over.made_ms == period.until_ms

"""Periods of several editions, of one sound date, and ends that lean on their begin."""

from datetime import datetime

import pytest

from producers.feeds.permits.rows import parse_permits
from producers.reading.answers import Exchange
from producers.reading.moments import WrittenTime, end_ms
from producers.reading.periods import half_read, read
from streams.contract.records import Permit
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, KST


def day(words: str) -> int:
    """UTC ms of a day's begin, KST."""
    return int(datetime.fromisoformat(words).replace(tzinfo=KST).timestamp()) * 1000


BEGIN = WrittenTime(day("2027-04-06"), day("2027-04-06"))


def permit(header: str, row: str) -> Permit:
    body = f"허가번호,공사명,위치,{header}\n7,관로 정비,효자동 7,{row}\n".encode()
    [found] = parse_permits(
        Exchange("permits", day("2027-04-01"), "file:a.csv", 200, body), Settings()
    ).rows
    assert isinstance(found, Permit)
    return found


@pytest.mark.parametrize(
    "written",
    [
        "(당초) 2027.2.1.~3.31. (변경) 2027.4.6.~5.20.",
        "당초: 2027.2.1.~3.31. → 변경: 2027.4.6.~5.20.",
        "2027.2.1.~3.31. 변경 2027.4.6.~5.20.",
        "변경후 2027.4.6~2027.5.20 (변경전 2027.4.6~2027.12.31)",
        "2027.4.6.~5.20. (당초 2027.4.6.~12.31.)",
        "최초 2027.1.4.~1.8., 변경 2027.2.1.~3.31., 정정 2027.4.6.~5.20.",
    ],
)
def test_the_latest_edition_of_a_period_counts_alone(written: str) -> None:
    found = read(written)
    assert found.starts is not None
    assert found.ends is not None
    assert found.starts.first_ms == day("2027-04-06")
    assert end_ms(found.ends, found.starts) == day("2027-05-21")


@pytest.mark.parametrize("written", ["2027.4.6.~5.20.(변경)", "2027.4.6.~5.20. 변경 없음"])
def test_a_word_of_change_without_a_period_takes_nothing(written: str) -> None:
    found = read(written)
    assert found.starts is not None
    assert found.ends is not None
    assert end_ms(found.ends, found.starts) == day("2027-05-21")


def test_an_extension_that_names_its_end_alone_keeps_the_begin() -> None:
    found = read("2027.4.6.~4.30.(연장 5.20.까지)")
    assert found.starts is not None
    assert found.ends is not None
    assert found.starts.first_ms == day("2027-04-06")
    assert end_ms(found.ends, found.starts) == day("2027-05-21")


@pytest.mark.parametrize(
    ("written", "starts_ms", "ends_ms"),
    [
        ("2027.04.06.~2027.06.31.", day("2027-04-06"), None),
        ("2027-02-30 ~ 2027-05-20", None, day("2027-05-21")),
        ("20270406~20270631", day("2027-04-06"), None),
        ("2027년 2월 30일부터 2027년 5월 20일까지", None, day("2027-05-21")),
    ],
)
def test_a_day_that_there_is_not_loses_only_itself(
    written: str, starts_ms: int | None, ends_ms: int | None
) -> None:
    found = permit("점용기간", written)
    assert (found.starts_ms, found.ends_ms) == (starts_ms, ends_ms)
    flag = "start_unreadable" if starts_ms is None else "end_unreadable"
    assert flag in found.flags


@pytest.mark.parametrize("written", ["1~2차로 2027.4.6", "협의 ~ 2027.4.6", "2027.4.6 12", "~", ""])
def test_no_half_is_read_where_not_both_look_like_dates(written: str) -> None:
    assert half_read(written).starts is None
    assert half_read(written).ends is None


@pytest.mark.parametrize(
    ("written", "last"),
    [
        ("당일", "2027-04-06"),
        ("같은 날", "2027-04-06"),
        ("동월 15일", "2027-04-15"),
        ("같은 달 30일", "2027-04-30"),
        ("당월 20일까지", "2027-04-20"),
    ],
)
def test_an_end_may_lean_on_its_begin(written: str, last: str) -> None:
    found = read(written, BEGIN).end
    assert found is not None
    assert end_ms(found, BEGIN) == day(last) + DAY_MS


@pytest.mark.parametrize(
    "written", ["착공 후 30일", "착공 이후 30일간", "착공일 후 30일", "착공일부터 30일"]
)
def test_so_many_days_after_the_begin_end_then(written: str) -> None:
    found = permit("시작일,종료일", f"2027-04-06,{written}")
    assert found.ends_ms == day("2027-05-06")

"""What a typed closure says, at two in the afternoon of Thursday, 2026-11-26, in Korea."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.closing.reading import MAX_CHARS, ReadClosure, read_text
from streams.contract.enums import Closure, IncidentKind

KST = dt.timezone(dt.timedelta(hours=9))
NOW_MS = round(dt.datetime(2026, 11, 26, 14, tzinfo=KST).timestamp() * 1000)
ACCIDENT, GATHERING, WORK = IncidentKind.ACCIDENT, IncidentKind.GATHERING, IncidentKind.WORK
DISASTER = IncidentKind.DISASTER
FULL, PARTIAL = Closure.FULL, Closure.PARTIAL


def read(text: str) -> ReadClosure:
    return read_text(text, NOW_MS)


def at(at_ms: int | None) -> str:
    return "" if at_ms is None else f"{dt.datetime.fromtimestamp(at_ms / 1000, KST):%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "places", "kind", "closure", "lanes"),
    [
        ("명동→육림고개 사고 1차로", ("명동", "육림고개", False), ACCIDENT, PARTIAL, "1차로"),
        ("소양로 A~B 행사 토 22:00~일 06:00 전면", ("소양로 A", "B", True), GATHERING, FULL, ""),
        ("명동 집회 18시까지 전면 통제 양방향", ("명동", "", True), GATHERING, FULL, ""),
        ("명동 > 팔호광장 통제", ("명동", "팔호광장", False), IncidentKind.OTHER, FULL, ""),
        ("명동에서 팔호광장까지 공사", ("명동", "팔호광장", False), WORK, PARTIAL, ""),
        ("사고 중앙로 2개 차로", ("중앙로", "", False), ACCIDENT, PARTIAL, "2개 차로"),
        ("도로공사 앞 침수", ("도로공사 앞", "", False), IncidentKind.WEATHER, PARTIAL, ""),
        ("중앙로 갓길 통제", ("중앙로", "", False), IncidentKind.OTHER, Closure.SHOULDER, ""),
        ("중앙로 인도 공사", ("중앙로", "", False), WORK, Closure.SIDEWALK, ""),
        ("명동 - 팔호광장 crash lane 2", ("명동", "팔호광장", True), ACCIDENT, PARTIAL, "lane 2"),
        ("명동 → 팔호광장 방면 추돌", ("명동", "팔호광장", False), ACCIDENT, PARTIAL, ""),
        ("명동과 팔호광장 사이 싱크홀", ("명동", "팔호광장", True), DISASTER, PARTIAL, ""),
        ("명동부터 팔호광장까지 공사", ("명동", "팔호광장", False), WORK, PARTIAL, ""),
        ("명동 교통통제", ("명동", "", False), IncidentKind.OTHER, FULL, ""),
        ("명동 왕복 4차로 전면통제", ("명동", "", True), IncidentKind.OTHER, FULL, ""),
        ("명동 우측차로 통제중", ("명동", "", False), IncidentKind.OTHER, PARTIAL, "우측차로"),
        ("명동 4차로 중 2차로 사고", ("명동", "", False), ACCIDENT, PARTIAL, "4차로 중 2차로"),
        ("명동 편도 1차로 통제", ("명동", "", False), IncidentKind.OTHER, PARTIAL, "편도 1차로"),
        ("명동 버스 고장", ("명동", "", False), IncidentKind.OTHER, PARTIAL, ""),
        ("명동 도로 침하", ("명동", "", False), DISASTER, PARTIAL, ""),
        ("명동 사고차량 견인중", ("명동", "", False), ACCIDENT, PARTIAL, ""),
        ("새벽시장 사고", ("새벽시장", "", False), ACCIDENT, PARTIAL, ""),
        ("명동 사고 010-1234-5678 신고", ("명동", "", False), ACCIDENT, PARTIAL, ""),
    ],
)  # fmt: skip
def test_places_cause_and_lanes(
    text: str,
    places: tuple[str, str, bool],
    kind: IncidentKind,
    closure: Closure,
    lanes: str,
) -> None:
    found = read(text)
    assert (found.start, found.end, found.is_both) == places
    assert (found.cause, found.closure, found.lanes) == (kind, closure, lanes)
    assert found.troubles == ()


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("명동 사고", "26 14:00", ""),
        ("명동 사고 30분", "26 14:00", "26 14:30"),
        ("명동 사고 2시간 반", "26 14:00", "26 16:30"),
        ("명동 사고 1시간30분간", "26 14:00", "26 15:30"),
        ("명동 사고 90 min", "26 14:00", "26 15:30"),
        ("명동 사고 18:30까지", "26 14:00", "26 18:30"),
        ("명동 사고 ~16:30", "26 14:00", "26 16:30"),
        ("명동 사고 4시까지", "26 14:00", "26 16:00"),
        ("명동 사고 내일 6시까지", "26 14:00", "27 06:00"),
        ("명동 행사 토 22:00~일 06:00", "28 22:00", "29 06:00"),
        ("명동 공사 22:00~06:00", "26 22:00", "27 06:00"),
        ("명동 공사 10:00~12:00", "27 10:00", "27 12:00"),
        ("명동 공사 내일 9시~6시", "27 09:00", "27 18:00"),
        ("명동 공사 11/28 22:00~11/29 06:00", "28 22:00", "29 06:00"),
        ("명동 사고 한시간쯤", "26 14:00", "26 15:00"),
        ("명동 사고 두 시간 정도", "26 14:00", "26 16:00"),
        ("명동 사고 반시간", "26 14:00", "26 14:30"),
        ("명동 사고 약 30분이내 소요 예정", "26 14:00", "26 14:30"),
        ("명동 사고 1차로 통제, 30분 뒤 해제", "26 14:00", "26 14:30"),
        ("명동 사고 지금부터 3시간", "26 14:00", "26 17:00"),
        ("명동 공사 10분 뒤부터 30분", "26 14:10", "26 14:40"),
        ("명동 공사 3일간", "26 14:00", "29 14:00"),
        ("명동 행사 18시 해제", "26 14:00", "26 18:00"),
        ("명동 행사 24:00까지", "26 14:00", "27 00:00"),
        ("명동 행사 자정까지", "26 14:00", "27 00:00"),
        ("명동 행사 밤 12시까지", "26 14:00", "27 00:00"),
        ("명동 행사 오늘 밤 1시까지", "26 14:00", "27 01:00"),
        ("명동 행사 22시~24시", "26 22:00", "27 00:00"),
        ("명동 공사 내일 22시~모레 6시", "27 22:00", "28 06:00"),
        ("명동 공사 금일 22시~익일 06시", "26 22:00", "27 06:00"),
        ("명동 공사 내일 9시~다음날 18시", "27 09:00", "28 18:00"),
        ("명동 공사 글피 10시~12시", "29 10:00", "29 12:00"),
        ("명동 공사 28일 10시~12시", "28 10:00", "28 12:00"),
        ("명동 공사 다음주 금요일 10시~12시", "04 10:00", "04 12:00"),
        ("명동 공사 내일까지", "26 14:00", "28 00:00"),
        ("명동 공사 12/1~12/3", "01 00:00", "04 00:00"),
        ("명동 공사 28일부터 30일까지", "28 00:00", "01 00:00"),
        ("명동 공사 11월 30일 오후 2시부터 2시간", "30 14:00", "30 16:00"),
        ("명동 공사 모레 오전 9시 반~11시", "28 09:30", "28 11:00"),
    ],
)
def test_times(text: str, begin: str, end: str) -> None:
    found = read(text)
    assert (at(found.starts_ms), at(found.ends_ms), found.troubles) == (begin, end, ())
    assert found.start == "명동"


@pytest.mark.parametrize(
    ("text", "field", "code"),
    [
        ("", "text", "empty"),
        ("   ", "text", "empty"),
        ("30분", "place", "empty"),
        ("명동 25:00까지", "ends_ms", "bad_time"),
        ("명동 2/30 10:00~2/30 12:00", "starts_ms", "bad_time"),
        ("명동 11/29 06:00~11/28 22:00", "ends_ms", "end_first"),
        ("명동 오늘 10:00~오늘 12:00", "ends_ms", "end_past"),
        ("명동 0분", "ends_ms", "end_first"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(text: str, field: str, code: str) -> None:
    assert [(each.field, each.code) for each in read(text).troubles] == [(field, code)]


@pytest.mark.parametrize(
    ("text", "kind", "closure", "reason"),
    [
        ("명동 아스콘 포장 30분", IncidentKind.WORK, Closure.PARTIAL, "아스콘 포장"),
        ("명동 싱크홀!!! 빨리 막아", IncidentKind.DISASTER, Closure.FULL, "싱크홀 빨리"),
        ("명동 사고로 다 막혔어요", IncidentKind.ACCIDENT, Closure.FULL, ""),
        ("명동 사고 1차로 막힘", IncidentKind.ACCIDENT, Closure.PARTIAL, ""),
        ("명동 막힘", IncidentKind.OTHER, Closure.PARTIAL, ""),  # by whatever: it may be a jam
    ],
)
def test_words_as_they_come_over_the_telephone(
    text: str, kind: IncidentKind, closure: Closure, reason: str
) -> None:
    found = read(text)
    assert (found.cause, found.closure, found.reason) == (kind, closure, reason)
    assert (found.start, found.troubles) == ("명동", ())


@pytest.mark.parametrize("said", ["안 막힘", "안막혀요", "막히지 않음", "통제 없음", "차단 안 함"])
def test_what_says_that_nothing_is_closed_closes_nothing(said: str) -> None:
    found = read(f"명동 사고 {said}")
    assert (found.closure, found.start) == (Closure.PARTIAL, "명동")
    assert [each.code for each in found.troubles] == ["lifted"]


def test_what_is_left_over_is_the_reason() -> None:
    found = read("온의사거리 시청방향 2차로 공사 내일 9시~6시 하수관 교체")
    assert (found.start, found.direction, found.reason) == ("온의사거리", "시청방향", "하수관 교체")
    assert read("중앙로 상수도관파열 통제").reason == "상수도관파열"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("명동→육림고개 상수도 파열 전면 60분", "상수도 파열"),
        ("명동→육림고개 가스 누출로 전면", "가스 누출"),
        ("명동 화재 전면통제", "화재"),
        ("명동 water main burst closed", "water main burst"),
        ("명동 신호등 고장 30분", "신호등 고장"),
        ("명동 사고 1차로", ""),
        ("명동 공사", ""),
    ],
)
def test_the_words_of_a_cause_are_kept_where_they_say_more_than_its_kind(
    text: str, reason: str
) -> None:
    found = read(text)
    assert (found.start, found.reason) == ("명동", reason)


@given(st.text(max_size=2 * MAX_CHARS), st.integers(0, 4_000_000_000_000))
def test_any_text_is_read(text: str, now_ms: int) -> None:
    found = read_text(text, now_ms)
    assert found == read_text(text, now_ms)
    is_wrong = found.ends_ms is not None and found.ends_ms <= max(now_ms, found.starts_ms)
    assert is_wrong is any(each.code in ("end_first", "end_past") for each in found.troubles)


@pytest.mark.parametrize(
    "text",
    [
        "명동～팔호광장 공사 ２２시～６시",
        "명동〜팔호광장 공사 22시〜6시",
        "명동 ∼ 팔호광장 공사 22:00 ∼ 06:00",
    ],
)
def test_other_spellings_of_one_text_mean_the_same(text: str) -> None:
    same = read("명동~팔호광장 공사 22:00~06:00")
    assert read(text) == same
    assert read(unicodedata.normalize("NFD", text)) == same


@pytest.mark.parametrize(
    "text",
    [
        "명동 사고 -30분",
        "명동 사고 9999시간",
        "명동 사고 30분 1시간",
        "명동 공사 2200~0600",
        "명동 공사 매일 22시~6시",
        "명동 공사 주말 10시~12시",
        "명동 공사 18:00 예정",
    ],
)
def test_a_time_that_is_not_understood_is_no_closure_without_an_end(text: str) -> None:
    assert [(each.field, each.code) for each in read(text).troubles] == [("ends_ms", "bad_time")]


@pytest.mark.parametrize(
    ("text", "field", "code"),
    [
        ("명동 전면 통제 해제", "text", "lifted"),
        ("명동→", "end", "empty"),
        ("→명동 사고", "start", "empty"),
        ("명동→육림고개→팔호광장 사고", "end", "two_places"),
    ],
)
def test_what_means_something_else_than_one_closure_is_said(
    text: str, field: str, code: str
) -> None:
    assert (field, code) in read(text).troubles

"""Closures that turn into others, are denied in other words, or are told in English."""

import pytest

from producers.reading.closures import mentioned, stated
from streams.contract.enums import Closure


@pytest.mark.parametrize(
    ("words", "closure"),
    [
        ("부분통제에서 전면통제로 전환", Closure.FULL),
        ("1차로 통제에서 전면통제로 확대", Closure.FULL),
        ("전면통제에서 부분통제로 완화", Closure.PARTIAL),
        ("전면통제→1차로 통제 변경", Closure.PARTIAL),
    ],
)
def test_what_a_closure_turned_into_counts(words: str, closure: Closure) -> None:
    assert mentioned(words).closure is closure


@pytest.mark.parametrize(
    "words",
    [
        "교통통제 필요 없음",
        "차량통제가 필요없음",
        "전면통제 아님",
        "차로 통제는 아닙니다",
        "no closure",
    ],
)
def test_a_closure_is_denied_in_these_words_too(words: str) -> None:
    assert stated(words).closure is Closure.NONE


@pytest.mark.parametrize(
    ("words", "closure"),
    [
        ("Road closed", Closure.FULL),
        ("full closure", Closure.FULL),
        ("Street is closed", Closure.FULL),
        ("all lanes closed", Closure.FULL),
        ("Lane closure (1 of 2)", Closure.PARTIAL),
        ("lane 2 blocked", Closure.PARTIAL),
        ("Partial closure", Closure.PARTIAL),
        ("not closed", Closure.NONE),
        ("no lane closures", Closure.NONE),
    ],
)
def test_english_words_say_a_closure(words: str, closure: Closure) -> None:
    assert stated(words).closure is closure


def test_lanes_may_be_counted_behind_their_word() -> None:
    assert stated("차선 1개 막음").closure is Closure.PARTIAL


@pytest.mark.parametrize("words", ["도로차단 시설 설치", "도로 차단막 교체", "closet 설치"])
def test_a_thing_named_after_closing_closes_nothing(words: str) -> None:
    assert mentioned(words).closure is Closure.UNKNOWN

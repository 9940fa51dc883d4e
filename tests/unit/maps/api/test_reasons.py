"""A reason is words that somebody can read, and no filler."""

import pytest

from maps.api.recorded import says_something


@pytest.mark.parametrize("reason", ["민원 확인", "report of 3 May", "감사"])
def test_a_reason(reason: str) -> None:
    assert says_something(reason)


@pytest.mark.parametrize("reason", ["", ".", "...", "\u3164" * 3, "\u115f\u1160", "가", "- -"])
def test_what_says_nothing(reason: str) -> None:
    assert not says_something(reason)

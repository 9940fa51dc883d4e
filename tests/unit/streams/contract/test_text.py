"""Text from outside is one harmless line, whatever is written into it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.text import clean

HOSTILE = {
    "control": "공\x00사\x1b[31m 끝",
    "bidi override": "공사\u202e끝\u202c",
    "zero width": "공\u200b사\u200d 끝",
    "line separator": "공사\u2028끝\u2029",
    "soft hyphen": "공\u00ad사 끝",
    "word joiner": "공\u2060사 끝",
    "tag characters": "공\U000e0041\U000e007f사 끝",
    "byte order mark and surrogate": "\ufeff공사\ud800 끝",
}
SHOWN = {"control": "공사[31m 끝", "bidi override": "공사끝"}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_hides_turns_or_breaks_a_text_is_taken_out(name: str) -> None:
    assert clean(HOSTILE[name], 100) == SHOWN.get(name, "공사 끝")


def test_letters_of_every_script_stay() -> None:
    line = "효자동 12-3 ①, ｶﾅ É \U0001f6a7 \ue000"
    assert clean(line, 100) == line


def test_decomposed_letters_are_composed() -> None:
    assert clean(unicodedata.normalize("NFD", "춘천"), 100) == "춘천"


@pytest.mark.parametrize(
    ("text", "mark", "line"),
    [("가나다", "", "가나"), ("가나", "…", "가나"), ("가나다", "…", "가…"), ("가 나", "", "가")],
)
def test_a_cut_ends_with_its_mark_and_no_blank(text: str, mark: str, line: str) -> None:
    assert clean(text, 2, mark) == line


@given(st.text(max_size=80), st.integers(1, 40))
def test_any_text_is_one_bounded_line_that_stays_the_same(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert clean(line, limit) == line

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.words.particles import Pair, final_of, with_particle

WORDS = {
    "중앙로": "는 가 를 와 로",
    "남춘천역": "은 이 을 과 으로",
    "교동길": "은 이 을 과 로",
    "한국전력공사(춘천지사)": "는 가 를 와 로",
    "(주)한길": "은 이 을 과 로",
    "KT": "는 가 를 와 로",
    "SK브로드밴드": "는 가 를 와 로",
    "GTX-L": "은 이 을 과 로",
    "CNM": "은 이 을 과 으로",
}
PAIRS: tuple[Pair, ...] = ("은/는", "이/가", "을/를", "과/와", "으로/로")


@pytest.mark.parametrize(("word", "forms"), WORDS.items())
def test_every_particle_fits_its_word(word: str, forms: str) -> None:
    assert [with_particle(word, pair) for pair in PAIRS] == [word + form for form in forms.split()]


@pytest.mark.parametrize(
    ("word", "by_way"),
    [
        ("7", "로"),  # 칠로
        ("11", "로"),
        ("3", "으로"),  # 삼으로
        ("6", "으로"),
        ("10", "으로"),  # 십으로
        ("300", "으로"),
        ("3,000", "으로"),
        ("2.5", "로"),
        ("0", "으로"),
        ("9", "로"),
        ("300번", "으로"),
        ("120m", "로"),
        ("40km/h", "로"),
        ("50%", "로"),
        ("Mall", "로"),
        ("center", "로"),
        ("Building", "으로"),
        ("LH", "로"),
        ("R", "로"),
        ("「소양강」", "으로"),
        ("“교동길”", "로"),
        ("봉의산 ", "으로"),
        ("ＫＢＳ", "로"),
        (unicodedata.normalize("NFD", "석사동"), "으로"),
        ("춘천(역[앞])", "으로"),
        ("", "(으)로"),
        ("…", "(으)로"),
        ("東京", "(으)로"),
    ],
)
def test_direction_follows_the_last_sound_and_rieul_counts_as_open(word: str, by_way: str) -> None:
    assert with_particle(word, "으로/로") == word + by_way


def test_where_the_sound_is_unknown_both_forms_are_written() -> None:
    assert with_particle("東京", "은/는") == "東京은(는)"
    assert with_particle("?", "과/와") == "?과(와)"


@given(st.text(max_size=500))
def test_any_text_gets_a_particle_and_keeps_its_own_letters(word: str) -> None:
    said = with_particle(word, "이/가")
    assert said.startswith(word)
    assert said[len(word) :] in {"이", "가", "이(가)"}


@given(st.text(max_size=20), st.text("가나다각갈", min_size=1, max_size=3))
def test_what_stands_in_brackets_changes_nothing(inside: str, word: str) -> None:
    plain = "".join(letter for letter in inside if letter not in "()[]{}<>")
    assert final_of(f"{word}({plain.translate(_NO_BRACKETS)})") == final_of(word)


_NO_BRACKETS = dict.fromkeys(map(ord, "（）［］〈〉《》【】「」『』"))

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.words.particles import Pair, final_of, with_particle
from tests.places import ROOT

CASES: list[tuple[str, Pair, str]] = json.loads(
    (ROOT / "tests/unit/streams/words/particles.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("word", "pair", "form"), CASES)
def test_every_particle_fits_its_word(word: str, pair: Pair, form: str) -> None:
    assert with_particle(word, pair) == word + form


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

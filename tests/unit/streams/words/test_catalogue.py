"""A text and its values: the language, the form, and what is missing."""

import pytest

from streams.words import catalogue
from streams.words.catalogue import Phrase, joined, name_of, phrase, word
from tests.texts import both


@pytest.fixture
def short_words(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "ko": {
            "as_is": "{text}",
            "one": "하나",
            "name": "{name:은/는} {count}건",
            "low": "{of}",
            "many": "버스 {n}대",
        },
        "en": {
            "as_is": "{text}",
            "one": "One",
            "name": "{name:capital}: {count}",
            "low": "{of:lower}",
            "many": "{n:bus has/buses have} passed",
        },
    }
    monkeypatch.setattr(catalogue, "texts", texts.__getitem__)


pytestmark = pytest.mark.usefixtures("short_words")


def test_a_text_takes_its_values_in_the_form_that_it_asks_for() -> None:
    assert word("ko", "name", name="공사", count=3) == "공사는 3건"
    assert word("ko", "name", name="교동길", count=3) == "교동길은 3건"
    assert word("en", "name", name="works", count=3) == "Works: 3"


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1 bus has"), (0, "0 buses have"), (3, "3 buses have"), (11, "11 buses have")],
)
def test_a_noun_stands_in_its_number(n: int, said: str) -> None:
    assert word("en", "many", n=n) == f"{said} passed"
    assert word("ko", "many", n=n) == f"버스 {n}대"


def test_a_value_may_be_a_phrase_and_reads_in_the_language_of_the_whole() -> None:
    whole = phrase("low", of=phrase("one"))
    assert both(whole) == ("하나", "one")


def test_texts_are_joined_without_those_that_are_empty() -> None:
    assert joined(("a", "", phrase("one"), joined((), "-")), ", ").to("en") == "a, One"


def test_a_value_is_never_read_as_a_text() -> None:
    assert word("ko", "as_is", text="{count} {text:은/는}") == "{count} {text:은/는}"


def test_a_code_that_has_no_word_is_shown_as_it_is() -> None:
    assert name_of("one", "moon") == Phrase("as_is", {"text": "moon"})


@pytest.mark.parametrize(("language", "code", "values"), [("ko", "moon", {}), ("ko", "name", {})])
def test_a_missing_text_or_value_is_an_error(
    language: str, code: str, values: dict[str, str]
) -> None:
    with pytest.raises(KeyError):
        word(language, code, **values)

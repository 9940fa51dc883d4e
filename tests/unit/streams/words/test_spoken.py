"""A text that a body declares once is sent in every language."""

from typing import Annotated

import msgspec

from streams.words.catalogue import Translatable, phrase
from streams.words.spoken import OwnText, Spoken, in_each


class Clause(msgspec.Struct, kw_only=True, metaclass=Spoken):
    name: str
    text: OwnText
    why: Annotated[Translatable, "reason"]
    after: int
    more: Translatable | msgspec.UnsetType = msgspec.UNSET


class Grave(Clause, kw_only=True):
    word: Translatable


OPEN, CLOSED = phrase("closure.none"), phrase("closure.full")


def json_of(body: msgspec.Struct) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode(msgspec.json.encode(body))
    return found


def test_texts_stand_in_their_places_under_the_name_and_the_language() -> None:
    sent = json_of(Clause(name="a", text=OPEN, why=CLOSED, after=1))
    assert list(sent) == ["name", "ko", "en", "reason_ko", "reason_en", "after"]
    assert (sent["ko"], sent["reason_ko"]) == (OPEN.to("ko"), CLOSED.to("ko"))
    assert (sent["en"], sent["reason_en"]) == (OPEN.to("en"), CLOSED.to("en"))


def test_an_optional_text_is_sent_where_it_is_given() -> None:
    sent = json_of(Clause(name="a", text=OPEN, why=OPEN, after=1, more=CLOSED))
    assert sent["more_en"] == CLOSED.to("en")
    bare = Clause(name="a", text=OPEN, why=OPEN, after=1, more=msgspec.UNSET)
    assert "more_en" not in json_of(bare)


def test_a_body_has_the_texts_of_the_body_it_is_made_of() -> None:
    sent = json_of(Grave(name="a", text=OPEN, why=OPEN, after=1, word=CLOSED))
    assert sent["word_en"] == CLOSED.to("en")
    assert sent["ko"] == OPEN.to("ko")


def test_the_schema_says_what_is_sent() -> None:
    _, parts = msgspec.json.schema_components([Clause])
    schema = parts["Clause"]
    assert list(schema["properties"])[1:5] == ["ko", "en", "reason_ko", "reason_en"]
    assert "ko" in schema["required"]
    assert "more_ko" not in schema["required"]


def test_a_text_by_itself_is_given_names() -> None:
    assert in_each(OPEN, "text") == {"text_ko": OPEN.to("ko"), "text_en": OPEN.to("en")}

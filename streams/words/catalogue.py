"""The words for people, by language and code. A language is a file beside this one, `ko.json`.

A text may hold named values: `{count}`, `{name:은/는}` (the value and its particle),
`{count:bus/buses}` (1 bus, 3 buses), `{name:lower}` and `{name:capital}`.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from streams.words.particles import Pair, with_particle

FOLDER = Path(__file__).parent
FIRST = "ko"
VALUE = re.compile(r"\{(\w+)(?::([^}]+))?\}")


_FORMS: Mapping[str | None, Callable[[str, str], str]] = {
    None: lambda text, _: text,
    "lower": lambda text, _: text.lower(),
    "capital": lambda text, _: text[:1].upper() + text[1:],
}


class Translatable(Protocol):
    """What reads differently in each language."""

    def to(self, language: str) -> str: ...


Value = str | int | float | Translatable


@dataclass(frozen=True, slots=True)
class Phrase:
    """A code and its values; `to` gives the words of a language."""

    code: str
    values: Mapping[str, Value]

    def to(self, language: str) -> str:
        return word(language, self.code, **self.values)


@dataclass(frozen=True, slots=True)
class Joined:
    """Texts one after another; those that are empty are left out."""

    parts: tuple[Value, ...]
    separator: str

    def to(self, language: str) -> str:
        texts = (_text(part, language) for part in self.parts)
        return self.separator.join(text for text in texts if text)


def phrase(code: str, /, **values: Value) -> Phrase:
    return Phrase(code, values)


def name_of(kind: str, code: str) -> Phrase:
    """What people call a member of a closed set; a code that has no word is shown as it is."""
    known = f"{kind}.{code}"
    return phrase(known) if has_word(known) else phrase("as_is", text=code)


def joined(parts: Iterable[Value], separator: str) -> Joined:
    return Joined(tuple(parts), separator)


@cache
def languages() -> tuple[str, ...]:
    """The languages there are files of, Korean first."""
    return tuple(
        sorted((path.stem for path in FOLDER.glob("*.json")), key=lambda n: (n != FIRST, n))
    )


@cache
def texts(language: str) -> Mapping[str, str]:
    """Every text of a language by its code."""
    path = FOLDER / f"{language}.json"
    return cast("dict[str, str]", json.loads(path.read_text(encoding="utf-8")))


def has_word(code: str) -> bool:
    return code in texts(FIRST)


def word(language: str, code: str, /, **values: Value) -> str:
    """The text of a code with its values; raises KeyError for a code or a value that is missing."""

    def filled(match: re.Match[str]) -> str:
        name, form = match.groups()
        return _FORMS.get(form, _with_pair)(_text(values[name], language), form)

    return VALUE.sub(filled, texts(language)[code])


def in_all(code: str, /, **values: Value) -> str:
    """The text in every language, Korean first, in one line: what a command says to a terminal."""
    return " · ".join(word(language, code, **values) for language in languages())


def _text(value: Value, language: str) -> str:
    return str(value) if isinstance(value, str | int | float) else value.to(language)


def _with_pair(text: str, pair: str) -> str:
    """The value with the one of two that fits it: a particle, or a noun in its number."""
    if not pair.isascii():
        return with_particle(text, cast("Pair", pair))
    one, several = pair.split("/")
    return f"{text} {one if text == '1' else several}"

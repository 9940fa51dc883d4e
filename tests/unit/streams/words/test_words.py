"""One catalogue: every code that is used has a word in each language, every word is used, and no
word for people stands anywhere else.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from maps.pages.statics import NOT_ON_SCREENS
from streams.contract import enums, wire
from streams.domain.works.moves import REFUSALS
from streams.words.catalogue import VALUE, languages, texts
from tests.unit.streams.words import uses
from tests.unit.streams.words.uses import Use

PYTHON = uses.files("py", "streams", "maps", "producers")
SCRIPTS, TEMPLATES = uses.files("js", "maps/static"), uses.files("html", "maps/templates")
READ = (
    "streams/words/",
    "maps/desk/saying/names.py",  # how titles end that say what they are
    "producers/reading/",  # what portals send
    "producers/feeds/",
    "producers/datasets/",  # what descriptors and files of offices say
    "producers/network/",
    "producers/ground/",
    "producers/simulator/",
    "maps/datasets/figures.py",  # how columns of offices are called
    "maps/datasets/licences.py",
    "maps/search/",  # what people type
    "maps/closing/",
    "streams/people/",  # patterns of persons and of addresses
    "streams/geo/addresses.py",
    "streams/domain/works/",
    "streams/domain/clashes/cuts.py",
    "streams/domain/stages/incidents.py",
    "streams/geo/loading.py",
    "streams/contract/settings.py",
)
"""Where Hangul is what others write, not what the product says."""
CLOSED_SETS: Mapping[str, Iterable[str]] = {
    "access": enums.AccessAction,
    "status": enums.FeedStatus,
    "closure": enums.Closure,
    "phase": enums.Phase,
    "level": enums.Level,
    "certainty": enums.Certainty,
    "rule": enums.RuleName,
    "alert": enums.Severity,
    "incident": enums.IncidentKind,
    "placed_by": enums.PlacedBy,
    "said": enums.Reporter,
    "clash": enums.ClashKind,
    "severity": enums.ClashSeverity,
    "code": wire.RULES,
    "refused": REFUSALS,
}


def every_use() -> Iterator[Use]:
    for path in PYTHON:
        yield from uses.python_uses(path)
        yield from uses.kinds(path)
    for path in SCRIPTS:
        yield from uses.script_uses(uses.name(path), path.read_text(encoding="utf-8"))
    for path in TEMPLATES:
        yield from uses.template_uses(uses.name(path), path.read_text(encoding="utf-8"))


def test_every_word_is_used() -> None:
    assert uses.unused(texts("ko"), every_use()) == []


def test_a_word_that_nothing_uses_is_found() -> None:
    assert uses.unused(["moon.rises", "close"], every_use()) == ["moon.rises"]


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_codes_with_the_same_values(language: str) -> None:
    def values(of: str) -> dict[str, set[str]]:
        return {
            code: {value[0] for value in VALUE.findall(text)} for code, text in texts(of).items()
        }

    assert values(language) == values("ko")


@pytest.mark.parametrize("language", languages())
def test_no_text_is_empty_and_codes_stand_in_order(language: str) -> None:
    assert all(text.strip() == text for text in texts(language).values())
    assert list(texts(language)) == sorted(texts(language))


@pytest.mark.parametrize(("kind", "codes"), CLOSED_SETS.items())
def test_every_member_of_a_closed_set_has_a_word(kind: str, codes: Iterable[str]) -> None:
    assert {f"{kind}.{code}" for code in codes} <= set(texts("ko"))


def test_every_end_of_an_alert_has_a_word() -> None:
    assert {f"rule.{rule}.over" for rule in enums.OF_ROADS} <= set(texts("ko"))


@pytest.mark.parametrize("path", PYTHON, ids=uses.name)
def test_what_is_called_by_a_code_has_a_text_with_these_values(path: Any) -> None:
    for call, code in uses.calls(path):
        given = {keyword.arg for keyword in call.keywords}
        assert code in texts("ko"), f"line {call.lineno}"
        if None not in given:  # **values
            wanted = {value[0] for value in VALUE.findall(texts("ko")[code])}
            assert given == wanted, f"line {call.lineno}"


def test_scripts_and_templates_ask_only_for_codes_that_have_a_text() -> None:
    asked = re.compile(r'\b(?:t|hint)\("([a-z_]+(?:\.[^"]*[^".])?)"|data-t(?:-\w+)?="([^"{]+)"')
    found = {
        (uses.name(path), code)
        for path in (*SCRIPTS, *TEMPLATES)
        for pair in asked.findall(path.read_text(encoding="utf-8"))
        for code in pair
        if code
    }
    assert len(found) > 100
    assert [each for each in sorted(found) if each[1] not in texts("ko")] == []


def test_what_screens_ask_for_is_sent_to_them() -> None:
    scripts = [path.read_text(encoding="utf-8") for path in SCRIPTS]
    asked = [
        use.pattern.replace("\\", "") for text in scripts for use in uses.script_uses("", text)
    ]
    for path in TEMPLATES:
        asked += re.findall(r'data-t(?:-\w+)?="([^"{]+)"', path.read_text(encoding="utf-8"))
    used = [code for code in asked if code in texts("ko")]
    assert len(used) > 200
    assert [code for code in used if code.startswith(NOT_ON_SCREENS)] == []


def test_no_word_for_people_stands_in_python_outside_the_catalogue() -> None:
    own = {
        uses.name(path): [str(node.value) for node in uses.constants(path)]
        for path in PYTHON
        if not uses.name(path).startswith(READ)
    }
    assert uses.own_words(own) == []


def test_no_word_for_people_stands_in_a_script_or_a_template() -> None:
    own = {
        uses.name(path): uses.script_tokens(path.read_text(encoding="utf-8")) for path in SCRIPTS
    }
    own |= {
        uses.name(path): [uses._MARKUP.sub("", path.read_text(encoding="utf-8"))]
        for path in TEMPLATES
    }
    assert uses.own_words(own) == []


@pytest.mark.parametrize(
    ("script", "is_own"),
    [
        ('t("x"); // 통제', False),
        ("/* 통제 */ t('x')", False),
        ('write("통제")', True),
        ("write(`${n}건`)", True),
        ('x = "http://a"; y = "통제";', True),
    ],
)
def test_a_word_in_a_script_is_found_and_a_comment_is_none(script: str, *, is_own: bool) -> None:
    assert bool(uses.own_words({"x.js": uses.script_tokens(script)})) is is_own

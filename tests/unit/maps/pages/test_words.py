"""The words of the page are those of the messages, the desk and the exports."""

import re
from collections import defaultdict

import pytest

from maps.picture.exports import PHASES
from streams.contract.records import Closure
from streams.domain.closure_words import BESIDE_LANES, CLOSURE_WORDS, GRAVITY, closure_words
from streams.domain.flag_words import FLAG_WORDS, noted
from streams.domain.unknown_times import said_of, said_words, short_words
from streams.domain.works.rows import Work
from tests.cities.rows import row_of
from tests.places import ROOT

UNKNOWN = {"permit_id": "W", "title": "", "starts_ms": None, "ends_ms": None}
STATIC = ROOT / "maps/static"
SCREEN = (STATIC / "words.js").read_text(encoding="utf-8")
FLAGS = (STATIC / "flags.js").read_text(encoding="utf-8")
PERIODS = (STATIC / "period.js").read_text(encoding="utf-8")
SCREEN_WORKS = STATIC / "map/works.js"


def screen_words(kind: str) -> dict[str, tuple[str, ...]]:
    """Each code's words on the page, the Korean first."""
    words: dict[str, list[str]] = defaultdict(list)
    for code, word in re.findall(rf'"{kind}\.(\w+)": "([^"]+)"', SCREEN):
        words[code].append(word)
    return {code: tuple(each) for code, each in words.items()}


def test_a_closure_has_one_name_everywhere() -> None:
    assert screen_words("closure") == CLOSURE_WORDS
    assert set(CLOSURE_WORDS) == {each.value for each in Closure}


def test_the_list_on_the_map_ranks_closures_as_the_fold_does() -> None:
    lists = SCREEN_WORKS.read_text(encoding="utf-8")
    order = re.search(r"CLOSURE_ORDER = \{([^}]*)\}", lists)
    assert order
    ranks = {code: int(rank) for code, rank in re.findall(r"(\w+): (\d)", order[1])}
    assert sorted(ranks, key=ranks.__getitem__) == list(GRAVITY)


def test_a_phase_has_one_name_on_the_page_and_in_an_export() -> None:
    on_the_page = {code: korean for code, (korean, _) in screen_words("phase").items()}
    assert {code: on_the_page[code] for code in PHASES} == PHASES


@pytest.mark.parametrize("code", BESIDE_LANES)
def test_what_a_closure_takes_is_named_as_the_closure_is(code: str) -> None:
    korean, english = BESIDE_LANES[code]
    assert CLOSURE_WORDS[code] == (f"{korean} 통제", f"{english.capitalize()} closed")


@pytest.mark.parametrize(("on_the_page", "name"), [("start", "starts_ms"), ("end", "ends_ms")])
@pytest.mark.parametrize("reason", ["unstated", "unreadable"])
def test_a_time_that_is_not_known_has_one_name_and_one_reason_everywhere(
    on_the_page: str, name: str, reason: str
) -> None:
    flags = [f"{on_the_page}_{reason}"]
    key = rf"period\.{on_the_page}\.{reason}"
    assert tuple(re.findall(rf'"{key}": "([^"]+)"', PERIODS)) == short_words(name, flags)
    told = tuple(text.lower() for text in re.findall(rf'"{key}\.why": "([^"]+)\."', PERIODS))
    assert told == said_words(name, flags)


@pytest.mark.parametrize("reason", ["unstated", "unreadable"])
def test_two_times_that_are_not_known_for_one_reason_are_one_sentence(reason: str) -> None:
    flags = [f"start_{reason}", f"end_{reason}"]
    key = rf"period\.both\.{reason}\.why"
    assert tuple(re.findall(rf'"{key}": "([^"]+)"', PERIODS)) == said_of(
        row_of(Work, {**UNKNOWN, "flags": flags})
    )


def test_what_flags_say_has_the_same_words_everywhere() -> None:
    on_the_page: dict[str, list[str]] = defaultdict(list)
    for flag, words in re.findall(r'"flag\.(\w+)": "([^"]+)"', FLAGS):
        on_the_page[flag].append(words)
    assert {flag: tuple(words) for flag, words in on_the_page.items()} == {
        flag: noted([flag]) for flag in FLAG_WORDS
    }


def test_a_flag_without_words_says_nothing() -> None:
    hours_ko, hours_en = noted(["hours_unreadable"])
    assert noted(["moon", "hours_unreadable", "dup", "hours_unreadable"]) == (hours_ko, hours_en)
    assert noted(["moon", "end_unreadable"]) == noted(None) == ("", "")


def test_a_closure_that_nobody_knows_is_not_stated() -> None:
    assert closure_words("moon") == ("통제 여부 미상", "closure not stated")

"""One table of verbs for what the API and the commands record, each with its words."""

import re
from pathlib import Path

import pytest

from maps.api.routes import OPERATIONS
from streams.contract.acts import ACTS
from streams.contract.wire import MAX_LABEL
from streams.words.catalogue import has_word, languages, word

ROOT = Path(__file__).parents[4]
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for room in ("maps", "streams", "producers")
    for path in (ROOT / room).rglob("*.py")
    if path.name != "acts.py"
)
BUILT = {  # by the name of the command's action
    *(f"account.{each}" for each in ("lock", "unlock", "reset", "roles", "token", "remove")),
    *(f"endpoint.{each}" for each in ("add", "change", "rotate", "remove")),
    *(f"{each}.forget" for each in ("work", "call", "account")),
    "account.reseal",
}


def test_an_operations_verb_stands_in_the_table_with_its_action() -> None:
    found = {each.does: each.records for each in OPERATIONS if each.does}
    assert len(found) > 30
    assert found == {verb: ACTS.get(verb) for verb in found}


@pytest.mark.parametrize("verb", ACTS)
def test_a_verb_has_words_fits_a_record_and_is_used(verb: str) -> None:
    assert has_word(f"does.{verb}"), f"does.{verb} in streams/words"
    assert all(word(language, f"does.{verb}") for language in languages())
    assert len(verb) <= min(40, MAX_LABEL)
    assert f'"{verb}"' in CODE or verb in BUILT


def test_whatever_is_recorded_by_hand_is_a_verb_of_the_table() -> None:
    """`record(request, ACTION, "kind")` and `record_refused(request, "kind")`."""
    by_hand = re.findall(r'record\(\s*request,\s*[\w.]+,\s*"([^"]+)"', CODE)
    refused = re.findall(r'record_refused\(request, "([^"]+)"', CODE)
    terminal = re.findall(r'(?:terminal|records)\.write(?:,|\()\s*"([^"]+)"', CODE)
    assert len(by_hand) > 5
    assert len(refused) > 5
    assert len(terminal) > 8
    assert {*by_hand, *refused, *terminal} <= set(ACTS)


def test_no_two_verbs_have_the_same_words() -> None:
    for language in languages():
        said = [word(language, f"does.{verb}") for verb in ACTS]
        assert len({*said}) == len(said), language

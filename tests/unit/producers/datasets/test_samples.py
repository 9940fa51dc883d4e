"""Each sample in the published shapes is wholly right by its shipped descriptor: rows, values,
sums, places, and no person. What is right stands beside the samples, computed without this reader.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from producers.datasets.descriptor import Descriptor
from producers.datasets.loading import SHIPPED
from producers.datasets.reading import Outcome, Taken
from tests.places import SHARED
from tests.published import of_places, of_values, read, valued

SAMPLES = SHARED / "data" / "datasets" / "samples"
EXPECTED: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
WHOLE = "of the 15", "over the 22 hours that have one"
"""Of a sum: it is of all rows that count."""
MONTH = " of 2026-10 over 동"


def files_of(name: str) -> list[str]:
    """The pages of an answer in the order of their numbers."""
    first, _, rest = name.partition(" + _page2")
    return [first, first.replace("_page1", "_page2")] if rest else [first]


def total_of(descriptor: Descriptor, taken: list[Taken], name: str) -> float:
    if name.endswith(MONTH):
        taken = [each for each in taken if str(each.values["기준월"]) == "2026-10"]
        name = name.removesuffix(MONTH)
    for end in WHOLE:
        name = name.removesuffix(end).removesuffix(" (10,000 won) ").rstrip()
    return sum(valued(descriptor, each, name) or 0 for each in taken)


def of_counts(wanted: Mapping[str, Any], taken: list[Taken], outcome: Outcome) -> Iterator[str]:
    rows = wanted.get("rows_valid", wanted["rows"])
    rows = wanted["rows_current"] if wanted["dataset"] == "ev_chargers" else rows  # delYn=Y
    told = {
        "rows": (len(taken), rows),
        "refused": (outcome.refused_count, 0),
        "on the map": (outcome.on_map, wanted.get("on_map", outcome.on_map)),
    }
    if "left_out" in wanted:
        told["left out"] = (sum(outcome.left_out.values()), wanted["left_out"])
    yield from (
        f"{name}: {now}, not {right}" for name, (now, right) in told.items() if now != right
    )


def of_sums(wanted: Mapping[str, Any], descriptor: Descriptor, taken: list[Taken]) -> Iterator[str]:
    for column, total in wanted.get("sums", {}).items():
        if (told := total_of(descriptor, taken, column)) != pytest.approx(total):
            yield f"sum of {column} {told}, not {total}"


def test_all_the_samples_are_there() -> None:
    assert len(EXPECTED) == 32
    assert all((SAMPLES / file).exists() for name in EXPECTED for file in files_of(name))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_wholly_right(name: str) -> None:
    wanted = EXPECTED[name]
    files = [SAMPLES / file for file in files_of(name)]
    descriptor, taken, outcome = read(SHIPPED / f"{wanted['dataset']}.toml", files)
    assert list(of_counts(wanted, taken, outcome)) == []
    assert list(of_values(wanted, descriptor, taken)) == []
    assert list(of_sums(wanted, descriptor, taken)) == []
    assert list(of_places(wanted, descriptor, taken)) == []
    told = json.dumps([each.values for each in taken], ensure_ascii=False, default=str)
    assert [text for text in wanted.get("must_not_appear", ()) if text in told] == []

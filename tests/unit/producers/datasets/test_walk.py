"""The files of the walk in the documents come to what it says."""

import json

import pytest

from producers.__main__ import main
from tests.places import ROOT

WALK = ROOT / "docs" / "walk"


@pytest.mark.parametrize(
    ("file", "code", "comes_to"),
    [
        ("snow_boxes.csv", 0, (60, {"보유량(포)": 2480})),
        ("heated_roads.csv", 0, (5, {"연장(m)": 3409, "전력량(kWh)": 117752})),
        ("underpass_levels.json", 1, (4, {"depthCm": 15})),
    ],
)
def test_what_a_file_of_the_walk_comes_to(
    file: str,
    code: int,
    comes_to: tuple[int, dict[str, float]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    descriptor = (WALK / file).with_suffix(".toml")
    assert main(["datasets", "check", str(descriptor), str(WALK / file), "--json"]) == code
    printed = capsys.readouterr().out
    found = json.loads(printed)
    assert (found["rows"], found["sums"]) == comes_to
    assert "김○○" not in printed
    assert [(each["row"], each["value"]) for each in found["refused"]] == [(5, "점검")][:code]

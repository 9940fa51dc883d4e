"""Thirty-five other datasets in shapes that offices publish, each by a descriptor of one who had
the guide, the file and what the office says of it (`about.md`), and nothing else.

The descriptors stand as they were first written. The last five (farm_wells, flood_gauges,
library_visits, market_sales, public_chargers) came with what the reader lacked for three of them:
thousands parted by blanks, objects within rows, attributes of rows of XML. All values are made up;
`expected.json` was made with the files, not by reading them.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from producers.__main__ import main
from tests.places import ROOT
from tests.published import is_same, of_places, of_values, read

FOREIGN = ROOT / "tests" / "foreign"
NAMES = sorted(path.name for path in FOREIGN.iterdir())
OTHERWISE = {"river_cctv": "미확인 is not known to the reader; the office would have it refused"}


def right(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOREIGN / name / "expected.json").read_text("utf-8"))
    return found


def files_of(name: str) -> list[Path]:
    return [FOREIGN / name / file for file in right(name)["files"]]


def checked(name: str, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    """What the command prints: its object, and all of it."""
    files = [str(file) for file in files_of(name)]
    main(["datasets", "check", str(FOREIGN / name / "descriptor.toml"), *files, "--json"])
    printed = capsys.readouterr()
    found: dict[str, Any] = json.loads(printed.out)
    return found, printed.out + printed.err


def test_there_are_thirty_five() -> None:
    assert len(NAMES) == 35
    assert OTHERWISE.keys() <= set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OTHERWISE])
def test_a_dataset_by_the_guide_alone_is_right(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = right(name)
    found, _ = checked(name, capsys)
    descriptor, taken, _ = read(FOREIGN / name / "descriptor.toml", files_of(name))
    assert found["rows"] == len(taken) == wanted["rows"]
    refused = sorted(str(each["value"]) for each in wanted["refused"] if each["value"] is not None)
    told = sorted(str(each["value"]) for each in found["refused"])
    assert len(told) == len(wanted["refused"]), found["refused"]
    assert [value for value in refused if value not in told] == []
    sums = {column: found["sums"].get(column) for column in wanted["sums"]}
    assert [each for each in sums if not is_same(sums[each], wanted["sums"][each])] == []
    assert list(of_values(wanted, descriptor, taken)) == []
    assert list(of_places(wanted, descriptor, taken)) == []
    assert (found["lon_lat_box"] is None) == (wanted["lon_lat_box"] is None)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_in_person_is_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, printed = checked(name, capsys)
    assert "look like names" not in printed  # nor is a thing taken for one
    bare = re.sub(r"[-. ]", "", printed)
    hidden = right(name)["must_not_appear"]
    assert [text for text in hidden if text in printed] == []
    digits = [re.sub(r"[-. ]", "", text) for text in hidden]
    assert [text for text in digits if text.isdigit() and len(text) > 9 and text in bare] == []

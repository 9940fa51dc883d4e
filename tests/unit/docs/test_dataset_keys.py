"""The guide to datasets names every key of a descriptor, and no other; its example comes true."""

import re
from pathlib import Path

import msgspec
import pytest

from producers.datasets.checking import check_files
from producers.datasets.descriptor import (
    Column,
    Descriptor,
    Example,
    Format,
    Long,
    Place,
    Rows,
    Source,
)
from producers.datasets.loading import is_crs, keys_of, load
from producers.datasets.values import NO, NOT_KNOWN, YES
from tests.texts import text_of

GUIDES = ("docs/datasets.md", "docs/datasets.ko.md")
TABLES: dict[str, type[msgspec.Struct]] = {
    "`[[column]]`": Column,
    "`[[place]]`": Place,
    "`[[keep]]`, `[[leave_out]]`": Rows,
    "`[format]`": Format,
    "`[long]`": Long,
    "`[[example]]`": Example,
    "`[source]`": Source,
}
HEADS = {"docs/datasets.md": "The descriptor", "docs/datasets.ko.md": "기술 파일"}


@pytest.mark.parametrize("file", GUIDES)
def test_every_key_stands_in_its_table(file: str) -> None:
    parts = dict(re.findall(r"^### (.+)\n+((?:\|.*\n)+)", text_of(file), re.MULTILINE))
    whole: dict[str, type[msgspec.Struct]] = {HEADS[file]: Descriptor, **TABLES}
    for head, part in whole.items():
        cells = re.findall(r"^\| (`[^|]*) \|", parts[head], re.MULTILINE)
        named = [key for cell in cells for key in re.findall(r"`([a-z_]+)`", cell)]
        assert sorted(named) == sorted(keys_of(part)), head


@pytest.mark.parametrize("file", GUIDES)
def test_the_wide_table_of_the_guide_comes_to_what_it_says(file: str, tmp_path: Path) -> None:
    words = text_of(file)
    rows, declared = re.findall(r"```\n((?:행정구역|key = \[\"동코드).*?)```", words, re.DOTALL)
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    head = 'id = "xx"\nname = "x"\nfield = "인구"\ngrade = "open"\nperiod = "month"\n'
    (tmp_path / "x.toml").write_text(head + declared, encoding="utf-8")
    outcome = check_files(load(tmp_path / "x.toml"), [tmp_path / "rows.csv"]).outcome
    assert [tuple(taken.values.values()) for taken in outcome.sample] == [
        ("석사동", "5111065000", "2026-10", "남", "0~9세", 40),
        ("석사동", "5111065000", "2026-10", "여", "0~9세", 50),
    ]
    assert outcome.refused == []


@pytest.mark.parametrize("file", GUIDES)
def test_every_word_that_is_read_as_not_known_or_as_a_flag_stands_there(file: str) -> None:
    words = text_of(file)
    known = next(x for x in words.split("\n\n") if "`NAN`" in x)
    assert [word for word in NOT_KNOWN if word and word not in known] == []
    flags = next(line for line in words.splitlines() if line.startswith("| `flag`")).upper()
    assert [word for word in YES | NO if word not in flags] == []


@pytest.mark.parametrize("file", GUIDES)
def test_every_reference_system_that_is_named_is_known(file: str) -> None:
    named = set(re.findall(r"EPSG:\d+", text_of(file))) | {"EPSG:3857", "EPSG:32651", "EPSG:32652"}
    assert [crs for crs in named if not is_crs(crs)] == []

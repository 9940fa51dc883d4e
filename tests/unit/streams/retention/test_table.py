"""The table of what is kept has a row for everything that is, and obeys what stands elsewhere."""

import os
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from streams.contract import topics, wire
from streams.contract.enums import Grade, Reporter
from streams.contract.errors import SettingsError
from streams.contract.photo_folders import KEEP_MS, folder_of
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from streams.delivery.deciding import keys as delivery_keys
from streams.domain.works.moves import listed
from streams.domain.works.rows import ReportedTime
from streams.retention.deleting import old_files, old_photos, overs, remove_folders
from streams.retention.options import DOCUMENTS
from streams.retention.page import with_tables
from streams.retention.table import KEPT, family_of, kept, read_table
from streams.state import keys
from streams.topology.stages import stages
from tests.cities.works import PERMIT, kst
from tests.cities.worlds import road
from tests.places import ROOT

TEXT = KEPT.read_text(encoding="utf-8")
NO_KEYS = {"PREFIX", "LINK", "HISTORY", "CITY", "DELIVERY", "LOGIN"}  # parts of names
NO_KEYS |= {"FOLDED_BY", "CHANGED", "STRANGERS"}  # fields of a hash


def test_every_topic_has_a_row_that_keeps_it_as_long_as_it_is_kept() -> None:
    found = {row.names[0]: row.days * 24 for row in kept().rows if row.kind == "topic"}
    assert found == {topic.name: topic.retention_h for topic in topics.ALL}


def families() -> set[str]:
    """Of keys in Redis, by everything that names one."""
    named = {
        family_of(value)
        for module in (keys, delivery_keys)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and name not in NO_KEYS
    }
    return named | {x.name for each in stages(Settings(), road(4)).values() for x in each.tables}


def test_every_family_of_keys_has_one_row_and_no_row_is_of_none() -> None:
    rows = [name for row in kept().rows if row.kind == "state" for name in row.names]
    assert len(rows) == len(set(rows))
    assert families() == set(rows)


def records() -> Iterator[tuple[str, set[str]]]:
    """Every record on the log, and every type in one, with the names of its fields."""
    seen: set[type] = set()

    def walk(kind: Any) -> Iterator[tuple[str, set[str]]]:
        is_record = is_dataclass(kind) or hasattr(kind, "_fields")
        if is_record and kind not in seen:
            seen.add(kind)
            own = kind._fields if hasattr(kind, "_fields") else [x.name for x in fields(kind)]
            yield kind.__name__, set(own)
            for hint in typing.get_type_hints(kind, include_extras=False).values():
                yield from walk(hint)
        for part in typing.get_args(kind):
            yield from walk(part)

    for kind in wire._TYPES.values():
        yield from walk(kind)


def test_every_field_of_every_record_has_one_grade() -> None:
    found = dict(records())
    assert {name: set(grades) for name, grades in kept().fields.items()} == found
    for record, names in found.items():
        said = TEXT.partition(f"[record.{record}]\n")[2].partition("\n[")[0].partition("\n# ")[0]
        assert said.count('"') == 2 * len(names), f"{record} names a field twice"
    on_topics = {name for names in kept().records.values() for name in names}
    assert on_topics == set(found)


def test_a_topic_is_as_grave_as_its_gravest_field() -> None:
    grades = {row.names[0]: row.grade for row in kept().rows if row.kind == "topic"}
    assert grades["link-speeds"] is Grade.OPEN
    assert grades["calls"] is Grade.SENSITIVE
    assert grades["accounts"] is Grade.CONFIDENTIAL


def test_what_is_personal_is_never_open_and_has_an_end() -> None:
    personal = [row for row in kept().rows if row.is_personal]
    assert len(personal) > 10
    assert [row.names for row in personal if row.grade is Grade.OPEN] == []
    assert [row.names for row in personal if not (row.days or row.until.ko)] == []


@pytest.mark.parametrize(("language", "path"), DOCUMENTS.items())
def test_the_documents_are_made_of_the_table(language: str, path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    made = with_tables(text, kept(), language)
    assert text == made, "run `python -m streams retention table --write`"
    for wrong in ("nothing", made + made):
        with pytest.raises(ValueError, match="once"):
            with_tables(wrong, kept(), language)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('grade = "O"', 'grade = "X"', "Invalid enum value 'X'"),
        ('basis = "traffic"', 'basis = "law"', "there is no 'law'"),
        ('days_of = "calls"', 'days_of = "tea"', "there is no 'tea'"),
        ("days = 30", "day = 30", "unknown field `day`"),
        ("is_personal = true\n", "", "missing required field `is_personal`"),
        ('["BusPosition", ', "[", "kept.toml: "),
        ("[topic.calls]", "[topic.cals]", "there is no 'cals'"),
        ('names = ["accounts"]', "names = [", "kept.toml: "),
    ],
)
def test_a_table_that_cannot_be_says_why(old: str, new: str, says: str) -> None:
    text = TEXT.replace(old, new, 1)
    if text == TEXT:
        text = TEXT.replace('records = ["PositionBatch", ', 'records = ["Nothing", ', 1)
    with pytest.raises(SettingsError, match=r"kept\.toml") as refused:
        read_table(text)
    assert says in str(refused.value)


def test_only_what_is_of_nobody_and_cannot_be_forgotten_may_be_kept_longer() -> None:
    table = kept()
    assert {x.names[0] for x in table.rows if x.may_be_longer} == {
        row.names[0]
        for row in table.rows
        if row.kind == "topic"
        and not row.is_personal
        and "Forgotten" not in table.records[row.names[0]]
    }


def test_old_files_are_found_below_a_folder_and_links_are_not_followed(tmp_path: Path) -> None:
    now_ms = 100 * DAY_MS
    outside = tmp_path / "outside"
    folder = tmp_path / "recordings"
    (folder / "deep").mkdir(parents=True)
    for path, age_days in ((folder / "deep/old", 31), (folder / "new", 29), (outside, 90)):
        path.write_text("x")
        at_s = (now_ms - age_days * DAY_MS) / 1000
        os.utime(path, (at_s, at_s))
    (folder / "link").symlink_to(outside)
    assert old_files(folder, now_ms - 30 * DAY_MS) == [folder / "deep/old"]


def test_photos_of_works_that_nobody_knows_go_once_no_new_one_came_for_a_week(
    tmp_path: Path,
) -> None:
    now_ms = 100 * DAY_MS
    ages_days = {"a" * 64: (8, 9), "b" * 64: (9, 6), "not-ours": (90, 90)}
    for name, (folder_days, photo_days) in ages_days.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "1.jpg").write_text("x")
        for path, days in ((folder / "1.jpg", photo_days), (folder, folder_days)):
            at_s = (now_ms - days * DAY_MS) / 1000
            os.utime(path, (at_s, at_s))
    assert old_photos(tmp_path, {}, now_ms) == [tmp_path / ("a" * 64)]
    assert old_photos(tmp_path / "none", {}, now_ms) == []


def test_photos_go_seven_days_after_their_work_and_stay_while_it_is_not_over(
    tmp_path: Path,
) -> None:
    now_ms = 100 * DAY_MS
    over = {"over": now_ms - KEEP_MS - 1, "just over": now_ms - KEEP_MS, "going on": None}
    for work in over:
        folder = tmp_path / folder_of(work)
        folder.mkdir()
        os.utime(folder, (0, 0))
    (tmp_path / ("a" * 64)).symlink_to(tmp_path / folder_of("over"))
    (tmp_path / ("b" * 64)).write_text("no folder")
    os.utime(tmp_path / ("b" * 64), (0, 0))
    assert old_photos(tmp_path, over, now_ms) == [tmp_path / folder_of("over")]
    assert remove_folders([tmp_path / folder_of("over"), tmp_path / "gone"]) == 2


def test_a_work_is_over_when_somebody_said_so_or_else_by_its_date() -> None:
    work = listed(None, PERMIT, kst("12:00"))
    ends_ms, late_ms = PERMIT.until_ms, PERMIT.until_ms + DAY_MS
    ended = ReportedTime(late_ms, Reporter.CREW)
    rows = {"going on": work, "ended": replace(work, ended=ended)}
    assert overs(rows, rows, kst("12:00")) == dict.fromkeys(rows)
    over = {"going on": ends_ms, "ended": late_ms}
    assert overs(rows, rows, late_ms) == over
    assert overs([*rows, "of a newer version"], rows, late_ms) == {
        **over,
        "of a newer version": None,
    }

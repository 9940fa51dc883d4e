"""Descriptors in a folder that changes while the producers run: what is in use after each look."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from producers.datasets.loading import MAX_BYTES, MOST_FAULTS, SHIPPED
from producers.polling import descriptors as looking
from producers.polling.descriptors import AWAY, STAYS, Descriptors

TEXT = """id = "{id}"
name = "{name}"
field = "인구"
grade = "open"
period = "year"
column = [{{ name = "번호" }}]
"""
LIE = 'id = "aa"\nname = "가"\nfield = "인구"\ngrade = "open"\nperiod = "years"\n'


def lay(home: Path, file: str, id_: str, name: str = "가") -> Path:
    home.mkdir(exist_ok=True)
    path = home / file
    path.write_text(TEXT.format(id=id_, name=name), encoding="utf-8")
    return path


def own(descriptors: Descriptors) -> dict[str, tuple[str, str]]:
    """File and name of a city's own, by id."""
    used = descriptors.used.items()
    found = {id_: x for id_, x in used if x.path.parent != SHIPPED}
    return {id_: (x.path.name, x.descriptor.name) for id_, x in found.items()}


def said(descriptors: Descriptors) -> list[str]:
    return [fault.words() for fault in descriptors.faults]


def looked(home: Path, named: Sequence[Path] = (), times: int = 1) -> Descriptors:
    found = Descriptors(home, named)
    for _ in range(times):
        found.look()
    return found


def test_a_file_is_taken_up_changed_and_let_go_once_it_is_at_rest(tmp_path: Path) -> None:
    found = looked(tmp_path)
    assert own(found) == {}
    path = lay(tmp_path, "a.toml", "aa")
    assert not found.look(), "it may still be written"
    assert found.look()
    assert own(found) == {"aa": ("a.toml", "가")}
    lay(tmp_path, "a.toml", "aa", "나나")
    assert not found.look()
    assert own(found) == {"aa": ("a.toml", "가")}
    assert found.look()
    assert own(found) == {"aa": ("a.toml", "나나")}
    path.unlink()
    assert not found.look(), "an editor may have laid it aside for a moment"
    assert found.look()
    assert (own(found), said(found)) == ({}, [])
    assert not found.look()


def test_a_file_that_lies_leaves_the_version_before_in_use_and_says_so(tmp_path: Path) -> None:
    path = lay(tmp_path, "a.toml", "aa")
    lay(tmp_path, "b.toml", "bb")
    found = looked(tmp_path)
    path.write_text(LIE, encoding="utf-8")
    lay(tmp_path, "b.toml", "bb", "바뀜")
    found.look()
    found.look()
    assert own(found) == {"aa": ("a.toml", "가"), "bb": ("b.toml", "바뀜")}
    assert any(words.startswith("a.toml:5:1: period") for words in said(found))
    assert all(STAYS in words for words in said(found))
    assert found.used["aa"].fault.startswith("a.toml:")
    lay(tmp_path, "a.toml", "aa", "고침")
    found.look()
    found.look()
    assert (own(found)["aa"], found.used["aa"].fault) == (("a.toml", "고침"), "")
    assert said(found) == []


def test_a_file_that_always_changes_holds_no_other_up(tmp_path: Path) -> None:
    lay(tmp_path, "a.toml", "aa")
    found = looked(tmp_path)
    lay(tmp_path, "b.toml", "bb")
    for number in range(4):
        lay(tmp_path, "a.toml", "aa", "가" * (number + 2))
        found.look()
    assert own(found) == {"aa": ("a.toml", "가"), "bb": ("b.toml", "가")}


def test_of_two_of_one_id_the_one_in_use_stays_whatever_the_names(tmp_path: Path) -> None:
    lay(tmp_path, "b.toml", "xx", "먼저")
    found = looked(tmp_path)
    lay(tmp_path, "a.toml", "xx", "나중")
    found.look()
    found.look()
    assert own(found) == {"xx": ("b.toml", "먼저")}
    assert said(found) == ["a.toml:1:1: id 'xx' stands in b.toml, which stays in use"]
    (tmp_path / "b.toml").write_text(LIE, encoding="utf-8")
    found.look()
    found.look()
    assert own(found) == {"xx": ("b.toml", "먼저")}, "though its file lies now"
    (tmp_path / "b.toml").unlink()
    found.look()
    found.look()
    assert (own(found), said(found)) == ({"xx": ("a.toml", "나중")}, [])


def test_two_that_are_both_new_are_both_refused(tmp_path: Path) -> None:
    lay(tmp_path, "a.toml", "xx")
    lay(tmp_path, "b.toml", "xx")
    found = looked(tmp_path)
    assert own(found) == {}
    assert [fault.file for fault in found.faults] == ["a.toml", "b.toml"]


def test_a_shipped_one_comes_back_when_a_citys_own_goes(tmp_path: Path) -> None:
    path = lay(tmp_path, "mine.toml", "cctv")
    lay(tmp_path, "other.toml", "other")
    found = looked(tmp_path)
    assert found.used["cctv"].path == path
    path.write_text(LIE, encoding="utf-8")
    found.look()
    found.look()
    assert (found.used["cctv"].path, own(found)["cctv"][1]) == (path, "가")
    path.unlink()
    found.look()
    found.look()
    assert found.used["cctv"].path == SHIPPED / "cctv.toml"


@pytest.mark.parametrize("is_emptied", [True, False])
def test_a_folder_that_is_away_takes_nothing_along(tmp_path: Path, *, is_emptied: bool) -> None:
    home = tmp_path / "home"
    for name in ("a", "b"):
        lay(home, f"{name}.toml", name * 2)
    found = looked(home)
    shutil.rmtree(home)
    if is_emptied:
        home.mkdir()
    for _ in range(3):
        found.look()
    assert (sorted(own(found)), said(found)) == (["aa", "bb"], [f"home:1:1: {AWAY}"])
    lay(home, "a.toml", "aa", "다시")
    found.look()
    found.look()
    assert (own(found), said(found)) == ({"aa": ("a.toml", "다시")}, [])


def test_named_ones_are_looked_at_alone_and_one_that_is_missing_is_named(tmp_path: Path) -> None:
    path = lay(tmp_path, "a.toml", "aa")
    lay(tmp_path, "b.toml", "bb")
    found = looked(tmp_path, [path, tmp_path / "none.toml", Path("cctv")])
    assert sorted(found.used) == ["aa", "cctv"]
    assert said(found) == ["none.toml:1:1: No such file or directory"]


def test_beyond_the_bound_a_dataset_is_named_and_the_citys_own_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MAX_DATASETS", 1)
    lay(tmp_path, "z.toml", "zz")
    found = looked(tmp_path)
    assert sorted(found.used) == ["zz"]
    assert "more than 1 datasets: not used" in said(found)[0]


@pytest.mark.parametrize("words", [b"\xff\xfe\x00", b"a = " + b"[" * 5000, b"", b'id = "a'])
def test_no_file_ends_the_look(tmp_path: Path, words: bytes) -> None:
    lay(tmp_path, "a.toml", "aa")
    (tmp_path / "b.toml").write_bytes(words)
    found = looked(tmp_path)
    assert own(found) == {"aa": ("a.toml", "가")}
    assert next(fault.file for fault in found.faults) == "b.toml"


def test_a_pipe_named_like_a_descriptor_holds_no_look_up(tmp_path: Path) -> None:
    lay(tmp_path, "a.toml", "aa")
    os.mkfifo(tmp_path / "b.toml")
    found = looked(tmp_path)
    assert set(own(found)) == {"aa"}
    assert said(found) == ["b.toml:1:1: no file: a folder, a pipe or a device"]


def test_a_file_of_the_same_time_and_size_in_its_place_is_taken_up(tmp_path: Path) -> None:
    path = lay(tmp_path, "a.toml", "aa", "가")
    found, stat = looked(tmp_path), path.stat()
    other = lay(tmp_path, "a.new", "aa", "나")
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.rename(path)
    assert path.stat().st_mtime_ns == stat.st_mtime_ns
    found.look()
    assert found.look()
    assert own(found) == {"aa": ("a.toml", "나")}


def test_of_a_file_with_a_fault_at_each_table_the_first_hundred_are_said(tmp_path: Path) -> None:
    path = lay(tmp_path, "a.toml", "aa")
    tables = "{}," * 200_000
    path.write_text(path.read_text(encoding="utf-8").replace('{ name = "번호" }', tables))
    assert path.stat().st_size < MAX_BYTES
    assert len(said(looked(tmp_path))) == MOST_FAULTS


def test_a_name_of_an_old_windows_goes_into_a_message(tmp_path: Path) -> None:
    tmp_path.joinpath(os.fsdecode("교통.toml".encode("cp949"))).write_text("x")
    [fault] = said(looked(tmp_path))
    assert fault.encode().startswith(b"????.toml:1:1: ")

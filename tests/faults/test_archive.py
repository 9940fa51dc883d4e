"""Row F49: what happens to the archive, beside a city that goes on."""

from pathlib import Path

import pytest

from local.services import Process
from streams.history.fold import FOLDED
from streams.history.keeping import kept_in
from streams.history.remaking import damage_of
from streams.history.shelf import Shelf
from tests.cities.archive import rows_in
from tests.faults import load
from tests.faults.disks import small_disk
from tests.faults.figures import Figures, scaled
from tests.faults.processes import wait_exit
from tests.faults.rig import Rig

SEED = 49
ENDS = ("after_file:3", "after_manifest", "after_keep:2")


def archive(rig: Rig, folder: Path, fail: str = "") -> Process:
    """One more archive, which writes each second, and ends at a failpoint."""
    number = sum(name.startswith("archive") for name in rig.processes)
    env = {"BOMNAE_HISTORY": str(folder), "BOMNAE_HISTORY_EVERY_S": "1"}
    return rig.python(
        f"archive-{number}",
        "streams",
        "archive",
        env={**env, **({"FAIL_AT": fail} if fail else {})},
    )


def stop_at_end(rig: Rig, process: Process, folder: Path) -> None:
    """Stop an archive that has all that the log has."""
    ends = rig.broker.ends(FOLDED)

    def has_all() -> bool:
        kept = kept_in(folder)
        return kept is not None and all(kept.positions.get(x, 0) >= ends[x] for x in ends)

    process.wait_until(has_all, "the archive at the log's end", within_s=180)
    process.stop()
    assert process.exit_code == 0, process.log.read_text(encoding="utf-8")


@pytest.mark.row("F49", "kill -9 of the archive at three points, then its disk is full")
def test_f49_archive(rig: Rig, figures: Figures) -> None:
    with small_disk(rig.folder / "disk", 24) as disk:
        broken, whole = disk.folder / "history", rig.folder / "whole"
        rig.crew(1)
        rig.feed(load.day(SEED, scaled(load.LONG)))
        rig.wait_working(least=100)
        for fail in ENDS:
            code, _ = wait_exit(archive(rig, broken, fail), 180)
            assert code == -9, fail
        process = archive(rig, broken)
        process.wait_said("history begins")
        disk.fill()
        process.wait_said("cannot be written, and waits")
        rig.wait_past(rig.ahead())  # the city goes on
        disk.free()
        process.wait_said("the history is written again")
        rig.enough()
        rig.judge(figures)
        stop_at_end(rig, process, broken)
        stop_at_end(rig, archive(rig, whole), whole)
        due, found = rows_in(whole), rows_in(broken)
        lost = sum(len(set(due[x]) - set(found[x])) for x in due)
        twice = sum(len(found[x]) - len(set(found[x])) for x in found)
        figures.noted["rows"] = sum(map(len, due.values()))
        figures.exactly("rows lost", lost, 0)
        figures.exactly("rows twice", twice, 0)
        assert found == due
        assert not damage_of(Shelf(broken), is_whole=True)

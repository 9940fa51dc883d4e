"""The archive beside a running city: each row is there once however it ends; SQL over them."""

import json
from pathlib import Path

import pytest

from local.services import Process
from local.stack import Stack
from tests.cities import worlds
from tests.cities.archive import rows_in
from tests.services.archiving import archive, finished, told

KILLED = -9


@pytest.fixture(name="drained")
def _drained(city: Stack) -> tuple[Stack, int]:
    """A city whose worker has folded a log to its end, and the log's last tick."""
    log = worlds.drive(4, worlds.STOPS)
    worker = city.start_worker()
    worlds.publish(city, [*told(), *log])
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    worker.stop()
    return city, worlds.last_tick_ms(log)


def test_whenever_it_is_killed_each_row_is_there_once(
    drained: tuple[Stack, int], tmp_path: Path
) -> None:
    city, until_ms = drained
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    finished(city, whole, until_ms)
    for fail in ("after_file:3", "after_manifest", "before_keep"):
        process = archive(city, broken, fail)
        assert process.wait_ended() == KILLED, process.log.read_text()
    finished(city, broken, until_ms)
    rows = rows_in(whole)
    assert rows == rows_in(broken)
    empty = {name for name, found in rows.items() if not found}
    assert empty <= {"discrepancies"}, {x: len(y) for x, y in rows.items()}
    env = {"BOMNAE_HISTORY": str(whole), "BOMNAE_LOG": "error"}
    sql = "SELECT count(*) AS rows FROM passages"
    said = city.run("asked", "streams", "history", "sql", sql, "--json", env=env)
    assert json.loads(said) == [{"rows": len(rows["passages"])}]
    assert ", 0 damaged" in city.run("checked", "streams", "history", "check", env=env)
    spoilt = next((whole / "passages").rglob("*.parquet"))
    spoilt.write_bytes(spoilt.read_bytes()[:-9])
    said = city.run("checked", "streams", "history", "check", env=env, fine=(7,))
    assert f"{spoilt.relative_to(whole)}: " in said
    assert ", 1 damaged" in said
    city.run("repaired", "streams", "history", "check", "--repair", env=env)
    assert spoilt.with_name(f"{spoilt.name}.corrupt").exists()
    assert rows_in(whole) == rows
    flipped = max((whole / "link_minutes").rglob("*.parquet"))
    raw = bytearray(flipped.read_bytes())
    raw[len(raw) // 3] ^= 1
    flipped.write_bytes(raw)
    day = min((whole / "days").glob("*.json"))
    for manifest in (day, day.parent / "copies" / day.name):
        manifest.write_bytes(b"{")
    said = city.run("checked", "streams", "history", "check", env=env, fine=(7,))
    assert f"{day}: " in said
    if flipped.parent.name != f"day={day.stem}":  # else its day is set aside whole
        assert f"{flipped.relative_to(whole)}: " in said
    finished(city, whole, until_ms)  # an archive that begins now mends it
    assert day.with_name(f"{day.name}.corrupt").exists()
    assert rows_in(whole) == rows
    assert ", 0 damaged" in city.run("checked", "streams", "history", "check", env=env)
    city.run("rebuilt", "streams", "history", "rebuild", env=env)
    assert rows_in(whole) == rows


def has_ended(process: Process) -> bool:
    return process.exit_code is not None

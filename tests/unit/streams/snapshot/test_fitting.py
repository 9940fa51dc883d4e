"""A snapshot of another city, network, layout or log is refused with what it is."""

import gzip
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams.contract.ed25519 import key_id
from streams.contract.errors import LogError, SnapshotError, StateError
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, HOUR_MS, now_ms
from streams.snapshot.file import writing
from streams.snapshot.frames import Head
from streams.snapshot.health import reason, reason_of
from streams.snapshot.held import check_fits, shifts_for
from streams.snapshot.shelf import (
    made_ms,
    made_until,
    new_name,
    newest_checked,
    newest_in,
    snapshots_in,
    surplus,
)
from streams.state import schema

OURS = Settings()
HEAD = Head(
    id="a1",
    schema=schema.SCHEMA,
    made_ms=1,
    city=OURS.city,
    province=OURS.province,
    network="n1",
    partitions=OURS.partitions,
    topic_ids={"calls": "x", "permits": "y"},
)


KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = {key_id(KEY.public_key()): KEY.public_key()}


def begun(path: Path) -> None:
    """A snapshot of nothing but its head."""
    with writing(path, KEY) as file:
        file.add(HEAD)


def but(**fields: object) -> Head:
    return msgspec.structs.replace(HEAD, **fields)


def test_its_own_city_fits() -> None:
    check_fits(HEAD, OURS, "n1")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (but(city="원주시"), "is of 강원특별자치도 원주시, .* say 강원특별자치도 춘천시"),
        (but(province="강원도"), "is of 강원도 춘천시"),
        (but(partitions=8), "has 8 partitions, BOMNAE_PARTITIONS is 4: set it to 8"),
        (but(network="n0"), "is of network n0, BOMNAE_NETWORK is network n1: .*refold"),
    ],
)
def test_another_is_refused_with_what_it_is(head: Head, said: str) -> None:
    with pytest.raises(SnapshotError, match=said) as refused:
        check_fits(head, OURS, "n1")
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(("number", "age"), [(schema.SCHEMA + 1, "a later"), (0, "a much earlier")])
def test_a_layout_that_is_not_read_is_refused_with_what_to_do(number: int, age: str) -> None:
    with pytest.raises(StateError, match=f"schema {number}.*{age} version.*refold") as refused:
        check_fits(but(schema=number), OURS, "n1")
    assert refused.value.exit_code == 7


def test_a_state_without_a_number_is_of_before_there_were_numbers() -> None:
    assert schema.schema_of({}) == 1
    assert schema.schema_of({b"schema": b"7"}) == 7
    with pytest.raises(StateError, match="no number"):
        schema.schema_of({b"schema": b"new"})


def test_offsets_stay_on_the_same_log_and_move_on_one_that_a_restore_laid() -> None:
    assert shifts_for(HEAD, {}, {"calls": "x"}) == {}
    assert shifts_for(HEAD, {}, {}) == {}  # a broker that tells no ids
    laid = {"id": "a1", "calls/0": "40", "bus-positions/2": "-3"}
    assert shifts_for(HEAD, laid, {"calls": "z"}) == {("calls", 0): 40, ("bus-positions", 2): -3}
    assert shifts_for(but(id="a2", laid="a1"), laid, {"calls": "x"}) == {}


@pytest.mark.parametrize(
    ("head", "laid", "ids", "said"),
    [
        (HEAD, {}, {"calls": "z"}, "topic calls has another id"),
        (HEAD, {"id": "a0"}, {"calls": "x"}, "a restore came between"),
        (but(laid="a0"), {}, {"calls": "x"}, "a restore came between"),
    ],
)
def test_a_snapshot_of_another_log_is_refused(
    head: Head, laid: dict[str, str], ids: dict[str, str], said: str
) -> None:
    with pytest.raises(LogError, match=said):
        shifts_for(head, laid, ids)


def test_names_tell_the_time_and_sort_by_it(tmp_path: Path) -> None:
    at_ms = 1_795_392_000_000
    names = [new_name(at_ms + days * DAY_MS) for days in (1, 0, 2)]
    assert names[1] == "bomnae-20261123T000000Z.snapshot"
    for name in (*names, "mine.snapshot", f".{names[0]}.half"):
        begun(tmp_path / name)
    found = snapshots_in(tmp_path)
    assert [made_ms(path) for path in found] == [at_ms + days * DAY_MS for days in (0, 1, 2)]
    until_ms = at_ms + 2 * DAY_MS
    assert surplus(found, 2, until_ms) == found[:1]
    assert surplus(found, 5, until_ms) == []


def test_a_date_to_come_or_of_nonsense_is_neither_the_newest_nor_counted(tmp_path: Path) -> None:
    good = new_name(now_ms())
    for name in (good, "bomnae-20991231T000000Z.snapshot", "bomnae-20269931T000000Z.snapshot"):
        begun(tmp_path / name)
    found = made_until(snapshots_in(tmp_path), now_ms())
    assert [path.name for path in found] == [good]
    newest = newest_in(tmp_path, now_ms())
    assert newest.path == tmp_path / good
    assert ["20991231" in fault for fault in newest.faults] == [True]
    assert newest_checked(tmp_path, KEYS, now_ms()).path.name == good
    (tmp_path / good).unlink()
    said = reason_of(Settings(snapshots=str(tmp_path)))
    assert "dated ahead of the clock" in said


def test_a_date_to_come_goes_once_enough_stand_without_it(tmp_path: Path) -> None:
    at_ms = now_ms()
    ahead, soon = tmp_path / new_name(at_ms + 400 * DAY_MS), tmp_path / new_name(at_ms + 60_000)
    days = [tmp_path / new_name(at_ms - n * DAY_MS) for n in (2, 1, 0)]
    for path in (ahead, soon, *days[1:]):
        begun(path)
    assert surplus(snapshots_in(tmp_path), 3, at_ms) == []  # it may be all there is
    begun(days[0])
    assert surplus(snapshots_in(tmp_path), 3, at_ms) == [ahead]
    assert surplus(snapshots_in(tmp_path), 2, at_ms) == [days[0], ahead]
    assert surplus(snapshots_in(tmp_path), 3, at_ms + DAY_MS) == [days[0], ahead]


def test_what_does_not_begin_as_a_snapshot_neither_counts_nor_is_kept_for_one(
    tmp_path: Path,
) -> None:
    at_ms = now_ms()
    older, old, good, bad = (tmp_path / new_name(at_ms - n * DAY_MS) for n in (4, 2, 1, 0))
    for path in (old, good):
        begun(path)
    older.touch()
    for content in (
        b"",
        b"no snapshot",
        gzip.compress(b"bomnae snapshot\n"),
        good.read_bytes()[:9],
    ):
        bad.write_bytes(content)
        newest = newest_in(tmp_path, at_ms)
        assert newest.path == good
        assert [str(bad) in fault for fault in newest.faults] == [True]
    found = snapshots_in(tmp_path)
    assert surplus(found, 1, now_ms()) == [older, old]
    assert surplus(found, 2, now_ms()) == [older]
    assert surplus(found, 3, now_ms()) == []
    for path in (older, old, good):
        path.unlink()
    said = reason_of(Settings(snapshots=str(tmp_path)))
    assert said.startswith(f"there is no snapshot yet; {bad}: ")


def test_the_health_of_a_shelf_is_its_newest_age() -> None:
    assert reason(None, 0) == "there is no snapshot yet"
    assert reason(0, DAY_MS + HOUR_MS) == ""
    assert reason(0, 3 * DAY_MS) == "the newest snapshot is 72 h old"

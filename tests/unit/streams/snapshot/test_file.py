"""A snapshot's file: every kind of damage is named, and half a one never has its name."""

import gzip
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams.contract.ed25519 import key_id, public_text
from streams.contract.errors import SettingsError, SnapshotError
from streams.contract.settings import Settings
from streams.snapshot.file import checked, frames_of, writing
from streams.snapshot.frames import Body, Hash, Head, Messages, Stretch, Text
from streams.snapshot.keys import keys_to_check, signing_key
from tests.places import ROOT

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
HEAD = Head(
    id="a1",
    schema=1,
    made_ms=1,
    city="춘천시",
    province="강원특별자치도",
    network="n",
    partitions=2,
)
BODY: list[Body] = [
    Hash("0", "works", [b"W", b"{}"]),
    Text("1", "generation", b"3"),
    Stretch("calls", 0, 4, 5, 6),
    Messages("calls", 0, [(2, b"{}"), (5, None)]),
]


def write(path: Path, frames: list[Body], key: Ed25519PrivateKey = KEY) -> Path:
    with writing(path, key) as file:
        for frame in frames:
            file.add(frame)
    return path


def unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def repack(path: Path, raw: bytes) -> Path:
    path.write_bytes(gzip.compress(raw))
    return path


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [HEAD, *BODY])
    file = checked(path, KEYS)
    assert file.head == HEAD
    assert [part.name for part in file.parts] == ["head", "log calls/0", "state 0", "state 1"]
    assert list(frames_of(path)) == [HEAD, *BODY]
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_left_half_goes_when_the_next_begins(tmp_path: Path) -> None:
    """One that another writes at the moment stays, and so does every other file."""
    code = """
import os, signal, sys
from pathlib import Path
from tests.unit.streams.snapshot.test_file import HEAD, KEY, writing
with writing(Path(sys.argv[1]), KEY) as file:
    file.add(HEAD)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "killed")]
    assert subprocess.run(command, check=False, cwd=ROOT).returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".half")
    (tmp_path / "another.half").write_text("ours?")
    with writing(tmp_path / "a", KEY) as first:
        assert not left.exists()
        first.add(HEAD)
        write(tmp_path / "b", [HEAD, *BODY])
        first.add(BODY[0])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "another.half", "b"]
    assert list(frames_of(tmp_path / "a")) == [HEAD, BODY[0]]


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [HEAD, *BODY])
    raw = unpacked(path)
    for at in range(len(raw)):
        repack(path, raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        with pytest.raises(SnapshotError):
            checked(path, KEYS)


def test_a_byte_flipped_in_the_packed_file_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [HEAD, *BODY])
    packed = path.read_bytes()
    for at in range(10, len(packed)):  # before it stands how gzip was made, and no content
        path.write_bytes(packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :])
        with pytest.raises(SnapshotError):
            checked(path, KEYS)


def test_every_half_of_it_is_said_to_be_half_or_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [HEAD, *BODY])
    raw, packed = unpacked(path), path.read_bytes()
    for size in range(0, len(packed), 5):
        path.write_bytes(packed[:size])
        with pytest.raises(SnapshotError):
            checked(path, KEYS)
    for size in range(16, len(raw), 5):
        with pytest.raises(SnapshotError, match=r"half|damaged"):
            checked(repack(path, raw[:size]), KEYS)


def test_another_key_another_file_and_another_form_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [HEAD, *BODY], OTHER)
    with pytest.raises(SnapshotError, match=f"signed with key {key_id(OTHER.public_key())}"):
        checked(path, KEYS)
    path.write_bytes(b"no snapshot at all")
    with pytest.raises(SnapshotError, match="damaged, or no snapshot"):
        checked(path, KEYS)
    with pytest.raises(SnapshotError, match="is no snapshot"):
        checked(repack(path, b"something else"), KEYS)
    later = Head(
        form=2, id="a", schema=1, made_ms=1, city="", province="", network="", partitions=1
    )
    with pytest.raises(SnapshotError, match="form 2, this version reads 1"):
        checked(write(tmp_path / "b", [later]), KEYS)
    with pytest.raises(SnapshotError, match="cannot be read: No such file"):
        checked(tmp_path / "c", KEYS)
    with pytest.raises(SnapshotError, match="does not begin"):
        checked(write(tmp_path / "d", BODY), KEYS)


def test_a_part_put_in_or_taken_out_by_who_has_not_the_key_is_named(tmp_path: Path) -> None:
    path, more = write(tmp_path / "a", [HEAD, *BODY]), write(tmp_path / "b", [HEAD, *BODY[1:]])
    end = unpacked(path)[-(len(unpacked(path)) - unpacked(path).rindex(b"\x84\xa4type\xa3end")) :]
    length = len(end).to_bytes(4, "big")
    forged = unpacked(more)[: unpacked(more).rindex(b"\x84\xa4type\xa3end") - 4] + length + end
    with pytest.raises(SnapshotError, match="was changed: state 0 not as it was signed"):
        checked(repack(tmp_path / "c", forged), KEYS)


def test_what_fails_midway_leaves_no_file(tmp_path: Path) -> None:
    def interrupted() -> None:
        with writing(tmp_path / "a", KEY) as file:
            file.add(HEAD)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())
    with pytest.raises(SettingsError, match="none: No such file"):
        write(tmp_path / "none" / "a", [HEAD])


def test_a_full_disk_is_named_and_leaves_no_file(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = Text("0", "generation", random.Random(1).randbytes(1 << 20))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        with pytest.raises(SettingsError, match="a: cannot be written: File too large"):
            write(tmp_path / "a", [HEAD, noise])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())


def test_who_only_checks_has_the_public_key_and_can_sign_none(tmp_path: Path) -> None:
    path = tmp_path / "snapshot_public"
    path.write_text(public_text(KEY.public_key()), encoding="ascii")
    settings = Settings(snapshot_key=str(path))
    assert keys_to_check(settings, None) == KEYS
    with pytest.raises(SettingsError, match="no Ed25519 private key"):
        signing_key(settings)

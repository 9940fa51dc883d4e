"""Key files: whose they are, how they change under a process, and the command that makes them."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.waiting import wait_until
from streams.__main__ import main
from streams.contract import key_file
from streams.contract.errors import SettingsError
from streams.contract.key_file import check_keys, keys_now, load, save
from streams.contract.keys import NEEDED, Purpose, keys_of_settings, part, rotated
from streams.contract.settings import Settings
from streams.contract.times import now_ms

MASTER, PLATES = "a master key for tests, 32 or longer", "plates' key for tests, 32 or longer!"
WHOLE = keys_of_settings(MASTER, PLATES)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save(tmp_path / "keys.json", WHOLE)
    return tmp_path / "keys.json"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(mode)
    with pytest.raises(SettingsError, match=rf"{file}: must be its owner's alone .*is {mode:03o}"):
        keys_now(Settings(keys=str(file)))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load(tmp_path / "none")
    with pytest.raises(SettingsError, match="must be a file"):
        load(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SettingsError, match="must be a file"):
        load(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b" " * (key_file.MOST_FILE_BYTES + 1))
    (tmp_path / "large").chmod(0o600)
    with pytest.raises(SettingsError, match="at most"):
        load(tmp_path / "large")


def test_the_file_wins_over_the_single_settings(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save(file, rotated(WHOLE, Purpose.CREW, secret=b"n" * 32, now_ms=1))
    settings = Settings(keys=str(file), secret="another " * 5, pseudonym_key="other " * 8)
    assert keys_now(settings).current(Purpose.CREW).secret == b"n" * 32
    assert keys_now(settings).current(Purpose.PSEUDONYMS).secret == PLATES.encode()
    assert "are unused" in caplog.text


def test_a_change_holds_at_the_next_use_and_a_broken_one_leaves_what_was(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(keys=str(file))
    before = keys_now(settings)
    assert keys_now(settings) is before
    save(file, rotated(WHOLE, Purpose.CREW, secret=b"n" * 32, now_ms=now_ms()))
    after = keys_now(settings)
    assert after.current(Purpose.CREW).secret == b"n" * 32
    file.write_text("{")
    assert [keys_now(settings), keys_now(settings)] == [after, after]
    assert caplog.text.count("keys not read again") == 1
    file.unlink()
    assert keys_now(settings) is after
    save(file, WHOLE)
    assert keys_now(settings).keys == WHOLE.keys


def test_a_change_is_seen_though_size_and_time_of_the_file_are_as_before(file: Path) -> None:
    """As where its owner changed, and with that who may read it."""
    settings, known = Settings(keys=str(file)), file.stat()
    assert keys_now(settings).keys == WHOLE.keys
    other = keys_of_settings(MASTER[::-1], PLATES)
    save(file.with_name("other"), other)
    content = file.with_name("other").read_bytes()
    assert len(content) == known.st_size

    def changed_ns() -> int:  # the file system's clock is a coarse one
        file.write_bytes(content)
        os.utime(file, ns=(known.st_atime_ns, known.st_mtime_ns))
        return file.stat().st_ctime_ns

    wait_until(changed_ns, "another moment", lambda seen: seen != known.st_ctime_ns)
    assert keys_now(settings).current(Purpose.WEBHOOKS).secret == MASTER[::-1].encode()


def test_a_process_takes_its_own_part_and_not_anothers(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(keys=str(file))
    check_keys(settings, "maps")
    assert "holds more than is needed" in caplog.text
    caplog.clear()
    save(file, part(WHOLE, "maps", 0))
    check_keys(settings, "maps")
    assert not caplog.records or "holds more" not in caplog.text
    own = keys_now(settings)
    for unfit in (part(WHOLE, "dispatch", 0), replace(own, keys=own.keys[:1])):
        save(file, unfit)
        assert keys_now(settings) is own, "a running process goes on with its own"
    assert "keys not read again" in caplog.text
    save(file, own)
    for other in {*NEEDED} - {"maps"}:
        with pytest.raises(SettingsError, match=f"is the part for maps, not for {other}"):
            check_keys(settings, other)
    check_keys(Settings(), "maps")


# --- the command


def keys(*arguments: str) -> int:
    return main(["keys", *arguments])


def test_what_is_set_is_taken_over_and_every_purpose_gets_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    file = tmp_path / "keys.json"
    monkeypatch.setenv("BOMNAE_KEYS", str(file))
    monkeypatch.setenv("BOMNAE_SECRET", MASTER)
    assert keys("make") == 0
    out, err = capsys.readouterr()
    made = load(file)
    for purpose in (Purpose.WEBHOOKS, Purpose.CREW, Purpose.CODES):
        assert made.current(purpose) == WHOLE.current(purpose)
    assert made.current(Purpose.PSEUDONYMS).secret != WHOLE.current(Purpose.PSEUDONYMS).secret
    assert "BOMNAE_SECRET was taken over" in err
    assert [line.split()[0] for line in out.splitlines()] == [*Purpose]
    assert MASTER not in out + err
    assert keys("make") == 2
    assert "is there already" in capsys.readouterr().err
    assert load(file).keys == made.keys


def test_a_short_key_is_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("BOMNAE_PSEUDONYM_KEY", "hunter2")
    assert keys("make", "--file", str(tmp_path / "keys.json")) == 2
    err = capsys.readouterr().err
    assert "key pseudonyms-0: key must have 32 to 1024 bytes, has 7" in err
    assert "hunter2" not in err
    assert not list(tmp_path.iterdir())


def test_a_rotation_and_its_parts(file: Path, tmp_path: Path, capsys: Any) -> None:
    of_maps = tmp_path / "maps.json"
    derive = ("derive", "--file", str(file), "--for", "maps", "--out", str(of_maps))
    assert keys(*derive) == 0
    assert keys("rotate", "crew", "--file", str(file)) == 0
    assert keys(*derive) == 0
    found = load(of_maps).accepted(Purpose.CREW, now_ms())
    assert found == load(file).accepted(Purpose.CREW, now_ms())
    assert found[1].secret == WHOLE.current(Purpose.CREW).secret
    assert (found[1].until_ms or 0) - found[0].made_ms == 86_400_000
    assert keys("rotate", "crew", "--leaked", "--file", str(file)) == 0
    after = load(file).accepted(Purpose.CREW, now_ms())
    assert not {each.secret for each in after} & {each.secret for each in found}
    assert len(after) == 1
    assert keys("list", "--file", str(file)) == 0
    shown = capsys.readouterr()
    for each in load(file).keys:
        assert each.id in shown.out
        assert each.secret.decode("latin-1") not in shown.out + shown.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list"], "BOMNAE_KEYS is not set"),
        (["list", "--file", "none"], "No such file"),
        (["rotate", "crew", "--file", "part"], "is a part, for maps"),
        (["derive", "--for", "maps", "--file", "whole", "--out", "whole"], "is no part"),
        (["derive", "--for", "maps", "--file", "whole", "--out", "other"], "is no part"),
        (["derive", "--for", "maps", "--file", "whole", "--out", "no/x"], "cannot be written"),
        (["derive", "--for", "dispatch", "--file", "part", "--out", "new"], "no key for webhooks"),
        (["make", "--file", "no/x"], "No such file"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "whole", WHOLE)
    save(tmp_path / "other", WHOLE)
    save(tmp_path / "part", part(WHOLE, "maps", 0))
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert keys(*arguments) == 2
    assert says in capsys.readouterr().err
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()} == before


@pytest.mark.parametrize(
    "arguments", [["rotate", "sessions"], ["rotate", "crew", "--keep-hours", "0"]]
)
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        keys(*arguments)
    assert ended.value.code == 2


def test_a_write_that_breaks_off_leaves_the_file_and_nothing_beside_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = file.read_bytes()
    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(SettingsError, match="No space left"):
        save(file, rotated(WHOLE, Purpose.CREW, secret=b"n" * 32, now_ms=1))
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]

import stat
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from streams.contract.errors import SettingsError
from streams.contract.key_file import load, save
from streams.contract.keys import NEEDED, Purpose, keys_of_settings, part, read, rotated
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.kafka.scram import users_in
from streams.walls.certificate import LASTS, self_signed
from streams.walls.command import run_secrets
from streams.walls.files import (
    KAFKA_USERS,
    KEY_FILE,
    KEYS,
    REDIS_USERS,
    TOLD,
    key_part,
    make_missing,
    passwords_of_kafka,
)

WHOLE = f"{KEYS}/{KEY_FILE}"


def contents(folder: Path) -> dict[str, str]:
    """Every file of a folder by its path in it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text() for path in files}


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    return folder


def test_what_stands_is_kept_and_what_follows_from_it_is_not_made_again(closed: Path) -> None:
    made = make_missing(closed)
    before = contents(closed)
    assert {*before} == {*made}
    assert make_missing(closed) == []
    assert contents(closed) == before


def test_one_that_is_missing_or_renewed_brings_what_follows_from_it(closed: Path) -> None:
    make_missing(closed)
    before = (closed / "kafka_maps").read_text()
    (closed / "redis_worker").unlink()
    made = make_missing(closed, renew=["kafka_maps"])
    assert made == ["kafka_maps", "redis_worker", KAFKA_USERS, REDIS_USERS]
    assert (closed / "kafka_maps").read_text() != before
    users = users_in((closed / KAFKA_USERS).read_text().splitlines())
    assert [user.name for user in users] == [*passwords_of_kafka()]


def test_what_others_tell_is_made_empty_and_the_rest_long_enough(closed: Path) -> None:
    make_missing(closed)
    for name, text in contents(closed).items():
        assert not text if name in TOLD else len(text) >= 32
        mode = 0o600 if name == WHOLE else 0o644  # the folder is the wall
        assert stat.S_IMODE((closed / name).stat().st_mode) == mode


def test_the_parts_follow_the_key_file_and_need_it(closed: Path) -> None:
    make_missing(closed)
    save(
        closed / WHOLE,
        rotated(load(closed / WHOLE), Purpose.CREW, secret=b"n" * 32, now_ms=now_ms()),
    )
    assert make_missing(closed) == [key_part("maps"), key_part("dispatch")]
    for name, purposes in NEEDED.items():
        found = read((closed / key_part(name)).read_bytes(), name)
        assert {key.purpose for key in found.keys} == {*purposes}
        assert found.keys == part(load(closed / WHOLE), name, now_ms()).keys
    (closed / WHOLE).unlink()
    assert make_missing(closed) == []  # it is kept elsewhere
    (closed / key_part("maps")).unlink()
    with pytest.raises(SettingsError, match=rf"{closed / WHOLE}: is needed to make keys/maps/"):
        make_missing(closed)
    assert not (closed / WHOLE).exists()


def test_the_keys_of_a_version_of_before_are_taken_over(closed: Path) -> None:
    master, plates = "m" * 40, "p" * 40
    (closed / "secret").write_text(f"{master}\n")
    (closed / "pseudonym_key").write_text(plates)
    make_missing(closed)
    assert load(closed / WHOLE).keys == keys_of_settings(master, plates).keys
    assert "secret" not in {*make_missing(closed)}


def test_a_short_key_is_not_taken_over(closed: Path) -> None:
    (closed / "pseudonym_key").write_text("hunter2")
    with pytest.raises(SettingsError, match="pseudonyms-0: key must have 32") as refused:
        make_missing(closed)
    assert "hunter2" not in str(refused.value)
    assert not (closed / WHOLE).exists()


def test_the_keys_of_simulated_portals_are_given(closed: Path) -> None:
    make_missing(closed, portal_key="any")
    assert (closed / "tago_key").read_text() == "any"
    assert not (closed / "admin_key").read_text()


def test_a_folder_that_others_may_enter_or_that_is_missing_is_refused(tmp_path: Path) -> None:
    open_one = tmp_path / "open"
    open_one.mkdir(mode=0o755)
    with pytest.raises(SettingsError, match="others may enter it"):
        make_missing(open_one)
    with pytest.raises(SettingsError, match="No such file"):
        make_missing(tmp_path / "missing")
    assert not [*open_one.iterdir()]


def test_only_what_is_made_here_can_be_renewed(closed: Path) -> None:
    with pytest.raises(SettingsError, match=r"'\.\./evil' is not made here"):
        make_missing(closed, renew=["../evil"])
    assert not [*closed.iterdir()]


def test_a_certificate_is_of_its_host_and_of_this_machine_for_ten_years() -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    key, text = self_signed("kafka", now)
    made = x509.load_pem_x509_certificate(text.encode())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["kafka", "localhost"]
    assert made.not_valid_after_utc == now + LASTS
    assert "PRIVATE KEY" in key
    made.verify_directly_issued_by(made)


def test_the_command_says_what_it_made_and_no_secret(
    closed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_secrets(Namespace(out=closed, simulated=False, renew=[], by=""), Settings()) == 0
    said = capsys.readouterr().out
    assert "made kafka_maps" in said
    assert (closed / "kafka_maps").read_text() not in said


@pytest.mark.parametrize("name", ["redis_maps", "kafka_worker"])
def test_an_empty_password_is_refused_and_never_hashed(closed: Path, name: str) -> None:
    make_missing(closed)
    (closed / name).write_text("")
    before = contents(closed)
    with pytest.raises(SettingsError, match=f"{name}: is empty"):
        make_missing(closed, renew=["redis_keeper"])
    assert contents(closed) == before
    assert name in make_missing(closed, renew=[name])


@pytest.mark.parametrize("name", ["kafka_ca", "redis_ca", "records_public", "snapshot_public"])
def test_what_goes_with_a_key_is_named_where_it_is_missing(closed: Path, name: str) -> None:
    make_missing(closed)
    (closed / name).unlink()
    with pytest.raises(SettingsError, match=f"{name}: is missing"):
        make_missing(closed)

"""TLS: a local authority and what it signs, files of one's own, what ends, what is read again."""

import asyncio
import os
import pty
import ssl
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization

from streams.contract.errors import SettingsError
from streams.contract.tls import CA, CA_KEY, CERT, KEY, OWN_FOR, Tls
from streams.contract.whole_files import alone, write_whole

NAMES = ("127.0.0.1", "localhost", "map.city.example")


async def served(tls: Tls, authority: Path, name: str = "localhost") -> bytes:
    """The serial number that a client which trusts this authority is shown."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls.context).start()
        context = ssl.create_default_context(cafile=str(authority))
        host, port = runner.addresses[0][:2]
        _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=name)
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return bytes(shown)
    finally:
        await runner.cleanup()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_an_old_tls_is_refused(tmp_path: Path) -> None:
    tls = Tls.of(str(tmp_path), NAMES)
    client = ssl.create_default_context(cafile=str(tmp_path / CA))
    client.set_ciphers("ALL:@SECLEVEL=0")  # else this client would refuse by itself
    client.minimum_version = ssl.TLSVersion.TLSv1
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=tls.context)
    async with server:
        at = {"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1]}
        for newest in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            client.maximum_version = newest
            with pytest.raises((ssl.SSLError, ConnectionResetError)):
                await asyncio.open_connection(**at, ssl=client, server_hostname="localhost")
        client.maximum_version = ssl.TLSVersion.TLSv1_2
        _, writer = await asyncio.open_connection(**at, ssl=client, server_hostname="localhost")
        assert writer.get_extra_info("ssl_object").version() == "TLSv1.2"
        writer.close()
        await writer.wait_closed()


async def test_an_empty_folder_gets_an_authority_and_what_it_signs(tmp_path: Path) -> None:
    tls = Tls.of(str(tmp_path / "tls"), NAMES)
    folder = tls.folder
    assert sorted(path.name for path in folder.iterdir()) == sorted((CA, CA_KEY, CERT, KEY))
    for name in (CA_KEY, KEY):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    for name in NAMES:
        assert await served(tls, folder / CA, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        await served(tls, folder / CA, "other.example")
    again = Tls.of(str(folder), NAMES)
    assert again.ends == tls.ends  # made once


def test_it_is_made_anew_before_it_ends_by_the_same_authority(tmp_path: Path) -> None:
    tls = Tls.of(str(tmp_path), NAMES)
    first, authority = tls.ends, (tmp_path / CA).read_bytes()
    tls.read(datetime.now(UTC) + OWN_FOR - timedelta(days=31))
    assert tls.ends == first
    tls.read(datetime.now(UTC) + OWN_FOR - timedelta(days=29))
    assert tls.ends > first
    assert (tmp_path / CA).read_bytes() == authority


async def test_another_name_gets_another_certificate(tmp_path: Path) -> None:
    Tls.of(str(tmp_path), NAMES)
    tls = Tls.of(str(tmp_path), (*NAMES, "new.city.example"))
    assert await served(tls, tmp_path / CA, "new.city.example")


async def test_the_citys_own_is_served_as_it_is(tmp_path: Path) -> None:
    """And read again when it was changed; nothing is made beside it."""
    made, own = tmp_path / "made", tmp_path / "own"
    Tls.of(str(made), NAMES)
    own.mkdir()
    for name in (CERT, KEY):
        (own / name).write_bytes((made / name).read_bytes())
    tls = Tls.of(str(own), ("other.example",))
    first = await served(tls, made / CA)
    assert sorted(path.name for path in own.iterdir()) == [CERT, KEY]
    Tls.of(str(made), (*NAMES, "new.city.example"))
    for name in (CERT, KEY):
        (own / name).write_bytes((made / name).read_bytes())
    tls.read(datetime.now(UTC))
    assert await served(tls, made / CA) != first


@pytest.mark.parametrize("missing", [CERT, KEY])
def test_half_of_a_pair_is_refused_and_both_files_are_named(tmp_path: Path, missing: str) -> None:
    half = tmp_path / ({CERT, KEY} - {missing}).pop()
    half.write_text("no certificate")
    why = "No such file" if missing == CERT else "no certificate or key in pem"
    with pytest.raises(SettingsError, match=f"{tmp_path / CERT} with {tmp_path / KEY}: {why}"):
        Tls.of(str(tmp_path), NAMES)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["no certificate"]


def test_a_key_with_a_password_is_refused_and_asks_nobody(tmp_path: Path) -> None:
    """A terminal would be asked for it, and at a reload everybody would wait."""
    Tls.of(str(tmp_path / "made"), NAMES)
    own = tmp_path / "own"
    own.mkdir()
    (own / CERT).write_bytes((tmp_path / "made" / CERT).read_bytes())
    plain = (tmp_path / "made" / KEY).read_bytes()
    sealed = serialization.load_pem_private_key(plain, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"a password"),
    )
    (own / KEY).write_bytes(sealed)
    code = f"from streams.contract.tls import Tls; Tls.of({str(own)!r}, ['localhost'])"
    master, slave = pty.openpty()
    try:
        found = subprocess.run(
            [sys.executable, "-c", code],
            stdin=slave,
            capture_output=True,
            text=True,
            timeout=60,
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(master)
        os.close(slave)
    assert "SettingsError" in found.stderr
    assert "pass phrase" not in found.stderr


async def test_a_key_that_others_may_read_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tls = Tls.of(str(tmp_path), NAMES)
    assert not caplog.records
    (tmp_path / KEY).chmod(0o644)
    tls.read(datetime.now(UTC))
    [said] = caplog.records
    assert (said.levelname, said.message) == ("WARNING", "key is open to others")
    assert "644" in vars(said)["fault"]


class CrashError(Exception):
    """Stands for the end of a process."""


def crash_at(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let so many files be written, and end at the next."""
    left = iter(range(count))

    def write(path: Path, raw: bytes, *, mode: int) -> None:
        if next(left, None) is None:
            raise CrashError
        write_whole(path, raw, mode=mode)

    monkeypatch.setattr("streams.contract.tls.write_whole", write)


@pytest.mark.parametrize("written", range(4))
async def test_a_process_that_ended_while_it_made_the_files_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    with monkeypatch.context() as patch:
        crash_at(patch, written)
        with pytest.raises(CrashError):
            Tls.of(str(tmp_path), NAMES)
    authority = {name: (tmp_path / name) for name in (CA, CA_KEY) if (tmp_path / name).exists()}
    before = {name: path.read_bytes() for name, path in authority.items()}
    tls = Tls.of(str(tmp_path), NAMES)
    assert await served(tls, tmp_path / CA)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


async def test_a_process_that_ended_while_it_renewed_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new key stands beside the old certificate."""
    Tls.of(str(tmp_path), NAMES)
    before = (tmp_path / KEY).read_bytes(), (tmp_path / CERT).read_bytes()
    with monkeypatch.context() as patch:
        crash_at(patch, 1)
        with pytest.raises(CrashError):
            Tls.of(str(tmp_path), (*NAMES, "new.city.example"))
    assert (tmp_path / KEY).read_bytes() != before[0]
    assert (tmp_path / CERT).read_bytes() == before[1]
    tls = Tls.of(str(tmp_path), NAMES)
    assert await served(tls, tmp_path / CA)


@pytest.mark.parametrize("has_authority", [True, False])
async def test_a_pair_that_was_given_is_never_replaced(
    tmp_path: Path, *, has_authority: bool
) -> None:
    """Whatever its names are, and where it is no pair."""
    given, folder = tmp_path / "given", tmp_path / "tls"
    Tls.of(str(given), NAMES)
    folder.mkdir()
    if has_authority:
        Tls.of(str(folder), NAMES)
    for name in (CERT, KEY):
        (folder / name).write_bytes((given / name).read_bytes())
    tls = Tls.of(str(folder), (*NAMES, "new.city.example"))
    tls.read(datetime.now(UTC) + OWN_FOR)
    assert await served(tls, given / CA)
    Tls.of(str(given), (*NAMES, "new.city.example"))
    (folder / KEY).write_bytes((given / KEY).read_bytes())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    both = f"{folder / CERT} with {folder / KEY}: key values mismatch"
    with pytest.raises(SettingsError, match=both):
        Tls.of(str(folder), NAMES)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_another_process_makes_is_read_when_it_is_whole(tmp_path: Path) -> None:
    first = Tls.of(str(tmp_path), NAMES)
    pair = {name: (tmp_path / name).read_bytes() for name in (KEY, CERT)}
    with ThreadPoolExecutor() as pool:
        with alone(tmp_path):
            (tmp_path / CERT).unlink()
            waiting = pool.submit(Tls.of, str(tmp_path), NAMES)
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
            (tmp_path / CERT).write_bytes(pair[CERT])
        assert waiting.result(10).ends == first.ends
    assert {name: (tmp_path / name).read_bytes() for name in pair} == pair

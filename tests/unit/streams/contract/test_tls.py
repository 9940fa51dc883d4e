"""TLS: a local authority and what it signs, files of one's own, what ends, what is read again."""

import asyncio
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from streams.contract.errors import SettingsError
from streams.contract.tls import CA, CA_KEY, CERT, KEY, OWN_FOR, Tls

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
def test_half_of_a_pair_is_refused_by_its_folder(tmp_path: Path, missing: str) -> None:
    (tmp_path / ({CERT, KEY} - {missing}).pop()).write_text("no certificate")
    with pytest.raises(SettingsError, match="BOMNAE_TLS"):
        Tls.of(str(tmp_path), NAMES)

"""TLS at the doors besides the map's, with real clients: figures of a process, pushed answers."""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from local.services import answers
from local.waiting import until, wait_until
from producers.polling import pushes
from streams.contract.grammars import Address
from streams.contract.metrics import serve_metrics
from streams.contract.settings import Settings
from streams.contract.tls import CA, CERT, KEY, OWN_FOR, Tls, names_of

HERE = Address("127.0.0.1", 0)
PROCESS = """
import sys, time
from streams.contract.grammars import Address
from streams.contract.metrics import serve_metrics
from streams.contract.settings import Settings
from streams.contract.tls import kept_tls
settings = Settings(metrics=Address("127.0.0.1", 0), tls=sys.argv[1])
print(serve_metrics(settings, kept_tls(settings, settings.metrics)), flush=True)
while True:
    time.sleep(0.1)  # as a loop of work does: a signal may reach another thread first
"""


def trusting(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


def scraped(port: int, authority: Path) -> str:
    url = f"https://localhost:{port}/metrics"
    with urllib.request.urlopen(url, timeout=20, context=trusting(authority)) as answer:
        return str(answer.read(), "utf-8")


def certificate(port: int, authority: Path) -> bytes:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        trusting(authority).wrap_socket(plain, server_hostname="localhost") as shown,
    ):
        return shown.getpeercert(binary_form=True) or b""


def made(folder: Path, now: datetime) -> Tls:
    """What a local authority made at some time before; the files alone, not what is served."""
    tls = Tls(
        folder, ("localhost", "127.0.0.1"), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    )
    tls.folder.mkdir(parents=True)
    tls._make_due(now)
    return tls


def test_figures_come_by_tls_and_say_when_the_certificate_ends(tmp_path: Path) -> None:
    tls = Tls.of(str(tmp_path), ("localhost", "127.0.0.1"))
    port = serve_metrics(Settings(metrics=HERE), tls)
    with socket.create_connection(("127.0.0.1", port)):  # says nothing, and holds up nobody
        text = scraped(port, tmp_path / CA)
    ends = f'bomnae_certificate_ends_seconds{{file="cert.pem"}} {tls.ends.timestamp()!r}'
    assert float(ends.rsplit(maxsplit=1)[-1]) > datetime.now(UTC).timestamp()
    shown = [line for line in text.splitlines() if line.startswith("bomnae_certificate_ends")]
    assert float(shown[0].split()[-1]) == tls.ends.timestamp()
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(
            f"https://localhost:{port}/metrics", timeout=20, context=ssl.create_default_context()
        )
    with pytest.raises((OSError, urllib.error.URLError)):
        urllib.request.urlopen(f"http://localhost:{port}/metrics", timeout=20)


def test_an_expired_certificate_is_named_by_the_server_and_refused_by_clients(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The city's own: nothing is made anew beside it, so the log must say it."""
    made(tmp_path / "made", datetime.now(UTC) - OWN_FOR - timedelta(days=1))
    own = tmp_path / "own"
    own.mkdir()
    for name in (CERT, KEY):
        (own / name).write_bytes((tmp_path / "made" / name).read_bytes())
    tls = Tls.of(str(own), ("localhost",))
    assert "certificate has ended" in caplog.text
    port = serve_metrics(Settings(metrics=HERE), tls)
    with pytest.raises(urllib.error.URLError, match="certificate has expired"):
        scraped(port, tmp_path / "made" / CA)


def test_sighup_has_a_process_serve_what_stands_there_now(tmp_path: Path) -> None:
    """And two processes that share a folder serve names of both."""
    folder = tmp_path / "tls"
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(folder)],
        stdout=subprocess.PIPE,
        env=os.environ,
        text=True,
    )
    try:
        assert process.stdout
        port = int(process.stdout.readline())
        first = certificate(port, folder / CA)
        other = Tls.of(str(folder), ("localhost", "map.city.example"))
        assert certificate(port, folder / CA) == first
        process.send_signal(signal.SIGHUP)
        shown = wait_until(
            lambda: certificate(port, folder / CA), "the new one", lambda seen: seen != first
        )
        assert shown == ssl.PEM_cert_to_DER_cert(
            (folder / CERT).read_text().partition("-----END CERTIFICATE-----")[0]
            + "-----END CERTIFICATE-----\n"
        )
        assert process.poll() is None
        assert other.ends.timestamp() > 0
    finally:
        process.kill()
        process.communicate()


async def test_pushed_answers_come_by_tls(tmp_path: Path) -> None:
    tls = Tls.of(str(tmp_path), ("localhost", "127.0.0.1"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context: Any = cast("Any", object())  # a stranger is turned away before it is looked at
    task = asyncio.create_task(pushes.serve(Address("127.0.0.1", port), context, tls))
    try:
        await until(lambda: answers(port) or task.done(), "the door")
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusting(tmp_path / CA), server_hostname="localhost"
        )
        assert writer.get_extra_info("ssl_object").version() in ("TLSv1.2", "TLSv1.3")
        writer.close()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def test_the_names_are_those_of_all_doors() -> None:
    settings = Settings(
        http=Address("0.0.0.0", 8700),  # noqa: S104 - nothing listens
        metrics=Address("10.0.0.5", 9464),
        hosts=("map.city.example",),
        public_url="https://crew.city.example",
    )
    assert names_of(settings) == ("10.0.0.5", "crew.city.example", "localhost", "map.city.example")

"""The health check of the map's container, asked as Docker asks it: a process beside the server."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from streams.contract.tls import Tls
from tests.places import ROOT


class Ready(BaseHTTPRequestHandler):
    code = 200

    def do_GET(self) -> None:
        self.send_response(self.code if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HTTPServer]:
    """A server over TLS, whose certificate is of another name than the one it is asked by."""
    answering = HTTPServer(("127.0.0.1", 0), Ready)
    tls = Tls.of(str(tmp_path), ["map.city.example"])
    answering.socket = tls.context.wrap_socket(answering.socket, server_side=True)
    serving = threading.Thread(target=answering.serve_forever)
    serving.start()
    try:
        yield answering
    finally:
        answering.shutdown()
        serving.join()
        answering.server_close()


def asked(port: int, tls: str) -> tuple[int, str]:
    env = {"BOMNAE_HTTP": f"127.0.0.1:{port}", "BOMNAE_TLS": tls, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "maps.health"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_server_is_well_when_it_is_ready(
    server: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.server_address[1]
    assert asked(port, str(tmp_path)) == (0, "")
    monkeypatch.setattr(Ready, "code", 503)
    assert asked(port, str(tmp_path)) == (1, "bomnae: /readyz answers 503\n")
    code, said = asked(port, "")  # without TLS it does not understand
    assert (code, said.startswith("bomnae: ")) == (1, True)

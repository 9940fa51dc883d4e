"""The figures of a process for Prometheus, at an address of their own."""

import logging
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.contract.tls import Tls

log = logging.getLogger(__name__)
TAKES_S = 10.0


class _Handler(WSGIRequestHandler):
    """One request; a client that is silent for so long is cut, in its handshake too."""

    timeout = TAKES_S

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing: requests are no events."""


def serve_metrics(settings: Settings, tls: Tls | None = None) -> int:
    """Serve them until the process ends, where the settings name an address (BOMNAE_METRICS), with
    TLS where there is one; the port, 0 where none is named.
    """
    place = settings.metrics
    if place is None:
        return 0
    try:
        server = make_server(
            place.host, place.port, make_wsgi_app(), ThreadingWSGIServer, handler_class=_Handler
        )
    except OSError as error:
        raise SettingsError(f"BOMNAE_METRICS: cannot serve on {place}: {error.strerror}") from None
    if tls:
        # The handshake is the request's own, in its thread: a slow one holds up no other.
        server.socket = tls.context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    scheme = "https" if tls else "http"
    log.info(
        "metrics are served", extra={"address": f"{scheme}://{place.host}:{server.server_port}"}
    )
    return server.server_port

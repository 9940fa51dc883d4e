"""The figures of a process for Prometheus, at an address of their own."""

import logging

from prometheus_client import start_http_server

from streams.contract.errors import SettingsError
from streams.contract.settings import Settings

log = logging.getLogger(__name__)


def serve_metrics(settings: Settings) -> None:
    """Serve them until the process ends, where the settings name an address (BOMNAE_METRICS)."""
    place = settings.metrics
    if place is None:
        return
    try:
        start_http_server(place.port, addr=place.host)
    except OSError as error:
        raise SettingsError(f"BOMNAE_METRICS: cannot serve on {place}: {error.strerror}") from None
    log.info("metrics are served", extra={"address": str(place)})

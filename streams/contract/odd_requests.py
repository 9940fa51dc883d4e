"""What comes to a door and is no HTTP: counted, and said in one quiet line a minute.

aiohttp logs each with a traceback that holds what was sent, so whoever reaches the port could write
into the log.
"""

import logging
import time

from aiohttp.http_exceptions import HttpProcessingError
from prometheus_client import Counter

ODD = Counter("bomnae_http_malformed", "Requests that were no HTTP")
SAY_EVERY_S = 60.0


class OddRequests(logging.Filter):
    """On aiohttp's own log: of what cannot be read as a request nothing that was sent is said."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._said_s = -SAY_EVERY_S

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError):
            return True
        ODD.inc()
        self._count += 1
        now_s = time.monotonic()
        if now_s - self._said_s < SAY_EVERY_S:
            return False
        record.msg, record.args, record.exc_info, record.exc_text = "no HTTP came", (), None, None
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        vars(record)["count"] = self._count
        self._count, self._said_s = 0, now_s
        return True


def quiet_odd_requests() -> None:
    """Put it on the log of aiohttp's servers, in the place of one from before."""
    log = logging.getLogger("aiohttp.server")
    log.filters = [each for each in log.filters if not isinstance(each, OddRequests)]
    log.addFilter(OddRequests())

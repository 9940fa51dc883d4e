"""What comes to a door and is no HTTP: counted, and said in one quiet line a minute.

aiohttp logs each with a traceback that holds what was sent, so whoever reaches the port could write
into the log.
"""

import logging

from aiohttp.http_exceptions import HttpProcessingError
from prometheus_client import Counter

from streams.contract.tally import Tally

ODD = Counter("bomnae_http_malformed", "Requests that were no HTTP")


class OddRequests(logging.Filter):
    """On aiohttp's own log: of what cannot be read as a request nothing that was sent is said."""

    def __init__(self) -> None:
        super().__init__()
        self._tally = Tally()

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError):
            return True
        ODD.inc()
        count = self._tally.add()
        if not count:
            return False
        record.msg, record.args, record.exc_info, record.exc_text = "no HTTP came", (), None, None
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        vars(record)["count"] = count
        return True


def quiet_odd_requests() -> None:
    """Put it on the log of aiohttp's servers, in the place of one from before."""
    log = logging.getLogger("aiohttp.server")
    log.filters = [each for each in log.filters if not isinstance(each, OddRequests)]
    log.addFilter(OddRequests())

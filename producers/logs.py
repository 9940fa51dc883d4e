"""Log lines: one JSON object each, without line breaks and without any secret of the settings."""

import json
import logging
import sys
from datetime import UTC, datetime

from producers.reading.privacy import secrets_of, without_secrets
from streams.contract.settings import Settings

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """The record's text and its extra fields as JSON; known secrets are blacked out."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        extra = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        body = {
            "at": at,
            "level": record.levelname.lower(),
            "log": record.name,
            "message": record.getMessage(),
            **extra,
        }
        if record.exc_info:
            body["error"] = self.formatException(record.exc_info)
        line = json.dumps(body, ensure_ascii=False, default=str)
        return without_secrets(line, self._secrets)


def set_up(settings: Settings) -> None:
    """Send every log line to stderr; the Kafka client speaks up only when something is wrong."""
    screen = logging.StreamHandler(sys.stderr)
    screen.setFormatter(JsonLines(secrets_of(settings)))
    level = logging.getLevelNamesMapping().get(settings.log.upper(), logging.INFO)
    logging.basicConfig(level=level, handlers=[screen], force=True)
    logging.getLogger("kafka").setLevel(max(level, logging.ERROR))
    logging.getLogger("kafka.net.connection").setLevel(logging.CRITICAL)  # repeats the manager

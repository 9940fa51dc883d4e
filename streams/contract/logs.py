"""Log lines of every process: one line a record, with its fields, without a secret or a person."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from streams.contract.grammars import LogFormat
from streams.contract.scrubbing import without_secrets
from streams.contract.settings import Settings
from streams.people import without_people

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUIETER = {
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "aiokafka": logging.WARNING,
    "kafka": logging.ERROR,
    "kafka.net.connection": logging.CRITICAL,  # repeats its manager
    "kafka.net.transport": logging.CRITICAL,  # repeats its connection
}


class LogLines(logging.Formatter):
    """A record's text and its extra fields, as a JSON object or as words."""

    def __init__(self, secrets: tuple[str, ...] = (), form: LogFormat = LogFormat.JSON) -> None:
        super().__init__()
        self._secrets = secrets
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = self.formatStack(record.stack_info)
        message = self._covered(record.getMessage())
        fields = self._covered(fields)
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {"at": at, "level": record.levelname.lower(), "log": record.name, "message": message}
        if self._form is LogFormat.JSON:
            line = _json({**fields, **head} if fields.keys() & head.keys() else {**head, **fields})
        else:
            words = (f"{name}={_word(value)}" for name, value in fields.items())
            line = " ".join((at, record.levelname, record.name, message, *words))
        return without_secrets(_one_line(line), self._secrets)

    def _covered(self, value: Any) -> Any:
        """A value without secrets and people; numbers are no text."""
        if isinstance(value, int | float | None):
            return value
        if isinstance(value, dict):
            return {self._covered(str(name)): self._covered(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._covered(each) for each in value]
        return without_people(without_secrets(str(value), self._secrets))


def set_up_logs(settings: Settings) -> None:
    """Send every log line to stderr; clients of Kafka speak up only when something is wrong."""
    screen = logging.StreamHandler(sys.stderr)
    screen.setFormatter(LogLines(settings.secrets(), settings.log_format))
    level = logging.getLevelNamesMapping()[settings.log.upper()]
    logging.basicConfig(level=level, handlers=[screen], force=True)
    for name, least in _QUIETER.items():
        logging.getLogger(name).setLevel(max(level, least))


def _word(value: Any) -> str:
    """A value as one word: one with blanks, quotes or nothing in it is quoted."""
    text = str(value)
    return text if text and not set(text) & set(' "=') else _json(text)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _one_line(text: str) -> str:
    """The text with line ends, controls and marks of direction as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)

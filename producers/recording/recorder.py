"""The recording: one JSON line per exchange, without keys and people; read back as exchanges that
mean the same.
"""

import gzip
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from producers.feeds import FEEDS
from producers.feeds.feed import SECRET_PARAMETERS
from producers.publishing.poll import Poll
from producers.reading.answers import Exchange, UnknownAnswerError
from producers.reading.permit_files import KINDS
from producers.reading.privacy import may_take_plates, with_plate_key
from producers.recording import kept_answers
from producers.recording.scrubbing import Scrub, UnfitError
from streams.contract.errors import RecordRefusedError
from streams.contract.settings import Settings
from streams.contract.times import KST

_SECRET = re.compile(rf"([?&](?:{'|'.join(SECRET_PARAMETERS)})=)[^&#]*", re.IGNORECASE)
MAX_LINE_BYTES = 128 << 20
MAX_STATUS = 999
YEARS = range(1990, 2101)


def line_of(exchange: Exchange) -> str:
    """The line of an exchange. Its body is text: UTF-8, else CP949, else bytes as lone
    surrogates. `said` is the answer where the body was left out.
    """
    moment = datetime.fromtimestamp(exchange.at_ms // 1000, KST)
    body = _text(exchange.body)
    line: dict[str, Any] = {
        "feed": exchange.feed,
        "at": f"{moment:%Y-%m-%dT%H:%M:%S}.{exchange.at_ms % 1000:03d}+09:00",
        "url": exchange.url,
        "status": exchange.status,
        "body": body,
    }
    if exchange.answer is not None:
        line["said"] = kept_answers.written(exchange.answer)
    has_lone_surrogates = any("\ud800" <= letter <= "\udfff" for letter in body)
    return json.dumps(line, ensure_ascii=has_lone_surrogates, separators=(",", ":"))


def exchange_of(line: str) -> Exchange:
    """The exchange of a line; raises R001, R005, R008, R009 or R011 when it is none."""
    try:
        body = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordRefusedError("R001", f"not a line of a recording: {error}"[:120]) from None
    if not isinstance(body, dict):
        raise RecordRefusedError("R005", "line is not an object")
    feed, url = _field(body, "feed", str), _field(body, "url", str)
    status = _field(body, "status", int)
    if not 0 <= status <= MAX_STATUS:
        raise RecordRefusedError("R008", f"status outside 0..{MAX_STATUS}")
    try:
        urlsplit(url)
    except ValueError as error:
        raise RecordRefusedError("R005", f"url is none: {error}"[:120]) from None
    try:
        content = _field(body, "body", str).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise RecordRefusedError("R009", f"body: character {error.start} is none") from None
    at_ms = _read_ms(_field(body, "at", str))
    answer = kept_answers.read(feed, body["said"]) if "said" in body else None
    return Exchange(feed, at_ms, url, status, content, answer=answer)


def recorded(exchange: Exchange, settings: Settings) -> Exchange:
    """The exchange without people: its body freed of them where that means the same, else what it
    meant in the body's place.
    """
    exchange = replace(exchange, url=_SECRET.sub(r"\1", exchange.url))
    if not exchange.body or exchange.feed not in FEEDS:
        return replace(exchange, body=b"")
    answer, output = Poll(exchange.feed, settings).interpret(exchange)
    try:
        kept = replace(exchange, body=Scrub(exchange, settings).body())
        again, _ = Poll(exchange.feed, settings).interpret(kept)
        if kept_answers.is_same(answer, again):
            return kept
    except (UnfitError, UnknownAnswerError, RecursionError, ValueError, TypeError):
        pass
    letters = tuple(letter.refusal for letter in output.letters)
    return replace(exchange, body=b"", answer=kept_answers.kept(answer, letters))


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a recording, gzip or plain; a file cut while it was written ends at the cut."""
    with path.open("rb") as head:
        is_gzip = head.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rb") if is_gzip else path.open("rb") as stream:
        while True:
            try:
                line = stream.readline(MAX_LINE_BYTES)
            except (EOFError, gzip.BadGzipFile, OSError):
                yield "<the file breaks off here>"
                return
            if not line:
                return
            yield line.decode("utf-8", "replace").rstrip("\r\n")


class Recorder(AbstractContextManager["Recorder"]):
    """Appends exchanges without people to a file that only its owner may read, line by line.

    Plates become pseudonyms under the settings' key; without one, under a key of this recorder's.
    """

    def __init__(self, path: Path, settings: Settings = Settings()) -> None:  # noqa: B008 - frozen
        has_key = may_take_plates(settings)
        key = secrets.token_hex()
        self._settings = settings if has_key else with_plate_key(settings, key)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._raw: BinaryIO = os.fdopen(descriptor, "ab")
        is_gzip = path.suffix == ".gz"
        self._gzip = gzip.GzipFile(fileobj=self._raw, mode="ab") if is_gzip else None

    def write(self, exchange: Exchange) -> None:
        line = f"{line_of(recorded(exchange, self._settings))}\n".encode()
        (self._gzip or self._raw).write(line)
        if self._gzip is not None:
            self._gzip.flush()  # a reader sees every whole line, even after a crash
        self._raw.flush()

    def close(self) -> None:
        if self._gzip is not None:
            self._gzip.close()
        self._raw.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def _read_ms(words: str) -> int:
    """UTC ms of an ISO 8601 time; one without an offset is refused, it could be nine hours off."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise RecordRefusedError("R011", f"at {words[:40]!r} is no ISO 8601 time") from None
    if moment.tzinfo is None:
        raise RecordRefusedError("R011", f"at {words[:40]!r} has no offset from UTC")
    if moment.year not in YEARS:
        raise RecordRefusedError("R011", f"year {moment.year}, within {YEARS[0]}..{YEARS[-1]}")
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def _field(body: dict[str, Any], name: str, kind: type[Any]) -> Any:
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise RecordRefusedError("R005", f"{name} is missing or not {kind.__name__}")
    return value


def _text(body: bytes) -> str:
    """The body as text; what is no text (a workbook has zeros, a picture its first bytes) stays the
    bytes it is.
    """
    is_other = body.startswith(tuple(KINDS))
    for encoding in ("utf-8",) if is_other else ("utf-8", "cp949"):
        try:
            words = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or "\x00" not in words:
            return words
    return body.decode("utf-8", "surrogateescape")

"""How the sources of datasets are asked that lie elsewhere: a portal page by page, a topic."""

import asyncio
import hashlib
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import aiohttp
import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from yarl import URL

from producers.datasets.descriptor import Descriptor
from producers.datasets.opening import Opened, Raw
from producers.datasets.sources import NO_ANSWER, NO_KEY, UNREADABLE, SourceError, take_file
from producers.datasets.whole import StoppedError, Whole
from producers.polling.fetching import HEADERS
from producers.publishing.client import connection
from streams.contract.settings import Settings

MAX_PAGES = 5_000
MAX_BODY_BYTES = 4 << 30
"""Of one answer; it goes to the disk as it comes."""
MAX_TOPIC_BYTES = 64 << 20
"""Of all that stands on a topic."""
SILENT_S, PAGE_S = 60.0, 3_600.0
LOOK_S, MOST_MORE = 0.5, 20
REFUSED = (401, 403)
"""What a portal says to a key: asking again at once would change nothing."""
TOO_LARGE, TOO_MANY, REPEATED, KAFKA = "TOO-LARGE", "TOO-MANY-PAGES", "REPEATED-PAGE", "KAFKA"
TOTAL = "TOTAL"
MOST_AIR = 200
"""How many times its size a packed answer may have; a table of a city has some twenty times."""
_AIR_FROM, _PART, _GZIP = 16 << 20, 1 << 20, 31
_PIECE = 1 << 16
_MESSAGE = msgspec.json.Decoder(dict[str, Any])


def keys_of(settings: Settings) -> Mapping[str, str]:
    """The keys of sources by name, as BOMNAE_DATASET_KEYS has them."""
    pairs = (pair.partition("=") for pair in settings.dataset_keys.split())
    return {name: key for name, mark, key in pairs if mark and name and key}


def filled_url(descriptor: Descriptor, keys: Mapping[str, str], page: int = 0) -> str:
    """The URL of a source with its key and page; never to be logged. SourceError without the key
    that it asks for.
    """
    source = descriptor.source
    size = source.page_size
    first = page * size + 1
    return (
        source.url.replace("{page}", str(page + source.first_page))
        .replace("{start}", str(first))
        .replace("{end}", str(first + size - 1))
        .replace("{size}", str(size))
        .replace("{key}", quote(key_of(descriptor, keys), safe=""))
    )


def key_of(descriptor: Descriptor, keys: Mapping[str, str]) -> str:
    """The key of a source, "" where it asks for none."""
    source = descriptor.source
    if "{key}" not in source.url and "{key}" not in source.header:
        return ""
    name = source.key or descriptor.id
    if name not in keys:
        raise SourceError(NO_KEY, f"BOMNAE_DATASET_KEYS has no {name}", is_stopped=True)
    return keys[name]


@dataclass(slots=True)
class Portal:
    """A portal that gives a dataset in one answer or page by page.

    Redirects are not followed: they would carry the key to another host.
    """

    descriptor: Descriptor
    session: aiohttp.ClientSession
    keys: Mapping[str, str]
    seals: set[bytes] = field(default_factory=set)

    async def read(self, whole: Whole) -> None:
        """Every page, until all rows came or a page has none; SourceError where one fails."""
        self.seals.clear()
        for page in range(MAX_PAGES if self.descriptor.source.is_paged else 1):
            came = await self._page(whole, page)
            if self._is_last(whole, came):
                return
            if self._is_full(whole, came):
                await self._look_behind(whole, page + 1)
                return
        if self.descriptor.source.is_paged:
            raise SourceError(TOO_MANY, f"more than {MAX_PAGES} pages")

    async def _page(self, whole: Whole, page: int) -> int:
        """The rows of a page, which must not be those of one before; how many came."""
        seal = hashlib.sha256()
        with tempfile.TemporaryDirectory(prefix="bomnae-") as folder:
            path = Path(folder) / "answer"
            stated_ms = await self._fetch(filled_url(self.descriptor, self.keys, page), path)
            whole.stated_ms = whole.stated_ms or stated_ms
            came = await asyncio.to_thread(take_file, whole, path, seal)
        if came and seal.digest() in self.seals:
            raise SourceError(REPEATED, f"the rows of page {page + 1} came twice")
        self.seals.add(seal.digest())
        return came

    def _is_last(self, whole: Whole, came: int) -> bool:
        """Whether no page can follow; of a full page with the last row that is not known yet."""
        total, source = whole.outcome.total, self.descriptor.source
        if not source.is_paged or not came:
            return True
        is_all = total is None or whole.outcome.listed >= total
        return is_all and came < source.page_size

    def _is_full(self, whole: Whole, came: int) -> bool:
        total, size = whole.outcome.total, self.descriptor.source.page_size
        return total is not None and whole.outcome.listed >= total and came >= size

    async def _look_behind(self, whole: Whole, page: int) -> None:
        """Whether a page follows though the source says that all came: then its total lies. Most
        portals refuse such a page, or give an old one again.
        """
        try:
            came = await self._page(Whole.of(self.descriptor), page)
        except SourceError:
            return
        if came:
            raise SourceError(TOTAL, f"more rows came than the {whole.outcome.total} that are said")

    async def _fetch(self, url: str, path: Path) -> int:
        """One answer into a file; when its source says it was made, ms, or 0."""
        name, _, value = self.descriptor.source.header.partition(":")
        headers = dict(HEADERS) | {"Accept-Encoding": "gzip"}
        if name:
            key = key_of(self.descriptor, self.keys)
            headers[name.strip()] = value.strip().replace("{key}", key)
        limits = aiohttp.ClientTimeout(total=PAGE_S, sock_read=SILENT_S, sock_connect=SILENT_S)
        try:
            async with self.session.get(
                URL(url, encoded=True),
                timeout=limits,
                allow_redirects=False,
                headers=headers,
                auto_decompress=False,
            ) as response:
                if response.status != 200:
                    is_refused = response.status in REFUSED
                    raise SourceError(f"HTTP-{response.status}", is_stopped=is_refused)
                with path.open("wb") as stream:
                    await _written(response, stream)
                stated = response.headers.get("Last-Modified", "")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # the error's text holds the URL, and with it the key
            raise SourceError(NO_ANSWER, type(error).__name__) from None
        return _stated_ms(stated)


async def _written(response: aiohttp.ClientResponse, stream: IO[bytes]) -> None:
    """The body on the disk, unpacked; SourceError for one that is too large or cut off."""
    coding = response.headers.get("Content-Encoding", "identity").lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise SourceError(UNREADABLE, f"Content-Encoding {coding[:20]!r}: gzip was asked for")
    unpacked = None if coding == "identity" else Unpacked()
    async for piece in response.content.iter_chunked(_PIECE):
        for part in unpacked.parts(piece) if unpacked else (piece,):
            if stream.tell() + len(part) > MAX_BODY_BYTES:
                raise SourceError(TOO_LARGE, f"more than {MAX_BODY_BYTES} bytes")
            await asyncio.to_thread(stream.write, part)
    if unpacked is not None and not unpacked.is_whole:
        raise SourceError(NO_ANSWER, "gzip: the answer is cut off")


@dataclass(slots=True)
class Unpacked:
    """A gzip body as it comes, some of it at a time; one of nearly nothing but air is refused."""

    came: int = 0
    gave: int = 0
    _inflate: Any = field(default_factory=lambda: zlib.decompressobj(wbits=_GZIP))

    def parts(self, piece: bytes) -> Iterator[bytes]:
        self.came += len(piece)
        while piece:
            if self._inflate.eof:
                self._inflate = zlib.decompressobj(wbits=_GZIP)
            try:
                part = self._inflate.decompress(piece, _PART)
            except zlib.error:
                raise SourceError(UNREADABLE, "gzip: broken") from None
            piece = self._inflate.unconsumed_tail or self._inflate.unused_data
            self.gave += len(part)
            if self.gave > _AIR_FROM and self.gave > MOST_AIR * self.came:
                why = f"gzip: {self.gave} bytes of {self.came}, at most {MOST_AIR} times as many"
                raise SourceError(TOO_LARGE, why)
            yield part

    @property
    def is_whole(self) -> bool:
        return bool(self._inflate.eof)


def _stated_ms(text: str) -> int:
    try:
        return round(parsedate_to_datetime(text).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return 0


def read_topic(whole: Whole, settings: Settings) -> None:
    """What stands on a topic now: a JSON object a message; the last of a key holds, one without a
    value takes it away. SourceError where that fails, or is more than 64 MiB.
    """
    try:
        consumer = KafkaConsumer(
            **connection(settings), client_id="bomnae-datasets", enable_auto_commit=False
        )
        with closing(consumer):
            rows, wrong = _rows_on(consumer, whole)
    except (KafkaError, OSError) as error:
        raise SourceError(KAFKA, type(error).__name__) from None
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    whole.take(Opened(names or _declared(whole.descriptor), _numbered(rows), wrong=wrong))


def _declared(descriptor: Descriptor) -> tuple[str, ...]:
    """Of an empty topic: nothing is missing in it."""
    return tuple(name for column in descriptor.columns for name in column.sources)


def _numbered(rows: list[Raw]) -> Iterator[tuple[int, Raw]]:
    return iter(enumerate(rows, start=1))


def _rows_on(consumer: Any, whole: Whole) -> tuple[list[Raw], list[tuple[int, str]]]:
    topic = whole.descriptor.source.topic
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise SourceError(KAFKA, f"no topic {topic}")
    places = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(places)
    rows: dict[object, Raw] = {}
    wrong: list[tuple[int, str]] = []
    size = 0
    for count, message in enumerate(_messages(consumer, places, whole), start=1):
        size += len(message.value or b"")
        if size > MAX_TOPIC_BYTES:
            raise SourceError(TOO_LARGE, f"more than {MAX_TOPIC_BYTES} bytes")
        name = (message.partition, message.offset) if message.key is None else message.key
        _put(rows, wrong, name, message.value, count)
    return list(rows.values()), wrong


def _messages(consumer: Any, places: Sequence[TopicPartition], whole: Whole) -> Iterator[Any]:
    """All messages up to the end that a broker states, and what comes at once behind it: some state
    it too low.
    """
    ends = consumer.end_offsets(places)
    consumer.seek_to_beginning(*places)
    more, until_s = MOST_MORE, time.monotonic() + SILENT_S
    while more:
        if whole.ending.is_set():
            raise StoppedError
        batches = consumer.poll(timeout_ms=round(LOOK_S * 1000))
        yield from (message for batch in batches.values() for message in batch)
        if all(consumer.position(place) >= ends[place] for place in places):
            more = more - 1 if batches else 0
        elif not batches and time.monotonic() > until_s:
            raise SourceError(KAFKA, "no answer")


def _put(
    rows: dict[object, Raw],
    wrong: list[tuple[int, str]],
    name: object,
    value: bytes | None,
    count: int,
) -> None:
    rows.pop(name, None)
    if value is None:
        return
    try:
        rows[name] = _MESSAGE.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        wrong.append((count, "no JSON object"))

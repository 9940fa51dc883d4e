"""What a feed is: one value that says everything that polls, log, recordings and checks need; and
one question to its portal. Keys travel beside the shown URL and appear nowhere else.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from yarl import URL

from producers.reading.answers import Answer, Exchange, Record
from producers.reading.bodies import ANSWER
from streams.contract import topics
from streams.contract.records import BusPosition, Incident, LinkSpeed, Permit
from streams.contract.settings import Settings

SECRET_PARAMETERS = frozenset({"servicekey", "apikey", "key", "authkey"})


@dataclass(frozen=True, slots=True)
class Request:
    """A GET. `shown` is the URL without keys; `secret` holds the parameters that are one, `headers`
    what a key travels in elsewhere.
    """

    feed: str
    shown: str
    secret: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    path_key: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def real_url(self) -> URL:
        """The URL to ask; never to be logged, recorded or put into an error."""
        shown = self.shown.replace("{key}", quote(self.path_key, safe=""))
        parts = urlsplit(shown)
        query = "&".join(filter(None, (urlencode(self.secret), parts.query)))
        return URL(urlunsplit(parts._replace(query=query)), encoded=True)


def request_to(
    feed: str,
    base: str,
    parameters: Mapping[str, str | int | float],
    *,
    key_name: str = "",
    key: str = "",
) -> Request:
    """A request to `base`. A key someone wrote into the base URL itself is taken out of sight, and
    `{key}` in its path stands for the key.
    """
    parts = urlsplit(base)
    given = parse_qsl(parts.query, keep_blank_values=True)
    hidden = tuple(pair for pair in given if pair[0].lower() in SECRET_PARAMETERS)
    open_pairs = [pair for pair in given if pair not in hidden]
    query = urlencode([*open_pairs, *((name, str(value)) for name, value in parameters.items())])
    in_path = "{key}" in parts.path
    secret = hidden if in_path or not key_name or hidden else ((key_name, key),)
    host = parts.netloc.rpartition("@")[2]
    shown = urlunsplit(parts._replace(netloc=host, query=query, fragment=""))
    return Request(feed, shown, secret, key if in_path else "")


CALLS_A_DAY = 100_000  # of a portal that states no number
MIN_BUSES_TO_FREEZE = 8  # fewer may well stand still
TOPICS = {
    BusPosition: topics.BUS_POSITIONS,
    LinkSpeed: topics.LINK_SPEEDS,
    Incident: topics.INCIDENTS,
    Permit: topics.PERMITS,
}


class PollUnderWay(Protocol):
    """One poll as its asker sees it."""

    retry_after_s: float
    in_a_row: int  # failures since the last answer that meant something

    @property
    def exchanges(self) -> Sequence[Exchange]: ...

    @property
    def last(self) -> Answer | None: ...

    @property
    def is_stopped(self) -> bool: ...

    async def ask(self, request: Request) -> None: ...

    async def take(self, exchange: Exchange, *, is_known: bool = False) -> None: ...


class Asker:
    """How a feed is asked while its polls run; `scan_s` is how often it looks for news between two
    polls.
    """

    scan_s = math.inf

    async def ask(self, poll: PollUnderWay) -> None:
        """All requests of one poll."""
        raise NotImplementedError

    def first_request(self) -> Request | None:
        """The request by which a refused key is tried again; None where there is no portal."""
        return None

    async def has_news(self) -> bool:
        """Whether the next poll should begin before its period is over."""
        return False


@dataclass(frozen=True, slots=True)
class OneRequest(Asker):
    """A feed that one answer is the whole of."""

    request: Request

    async def ask(self, poll: PollUnderWay) -> None:
        await poll.ask(self.request)

    def first_request(self) -> Request:
        return self.request


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source of rows of one kind, under the name that reports, recordings and words know it by.

    `switch`, `key`, `period` and `quota` name settings: what turns its polls on, its secret (feeds
    of one key share the quota), the time between two polls (s), and the calls a day.
    `change_within_s` is its freeze rule: within what time the content must change, by the number
    of its rows; 0 where it may stay the same. `check` raises SettingsError where no answer could
    ever be read.

    Of an answer: `max_bytes` and `marks` (how often each mark of structure may stand in it) bound
    it, `columns` are the fields of a row that are read and `plate` the one with a vehicle's plate,
    `signs` are the words by which a file is known as this feed's, `scrub` is its own way to free
    it of people for a recording. A poll of several requests names in `part` the parameter that
    tells them apart; a feed with `joined` is a list: what its pages, files and pushes hold is put
    together at the end of the poll, by its URL.
    """

    name: str
    row: type[Record]
    parse: Callable[[Exchange, Settings], Answer]
    asker: Callable[[Settings], Asker]
    switch: str
    key: str
    period: str
    quota: str = ""
    change_within_s: Callable[[int, Settings], float] = lambda _rows, _settings: 0
    check: Callable[[Settings], None] = lambda _settings: None
    max_bytes: int
    marks: Callable[[Exchange], Mapping[bytes, int]] = lambda _exchange: ANSWER
    columns: frozenset[str] = frozenset()
    plate: str = ""
    signs: tuple[str, ...] = ()
    scrub: Callable[[Exchange, Settings], str] | None = None
    part: str = ""
    joined: Callable[[Sequence[tuple[str, Sequence[Record]]]], Sequence[Record]] | None = None

    @property
    def topic(self) -> topics.Topic:
        return TOPICS[self.row]

    @property
    def is_list(self) -> bool:
        return self.joined is not None

    @property
    def names_vehicles(self) -> bool:
        """Whether it is read only under a key for the pseudonyms of plates."""
        return self.row is BusPosition

    def is_polled(self, settings: Settings) -> bool:
        """Whether the settings turn it on; a simulated city needs no keys."""
        is_on = bool(getattr(settings, self.switch))
        return is_on or (settings.simulated and self.switch == self.key)

    def poll_s(self, settings: Settings) -> int:
        return int(getattr(settings, self.period))

    def poll_ms(self, settings: Settings) -> int:
        return 1000 * self.poll_s(settings)

    def calls_a_day(self, settings: Settings) -> int:
        return int(getattr(settings, self.quota)) if self.quota else CALLS_A_DAY

    def change_within_ms(self, rows: int, settings: Settings) -> int:
        return round(1000 * self.change_within_s(rows, settings))

    def part_of(self, exchange: Exchange) -> str:
        """Which of the parts of its poll the exchange is, "" where it does not say."""
        return parse_qs(urlsplit(exchange.url).query).get(self.part, [""])[0]


def buses_change_within_s(rows: int, period_s: float, settings: Settings) -> float:
    """The freeze rule of buses: enough of them never all stand still for so many polls."""
    if rows < MIN_BUSES_TO_FREEZE:
        return 0
    return (settings.freeze_factor - 0.5) * period_s  # polls are not to the ms

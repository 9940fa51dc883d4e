"""Endpoints for tests: a real HTTP server on 127.0.0.1 that does to each POST what it is told."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Self

import msgspec
from aiohttp import web

from local.services import free_port
from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.errors import SignatureError
from streams.contract.subscription import Subscription
from streams.contract.times import now_ms
from streams.delivery.deciding.receipts import name_of
from streams.delivery.deciding.secrets import endpoint_secret
from streams.delivery.deciding.signing import verify
from streams.domain.alerts import Alert
from streams.state.keys import OUTBOX, key

MASTER = "a master key for tests, 32 or longer"
ENV = {"BOMNAE_SECRET": MASTER, "BOMNAE_WEBHOOK_NETWORKS": "127.0.0.0/8"}


class Answer(NamedTuple):
    """What a receiver does with a POST: waits, then answers."""

    status: int = 200
    delay_s: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()


class Got(NamedTuple):
    """A POST that arrived, and the status that was answered."""

    endpoint: str
    id: str
    body: dict[str, Any]
    at: float  # time.time()
    status: int
    generations: tuple[int, ...]  # of the secrets that signed it
    raw: bytes = b""
    headers: Mapping[str, str] = {}


Behaviour = Callable[[str, dict[str, Any]], Answer]


def well(_endpoint: str, _body: dict[str, Any]) -> Answer:
    return Answer()


class Receiver:
    """Many endpoints on one port, in a thread: http://127.0.0.1:PORT/ENDPOINT."""

    def __init__(self, behaviour: Behaviour = well) -> None:
        self.behaviour = behaviour
        self.got: list[Got] = []
        self.open = 0
        self.most_open: dict[str, int] = {}
        self._now_open: dict[str, int] = {}
        self.port = free_port()
        self._loop = asyncio.new_event_loop()
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._is_ready.wait(60):
            raise TimeoutError("the receiver did not start within 60 s")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)

    def url(self, endpoint: str) -> str:
        return f"http://127.0.0.1:{self.port}/{endpoint}"

    def confirmed(self, endpoint: str = "") -> list[Got]:
        """What was answered with 2xx, in order."""
        return [
            each
            for each in list(self.got)
            if 200 <= each.status < 300 and endpoint in ("", each.endpoint)
        ]

    def ids(self, endpoint: str = "") -> list[str]:
        return [each.id for each in self.confirmed(endpoint)]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._is_ready.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._runner.cleanup())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_post("/{endpoint}", self._take)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024).start()

    async def _take(self, request: web.Request) -> web.Response:
        endpoint, at = request.match_info["endpoint"], time.time()
        raw = await request.read()
        body = json.loads(raw)
        self._now_open[endpoint] = self._now_open.get(endpoint, 0) + 1
        self.most_open[endpoint] = max(self.most_open.get(endpoint, 0), self._now_open[endpoint])
        try:
            answer = self.behaviour(endpoint, body)
            got = Got(
                endpoint,
                request.headers["webhook-id"],
                body,
                at,
                answer.status,
                _generations(endpoint, dict(request.headers), raw),
                raw,
                dict(request.headers),
            )
            self.got.append(got)
            if answer.delay_s:
                await asyncio.sleep(answer.delay_s)
        finally:
            self._now_open[endpoint] -= 1
        return web.Response(status=answer.status, headers=dict(answer.headers))


def _generations(endpoint: str, headers: dict[str, str], body: bytes) -> tuple[int, ...]:
    """Which of the first three secrets signed a message."""
    found = []
    for generation in (1, 2, 3):
        try:
            secret = endpoint_secret(MASTER.encode(), endpoint, generation)
            verify([secret], headers, body, now_s=int(time.time()))
        except SignatureError:
            continue
        found.append(generation)
    return tuple(found)


def subscription(endpoint: str, url: str, **fields: Any) -> Subscription:
    return Subscription(endpoint=endpoint, url=url, title=endpoint, **fields)


def subscribe(store: Any, *rows: Subscription) -> None:
    """Write subscriptions where the worker would."""
    rows_by_id = {row.endpoint: msgspec.json.encode(row) for row in rows}
    store.hset(key("subscriptions", 0), mapping=rows_by_id)


def alert(
    subject: str,
    number: int,
    word: AlertEvent = AlertEvent.BEGIN,
    *,
    at_ms: int = 0,
    episode: str = "",
    severity: Severity = Severity.CRITICAL,
    rule: RuleName = RuleName.CLOSURE,
) -> Alert:
    """A word about a subject, of now where no time is given."""
    at_ms = at_ms or now_ms()
    episode = episode or f"alrt_{rule}{''.join(each for each in subject if each.isalnum())}"
    facts = {"title": f"제목 {subject}", "links": []}
    return Alert(f"{episode}.{number}", episode, rule, subject, word, severity, at_ms, at_ms, facts)


def put(store: Any, alerts: Iterable[Alert], *, partition: int = 0) -> None:
    """Write alerts into the outbox as the gate would."""
    for each in alerts:
        store.xadd(key(OUTBOX, partition), {"a": msgspec.json.encode(each)})


def in_order(ids: Iterable[str]) -> bool:
    """Whether the words of each episode came in the order of their numbers, repeats aside."""
    last: dict[str, int] = {}
    for message_id in ids:
        episode, number = name_of(message_id)
        if number < last.get(episode, number):
            return False
        last[episode] = number
    return True

"""One endpoint in the hands of one dispatcher: carries out what the pure step decides."""

import asyncio
import json
import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from streams.contract import topics
from streams.contract.enums import RuleName
from streams.contract.failpoints import FailAt
from streams.contract.records import Receipt, Undelivered
from streams.contract.subscription import Subscription
from streams.contract.times import now_ms
from streams.delivery.deciding.endpoint import (
    Action,
    Answered,
    Buried,
    Bury,
    EndpointState,
    Event,
    Offered,
    Post,
    ReplayedLetters,
    Unsent,
    Woken,
    overdue,
    step,
)
from streams.delivery.deciding.matching import is_quiet, matches, quiet_until_ms
from streams.delivery.deciding.outcomes import Kind
from streams.delivery.deciding.receipts import is_covered
from streams.delivery.deciding.stories import Hearing, Stories
from streams.delivery.deciding.waiting import Offer, Terms, Waiting, due_at
from streams.delivery.sending.metrics import EXPIRED, POSTS
from streams.delivery.sending.outbox import KEPT_MS
from streams.delivery.sending.posting import Poster
from streams.delivery.sending.receipt_log import ReceiptLog
from streams.delivery.sending.saving import Attempt, EndpointWrite
from streams.delivery.sending.tasks import Tasks
from streams.domain.alerts import Alert
from streams.geo.network import Network

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every endpoint of a dispatcher shares."""

    poster: Poster
    receipts: ReceiptLog
    network: Network
    stories: Stories
    expiry_ms: int
    may_send: Callable[[], bool]  # whether the leases hold and the state is not being rebuilt
    changed: Callable[[], None]  # something is to be stored
    crashed: Callable[[BaseException], None]  # a bug: the process ends
    fail: FailAt = None


class Serving:
    """The endpoint's state in memory, its POSTs on their way, and what is not stored yet."""

    def __init__(self, subscription: Subscription, state: EndpointState, tools: Tools) -> None:
        self.subscription = subscription
        self.state = state
        self.wake_ms = now_ms()
        self.is_over = False  # nothing more is sent; what is on its way is waited for
        self._tools = tools
        self._confirmed = tools.receipts.of(subscription.endpoint)
        self._stored = state
        self._flag = b""
        self._stored_flag: bytes | None = None
        self._attempts: list[Attempt] = []
        self._buried: list[Waiting] = []
        self._replayed: list[str] = []
        self._tasks = Tasks(tools.crashed)

    @property
    def is_dirty(self) -> bool:
        """Whether more than the cursor is to be stored."""
        left = self._attempts or self._buried or self._replayed or self._flag != self._stored_flag
        return bool(left) or _lasting(self._stored) != _lasting(self.state)

    def subscribe(self, subscription: Subscription) -> None:
        """Take the subscription as it is now."""
        if subscription != self.subscription:
            self.subscription = subscription
            self.wake()

    def take(self, event: Event) -> None:
        """Let the pure step decide, and carry out its actions."""
        now = now_ms()
        terms = self._terms(now)
        self.state, actions, self.wake_ms = step(self.state, event, now, self._confirmed, terms)
        late = overdue(self.state, now, self._confirmed, terms)
        self._flag = _flag(late) if late else b""
        for action in actions:
            self._do(action)
        if self.is_dirty:
            self._tools.changed()

    def offer(self, alerts: Iterable[Alert], cursor: str) -> None:
        """The next alerts of the outbox, up to an entry. Mostly none is for this endpoint."""
        offers = tuple(self._offers(alerts))
        if offers:
            self.take(Offered(offers, cursor))
        else:
            self.move(cursor)

    def move(self, cursor: str) -> None:
        """It was offered all up to this entry."""
        if cursor != self.state.cursor:
            self.state = replace(self.state, cursor=cursor)

    def replay(self, names: Iterable[str], messages: Iterable[Waiting]) -> None:
        """Dead letters to send after all, and the fields they came from."""
        fresh = [name for name in names if name not in self._replayed]
        self._replayed += fresh
        if fresh:
            self.take(ReplayedLetters(tuple(messages)))

    def wake(self) -> None:
        self.take(Woken())

    def _offers(self, alerts: Iterable[Alert]) -> Iterable[Offer]:
        """The alerts that match, and later ones of episodes that the endpoint was sent, as far as
        their situation needs a message; then the ends that waited for a situation's.
        """
        stories = self._tools.stories
        known = {alert.episode for each in self.state.line for alert in each.alerts}
        told = {each.id for each in self.state.line}

        def is_sent(episode: str) -> bool:
            return episode in known or episode in self._confirmed

        def is_due(end: Alert) -> bool:
            is_said = end.id in told or is_covered(self._confirmed, end.id)
            return is_sent(end.episode) and not is_said

        hearing = Hearing(is_sent, is_due, self._is_match)
        his = (each for each in alerts if self._is_match(each) or is_sent(each.episode))
        for alert in stories.needed(his, hearing):
            is_match = self._is_match(alert) or alert.episode in known
            known.add(alert.episode)
            told.add(alert.id)
            is_report = alert.rule is RuleName.REPORT  # waits for itself, as no line of a digest
            quiet_ms = 0 if is_report else self._quiet_until(alert.at_ms)
            yield Offer(alert, is_match, quiet_ms, stories.situation(alert))

    def _is_match(self, alert: Alert) -> bool:
        return matches(self.subscription, alert, self._tools.network)

    def _quiet_until(self, at_ms: int) -> int:
        until_ms = quiet_until_ms(self.subscription, at_ms)
        return until_ms if until_ms > at_ms else 0

    def _terms(self, now: int) -> Terms:
        wanted = self.subscription
        is_stopped = self.is_over or not wanted.is_enabled or not self._tools.may_send()
        return Terms(
            endpoint=wanted.endpoint,
            expiry_ms=self._tools.expiry_ms,
            since_ms=max(wanted.created_ms, now - KEPT_MS),
            is_coalesced=wanted.coalesce,
            is_silent=is_stopped or is_quiet(wanted, now),
        )

    def _do(self, action: Action) -> None:
        if isinstance(action, Post):
            self._tasks.start(self._post(action.message))
        elif isinstance(action, Bury):
            self._tasks.start(self._bury(action.message))
        else:
            self._tasks.start(self._disable())

    async def _post(self, message: Waiting) -> None:
        """POST, then the receipt into the log, then the state: in this order it is never lost."""
        event: Event = Unsent(message.id)
        try:
            if self._tools.may_send() and not self.is_over:
                event = await self._tried(message)
        except asyncio.CancelledError:
            self.take(event)
            raise
        self.take(event)

    async def _tried(self, message: Waiting) -> Answered:
        at_ms = now_ms()
        outcome = await self._tools.poster.post(self.subscription, message)
        if outcome.kind is Kind.DELIVERED:
            self._pass("after_post")
            endpoint = self.subscription.endpoint
            took_ms = self._waited_ms(message)
            receipt = Receipt(
                endpoint, message.id, now_ms(), message.covers, message.tries + 1, took_ms
            )
            await self._tools.receipts.write(topics.RECEIPTS, receipt)
            self._tools.receipts.note(receipt)
            self._pass("after_receipt")
        else:
            extra = {"status": outcome.status, "error": outcome.error}
            log.info("not delivered", extra=self._named(message.id) | extra)
        POSTS.labels(outcome.kind.value).inc()
        self._attempts.append(Attempt(message.id, at_ms, outcome))
        return Answered(message.id, outcome, random.random())  # noqa: S311 - jitter, no secret

    async def _bury(self, message: Waiting) -> None:
        """Into the log that it was given up, then the dead letter: in this order it is never lost.
        Whoever takes the endpoint over in between may write it again.
        """
        gone = Undelivered(
            self.subscription.endpoint,
            message.id,
            now_ms(),
            message.covers,
            message.tries,
            self._waited_ms(message),
        )
        await self._tools.receipts.write(topics.RECEIPTS, gone)
        EXPIRED.inc()
        self._buried.append(message)
        log.warning("expired undelivered", extra=self._named(message.id))
        self.take(Buried(message.id))

    def _waited_ms(self, message: Waiting) -> int:
        """How long it is due by now."""
        return max(0, now_ms() - due_at(message, self._confirmed))

    async def _disable(self) -> None:
        """Write into the log that the endpoint is gone; whoever manages it may enable it again."""
        log.warning("endpoint answered 410 and is disabled", extra=self._named(""))
        change = replace(self.subscription, is_enabled=False, changed_ms=now_ms())
        self.subscription = change
        await self._tools.receipts.write(topics.SUBSCRIPTIONS, change)

    def _pass(self, point: str) -> None:
        if self._tools.fail is not None:
            self._tools.fail(point)

    def _named(self, message_id: str) -> dict[str, str]:
        return {"endpoint": self.subscription.endpoint, "alert": message_id}

    def page(self) -> EndpointWrite:
        """What is to be stored now; once it is, call `stored`."""
        return EndpointWrite(
            self.subscription.endpoint,
            self.state,
            self._flag,
            list(self._attempts),
            list(self._buried),
            list(self._replayed),
        )

    def stored(self, page: EndpointWrite) -> None:
        """The page is in Redis."""
        self._stored, self._stored_flag = page.state, page.undelivered
        del self._attempts[: len(page.attempts)]
        del self._buried[: len(page.buried)]
        del self._replayed[: len(page.replayed)]

    @property
    def has_moved(self) -> bool:
        """Whether anything at all is to be stored, if only the cursor."""
        return self.is_dirty or self.state.cursor != self._stored.cursor

    async def finish(self, within_s: float) -> None:
        """Send nothing more; wait for what is on its way, then give it up."""
        self.is_over = True
        await self._tasks.finish(within_s)


def _lasting(state: EndpointState) -> EndpointState:
    """The state without what need not be stored at once."""
    return replace(state, cursor="", flying=frozenset(), burying=frozenset())


def _flag(message: Waiting) -> bytes:
    """What the screens show of a critical message that does not arrive."""
    title = str(message.alerts[0].facts.get("title", ""))[:80]
    row = {"since_ms": message.due_ms, "alert_id": message.id, "title": title}
    return json.dumps(row, ensure_ascii=False).encode()

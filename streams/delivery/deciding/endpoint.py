"""One endpoint's delivery as a pure step: (state, event, now) -> (state, what is to be done)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from streams.contract.enums import Severity
from streams.delivery.deciding import breaker as breakers
from streams.delivery.deciding.breaker import Breaker
from streams.delivery.deciding.digests import SETTLE_MS, with_digests
from streams.delivery.deciding.outcomes import Kind, PostOutcome
from streams.delivery.deciding.receipts import Confirmed, is_covered
from streams.delivery.deciding.waiting import (
    Line,
    Offer,
    Terms,
    Waiting,
    due_at,
    is_wanted,
    joined,
    replayed,
    sendable,
    settled,
    without,
)

DELAYS_MS = (
    0,
    5_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    1_200_000,
    2_400_000,
)
HOURLY_MS = 3_600_000


def delay_ms(tries: int) -> int:
    """The longest wait before the next try, after so many of them."""
    return DELAYS_MS[tries] if tries < len(DELAYS_MS) else HOURLY_MS


def retry_at(tries: int, now_ms: int, chance: float) -> int:
    """When to try again, ms; `chance` in 0..1 spreads it over the whole delay (full jitter)."""
    return now_ms + int(delay_ms(tries) * chance)


CAP = 2  # messages on their way to one endpoint
MAX_WAITING = 200  # more stay in the outbox, before the cursor
OVERDUE_MS = 120_000
SILENT_MS = 5_000  # how often one that may not send looks whether it may


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What is stored of an endpoint, all but what is on its way: to the endpoint (`flying`), or
    into the log as given up (`burying`). `cursor`: it was offered all up to there.
    """

    cursor: str = "0-0"
    line: Line = ()
    breaker: Breaker = field(default_factory=Breaker)
    pause_ms: int = 0  # the endpoint asked for silence until then
    flying: frozenset[str] = frozenset()
    burying: frozenset[str] = frozenset()

    @property
    def away(self) -> frozenset[str]:
        """What is on its way, and stays as it is."""
        return self.flying | self.burying

    @property
    def room(self) -> int:
        """How many more alerts may be offered."""
        return max(0, MAX_WAITING - len(self.line))


class Offered(NamedTuple):
    """The next alerts of the outbox, and the entry up to which they were read."""

    offers: tuple[Offer, ...]
    cursor: str


class ReplayedLetters(NamedTuple):
    """Dead letters that somebody wants sent after all."""

    messages: tuple[Waiting, ...]


class Answered(NamedTuple):
    """How an attempt ended; `chance` in 0..1 is drawn by the caller."""

    message_id: str
    outcome: PostOutcome
    chance: float = 0.5


class Unsent(NamedTuple):
    """A message was not sent after all: this dispatcher may no longer, or ends."""

    message_id: str


class Buried(NamedTuple):
    """The log has it that a message was given up, and it is a dead letter."""

    message_id: str


class Woken(NamedTuple):
    """Time has passed, or receipts have come."""


Event = Offered | ReplayedLetters | Answered | Unsent | Buried | Woken


class Post(NamedTuple):
    """Send this message now."""

    message: Waiting


class Bury(NamedTuple):
    """Write into the log that this message has expired, then keep it as a dead letter."""

    message: Waiting


class Disable(NamedTuple):
    """The endpoint is gone: take it out of service."""


Action = Post | Bury | Disable


class EndpointStep(NamedTuple):
    """The state after an event, what is to be done, and when to wake at the latest (0: never)."""

    state: EndpointState
    actions: tuple[Action, ...] = ()
    wake_ms: int = 0


def step(
    state: EndpointState,
    event: Event,
    now_ms: int,
    confirmed: Mapping[str, Confirmed],
    terms: Terms,
) -> EndpointStep:
    """Take an event in, then send what may be sent.

    `confirmed` holds every receipt of this endpoint, with that of the delivery that this event
    reports.
    """
    actions: list[Action] = []
    if isinstance(event, Offered):
        state = _offered(state, event, confirmed, terms)
    elif isinstance(event, ReplayedLetters):
        for message in event.messages:
            state = replace(state, line=replayed(state.line, message, now_ms, terms))
    elif isinstance(event, Answered):
        state = _answered(state, event, now_ms, terms)
        actions += [Disable()] if event.outcome.kind is Kind.GONE else []
    elif isinstance(event, Unsent):
        state = replace(state, flying=state.flying - {event.message_id})
    elif isinstance(event, Buried):
        burying = state.burying - {event.message_id}
        state = replace(state, line=without(state.line, [event.message_id]), burying=burying)
    line = tuple(each for each in state.line if not _is_confirmed(each, state, confirmed))
    state = replace(state, line=with_digests(line, now_ms, terms))
    state, buried = _buried(state, now_ms)
    state, posts = _sent(state, now_ms, confirmed, terms)
    wake_ms = _wake_ms(state, now_ms, confirmed, terms)
    return EndpointStep(state, (*actions, *map(Bury, buried), *map(Post, posts)), wake_ms)


def _offered(
    state: EndpointState, event: Offered, confirmed: Mapping[str, Confirmed], terms: Terms
) -> EndpointState:
    line = state.line
    for offer in event.offers:
        if is_wanted(line, confirmed, offer, terms):
            line = joined(line, offer, state.away, terms)
    return replace(state, line=line, cursor=event.cursor)


def _answered(state: EndpointState, event: Answered, now_ms: int, terms: Terms) -> EndpointState:
    message = next((each for each in state.line if each.id == event.message_id), None)
    flying = state.flying - {event.message_id}
    kind = event.outcome.kind
    breaker, was_open = state.breaker, state.breaker.is_open
    if kind is not Kind.LATER:
        is_good = kind is Kind.DELIVERED
        breaker = breakers.after(breaker, now_ms, event.chance, is_good=is_good)
    state = replace(state, flying=flying, breaker=breaker)
    if kind is Kind.DELIVERED:
        left = without(state.line, [event.message_id])
        if was_open:  # the endpoint is back: nothing waits for its next try any more
            left = tuple(replace(each, retry_ms=0) for each in left)
        return replace(state, line=left)
    if kind is Kind.LATER:
        state = replace(state, pause_ms=now_ms + event.outcome.later_ms)
    if message is None:
        return state
    tries = message.tries + 1
    failed = replace(message, tries=tries, retry_ms=retry_at(tries, now_ms, event.chance))
    return replace(state, line=settled(state.line, failed, terms))


def _is_confirmed(each: Waiting, state: EndpointState, confirmed: Mapping[str, Confirmed]) -> bool:
    is_free = not (each.is_replay or each.id in state.away)
    return is_free and is_covered(confirmed, each.id)


def _buried(state: EndpointState, now_ms: int) -> tuple[EndpointState, list[Waiting]]:
    """What has expired and is not on its way; it stays in the line until the log has it."""
    dead = [w for w in state.line if w.expires_ms <= now_ms and w.id not in state.away]
    return replace(state, burying=state.burying | {w.id for w in dead}), dead


def _sent(
    state: EndpointState, now_ms: int, confirmed: Mapping[str, Confirmed], terms: Terms
) -> tuple[EndpointState, list[Waiting]]:
    room = breakers.room(state.breaker, now_ms, len(state.flying), CAP)
    if not room or terms.is_silent or now_ms < state.pause_ms:
        return state, []
    probing = state.breaker.is_open
    chosen = sendable(state.line, state.away, confirmed, now_ms, probing=probing)[:room]
    return replace(state, flying=state.flying | {each.id for each in chosen}), chosen


def _wake_ms(
    state: EndpointState, now_ms: int, confirmed: Mapping[str, Confirmed], terms: Terms
) -> int:
    """The next time at which something may change by itself; 0 when nothing waits."""
    times = [state.breaker.probe_ms, state.pause_ms]
    for each in state.line:
        due_ms = due_at(each, confirmed)
        quiet_ms = each.quiet_until_ms + SETTLE_MS if each.quiet_until_ms else 0
        times += [each.retry_ms, due_ms, quiet_ms, each.expires_ms, due_ms + OVERDUE_MS]
    later = [time for time in times if time > now_ms]
    if not state.line or not later:
        return 0
    return min(*later, now_ms + SILENT_MS) if terms.is_silent else min(later)


def overdue(
    state: EndpointState, now_ms: int, confirmed: Mapping[str, Confirmed], terms: Terms
) -> Waiting | None:
    """The oldest critical message that should have been with the endpoint two minutes ago."""
    late = [
        each
        for each in state.line
        if not each.quiet_until_ms
        and any(alert.severity is Severity.CRITICAL for alert in each.alerts)
        and now_ms - due_at(each, confirmed) >= OVERDUE_MS
    ]
    return None if terms.is_silent else min(late, key=lambda each: each.due_ms, default=None)

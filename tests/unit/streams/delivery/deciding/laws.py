"""An endpoint, its network and its dispatcher in memory: the pure step and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.records import Receipt
from streams.contract.times import DAY_MS
from streams.delivery.deciding.endpoint import (
    Answered,
    Buried,
    Bury,
    EndpointState,
    Event,
    Offered,
    Post,
    Woken,
    step,
)
from streams.delivery.deciding.outcomes import Kind, PostOutcome
from streams.delivery.deciding.receipts import Confirmed, note
from streams.delivery.deciding.waiting import Offer, Terms, Waiting
from streams.delivery.sending.saving import decoded, encoded
from streams.domain.alerts import Alert

T0_MS = 1_795_305_600_000
TERMS = Terms("ep_a", DAY_MS)


def alert(
    subject: str = "work:W",
    number: int = 1,
    word: AlertEvent = AlertEvent.BEGIN,
    *,
    at_ms: int = T0_MS,
    rule: RuleName = RuleName.CLOSURE,
    severity: Severity = Severity.CRITICAL,
    nth: int = 0,
) -> Alert:
    episode = f"alrt_{rule}-{subject}-{nth}"
    return Alert(f"{episode}.{number}", episode, rule, subject, word, severity, at_ms, at_ms, {})


@dataclass
class World:
    """One endpoint. `outbox` is what was decided, `got` what the receiver confirmed, with times."""

    terms: Terms = TERMS
    now_ms: int = T0_MS
    state: EndpointState = field(default_factory=EndpointState)
    told: dict[str, Confirmed] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    outbox: list[Offer] = field(default_factory=list)
    stored: bytes | None = None
    flying: list[Waiting] = field(default_factory=list)
    got: list[tuple[int, Waiting]] = field(default_factory=list)
    buried: list[Waiting] = field(default_factory=list)

    def do(self, event: Event) -> None:
        made = step(self.state, event, self.now_ms, self.told, self.terms)
        self.state = made.state
        for action in made.actions:
            if isinstance(action, Post):
                self.flying.append(action.message)
            elif isinstance(action, Bury):
                self.buried.append(action.message)
                self.do(Buried(action.message.id))

    def decide(self, *alerts: Alert, quiet_until_ms: int = 0, is_match: bool = True) -> None:
        """Write alerts into the outbox and offer what is new there, as far as there is room."""
        self.outbox += [Offer(each, is_match, quiet_until_ms) for each in alerts]
        self.read()

    def read(self) -> None:
        at = int(self.state.cursor.split("-")[0])
        if offers := self.outbox[at : at + self.state.room]:
            self.do(Offered(tuple(offers), f"{at + len(offers)}-0"))

    def answer(self, kind: Kind = Kind.DELIVERED, *, chance: float = 0.5, later_ms: int = 0) -> str:
        """The oldest POST on its way ends; its id."""
        message = self.flying.pop(0)
        if kind is Kind.DELIVERED:
            self.confirm(message)
        self.do(Answered(message.id, PostOutcome(kind, later_ms=later_ms), chance))
        return message.id

    def confirm(self, message: Waiting) -> None:
        """The receiver has it, and the receipt is in the log."""
        self.got.append((self.now_ms, message))
        receipt = Receipt(self.terms.endpoint, message.id, self.now_ms, message.covers)
        self.receipts.append(receipt)
        note(self.told, receipt)

    def wait(self, ms: int) -> None:
        self.now_ms += ms
        self.read()
        self.do(Woken())

    def store(self) -> None:
        self.stored = encoded(self.state)

    def crash(self, *, loses_redis: bool = False) -> None:
        """The process dies; what was on its way arrived or not, its answers are lost."""
        state = None if loses_redis else decoded(self.stored)
        self.state = state or EndpointState()
        self.flying = []
        self.told = {}
        for receipt in self.receipts:
            note(self.told, receipt)
        self.read()
        self.do(Woken())

    @property
    def ids(self) -> list[str]:
        return [message.id for _, message in self.got]


def covered(got: Sequence[Waiting]) -> set[str]:
    """The alerts that these messages told."""
    return {alert.id for message in got for alert in message.alerts}


def silent(world: World, *, is_silent: bool) -> None:
    world.terms = world.terms._replace(is_silent=is_silent)

"""A log of access records as writers leave it: several side by side, days that are signed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from maps.records.chain import Fault, Heads, signed, verify
from streams.contract import wire
from streams.contract.access import AccessRecord
from streams.contract.access_chain import Chain, hash_of
from streams.contract.ed25519 import key_id
from streams.contract.enums import AccessAction
from streams.contract.times import DAY_MS, HOUR_MS, KST_MS

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
D0_MS = 1_795_392_000_000 // DAY_MS * DAY_MS - KST_MS  # a midnight in Korea
MORNING_MS = D0_MS + 9 * HOUR_MS


@dataclass(slots=True)
class Book:
    """The messages of a log by their offset."""

    payloads: list[bytes] = field(default_factory=list)
    chains: dict[str, Chain] = field(default_factory=dict)

    def begin(self, writer: str) -> None:
        """A writer reads the end of the log."""
        last = hash_of(self.payloads[-1]) if self.payloads else ""
        self.chains[writer] = Chain(writer, before=last)

    def write(
        self,
        writer: str = "w1",
        at_ms: int = MORNING_MS,
        account: str = "kim",
        action: AccessAction = AccessAction.LOOK,
        **more: object,
    ) -> AccessRecord:
        if writer not in self.chains:
            self.begin(writer)
        chain = self.chains[writer]
        made = chain.record(at_ms=at_ms, account=account, address="10.0.0.7", action=action)
        record = replace(made, **more)  # type: ignore[arg-type]
        self.payloads.append(wire.encode(record))
        self.chains[writer] = chain.after(record)
        return record

    def heads(self, now_ms: int) -> Heads:
        """How far it is signed, as a signer reads it."""
        heads = Heads()
        for offset, payload in enumerate(self.payloads):
            heads.read(offset, payload, now_ms)
        return heads

    def sign(self, now_ms: int, key: Ed25519PrivateKey = KEY) -> int:
        """Sign what is due; how many days."""
        heads, count = self.heads(now_ms), 0
        while (head := heads.due(now_ms)) is not None:
            payload = wire.encode(signed(head, key))
            heads.read(len(self.payloads), payload, now_ms)
            self.payloads.append(payload)
            count += 1
        return count

    def faults(self, now_ms: int) -> list[Fault]:
        return faults_of(self.payloads, now_ms)


def faults_of(payloads: Sequence[bytes], now_ms: int, first_offset: int = 0) -> list[Fault]:
    """What is wrong with messages that stand one behind the other."""
    return verify(enumerate(payloads, first_offset), KEYS, now_ms, first_offset)


def three_days() -> Book:
    """Two writers side by side on a day, one on the next, nobody on the third; all signed."""
    book = Book()
    for number in range(6):
        writer = f"w{number % 2 + 1}"
        book.write(writer, MORNING_MS + number, subject_kind="work", subject=f"W-{number}")
    book.write("w1", MORNING_MS + DAY_MS, action=AccessAction.DOWNLOAD, reason="월간 보고")
    book.write("w3", MORNING_MS + DAY_MS + 1, account="", action=AccessAction.LOGIN_FAILED)
    book.sign(D0_MS + 3 * DAY_MS + HOUR_MS)
    return book


THREE_MS = D0_MS + 3 * DAY_MS + 2 * HOUR_MS
"""A time on the day after those of `three_days`."""

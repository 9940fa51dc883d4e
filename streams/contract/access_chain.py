"""The chain of the access records: each names the one before it by its hash. Pure."""

import hashlib
from dataclasses import dataclass

from streams.contract import wire
from streams.contract.access import AccessRecord
from streams.contract.enums import AccessAction


def hash_of(payload: bytes) -> str:
    """What the next of a chain names a message by: the SHA-256 of its bytes on the log, hex."""
    return hashlib.sha256(payload).hexdigest()


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a writer stands: the number of its next record, and the hash that this one names."""

    writer: str
    number: int = 0
    before: str = ""

    def record(
        self,
        *,
        at_ms: int,
        account: str,
        address: str,
        action: AccessAction,
        subject_kind: str = "",
        subject: str = "",
        count: int = 1,
        reason: str = "",
    ) -> AccessRecord:
        """The writer's next record."""
        return AccessRecord(
            writer=self.writer,
            number=self.number,
            at_ms=at_ms,
            account=account,
            address=address,
            action=action,
            subject_kind=subject_kind,
            subject=subject,
            count=count,
            reason=reason,
            before=self.before,
        )

    def after(self, record: AccessRecord) -> "Chain":
        """Where the writer stands once this record is on the log."""
        return Chain(self.writer, record.number + 1, hash_of(wire.encode(record)))

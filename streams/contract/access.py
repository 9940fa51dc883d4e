"""Access records (접속기록): who looked at or did what, when, from where; on the log, append-only.

A record names the one before it of the same writer by its hash, and the first of a writer the last
of the log before it began: so a changed, missing or swapped one shows. The head of a day, signed,
holds all of its records together.
"""

from dataclasses import dataclass

from streams.contract.enums import AccessAction

MAX_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRecord:
    """One look or act. `writer` is the process that wrote it and `number` its place there, from 0.

    `account` "" is nobody: a login that failed, a call without one; `link:ID` is whoever holds that
    link of a crew, `terminal:NAME` whoever ran a command as that user of the machine, and
    `service:NAME` a process that goes on by itself. `subject_kind` is what was done, a verb of
    `acts.py` (in older records the kind of the subject alone), `subject` whose data it was or what
    was acted on (of a list: what narrowed it), `count` how many rows left. `reason` is what the
    person gave. `before` is the SHA-256 of the record before, in hex.
    """

    writer: str
    number: int
    at_ms: int
    account: str
    address: str
    action: AccessAction
    subject_kind: str = ""
    subject: str = ""
    count: int = 1
    reason: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessHead:
    """The records of one day (Korean time), signed with Ed25519: `digest` is the SHA-256 of their
    hashes in the order of the log, from `first_offset` to `last_offset`; -1: none.
    """

    day: str
    first_offset: int
    last_offset: int
    count: int
    digest: str
    before: str  # SHA-256 of the head before as it stands on the log: a day cannot go missing
    key_id: str
    signature: str

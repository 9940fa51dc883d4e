"""What a source was asked and what its answer came to; shared by every parser."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from streams import people
from streams.contract.enums import PollOutcome
from streams.contract.records import BusPosition, Incident, LinkSpeed, Permit

Record = BusPosition | LinkSpeed | Incident | Permit
_IDENTIFIERS = "permit_id number hours incident_id link_id route_id route_no stop_id vehicle feed"
_TEXTS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("organisation", "contractor", "client"), people.organisation),
    "phone": people.office_phone,
    **dict.fromkeys(_IDENTIFIERS.split(), people.without_persons_numbers),
}
"""How the fields that are no free text are freed of people; any other text by `without_people`."""
TEXT_FIELDS = {
    kind: tuple(row.name for row in fields(kind) if row.type in (str, "str"))
    for kind in (BusPosition, LinkSpeed, Incident, Permit)
}


def anonymous(record: Record) -> Record:
    """The record without people in any of its texts; the same one where there is nobody in it."""
    changed: dict[str, Any] = {}
    for name in TEXT_FIELDS[type(record)]:
        was = getattr(record, name)
        now = _TEXTS.get(name, people.without_people)(was) if was else was
        if now != was:
            changed[name] = now
    if isinstance(record, Permit):
        kept = tuple(x for x in record.link_ids if people.without_persons_numbers(x) == x)
        changed |= {"link_ids": kept} if kept != record.link_ids else {}
    return replace(record, **changed) if changed else record


Row = Mapping[str, Any]
NO_ANSWER = "NO-ANSWER"
"""Code of an exchange without a response (time-out, refused connection); recorded with status 0."""

BUG = "BUG"
"""Code of an answer or a poll at which Bomnae's own code failed."""

NO_FILE_URL = "file:"
"""URL of the scan of a folder that holds nothing."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange or file drop. `url` is the shown URL: it never holds a key.

    `status` 0 means that no response came. `at_ms` is the time of the response (of the scan, for a
    file). `content_type` is not recorded, so nothing may depend on it. `answer` is what it
    meant where a recording could not keep the body.
    """

    feed: str
    at_ms: int
    url: str
    status: int
    body: bytes
    latency_ms: int = 0
    answer: "Answer | None" = None

    @property
    def is_file(self) -> bool:
        """Whether it is a file of a folder, or a list that was pushed: in whatever form an office
        exports it, and as large as a file may be.
        """
        return self.url.startswith(("file:", "push:permits"))

    @property
    def is_pushed(self) -> bool:
        """Whether its source sent it unasked: each push is a poll of its own."""
        return self.url.startswith("push:")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row or body that is not used: what it was (without personal data), and the rule it
    broke. `row` is its number in its list (1 is the first), 0 where that is not known.
    """

    payload: bytes
    code: str
    detail: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What one exchange meant.

    `is_complete`: the rows are all that the source has. `is_partial`: the source has more than
    came. `unmeasured` counts links without a measurement, `over` incidents reported as ended,
    `outside` rows of another area: none of them is a fault. `listed` counts the rows that came,
    usable or not; `skipped` the lines that are none (totals, notes); `total` is how many the source
    says it has. `left_out` are rows that count, but with a value that cannot be read. `is_fatal`:
    try again only on request; `is_quota`: after midnight KST; `is_retryable`: soon.
    """

    outcome: PollOutcome
    code: str = ""
    detail: str = ""
    rows: tuple[Record, ...] = ()
    refused: tuple[Refusal, ...] = ()
    repaired: int = 0
    unmeasured: int = 0
    over: int = 0
    outside: int = 0
    flags: tuple[str, ...] = ()
    is_partial: bool = False
    is_complete: bool = False
    is_fatal: bool = False
    is_quota: bool = False
    is_retryable: bool = False
    listed: int = 0
    skipped: int = 0
    total: int | None = None
    left_out: tuple[Refusal, ...] = ()


class UnknownAnswerError(Exception):
    """The answer says nothing about the roads; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


def unknown(
    code: str, detail: str = "", *, is_fatal: bool = False, is_quota: bool = False
) -> UnknownAnswerError:
    """The error of an answer that says nothing; it may be tried again unless the key is at
    fault.
    """
    return UnknownAnswerError(
        Answer(
            PollOutcome.UNKNOWN,
            code,
            detail[:200],
            is_fatal=is_fatal,
            is_quota=is_quota,
            is_retryable=not (is_fatal or is_quota),
        )
    )


def is_many(refused: int, listed: int) -> bool:
    """Whether more than a fifth was refused: such a list must not end what it does not name."""
    return refused * 5 > listed


MAX_KEPT = 1000
"""Refusals of one answer that are kept whole; of further ones only the code is."""


class Refusals(list[Refusal]):
    """The refusals of one answer: a list of a wrong kind may have as many as it has rows."""

    def append(self, refusal: Refusal) -> None:
        if len(self) >= MAX_KEPT:
            last = self[-1]
            is_same = (last.code, last.payload) == (refusal.code, b"")
            refusal = last if is_same else Refusal(b"", refusal.code, "")
        super().append(refusal)


@dataclass(slots=True)
class Harvest:
    """What a parser has gathered so far from one answer."""

    rows: dict[str, Record] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=Refusals)
    repaired: int = 0
    unmeasured: int = 0
    over: int = 0
    outside: int = 0
    is_partial: bool = False
    listed: int = 0
    skipped: int = 0
    total: int | None = None
    flags: tuple[str, ...] = ()
    left_out: list[Refusal] = field(default_factory=list)

    def answer(self) -> Answer:
        """The answer: *data* with rows, *unknown* when every row was refused, else *empty*."""
        first = self.refused[0] if self.refused else None
        is_lost = first is not None and not self.rows and not (self.over or self.unmeasured)
        outcome = (
            PollOutcome.DATA if self.rows else PollOutcome.UNKNOWN if is_lost else PollOutcome.EMPTY
        )
        answer = Answer(
            outcome,
            rows=tuple(map(anonymous, self.rows.values())),
            refused=tuple(self.refused),
            repaired=self.repaired,
            unmeasured=self.unmeasured,
            over=self.over,
            outside=self.outside,
            flags=self.flags,
            is_partial=self.is_partial,
            is_complete=not self.is_partial and not is_many(len(self.refused), self.listed),
            is_retryable=is_lost,
            listed=self.listed,
            skipped=self.skipped,
            total=self.total,
            left_out=tuple(self.left_out),
        )
        if first is not None and is_lost:
            return replace(answer, code=first.code, detail=f"no usable row; {first.detail}"[:200])
        return answer

"""The chain of the access records, the heads of days, and what damage they show. Pure."""

import hashlib
import re
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from streams.contract import topics, wire
from streams.contract.access import AccessHead, AccessRecord
from streams.contract.access_chain import hash_of
from streams.contract.ed25519 import key_id
from streams.contract.errors import RecordRefusedError, SettingsError
from streams.contract.times import DAY_MS, HOUR_MS, KST_MS, MINUTE_MS, day_text, kst_day
from streams.words.catalogue import Phrase, Value, phrase

KEPT_HASHES = 10_000
"""So many messages may come between what a new writer has read and its first record."""
SETTLED_MS = 10 * MINUTE_MS  # so long after its end a day is signed: what was on its way has come
DUE_MS = HOUR_MS  # so long after its end a day without a head is a fault
TOGETHER_MS = 10_000  # so long after the first record of all may others have met an empty log
KEPT_DAYS = topics.ACCESS_RECORDS.retention_h // 24  # a log that begins later has lost records
NOTHING = hashlib.sha256().hexdigest()
NO_OFFSET = -1
_HASH = re.compile("[0-9a-f]{64}")
_HEAD = b'{"kind":"access-head"'


def day_named(text: str) -> int:
    """The day of `2026-11-28`; ValueError for what is none."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def day_in(text: str) -> int | None:
    """The day of `2026-11-28`, None for a text that is not written so."""
    try:
        day = day_named(text)
    except ValueError:
        return None
    return day if day_text(day) == text else None


def end_of_ms(day: int) -> int:
    """When a Korean day ends, Unix ms."""
    return (day + 1) * DAY_MS - KST_MS


@dataclass(frozen=True, slots=True)
class Span:
    """The records a head holds together."""

    first_offset: int
    last_offset: int
    count: int
    digest: str


class Unsigned:
    """The records since the last head, in the order of the log: 48 bytes each."""

    def __init__(self) -> None:
        self.offsets, self.times_ms = array("q"), array("q")
        self._hashes = bytearray()

    def add(self, offset: int, payload: bytes, at_ms: int) -> None:
        self.offsets.append(offset)
        self.times_ms.append(at_ms)
        self._hashes += hashlib.sha256(payload).digest()

    def first(self, count: int) -> Span:
        """The first so many, as a head has them."""
        if not count:
            return Span(NO_OFFSET, NO_OFFSET, 0, NOTHING)
        digest = hashlib.sha256(self._hashes[: 32 * count]).hexdigest()
        return Span(self.offsets[0], self.offsets[count - 1], count, digest)

    def until(self, last_offset: int) -> int:
        """How many there are up to an offset."""
        return bisect_right(self.offsets, last_offset)

    def of_day(self, day: int, today: int) -> int:
        """How many stand before the first one of a later day. A time ahead of today is a wrong
        clock's, and ends no day.
        """
        begin_ms, end_ms = end_of_ms(day), end_of_ms(today)
        later = (place for place, each in enumerate(self.times_ms) if begin_ms <= each < end_ms)
        return next(later, len(self.times_ms))

    def ahead(self, count: int, end_ms: int) -> int:
        """The offset of the first one, of so many, that is not before a time; -1: none."""
        pairs = zip(self.offsets[:count], self.times_ms[:count], strict=True)
        return next((at for at, each in pairs if each >= end_ms), NO_OFFSET)

    def first_day(self, end_ms: int) -> int | None:
        """The day of the first one before a time; what is later is a wrong clock's."""
        return next((kst_day(each) for each in self.times_ms if each < end_ms), None)

    def before(self, time_ms: int) -> int:
        """The offset of the first record of an earlier time, -1 where there is none."""
        earlier = (
            at for at, each in zip(self.offsets, self.times_ms, strict=True) if each < time_ms
        )
        return next(earlier, NO_OFFSET)

    def drop(self, count: int) -> None:
        """The first so many have a head now."""
        del self.offsets[:count], self.times_ms[:count], self._hashes[: 32 * count]


@dataclass(slots=True)
class Heads:
    """How far a log is signed: the last head that counts, its hash, and the records since.

    The first head of a day counts; another of that day, by a server that signed at the same time,
    changes nothing.
    """

    head: AccessHead | None = None
    hash: str = ""
    unsigned: Unsigned = field(default_factory=Unsigned)

    def read(self, offset: int, payload: bytes | None, now_ms: int) -> None:
        """Take the next message of the log; what is neither a record nor the head of a full day is
        left out.
        """
        try:
            message = wire.decode(payload)
        except RecordRefusedError:
            return
        if payload is not None and isinstance(message, AccessRecord):
            self.unsigned.add(offset, payload, message.at_ms)
        elif payload is not None and isinstance(message, AccessHead):
            day = day_in(message.day)
            if day is not None and end_of_ms(day) <= now_ms:
                self.take(message, payload)

    def take(self, head: AccessHead, payload: bytes) -> bool:
        """Go on to a head; False for one of a day that has its head."""
        if self.head is not None and head.day <= self.head.day:
            return False
        self.unsigned.drop(self.unsigned.until(head.last_offset))
        self.head, self.hash = head, hash_of(payload)
        return True

    def next_day(self, today: int) -> int | None:
        """The first day without a head; None where nothing was ever recorded up to today."""
        if self.head is not None:
            return day_named(self.head.day) + 1
        return self.unsigned.first_day(end_of_ms(today))

    def due(self, now_ms: int) -> AccessHead | None:
        """The head that is to be signed next, None where every full day has one."""
        day = self.next_day(kst_day(now_ms))
        if day is None or now_ms < end_of_ms(day) + SETTLED_MS:
            return None
        span = self.unsigned.first(self.unsigned.of_day(day, kst_day(now_ms)))
        return AccessHead(
            day=day_text(day),
            first_offset=span.first_offset,
            last_offset=span.last_offset,
            count=span.count,
            digest=span.digest,
            before=self.hash,
            key_id="",
            signature="",
        )


def closed_ms(head: AccessHead) -> int:
    """What is recorded behind a head is later than this; by less, it was on its way at midnight."""
    return end_of_ms(day_named(head.day)) - SETTLED_MS


def head_in(payload: bytes | None) -> AccessHead | None:
    """The head in a message, None where it holds something else."""
    if payload is None or not payload.startswith(_HEAD):
        return None
    try:
        message = wire.decode(payload)
    except RecordRefusedError:
        return None
    return message if isinstance(message, AccessHead) else None


def signed(head: AccessHead, key: Ed25519PrivateKey) -> AccessHead:
    """The head with the key's id and signature; the same head and key give the same bytes."""
    named = replace(head, key_id=key_id(key.public_key()))
    return replace(named, signature=key.sign(signed_text(named)).hex())


def signed_text(head: AccessHead) -> bytes:
    """What the signature of a head is of: a line a field."""
    span = (head.first_offset, head.last_offset, head.count, head.digest)
    lines = ("bomnae access head 1", head.day, *span, head.before, head.key_id)
    return "\n".join(map(str, lines)).encode()


def is_signed(head: AccessHead, key: Ed25519PublicKey) -> bool:
    """Whether the signature is this key's over this head, in the one form that is written."""
    try:
        signature = bytes.fromhex(head.signature)
        key.verify(signature, signed_text(head))
    except (InvalidSignature, ValueError):
        return False
    return signature.hex() == head.signature


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at an offset (-1: nowhere in particular); `record` names the record or head."""

    offset: int
    record: str
    what: Phrase


class _Stand(NamedTuple):
    """The last record of a writer."""

    number: int
    hash: str
    offset: int


class Verifier:
    """Follows the log from its first message to its last and names every fault it meets.

    After a fault it goes on from what stands, so that one damage is not told a hundred times.
    `on_record` gets every record that can be read. `since` is the day the records must go back to:
    a log that was begun again looks sound by itself. So does one whose last signed days were cut
    off and signed again: `noted` has the hashes of heads, by their day, that were noted elsewhere.
    """

    def __init__(
        self,
        public_keys: Mapping[str, Ed25519PublicKey],
        on_record: Callable[[int, AccessRecord], None] | None = None,
        since: int | None = None,
        noted: Mapping[str, str] | None = None,
    ) -> None:
        self.records = self.signed_days = 0
        self.heads = Heads()
        self._keys = public_keys
        self._on_record = on_record
        self._since = since
        self._noted = dict(noted or {})
        self._begin_day: int | None = None  # of the first record, or the one after the first head
        self._first_offset = self._next_offset = 0
        self._first_ms = -1  # of the first record
        self._told = NO_OFFSET  # the last record that was told to be of a day signed without it
        self._writers: dict[str, _Stand] = {}
        self._recent: deque[str] = deque(maxlen=KEPT_HASHES)
        self._known: set[str] = set()

    def begin(self, first_offset: int) -> None:
        """Where the log begins: above 0 what was before is past its time, or is missing."""
        self._first_offset = self._next_offset = first_offset

    def take(self, offset: int, payload: bytes | None) -> Iterator[Fault]:
        """The faults that the next message shows."""
        if offset != self._next_offset:
            yield from self._jump(offset)
        self._next_offset = offset + 1
        try:
            message = wire.decode(payload)
        except RecordRefusedError as refusal:
            yield _fault(offset, "", "records.fault.unreadable", detail=str(refusal))
            message = None
        if payload is None:
            return
        match message:
            case AccessRecord():
                yield from self._record(offset, payload, message)
            case AccessHead():
                yield from self._head(offset, payload, message)
            case _ if message is not None:
                kind = type(message).__name__
                yield _fault(offset, "", "records.fault.foreign", kind=kind)
        self._remember(hash_of(payload))

    def end(self, now_ms: int) -> Iterator[Fault]:
        """The faults that the whole shows: days without a head, a log that begins too late or is
        empty, a head that was noted and is not there.
        """
        first, begin, today = self._first_offset, self._begin_day, kst_day(now_ms)
        if first and not self.records:
            yield _fault(first, "", "records.fault.emptied", offset=first)
        elif first and begin is not None and begin > today - KEPT_DAYS + 1:  # the first may be of
            day = day_text(begin)  # the day after the last that was deleted
            yield _fault(first, "", "records.fault.begin_gone", offset=first, day=day)
        if self._since is not None and (
            self._first_ms < 0 or kst_day(self._first_ms) > self._since
        ):
            yield _fault(first, "", "records.fault.since", since=day_text(self._since))
        for day in sorted(self._noted):
            yield _fault(NO_OFFSET, day, "records.fault.head_gone", hash=self._noted[day])
        unsigned = self.heads.unsigned
        if (ahead := unsigned.ahead(len(unsigned.offsets), end_of_ms(today))) != NO_OFFSET:
            yield _fault(ahead, "", "records.fault.ahead", day=day_text(today))
        since = self.heads.next_day(today)
        last = kst_day(now_ms - DUE_MS) - 1
        if since is not None and since <= last:
            days = {"since": day_text(since), "until": day_text(last)}
            yield _fault(NO_OFFSET, "", "records.fault.no_head", **days)

    @property
    def _is_whole(self) -> bool:
        """Whether the log still has its first message."""
        return self._first_offset == 0

    def _jump(self, offset: int) -> Iterator[Fault]:
        last = self._next_offset - 1
        if offset > last:
            until = offset - 1
            yield _fault(offset, "", "records.fault.gap", since=self._next_offset, until=until)
        else:
            yield _fault(offset, "", "records.fault.order", last=last)

    def _record(self, offset: int, payload: bytes, record: AccessRecord) -> Iterator[Fault]:
        name, stand = f"{record.writer}/{record.number}", self._writers.get(record.writer)
        own = hash_of(payload)
        self._first_ms = record.at_ms if self._first_ms < 0 else self._first_ms
        if self._begin_day is None:
            self._begin_day = kst_day(record.at_ms)
        if stand is None:
            yield from self._first_of(offset, name, record)
        elif record.number != stand.number + 1:
            wanted = stand.number + 1
            yield _fault(offset, name, "records.fault.number", wanted=wanted, last=stand.offset)
        elif record.before != stand.hash:
            yield _fault(stand.offset, name, "records.fault.changed", after=offset)
        if self.heads.head is not None and record.at_ms < closed_ms(self.heads.head):
            yield _fault(offset, name, "records.fault.late", day=self.heads.head.day)
        self._writers[record.writer] = _Stand(record.number, own, offset)
        self.heads.unsigned.add(offset, payload, record.at_ms)
        self.records += 1
        if self._on_record is not None:
            self._on_record(offset, record)

    def _first_of(self, offset: int, name: str, record: AccessRecord) -> Iterator[Fault]:
        """A writer's first record on this log names one before it, where that can still stand."""
        if record.number:
            if self._is_whole:
                yield _fault(offset, name, "records.fault.number", wanted=0, last=NO_OFFSET)
        elif record.before not in self._known and not self._may_name_none(offset, record):
            yield _fault(offset, name, "records.fault.begin")

    def _may_name_none(self, offset: int, record: AccessRecord) -> bool:
        """Whether nothing of what a new writer read is to be seen: it was among the first of all,
        or that is past its time.
        """
        if self._is_whole:
            return not record.before and record.at_ms - self._first_ms <= TOGETHER_MS
        return offset - self._first_offset < KEPT_HASHES

    def _head(self, offset: int, payload: bytes, head: AccessHead) -> Iterator[Fault]:
        name, heads = head.day, self.heads
        key = self._keys.get(head.key_id)
        if key is None:
            yield _fault(offset, name, "records.fault.key", key=head.key_id)
        elif not is_signed(head, key):
            yield _fault(offset, name, "records.fault.signature", key=head.key_id)
        day = day_in(head.day)
        if day is None:
            yield _fault(offset, name, "records.fault.day")
            return
        if heads.head is not None and head.day <= heads.head.day:
            return  # of a day that has its head: by a server that signed at the same time
        self._begin_day = day + 1 if self._begin_day is None else self._begin_day
        yield from self._as_noted(offset, head, payload)
        yield from self._days_between(offset, name, day)
        if head.before != heads.hash and (heads.head is not None or self._is_whole):
            yield _fault(offset, name, "records.fault.head_before")
        yield from self._span(offset, name, head)
        heads.take(head, payload)
        self.signed_days += 1
        left = heads.unsigned.before(closed_ms(head))
        if left > self._told:
            self._told = left
            yield _fault(left, "", "records.fault.late", day=head.day)

    def _as_noted(self, offset: int, head: AccessHead, payload: bytes) -> Iterator[Fault]:
        noted = self._noted.pop(head.day, None)
        if noted is not None and noted != hash_of(payload):
            yield _fault(offset, head.day, "records.fault.head_other", hash=noted)

    def _days_between(self, offset: int, name: str, day: int) -> Iterator[Fault]:
        wanted = self.heads.next_day(day)
        if wanted is not None and wanted < day and (self.heads.head or self._is_whole):
            since, until = day_text(wanted), day_text(day - 1)
            yield _fault(offset, name, "records.fault.no_head", since=since, until=until)

    def _span(self, offset: int, name: str, head: AccessHead) -> Iterator[Fault]:
        """Whether the head holds what stands: all records since the head before, as they are."""
        if (
            self.heads.head is None
            and not self._is_whole
            and head.first_offset < self._first_offset
        ):
            return  # of records that are past their time
        if head.last_offset >= offset:
            yield _fault(offset, name, "records.fault.span", said=head.last_offset)
            return
        count, end_ms = self.heads.unsigned.until(head.last_offset), end_of_ms(day_named(head.day))
        if (ahead := self.heads.unsigned.ahead(count, end_ms)) != NO_OFFSET:
            yield _fault(ahead, "", "records.fault.ahead", day=head.day)
        stands = self.heads.unsigned.first(count)
        said = Span(head.first_offset, head.last_offset, head.count, head.digest)
        if stands.count != said.count:
            counts = {"said": said.count, "stands": stands.count}
            yield _fault(offset, name, "records.fault.count", **counts)
        elif stands != said:
            first, last = said.first_offset, said.last_offset
            yield _fault(offset, name, "records.fault.digest", first=first, last=last)

    def _remember(self, known: str) -> None:
        if len(self._recent) == KEPT_HASHES:
            self._known.discard(self._recent[0])
        self._recent.append(known)
        self._known.add(known)


def noted_heads(texts: Iterable[str]) -> dict[str, str]:
    """Day -> hash of heads written as `2026-11-28:HASH`; SettingsError for what is none."""
    noted = {}
    for text in texts:
        day, _, known = text.strip().partition(":")
        if day_in(day) is None or not _HASH.fullmatch(known):
            raise SettingsError(f"--head {text[:90]!r} is none: 2026-11-28:HASH, 64 hex digits")
        noted[day] = known
    return noted


def verify(
    messages: Iterable[tuple[int, bytes | None]],
    public_keys: Mapping[str, Ed25519PublicKey],
    now_ms: int,
    first_offset: int = 0,
) -> list[Fault]:
    """Every fault of a log, given as its messages with their offsets, in their order."""
    verifier = Verifier(public_keys)
    verifier.begin(first_offset)
    faults = [fault for each in messages for fault in verifier.take(*each)]
    return [*faults, *verifier.end(now_ms)]


def _fault(offset: int, record: str, code: str, /, **values: Value) -> Fault:
    return Fault(offset, record, phrase(code, **values))

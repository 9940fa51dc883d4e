"""What a receiver has had, and what of it was not as it must be. Pure."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from streams.delivery.deciding.message import DIGEST, REPORT, TRIAL

OK, REPEAT, CONFLICT, GAP, ORDER, LATE, UNREADABLE, FORGED = (
    "ok",
    "repeat",
    "conflict",
    "gap",
    "order",
    "late",
    "unreadable",
    "forged",
)
MEANINGS = {
    REPEAT: "a message that had been confirmed came again",
    CONFLICT: "one id, two contents",
    GAP: "an update or an end whose beginning never came",
    ORDER: "an earlier event of an episode after a later one",
    LATE: "a message after the time it says it expires",
    UNREADABLE: "no message of Bomnae",
    FORGED: "a signature or a timestamp that is wrong",
}


class _Event(msgspec.Struct):
    id: str
    type: str
    episode: str
    began_ms: int = 0


class _Body(msgspec.Struct):
    id: str
    type: str
    at_ms: int
    text_ko: str
    episode: str = ""
    began_ms: int = 0
    expires_ms: int = 0
    alerts: tuple[_Event, ...] = ()


_BODY = msgspec.json.Decoder(_Body)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One message as it was taken: what of it is wrong, none for `ok`, and its text."""

    wrong: tuple[str, ...]
    message_id: str = ""
    type: str = ""
    at_ms: int = 0
    text: str = ""

    @property
    def verdict(self) -> str:
        return ",".join(self.wrong) or OK


@dataclass(slots=True)
class Ledger:
    """All that came. Of an episode that began before it was opened nobody owes it the begin."""

    opened_ms: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    delays_ms: list[int] = field(default_factory=list)
    _digests: dict[str, bytes] = field(default_factory=dict)
    _events: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)

    def refuse(self, fault: str) -> LedgerEntry:
        """Enter a message that was not verified; nothing of it is believed."""
        return self._enter(LedgerEntry((fault,)))

    def take(self, message_id: str, raw: bytes, now_ms: int) -> LedgerEntry:
        """Enter a message that was verified; `message_id` is the header's."""
        try:
            body = _BODY.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._enter(LedgerEntry((UNREADABLE,), message_id))
        digest = hashlib.sha256(raw).digest()
        known = self._digests.get(message_id)
        self._digests[message_id] = known or digest
        self.delays_ms.append(now_ms - body.at_ms)
        if known is not None:
            wrong: tuple[str, ...] = (REPEAT,) if known == digest else (CONFLICT,)
        else:
            wrong = self._wrong(body, message_id, now_ms)
        return self._enter(LedgerEntry(wrong, message_id, body.type, body.at_ms, body.text_ko))

    def _wrong(self, body: _Body, message_id: str, now_ms: int) -> tuple[str, ...]:
        """What is wrong with a message that came for the first time."""
        wrong = [CONFLICT] if body.id != message_id else []
        if 0 < body.expires_ms < now_ms:
            wrong.append(LATE)
        if body.type in (TRIAL, REPORT):
            return tuple(wrong)
        own = _Event(body.id, body.type, body.episode, body.began_ms)
        for event in body.alerts if body.type == DIGEST else (own,):
            wrong += self._of_episode(event)
        return tuple(dict.fromkeys(wrong))

    def _of_episode(self, event: _Event) -> list[str]:
        """What is wrong with an event after those of its episode that came before it.

        Numbers may be left out: a later update stands for those before it.
        """
        if event.id in self._events:
            return [REPEAT]
        self._events.add(event.id)
        last: Any = event.id.rpartition(".")[2]
        number = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
        before = self._numbers.get(event.episode)
        self._numbers[event.episode] = max(number, before or 0)
        if before is not None:
            return [ORDER] if number < before else []
        is_known = event.type.endswith(".begin") or event.began_ms < self.opened_ms
        return [] if is_known else [GAP]

    def _enter(self, entry: LedgerEntry) -> LedgerEntry:
        self.counts.update(entry.wrong or (OK,))
        return entry

    def summary(self) -> list[str]:
        """Lines for people, worst first."""
        lines = [f"{sum(self.counts.values())} messages, {self.counts[OK]} as they must be"]
        for fault, meaning in reversed(MEANINGS.items()):
            if self.counts[fault]:
                lines.append(f"{self.counts[fault]:>7} {fault}: {meaning}")
        if self.delays_ms:
            delays = sorted(self.delays_ms)
            p95_ms = delays[max(0, -(-len(delays) * 95 // 100) - 1)]
            lines.append(f"from the event to here: p95 {p95_ms} ms, longest {delays[-1]} ms")
        return lines

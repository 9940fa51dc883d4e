"""What the settings of a topic must be, and what is wrong with those it has. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from streams.contract.times import HOUR_MS
from streams.contract.topics import MAX_MESSAGE_BYTES, Topic

MAX_REQUEST_BYTES = (1 << 20) + (1 << 16)  # what our clients send at most
SIZE, RETENTION_MS, RETENTION_BYTES, POLICY, STAMP = (
    "max.message.bytes",
    "retention.ms",
    "retention.bytes",
    "cleanup.policy",
    "message.timestamp.type",
)
APPENDED = "LogAppendTime"  # see streams/contract/arrival.py
WRITTEN = "CreateTime"  # while a restore lays messages with their own times

KEEPING = (RETENTION_MS, RETENTION_BYTES, POLICY)  # what says how long a topic is kept
ASKED = (SIZE, *KEEPING, STAMP)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A setting of a topic that is wrong, and the value that is right."""

    topic: str
    name: str
    value: str
    right: str
    why: str

    def line(self) -> str:
        return f"topic {self.topic}: {self.name} is {self.value}, {self.why}"


_FIXED = (
    (POLICY, "delete", "must be delete: messages have no keys to compact by"),
    (STAMP, APPENDED, "must be LogAppendTime: it shows a producer's clock that is ahead"),
)


def complaints_of(topic: Topic, configs: Mapping[str, str]) -> list[Complaint]:
    """What is wrong with one topic's settings; one that the broker does not tell is taken as
    right. Pure.
    """
    found = []
    if (size := _number(configs.get(SIZE))) is not None and size < MAX_REQUEST_BYTES:
        why = f"at least {MAX_REQUEST_BYTES} bytes are needed, or large messages are refused"
        found.append(Complaint(topic.name, SIZE, str(size), str(MAX_MESSAGE_BYTES), why))
    if (time_ms := _number(configs.get(RETENTION_MS))) is not None:
        found += _of_time(topic, time_ms)
    if (room := _number(configs.get(RETENTION_BYTES))) is not None and room >= 0:
        why = "must be -1: a full topic would lose its oldest messages"
        found.append(Complaint(topic.name, RETENTION_BYTES, str(room), "-1", why))
    return found + [
        Complaint(topic.name, name, value, right, why)
        for name, right, why in _FIXED
        if (value := configs.get(name)) is not None and value != right
    ]


def _of_time(topic: Topic, time_ms: int) -> Iterator[Complaint]:
    """Whether a topic is kept as long as it must be; a negative time is for ever."""
    due_ms = topic.retention_h * HOUR_MS
    kept = f"{due_ms} ms ({topic.retention_h // 24} days)"
    if 0 <= time_ms < due_ms:
        why = f"at least {kept} are needed, or the state cannot be folded anew"
    elif time_ms != due_ms and not topic.may_be_longer:
        why = f"at most {kept} are allowed: docs/retention.md says that it is deleted then"
    else:
        return
    yield Complaint(topic.name, RETENTION_MS, str(time_ms), str(due_ms), why)


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None

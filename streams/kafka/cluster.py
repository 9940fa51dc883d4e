"""Plain clients of the Kafka cluster, without a group: what its logs hold and what its topics are.

The worker's own consumer is Faust's; these answer beside it, and the audit reads with them.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiokafka
from aiokafka.errors import OffsetOutOfRangeError
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from streams.contract import topics
from streams.contract.arrival import appended_ms
from streams.contract.errors import LogAwayError, LogError
from streams.contract.kafka_login import kafka_login
from streams.contract.settings import Settings
from streams.contract.topic_rules import Complaint
from streams.kafka.clients import start
from streams.kafka.topic_facts import complaints

PROBE_S = 5.0
SILENCE_S = 10.0  # a log that gives nothing for so long has nothing there
CHUNK = 200

Place = tuple[str, int]
"""A partition: topic name and number."""


class Record(NamedTuple):
    """One message as it stands in the log."""

    topic: str
    partition: int
    offset: int
    payload: bytes | None
    appended_ms: int | None = None
    stamp_ms: int = 0  # what its retention is counted from


class TopicFacts(NamedTuple):
    """What the cluster says of a topic; `topic_id` "" where the broker gives none."""

    partitions: int
    topic_id: str


def inputs(wide: int) -> list[Place]:
    """Every partition the feeds, the clock and people write to."""
    read = tuple(topic for topic in topics.FOLDED if topic is not topics.LINK_EVENTS)
    return [(topic.name, p) for topic in read for p in range(topic.partitions(wide))]


class LogReader:
    """Reads partitions from given offsets; use it as an async context."""

    def __init__(self, settings: Settings) -> None:
        self._consumer = aiokafka.AIOKafkaConsumer(
            **kafka_login(settings),
            auto_offset_reset="none",
            enable_auto_commit=False,
            fetch_max_wait_ms=50,
        )

    async def __aenter__(self) -> Self:
        await start(self._consumer)
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self._consumer.stop()

    async def topics(self) -> set[str]:
        """The topics that this user may know of."""
        return set(await self._consumer.topics())

    async def starts(self, places: Iterable[Place]) -> dict[Place, int]:
        """The first offset each log still has."""
        return _plain(await self._consumer.beginning_offsets(_kafka(places)))

    async def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """The offset after the last of each log; the embedded broker may name an earlier one."""
        return _plain(await self._consumer.end_offsets(_kafka(places)))

    def begin(self, offsets: Mapping[Place, int]) -> None:
        """Read these partitions, each from its offset."""
        self._consumer.assign(_kafka(offsets))
        for (topic, partition), offset in offsets.items():
            self._consumer.seek(aiokafka.TopicPartition(topic, partition), offset)

    async def next_of(
        self, place: Place, *, within_s: float = SILENCE_S, most: int = CHUNK
    ) -> list[Record]:
        """The next messages of one partition, at least one; LogError when it gives none."""
        at = aiokafka.TopicPartition(*place)
        try:
            found = await self._consumer.getmany(
                at, timeout_ms=int(within_s * 1000), max_records=most
            )
        except OffsetOutOfRangeError:
            found = {}
        if not found.get(at):
            offset = await self._consumer.position(at)
            raise LogError(f"{place[0]}/{place[1]} has no message at offset {offset}")
        return _records(place, found[at])

    async def next_of_any(self, *, within_s: float, most: int) -> list[Record]:
        """The next messages of all partitions that are read, each partition's in order; [] where
        none comes in time. LogError where a log no longer has what is next.
        """
        try:
            found = await self._consumer.getmany(timeout_ms=int(within_s * 1000), max_records=most)
        except OffsetOutOfRangeError as error:
            gone = ", ".join(f"{x.topic}/{x.partition}" for x in error.args[0])
            raise LogError(f"the log no longer has what is next of {gone}") from None
        places = (((x.topic, x.partition), messages) for x, messages in found.items())
        return [record for place, messages in places for record in _records(place, messages)]

    async def gives(self, place: Place, offset: int) -> bool:
        """Whether any message comes from there on in `PROBE_S`."""
        self.begin({place: offset})
        try:
            return bool(await self.next_of(place, within_s=PROBE_S))
        except LogError:
            return False

    async def holds(self, place: Place, offset: int) -> bool:
        """Whether the log has this very message, whatever it says of its end."""
        self.begin({place: offset})
        for _ in range(2):  # a process that stood still has not waited: its clock went on alone
            with suppress(LogError):
                return (await self.next_of(place, within_s=SILENCE_S / 2))[0].offset == offset
        return False


def _records(place: Place, messages: Iterable[Any]) -> list[Record]:
    return [
        Record(
            *place,
            message.offset,
            message.value,
            appended_ms(message.timestamp, message.timestamp_type, message.headers),
            max(0, message.timestamp),
        )
        for message in messages
    ]


def describe(
    settings: Settings, names: Iterable[str], *, within_ms: int = 30_000
) -> dict[str, TopicFacts]:
    """What the cluster says of these topics; one that it does not have is missing. Blocks, so long
    at most until it is reached.
    """
    admin = KafkaAdminClient(
        **kafka_login(settings), request_timeout_ms=5_000, bootstrap_timeout_ms=within_ms
    )
    try:
        return _facts_of(admin.describe_topics(list(names)))
    finally:
        admin.close()


def topic_complaints(settings: Settings) -> list[Complaint]:
    """What is wrong with the settings of Bomnae's topics; nothing where the cluster tells none.
    Blocks. LogAwayError where it does not answer.
    """
    try:
        admin = KafkaAdminClient(**kafka_login(settings), request_timeout_ms=5_000)
    except (KafkaError, OSError) as error:
        raise LogAwayError(f"Kafka does not answer: {type(error).__name__}") from None
    with closing(admin):
        return complaints(admin)


def members(settings: Settings, group: str) -> list[str]:
    """The client ids of a group's members; none while it rebalances or where none is. Blocks.

    None as well where the client cannot read the answer (the embedded broker's has made-up rights).
    """
    admin = KafkaAdminClient(**kafka_login(settings), request_timeout_ms=5_000)
    try:
        found = admin.describe_groups([group])[group]
    except ValueError:
        return []
    finally:
        admin.close()
    is_stable = found["group_state"] == "Stable"
    return [each["client_id"] for each in found["members"]] if is_stable else []


async def facts_of_topics(settings: Settings) -> dict[str, TopicFacts]:
    """`describe` of all topics of Bomnae, beside the event loop."""
    return await asyncio.to_thread(describe, settings, [topic.name for topic in topics.ALL])


def _facts_of(described: Iterable[Mapping[str, Any]]) -> dict[str, TopicFacts]:
    facts = {}
    for topic in described:
        topic_id = topic.get("topic_id")
        known = "" if str(topic_id or "").strip("0-") == "" else str(topic_id)
        if not topic["error_code"]:
            facts[topic["name"]] = TopicFacts(len(topic["partitions"]), known)
    return facts


def _kafka(places: Iterable[Place]) -> list[Any]:
    return [aiokafka.TopicPartition(*place) for place in places]


def _plain(offsets: Mapping[Any, int]) -> dict[Place, int]:
    return {(tp.topic, tp.partition): offset for tp, offset in offsets.items()}

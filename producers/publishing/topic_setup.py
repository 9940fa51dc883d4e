"""The topics as Bomnae needs them: made where they are missing, checked where they are not."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import ConfigFilterType, ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from producers.publishing.client import MAX_REQUEST_BYTES, connection
from streams.contract import topics
from streams.contract.errors import LogError
from streams.contract.settings import Settings

log = logging.getLogger(__name__)
_TOPIC_EXISTS = 36
_SIZE, _TIME, _ROOM, _POLICY, _STAMP = (
    "max.message.bytes",
    "retention.ms",
    "retention.bytes",
    "cleanup.policy",
    "message.timestamp.type",
)
_APPENDED = "LogAppendTime"  # see streams/contract/arrival.py


@dataclass(frozen=True, slots=True)
class Complaint:
    """A setting of a topic with which messages get lost, and the value that is right."""

    topic: str
    name: str
    value: str
    right: str
    why: str

    def line(self) -> str:
        return f"topic {self.topic}: {self.name} is {self.value}, {self.why}"


def ensure_topics(settings: Settings) -> list[str]:
    """Create the missing topics and return their names; raises LogError for a wrong partition
    count. Settings with which messages get lost are logged: `check_topics` lists them.
    """
    with closing(Topics(settings)) as there:
        created = there.ensure()
        for complaint in there.complaints():
            log.warning(complaint.line())
    return created


def check_topics(settings: Settings, *, fix: bool = False) -> list[Complaint]:
    """What is wrong with the settings of the topics that exist, and put right if `fix`."""
    with closing(Topics(settings)) as there:
        found = there.complaints()
        if fix and found:
            there.mend(found)
    return found


class Topics:
    """The topics as the broker has them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin = KafkaAdminClient(**connection(settings), client_id="bomnae-topics")

    def close(self) -> None:
        self._admin.close()

    def ensure(self) -> list[str]:
        """Create those that are missing, and return their names."""
        found = self.partition_counts()
        missing = [topic for topic in topics.ALL if topic.name not in found]
        if missing:
            self.create(missing)
            found = self.partition_counts()
        for topic in topics.ALL:
            expected = topic.partitions(self._settings.partitions)
            if (actual := found.get(topic.name, 0)) != expected:
                raise LogError(f"topic {topic.name} has {actual} partitions, expected {expected}")
        return [topic.name for topic in missing]

    def create(self, missing: list[topics.Topic]) -> None:
        """Create topics; one that another process creates meanwhile is fine."""
        replicas = min(3, len(self._admin.describe_cluster()["brokers"]))
        wanted = {
            topic.name: {
                "num_partitions": topic.partitions(self._settings.partitions),
                "replication_factor": replicas,
                "configs": {
                    _TIME: str(topic.retention_h * 3_600_000),
                    _SIZE: str(topics.MAX_MESSAGE_BYTES),
                    _STAMP: _APPENDED,
                },
            }
            for topic in missing
        }
        created = self._admin.create_topics(wanted, raise_errors=False)["topics"]
        for topic in created:
            if topic["error_code"] not in (0, _TOPIC_EXISTS):
                raise LogError(f"topic {topic['name']} cannot be created: {topic['error_message']}")
        self._admin.wait_for_topics(list(wanted))

    def partition_counts(self) -> dict[str, int]:
        """The partitions of every topic of ours that exists."""
        rows = self._admin.describe_topics([topic.name for topic in topics.ALL])
        return {row["name"]: len(row["partitions"]) for row in rows if row["error_code"] == 0}

    def complaints(self) -> list[Complaint]:
        """What is wrong with the settings the broker shows; nothing where it shows none."""
        names = dict.fromkeys((_SIZE, _TIME, _ROOM, _POLICY, _STAMP))
        asked = [ConfigResource(ConfigResourceType.TOPIC, each.name, names) for each in topics.ALL]
        try:
            found = self._admin.describe_configs(asked, config_filter=ConfigFilterType.ALL)
        except KafkaError as error:
            log.info("topics' settings not known", extra={"error": type(error).__name__})
            return []
        rows = {
            topic: {name: str(x["value"]) for name, x in facts.items() if x["value"] is not None}
            for topic, facts in found.get("topic", {}).items()
        }
        return [
            complaint
            for topic in topics.ALL
            for complaint in complaints_of(topic, rows.get(topic.name, {}))
        ]

    def mend(self, found: list[Complaint]) -> None:
        """Give the settings their right values."""
        wrong: dict[str, dict[str, str]] = defaultdict(dict)
        for each in found:
            wrong[each.topic][each.name] = each.right
        resources = [ConfigResource(ConfigResourceType.TOPIC, *pair) for pair in wrong.items()]
        self._admin.alter_configs(resources)


_FIXED = (
    (_POLICY, "delete", "must be delete: messages have no keys to compact by"),
    (_STAMP, _APPENDED, "must be LogAppendTime: it shows a producer's clock that is ahead"),
)


def complaints_of(topic: topics.Topic, configs: Mapping[str, str]) -> list[Complaint]:
    """What is wrong with one topic's settings; one that the broker does not tell is taken as
    right. Pure.
    """
    needed_ms = topic.retention_h * 3_600_000
    found = []
    if (size := _number(configs.get(_SIZE))) is not None and size < MAX_REQUEST_BYTES:
        why = f"at least {MAX_REQUEST_BYTES} bytes are needed, or large messages are refused"
        found.append(Complaint(topic.name, _SIZE, str(size), str(topics.MAX_MESSAGE_BYTES), why))
    if (time_ms := _number(configs.get(_TIME))) is not None and 0 <= time_ms < needed_ms:
        why = f"at least {needed_ms} ms are needed, or the state cannot be folded anew"
        found.append(Complaint(topic.name, _TIME, str(time_ms), str(needed_ms), why))
    if (room := _number(configs.get(_ROOM))) is not None and room >= 0:
        why = "must be -1: a full topic would lose its oldest messages"
        found.append(Complaint(topic.name, _ROOM, str(room), "-1", why))
    return found + [
        Complaint(topic.name, name, value, right, why)
        for name, right, why in _FIXED
        if (value := configs.get(name)) is not None and value != right
    ]


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None

"""The topics as Bomnae needs them: made where they are missing, checked where they are not."""

import logging
from collections import defaultdict
from contextlib import closing

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from producers.publishing.client import connection
from streams.contract import topics
from streams.contract.errors import LogError, TopicsError
from streams.contract.settings import Settings
from streams.contract.times import HOUR_MS
from streams.contract.topic_rules import (
    APPENDED,
    RETENTION_MS,
    SIZE,
    STAMP,
    Complaint,
)
from streams.kafka.topic_facts import complaints, layout

log = logging.getLogger(__name__)
_TOPIC_EXISTS = 36


def ensure_topics(settings: Settings) -> list[str]:
    """Create the missing topics and return their names; raises TopicsError for a wrong partition
    count. Wrong settings are logged: `check_topics` lists them.
    """
    with closing(Topics(settings)) as there:
        created = there.ensure()
        for complaint in complaints(there.admin):
            log.warning(complaint.line())
    return created


def check_topics(settings: Settings, *, fix: bool = False) -> list[Complaint]:
    """What is wrong with the settings of the topics that exist, and put right if `fix`."""
    with closing(Topics(settings)) as there:
        found = complaints(there.admin)
        if fix and found:
            there.mend(found)
    return found


class Topics:
    """The topics as the broker has them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.admin = KafkaAdminClient(**connection(settings), client_id="bomnae-topics")

    def close(self) -> None:
        self.admin.close()

    def ensure(self) -> list[str]:
        """Create those that are missing, and return their names."""
        found = layout(self.admin).partitions
        missing = [topic for topic in topics.ALL if topic.name not in found]
        if missing:
            self.create(missing)
            found = layout(self.admin).partitions
        for topic in topics.ALL:
            expected = topic.partitions(self._settings.partitions)
            if (actual := found.get(topic.name, 0)) != expected:
                raise TopicsError(
                    f"topic {topic.name} has {actual} partitions, expected {expected}: begin with"
                    " an empty Kafka, and `python -m producers topics` before all else; or set"
                    " BOMNAE_PARTITIONS as the log has it"
                )
        return [topic.name for topic in missing]

    def create(self, missing: list[topics.Topic]) -> None:
        """Create topics; one that another process creates meanwhile is fine."""
        replicas = min(3, len(self.admin.describe_cluster()["brokers"]))
        wanted = {
            topic.name: {
                "num_partitions": topic.partitions(self._settings.partitions),
                "replication_factor": replicas,
                "configs": {
                    RETENTION_MS: str(topic.retention_h * HOUR_MS),
                    SIZE: str(topics.MAX_MESSAGE_BYTES),
                    STAMP: APPENDED,
                },
            }
            for topic in missing
        }
        created = self.admin.create_topics(wanted, raise_errors=False)["topics"]
        for topic in created:
            if topic["error_code"] not in (0, _TOPIC_EXISTS):
                raise LogError(f"topic {topic['name']} cannot be created: {topic['error_message']}")
        self.admin.wait_for_topics(list(wanted))

    def mend(self, found: list[Complaint]) -> None:
        """Give the settings their right values."""
        wrong: dict[str, dict[str, str]] = defaultdict(dict)
        for each in found:
            wrong[each.topic][each.name] = each.right
        resources = [ConfigResource(ConfigResourceType.TOPIC, *pair) for pair in wrong.items()]
        self.admin.alter_configs(resources)

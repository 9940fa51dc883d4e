"""Apache Kafka for all rows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from local.services import answers, delete_topics, free_port, start_apache_kafka
from local.stack import JARS
from local.waiting import wait_until
from producers.publishing.topic_setup import ensure_topics
from streams.contract import topics
from streams.contract.settings import Settings
from tests.cities.worlds import PARTITIONS

Partitions = dict[str, int]


class Broker:
    """Apache Kafka for all rows; a row may kill it and start it again on the same log."""

    def __init__(self, folder: Path) -> None:
        self.proxied_port, self.proxy_port = free_port(), free_port()
        self.process, self.address = start_apache_kafka(
            folder, JARS, proxied=(self.proxied_port, self.proxy_port)
        )
        self._client: KafkaConsumer | None = None

    def kill(self) -> None:
        self.process.kill()
        self.process.stop()

    def start(self) -> None:
        self.process.start()

    def wait_up(self, within_s: float = 180) -> None:
        self._forget_client()  # after a long while without a broker it does not know its topics
        port = int(self.address.rsplit(":", 1)[1])
        wait_until(lambda: answers(port), "Kafka", within_s=within_s)

    def ends(self, chosen: Iterable[topics.Topic]) -> Partitions:
        """Topic/partition -> offset of the next message."""
        pairs = [TopicPartition(t.name, p) for t in chosen for p in range(t.partitions(PARTITIONS))]
        ends = self._asked().end_offsets(pairs)
        return {f"{tp.topic}/{tp.partition}": int(end) for tp, end in ends.items()}

    def _asked(self) -> KafkaConsumer:
        """One client for all questions: a new one each time costs more than the answer."""
        if self._client is None:
            self._client = KafkaConsumer(
                bootstrap_servers=self.address,
                group_id=None,
                enable_auto_commit=False,
                reconnect_backoff_max_ms=1_000,
            )
        return self._client

    def close(self) -> None:
        self._forget_client()
        self.process.stop()

    def _forget_client(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def read(self, topic: topics.Topic) -> list[Any]:
        """Every record of a topic, as the log has them now."""
        ends = self.ends((topic,))
        consumer = KafkaConsumer(
            bootstrap_servers=self.address, group_id=None, enable_auto_commit=False
        )
        records: list[Any] = []
        try:
            pairs = [TopicPartition(topic.name, p) for p in range(topic.partitions(PARTITIONS))]
            consumer.assign(pairs)
            consumer.seek_to_beginning(*pairs)
            wanted = {tp: ends[f"{tp.topic}/{tp.partition}"] for tp in pairs}

            def left() -> int:
                for batch in consumer.poll(500).values():
                    records.extend(batch)
                return sum(end - consumer.position(tp) for tp, end in wanted.items())

            wait_until(left, f"{topic.name} read", lambda seen: seen <= 0, within_s=180)
        finally:
            consumer.close()
        return records

    def members(self) -> list[str]:
        """The members of the workers' group, by id; none while it rebalances."""
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            group = admin.describe_groups(["bomnae"])["bomnae"]
        finally:
            admin.close()
        if group["group_state"] != "Stable":
            return []
        return sorted(member["member_id"] for member in group["members"])

    def fresh_topics(self) -> None:
        """Every topic deleted and made anew, empty."""
        delete_topics(self.address)
        ensure_topics(Settings(kafka=(self.address,)))

    def remake(self, topic: topics.Topic) -> None:
        """One topic deleted and made anew, empty."""
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.delete_topics([topic.name])
            wait_until(
                admin.list_topics,
                "the deletion",
                lambda seen: topic.name not in seen,
                within_s=120,
            )
        finally:
            admin.close()
        ensure_topics(Settings(kafka=(self.address,)))

    def configure(self, topic: topics.Topic, changed: dict[str, str]) -> None:
        """Change settings of a topic, as an administrator would."""
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, changed)])
        finally:
            admin.close()

    def delete_records(self, before: Partitions) -> None:
        """Do what retention does: drop the records before these offsets."""
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            cut = {}
            for name, offset in before.items():
                topic, number = name.rsplit("/", 1)
                cut[TopicPartition(topic, int(number))] = offset
            admin.delete_records(cut)
        finally:
            admin.close()

"""What a cluster says of Bomnae's topics, by an admin client that the caller opens and closes."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ConfigFilterType, ConfigResource, ConfigResourceType
from kafka.errors import (
    CoordinatorNotAvailableError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from streams.contract import topics
from streams.contract.topic_rules import ASKED, Complaint, complaints_of
from streams.kafka.rights import AclKind, Needs

log = logging.getLogger(__name__)
HIDDEN = TopicAuthorizationFailedError.errno  # of a topic that is not even to be described


class Layout(NamedTuple):
    """Of the topics there are: partitions, and the fewest copies of any partition."""

    partitions: dict[str, int]
    replicas: dict[str, int]


def layout(admin: KafkaAdminClient) -> Layout:
    rows = admin.describe_topics([topic.name for topic in topics.ALL])
    there = {row["name"]: row["partitions"] for row in rows if row["error_code"] == 0}
    return Layout(
        {name: len(parts) for name, parts in there.items()},
        {name: _fewest(parts) for name, parts in there.items()},
    )


def allowed(admin: KafkaAdminClient, groups: Iterable[str]) -> Needs:
    """What the cluster says this client may do to each topic and group; nothing for those that are
    not there, and for all of them where the broker keeps no rights.
    """
    rows = admin.describe_topics([topic.name for topic in topics.ALL])
    found = {
        (AclKind.TOPIC, row["name"]): _acts(row) for row in rows if row["error_code"] in (0, HIDDEN)
    }
    for group in groups:
        try:
            found[AclKind.GROUP, group] = _acts(admin.describe_groups([group])[group])
        except GroupAuthorizationFailedError:  # not even who coordinates it is told
            found[AclKind.GROUP, group] = frozenset()
        except CoordinatorNotAvailableError:  # no group has ever been: nothing is known of it
            continue
    return {thing: acts for thing, acts in found.items() if acts is not None}


def _acts(row: Mapping[str, Any]) -> frozenset[str] | None:
    """What may be done to a topic or a group, None where the broker keeps no rights."""
    if row.get("error_code") == HIDDEN:
        return frozenset()
    told = row.get("authorized_operations")
    return None if told is None else frozenset(told)


def _fewest(partitions: list[Mapping[str, Any]]) -> int:
    return min((len(part["replica_nodes"]) for part in partitions), default=0)


def configs(admin: KafkaAdminClient) -> dict[str, dict[str, str]]:
    """The settings of Bomnae's topics that rules ask for, by topic; KafkaError where the broker
    shows none.
    """
    names = dict.fromkeys(ASKED)
    asked = [ConfigResource(ConfigResourceType.TOPIC, each.name, names) for each in topics.ALL]
    found = admin.describe_configs(asked, config_filter=ConfigFilterType.ALL)
    return {
        topic: {name: str(x["value"]) for name, x in facts.items() if x["value"] is not None}
        for topic, facts in found.get("topic", {}).items()
    }


def complaints(admin: KafkaAdminClient) -> list[Complaint]:
    """What is wrong with the settings the broker shows; nothing where it shows none."""
    try:
        found = configs(admin)
    except KafkaError as error:
        log.info("topics' settings not known", extra={"error": type(error).__name__})
        return []
    return [
        complaint
        for topic in topics.ALL
        for complaint in complaints_of(topic, found.get(topic.name, {}))
    ]

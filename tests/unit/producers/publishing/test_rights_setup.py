from pathlib import Path

import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)

from producers.publishing.rights_setup import _acl_of, _right_of, set_users
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.kafka.rights import rights
from streams.kafka.scram import scram_user


def test_every_right_is_read_back_as_it_was_written() -> None:
    assert {_right_of(_acl_of(right)) for right in rights()} == rights()


@pytest.mark.parametrize(
    ("kind", "pattern", "act", "host"),
    [
        (ResourceType.CLUSTER, ACLResourcePatternType.LITERAL, ACLOperation.READ, "*"),
        (ResourceType.TOPIC, ACLResourcePatternType.PREFIXED, ACLOperation.READ, "*"),
        (ResourceType.TOPIC, ACLResourcePatternType.LITERAL, ACLOperation.DELETE, "*"),
        (ResourceType.TOPIC, ACLResourcePatternType.LITERAL, ACLOperation.READ, "10.0.0.1"),
    ],
)
def test_what_the_table_cannot_say_is_no_right(
    kind: ResourceType, pattern: ACLResourcePatternType, act: ACLOperation, host: str
) -> None:
    resource = ResourcePattern(kind, "permits", pattern)
    assert _right_of(ACL("User:maps", host, act, ACLPermissionType.ALLOW, resource)) is None


def test_a_file_of_users_that_cannot_be_is_refused_before_kafka_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "kafka_users"
    with pytest.raises(SettingsError, match=r"--users .*kafka_users: No such file"):
        set_users(Settings(), path)
    path.write_text(scram_user("maps", "x").line() + "\nmaps:secret-password\n")
    with pytest.raises(SettingsError, match=r"line 2 is no SCRAM user$"):
        set_users(Settings(), path)

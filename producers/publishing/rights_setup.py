"""The users and rights of the services on Kafka: those of streams/kafka/rights.py, no others."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError, NoError

from producers.publishing.client import connection
from streams.contract.errors import LogError, SettingsError
from streams.contract.settings import Settings
from streams.kafka.rights import SERVICES, AclAct, AclKind, Right, change_of
from streams.kafka.scram import ScramUser, users_in

_USER, _ANYWHERE = "User:", "*"


def set_rights(settings: Settings) -> tuple[int, int]:
    """Give each service the rights of the table and take away what else it was given; how many
    were given and taken. A denial stays: somebody wanted it.

    LogError where the cluster has no authorizer, or this user may not.
    """
    with closing(_admin(settings)) as admin:
        try:
            standing = [(acl, _right_of(acl)) for acl in _standing(admin)]
            change = change_of(right for _, right in standing if right is not None)
            doomed = [acl for acl, right in standing if right is None or right in change.taken]
            _give(admin, change.given)
            _take(admin, doomed)
        except KafkaError as error:
            raise LogError(f"rights cannot be set: {_said(error)}") from None
    return len(change.given), len(doomed)


def set_users(settings: Settings, file: Path) -> list[str]:
    """Have Kafka know the users of a file by the passwords of now; their names.

    SettingsError for a file that cannot be read, LogError where Kafka takes one not.
    """
    try:
        users = users_in(file.read_text(encoding="ascii").splitlines())
    except (OSError, UnicodeDecodeError, SettingsError) as error:
        raise SettingsError(
            f"--users {file}: {getattr(error, 'strerror', None) or error}"
        ) from None
    with closing(_admin(settings)) as admin:
        try:
            refused = admin.alter_user_scram_credentials([_upsertion(user) for user in users])
        except KafkaError as error:
            raise LogError(f"users cannot be set: {_said(error)}") from None
    for name, fault in refused.items():
        if fault is not None:
            raise LogError(f"user {name} cannot be set: {fault}")
    return [user.name for user in users]


def _admin(settings: Settings) -> KafkaAdminClient:
    return KafkaAdminClient(**connection(settings), client_id="bomnae-rights")


def _said(error: KafkaError) -> str:
    return f"{type(error).__name__}: {error}"


def _upsertion(user: ScramUser) -> UserScramCredentialUpsertion:
    """As Kafka keeps it: the client would salt a password, which nobody here knows."""
    made = UserScramCredentialUpsertion(
        user.name, ScramMechanism.SCRAM_SHA_512, b"", user.iterations, user.salt
    )
    made.salted_password = user.salted
    return made


def _standing(admin: KafkaAdminClient) -> list[ACL]:
    """What our services may do now."""
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    rest = (None, ACLOperation.ANY, ACLPermissionType.ALLOW, anything)
    asked = [ACLFilter(_USER + service, *rest) for service in SERVICES]
    return [acl for each in asked for acl in admin.describe_acls(each)[0]]


def _right_of(acl: ACL) -> Right | None:
    """A right; None for what the table cannot say: another resource or act, a prefix, one host."""
    kinds, acts = AclKind.__members__, AclAct.__members__
    pattern = acl.resource_pattern
    kind, act = kinds.get(pattern.resource_type.name), acts.get(acl.operation.name)
    is_plain = pattern.pattern_type is ACLResourcePatternType.LITERAL and acl.host == _ANYWHERE
    if kind is None or act is None or not is_plain:
        return None
    return Right(acl.principal.removeprefix(_USER), kind, pattern.resource_name, act)


def _give(admin: KafkaAdminClient, given: Iterable[Right]) -> None:
    acls = [_acl_of(right) for right in sorted(given)]
    if acls and (failed := admin.create_acls(acls)["failed"]):
        raise failed[0]


def _take(admin: KafkaAdminClient, doomed: list[ACL]) -> None:
    for _, _, error in admin.delete_acls(doomed) if doomed else ():
        if error is not NoError:
            raise error


def _acl_of(right: Right) -> ACL:
    kind, act = ResourceType[right.kind.value], ACLOperation[right.act.value]
    pattern = ResourcePattern(kind, right.name, ACLResourcePatternType.LITERAL)
    return ACL(_USER + right.service, _ANYWHERE, act, ACLPermissionType.ALLOW, pattern)

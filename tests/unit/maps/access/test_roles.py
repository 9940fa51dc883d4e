"""Who may what: each operation names a permission, and each role has its own and no more."""

import pytest
from aiohttp import web

from maps.access.roles import FOR_ALL, OF_EACH, PERMISSIONS, Permission, permissions_of
from maps.access.who import Who, nobody
from maps.api.routes import OPERATIONS
from streams.contract.enums import Role
from streams.contract.grammars import LoginMode

ANYBODY = {"/login", "/login/oidc", "/login/oidc/back", "/static/{path:.+}", "/livez", "/readyz"}
ANYBODY_POSTS = {
    "/api/v1/session",
    "/api/v1/session/passkey",
    "/api/v1/session/passkey/options",
    "/api/v1/account/first",
    "/login/oidc/logout",
}


def who(*roles: Role, is_idle: bool = False, must_change: bool = False) -> Who:
    return Who(
        "kim", roles, "10.0.0.1", LoginMode.LOCAL, "s", is_idle=is_idle, must_change=must_change
    )


def test_each_operation_needs_something() -> None:
    """Nothing but the login itself, the files of the pages and health is for anybody."""
    for each in OPERATIONS:
        assert isinstance(each.may, Permission), each.path
        if each.may is Permission.ANYBODY:
            assert each.path in ANYBODY | ANYBODY_POSTS, each.path


def test_each_act_is_recorded() -> None:
    """What changes something, shows people's photos or leaves the house has a record."""
    own = {Permission.SELF, Permission.OWN, Permission.ANYBODY, Permission.CREW}
    for each in OPERATIONS:
        if each.may in own:
            continue
        is_needed = each.method != "GET" or each.may is Permission.EXPORT
        assert not is_needed or each.records is not None, f"{each.method} {each.path}"


def test_subjects_are_parameters_of_the_path() -> None:
    for each in OPERATIONS:
        assert not each.subject or f"{{{each.subject}" in each.path, each.path


def test_every_role_and_permission_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)
    given = frozenset[Permission]().union(*PERMISSIONS.values())
    assert given == set(Permission) - FOR_ALL - OF_EACH


@pytest.mark.parametrize(
    ("role", "not_theirs"),
    [
        (Role.VIEWER, Permission.ANSWER),
        (Role.VIEWER, Permission.ACT),
        (Role.VIEWER, Permission.EXPORT),
        (Role.DESK, Permission.ACT),
        (Role.OPERATOR, Permission.SUBSCRIBE),
        (Role.OPERATOR, Permission.EXPORT),
        (Role.OPERATOR, Permission.CREWS),
        (Role.DESK, Permission.CREWS),
        (Role.ADMIN, Permission.CREWS),
        (Role.MANAGER, Permission.ACCOUNTS),
        (Role.ADMIN, Permission.SEE),
        (Role.ADMIN, Permission.RECORDS),
        (Role.AUDITOR, Permission.SEE),
        (Role.AUDITOR, Permission.ACCOUNTS),
    ],
)
def test_a_role_has_no_more_than_its_own(role: Role, not_theirs: Permission) -> None:
    assert not who(role).may(not_theirs)
    assert who(role).may(Permission.SELF)


def test_nobody_may_what_anybody_may() -> None:
    assert nobody("10.0.0.1", LoginMode.LOCAL).may_do == {Permission.ANYBODY, Permission.CREW}
    assert permissions_of(()) == {Permission.ANYBODY, Permission.CREW}


def test_whoever_was_away_may_look_alone() -> None:
    idle = who(Role.OPERATOR, Role.MANAGER, is_idle=True)
    assert idle.may(Permission.SEE)
    assert idle.may(Permission.SELF)
    for each in set(Permission) - {Permission.SEE, Permission.SELF} - FOR_ALL:
        assert not idle.may(each)


def test_a_password_of_somebody_else_is_changed_first() -> None:
    fresh = who(Role.ADMIN, Role.OPERATOR, must_change=True)
    assert fresh.may_do == FOR_ALL | OF_EACH


def test_the_open_door_gives_no_rights_over_others() -> None:
    open_door = nobody("127.0.0.1", LoginMode.OPEN)
    assert open_door.may(Permission.ACT)
    for each in (Permission.ACCOUNTS, Permission.RECORDS, Permission.SUBSCRIBE):
        assert not open_door.may(each)


def test_handlers_are_of_one_operation_each() -> None:
    handlers = [each.handler for each in OPERATIONS]
    assert len(set(handlers)) == len(handlers)
    assert all(isinstance(each.route, web.RouteDef) for each in OPERATIONS)

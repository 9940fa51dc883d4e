"""Who may what: each operation names a permission, and each role has its own and no more."""

import copy
import re
from collections import defaultdict

import pytest
from aiohttp import web

from maps.access.roles import FOR_ALL, OF_EACH, PERMISSIONS, Permission, permissions_of
from maps.access.who import Who, nobody
from maps.api.grades import UNRECORDED, unrecorded
from maps.api.operation import Operation
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


def test_what_acts_leaves_or_shows_what_is_above_open_is_recorded() -> None:
    assert unrecorded(OPERATIONS) == []
    known = {f"{each.method} {each.path}": each for each in OPERATIONS}
    for name, why in UNRECORDED.items():
        assert known[name].records is None, name
        assert why


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/desk/photos/{work:.+}/{photo}.jpg",
        "/api/v1/works/{work:.+}/photos/{photo}.jpg",
        "/api/v1/calls",
        "/api/v1/accounts",
        "/api/v1/records",
        "/api/v1/subscriptions",
        "/api/v1/subscriptions/{endpoint}",
        "/api/v1/works.csv",
    ],
)
def test_a_look_without_its_record_is_noticed(path: str) -> None:
    changed = [
        replace_records(each) if (each.method, each.path) == ("GET", path) else each
        for each in OPERATIONS
    ]
    assert unrecorded(changed) == [f"GET {path}"]


def replace_records(operation: Operation) -> Operation:
    made = copy.copy(operation)
    made.records = None
    return made


def test_what_a_record_says_was_done_is_one_word_for_one_thing() -> None:
    """Two operations share one where they are the same look, by the desk's way and a crew's."""
    words: defaultdict[str, list[Operation]] = defaultdict(list)
    for each in OPERATIONS:
        assert (each.records is None) == (not each.does), each.path
        if each.does:
            assert re.fullmatch(r"[a-z]+(_[a-z]+)?\.[a-z]+(_[a-z]+)?", each.does), each.does
            words[each.does].append(each)
    for does, found in words.items():
        is_one = len(found) == 1 or all(each.is_one_look for each in found)
        assert is_one, does
        assert len({(each.records, each.subject) for each in found}) == 1, does


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
        (Role.DESK, Permission.SHIFT),
        (Role.VIEWER, Permission.SHIFT),
        (Role.MANAGER, Permission.ACT),
        (Role.AUDITOR, Permission.ACT),
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

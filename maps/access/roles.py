"""The roles, and what each may do. What is not named here nobody may."""

from collections.abc import Iterable
from enum import StrEnum

from streams.contract.enums import Role


class Permission(StrEnum):
    """What an operation needs."""

    ANYBODY = "anybody"  # needs no login
    CREW = "crew"  # a login that may see, or the link of a crew, which its handler checks
    SELF = "self"  # a login, of whatever role: its own sessions
    OWN = "own"  # the same while somebody is there: password, second factor
    SEE = "see"  # the map and what is on it
    ANSWER = "answer"  # the desk: answers, calls, the crews' photos
    INTERNAL = "internal"  # datasets that are not open
    CLOSE = "close"  # a new closure by hand
    ACT = "act"  # what an operator tells the log
    SHIFT = "shift"  # the shift book, to read it
    EXPORT = "export"  # files that leave the house
    SUBSCRIBE = "subscribe"  # who gets webhooks
    CREWS = "crews"  # the links of crews: which there are, new ones, their end
    FIGURES = "figures"  # what Prometheus reads
    ACCOUNTS = "accounts"
    RECORDS = "records"  # who looked at what


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.SEE, Permission.FIGURES}),
    Role.DESK: frozenset(
        {Permission.SEE, Permission.ANSWER, Permission.CLOSE, Permission.INTERNAL}
    ),
    Role.OPERATOR: frozenset(
        {
            Permission.SEE,
            Permission.ANSWER,
            Permission.CLOSE,
            Permission.ACT,
            Permission.SHIFT,
            Permission.INTERNAL,
        }
    ),
    Role.MANAGER: frozenset(
        {
            Permission.SEE,
            Permission.EXPORT,
            Permission.SUBSCRIBE,
            Permission.CREWS,
            Permission.SHIFT,
            Permission.INTERNAL,
        }
    ),
    Role.ADMIN: frozenset({Permission.ACCOUNTS, Permission.FIGURES}),
    Role.AUDITOR: frozenset({Permission.RECORDS, Permission.SHIFT}),
}
FOR_ALL = frozenset({Permission.ANYBODY, Permission.CREW})
OF_EACH = frozenset({Permission.SELF, Permission.OWN})
WATCHING = frozenset({Permission.SEE})
"""What stays with somebody who was away for long: a map on a wall is looked at, not touched."""


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """All that somebody of these roles may do; of none, what anybody may."""
    own = frozenset[Permission]().union(*(PERMISSIONS[role] for role in roles))
    return own | FOR_ALL | (OF_EACH if own else frozenset())

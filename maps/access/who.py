"""Who asks: an account with roles, through one door; or nobody."""

from dataclasses import dataclass

from maps.access.roles import FOR_ALL, OF_EACH, WATCHING, Permission, permissions_of
from maps.http.clients import counted_as
from streams.contract.enums import Role
from streams.contract.grammars import LoginMode


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody at an `address`; `account` "" is nobody. `may_do` is all they may do now.

    `session` is the digest of their session, "" without one. `must_change`: they may do nothing
    but set a password of their own; `lacks_factor`: nothing but set up a second factor. `is_idle`:
    they have been away, and may look alone. `is_program`: a program's token, nobody sits there.
    """

    account: str
    roles: tuple[Role, ...]
    address: str
    door: LoginMode
    session: str = ""
    must_change: bool = False
    lacks_factor: bool = False
    is_idle: bool = False
    is_program: bool = False

    @property
    def counted_at(self) -> str:
        """Where they are counted: of an IPv6 address its network."""
        return counted_as(self.address)

    @property
    def is_held(self) -> bool:
        """Whether there is something to do first, on one's own account."""
        return self.must_change or self.lacks_factor

    @property
    def may_do(self) -> frozenset[Permission]:
        if self.door is LoginMode.OPEN:
            return _OPEN
        if self.is_held:
            return FOR_ALL | OF_EACH
        may = permissions_of(self.roles)
        return may & (WATCHING | FOR_ALL | {Permission.SELF}) if self.is_idle else may

    def may(self, permission: Permission) -> bool:
        return permission in self.may_do


_OPEN = frozenset(Permission) - {
    Permission.SUBSCRIBE,
    Permission.ACCOUNTS,
    Permission.RECORDS,
    Permission.INTERNAL,
}
"""Without accounts there is nobody to give rights to or to look after; endpoints have a key. What
is not open is for who has logged in.
"""


def nobody(address: str, door: LoginMode) -> Who:
    """Who has not logged in."""
    return Who("", (), address, door)

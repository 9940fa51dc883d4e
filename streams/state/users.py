"""The users of Redis and what each may do there: one table, of which its ACL file is made. Pure.

What may be written follows the slots of the keys (streams/state/keys.py). Nobody may empty, copy,
save, stop or set up Redis, or look at what others ask; only the worker, the snapshot, retention and
the keeper list keys.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from streams.state.keys import CITY, DELIVERY, LOGIN, OUTBOX, PREFIX

HEALTH = "health"
"""Asks whether Redis answers and may do nothing else: it needs no password."""


def _of_slot(slot: str) -> str:
    return f"{PREFIX}{{{slot}}}:*"


OF_PARTITIONS = _of_slot("[0-9]*")
OF_BEFORE = f"{PREFIX}[^{{]*"  # what a version without slots left, which the worker takes over


@dataclass(frozen=True, slots=True)
class Access:
    """What one service writes; it reads all that is Bomnae's. `scans`: it may list keys."""

    writes: tuple[str, ...]
    scans: bool = False


SERVICES: dict[str, Access] = {
    "worker": Access((OF_PARTITIONS, _of_slot(CITY), OF_BEFORE, _of_slot(DELIVERY)), scans=True),
    "dispatch": Access((_of_slot(DELIVERY),)),
    "maps": Access((_of_slot(LOGIN),)),
    "snapshot": Access((), scans=True),
    "retention": Access(
        (
            f"{PREFIX}{{[0-9]*}}:{OUTBOX}",
            *(f"{PREFIX}{{{DELIVERY}}}:{kind}:*" for kind in ("attempts", "undelivered")),
        ),
        scans=True,
    ),
    "keeper": Access((f"{PREFIX}*",), scans=True),
}
"""The worker writes of the delivery what a version of before left; its own is with the dispatchers.
Maps keep who is logged in. `snapshot` reads all and writes nothing. `retention` trims
what nothing else bounds by time (streams/retention/deleting.py). `keeper` runs what an operator
asks for by hand.
"""

_ASKING = "+@connection +@transaction +eval +evalsha +script|load +script|exists +time"
_OF_A_CLUSTER = "+cluster|slots +cluster|shards"
_NEVER = "-@admin -@dangerous"


def acl_file(passwords: Mapping[str, str]) -> str:
    """Redis' ACL file. It holds digests of the passwords, not the passwords; KeyError for a service
    without one.
    """
    lines = [
        "user default off resetpass resetkeys resetchannels -@all",
        f"user {HEALTH} on nopass resetkeys resetchannels -@all +ping",
        *(_user(name, passwords[name], access) for name, access in SERVICES.items()),
    ]
    return "".join(f"{line}\n" for line in lines)


def _user(name: str, password: str, access: Access) -> str:
    """A script may be run on any key and may change only what its caller may change by itself."""
    digest = hashlib.sha256(password.encode()).hexdigest()
    scan = "" if access.scans else " -scan -randomkey"
    reads = f"~{PREFIX}* -@all +@read{scan} {_ASKING} {_NEVER} +info {_OF_A_CLUSTER}"
    known = f"user {name} on #{digest} resetkeys resetchannels {reads}"
    if not access.writes:
        return known
    keys = " ".join(f"~{pattern}" for pattern in access.writes)
    writes = f"({keys} -@all +@read +@write{scan} {_NEVER})"
    return f"{known} {writes}"

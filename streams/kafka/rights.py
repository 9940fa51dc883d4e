"""Which service may do what on the log: one table, of which the ACLs of Kafka are made. Pure.

Each service logs in as a user of its own name. It may ask for the facts of every topic (partitions,
offsets, settings); all else stands in `SERVICES`. Only `ADMIN` makes, changes and deletes topics.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from streams.contract import topics
from streams.contract.topics import Topic

ADMIN = "admin"
"""Makes topics and users: a super user of the cluster, of `python -m producers topics` alone."""


class AclKind(StrEnum):
    """What a right is about, as Kafka calls it."""

    TOPIC = "TOPIC"
    GROUP = "GROUP"


class AclAct(StrEnum):
    """What may be done, as Kafka calls it."""

    DESCRIBE = "DESCRIBE"
    DESCRIBE_CONFIGS = "DESCRIBE_CONFIGS"
    READ = "READ"
    WRITE = "WRITE"


Needs = dict[tuple[AclKind, str], frozenset[str]]
"""A topic or a group -> what may be done to it, or must be, as Kafka calls it."""


class Right(NamedTuple):
    """A service may do this to that."""

    service: str
    kind: AclKind
    name: str
    act: AclAct


@dataclass(frozen=True, slots=True)
class ServiceRights:
    """What one service writes, what it reads, and in which groups it reads together."""

    writes: tuple[Topic, ...] = ()
    reads: tuple[Topic, ...] = ()
    groups: tuple[str, ...] = ()


PEOPLES = (topics.CALLS, topics.CLOSURES)
"""What people report on topics that carry ticks too."""
FEEDS = tuple(topic for topic in topics.TICKED if topic not in PEOPLES)
"""What the portals tell."""
OFFICES = (topics.PERMITS, topics.INCIDENTS)
"""Where what crews and the office say of a work or an incident stands in order with it."""

AGED = (
    topics.ACKNOWLEDGEMENTS,
    topics.SITUATION_EVENTS,
    topics.SHIFT_EVENTS,
    topics.CREW_LINKS,
)
"""Where no clock ticks: retention tells how late it is, so that what is due leaves the state."""

SERVICES: dict[str, ServiceRights] = {
    "clock": ServiceRights(writes=topics.TICKED, reads=(topics.PERMITS,)),
    "producers": ServiceRights(
        writes=(*FEEDS, topics.DATASET_ROWS, topics.DEAD_LETTERS), reads=(topics.FEED_REPORTS,)
    ),
    "worker": ServiceRights(
        writes=(topics.LINK_EVENTS, topics.DEAD_LETTERS),
        reads=topics.FOLDED,
        groups=(topics.GROUP,),
    ),
    "dispatch": ServiceRights(
        writes=(topics.RECEIPTS, topics.SUBSCRIPTIONS, topics.CREW_LINKS),
        reads=(topics.RECEIPTS,),
    ),
    "maps": ServiceRights(
        writes=(*topics.TOLD, *PEOPLES, *OFFICES, topics.ACCESS_RECORDS),
        reads=(topics.ACCESS_RECORDS,),
    ),
    "records": ServiceRights(writes=(topics.ACCESS_RECORDS,), reads=(topics.ACCESS_RECORDS,)),
    "snapshot": ServiceRights(
        writes=(topics.ACCESS_RECORDS,),
        reads=(*topics.FOLDED, topics.RECEIPTS, topics.ACCESS_RECORDS),
    ),
    "archive": ServiceRights(
        reads=(
            *(topics.PERMITS, topics.INCIDENTS, topics.CALLS, topics.CLOSURES),
            *(topics.FEED_REPORTS, topics.LINK_EVENTS, topics.SITUATION_EVENTS, topics.RECEIPTS),
        ),
    ),
    "reports": ServiceRights(writes=(topics.PUBLICATIONS,)),
    "retention": ServiceRights(
        writes=(*AGED, topics.ACCESS_RECORDS), reads=(topics.ACCESS_RECORDS,)
    ),
    "keeper": ServiceRights(
        writes=(*topics.TOLD, *PEOPLES, topics.PERMITS, topics.ACCESS_RECORDS),
        reads=topics.ALL,
    ),
}
"""Reads beside one's own work are those of the health checks. Maps write to `permits` what crews
and the office report of a work, to `incidents` what the office says of an incident: it stands in
order with the work or the incident. `records` verifies and reports, `snapshot` reads what a
snapshot keeps: each writes the access record of that, and nothing else. `archive` reads what the
history is made of, and writes nothing; `reports` reads what that wrote to disk, and writes which
reports it made. `retention` lets go of what
time is due, and may write no account: names that were removed long ago go with the next change of
any account, or by `keeper`. `keeper` runs what an operator asks for by hand:
it compares the state with the log, and tells the log what is to be taken out, with a record of it.
"""


def rights() -> frozenset[Right]:
    """Every right of every service."""
    return frozenset(right for name, has in SERVICES.items() for right in _rights_of(name, has))


def needed_by(service: str) -> Needs:
    """What a service of the table needs of each topic, and of its groups."""
    found: Needs = {}
    for right in _rights_of(service, SERVICES[service]):
        thing = (right.kind, right.name)
        found[thing] = found.get(thing, frozenset()) | {right.act.value}
    return found


def _rights_of(service: str, has: ServiceRights) -> Iterable[Right]:
    for act, chosen in (
        (AclAct.DESCRIBE, topics.ALL),
        (AclAct.DESCRIBE_CONFIGS, topics.ALL),
        (AclAct.READ, has.reads),
        (AclAct.WRITE, has.writes),
    ):
        yield from (Right(service, AclKind.TOPIC, topic.name, act) for topic in chosen)
    yield from (Right(service, AclKind.GROUP, group, AclAct.READ) for group in has.groups)


class RightsChange(NamedTuple):
    """What is to be given and what taken away, so that the rights are those of the table."""

    given: frozenset[Right]
    taken: frozenset[Right]


def change_of(standing: Iterable[Right]) -> RightsChange:
    """From the rights that stand to those of the table. Rights of strangers are left alone."""
    ours = frozenset(right for right in standing if right.service in SERVICES)
    due = rights()
    return RightsChange(given=due - ours, taken=ours - due)

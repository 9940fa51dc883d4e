"""Every topic once: its name, its key, its partitions and how long it is kept."""

from dataclasses import dataclass
from zlib import crc32

GROUP = "bomnae"  # the workers' consumer group
MAX_MESSAGE_BYTES = 2 << 20  # on the topics: the codec's 1 MiB with room for headers and growth


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. `is_wide` topics have the deployment's partition count, the others one partition.

    It is kept for `retention_h` exactly: a shorter time loses what the state is folded from, a
    longer one keeps people's data that docs/retention.md says is gone. `may_be_longer`: nothing on
    it is of a person or can be forgotten, so a city may keep it longer.
    """

    name: str
    key: str
    is_wide: bool
    retention_h: int
    may_be_longer: bool = False

    def partitions(self, wide: int) -> int:
        return wide if self.is_wide else 1


BUS_POSITIONS = Topic("bus-positions", key="vehicle", is_wide=True, retention_h=24 * 7)
LINK_SPEEDS = Topic(
    "link-speeds", key="link_id", is_wide=True, retention_h=24 * 7, may_be_longer=True
)
PERMITS = Topic("permits", key="permit_id", is_wide=False, retention_h=24 * 365)
INCIDENTS = Topic(
    "incidents", key="incident_id", is_wide=False, retention_h=24 * 30, may_be_longer=True
)
CALLS = Topic("calls", key="call_id", is_wide=False, retention_h=24 * 30)
CLOSURES = Topic("closures", key="closure_id", is_wide=False, retention_h=24 * 365)
FEED_REPORTS = Topic(
    "feed-reports", key="feed", is_wide=False, retention_h=24 * 7, may_be_longer=True
)
DATASET_ROWS = Topic("dataset-rows", key="dataset", is_wide=False, retention_h=24 * 31)
PUBLICATIONS = Topic(
    "publications", key="report", is_wide=False, retention_h=24 * 3650, may_be_longer=True
)
ACKNOWLEDGEMENTS = Topic("acknowledgements", key="episode", is_wide=False, retention_h=24 * 90)
LINK_EVENTS = Topic("link-events", key="link_id", is_wide=True, retention_h=24 * 7)
RECEIPTS = Topic("receipts", key="endpoint", is_wide=False, retention_h=24 * 30, may_be_longer=True)
SUBSCRIPTIONS = Topic(
    "subscriptions", key="endpoint", is_wide=False, retention_h=24 * 3650, may_be_longer=True
)
SITUATION_EVENTS = Topic("situation-events", key="situation", is_wide=False, retention_h=24 * 90)
SHIFT_EVENTS = Topic("shift-events", key="shift", is_wide=False, retention_h=24 * 365)
ACCOUNTS = Topic("accounts", key="account", is_wide=False, retention_h=24 * 3650)
CREW_LINKS = Topic("crew-links", key="work", is_wide=False, retention_h=24 * 30)
ACCESS_RECORDS = Topic("access-records", key="writer", is_wide=False, retention_h=24 * 731)
DEAD_LETTERS = Topic("dead-letters", key="code", is_wide=False, retention_h=24 * 30)

WATERMARKED = (BUS_POSITIONS, LINK_SPEEDS, PERMITS, INCIDENTS, CALLS, CLOSURES)
"""The inputs of the roads: a window closes when the ticks of the slowest of them have passed it."""

TICKED = (*WATERMARKED, FEED_REPORTS)
"""Where time is written. The clock writes each tick to every partition of each, so that time
stands in order with the data of that partition: a replay closes the same windows at any speed, and
a feed that is silent is noticed."""

TOLD = (ACKNOWLEDGEMENTS, SITUATION_EVENTS, SHIFT_EVENTS, SUBSCRIPTIONS, ACCOUNTS, CREW_LINKS)
"""What people report, folded without ticks: no time of the fold passes over it."""

FOLDED = (*TICKED, *TOLD, DATASET_ROWS, PUBLICATIONS, LINK_EVENTS)
"""What the state is folded from: a topic of these made anew makes it another city's state."""

ALL = (*FOLDED, RECEIPTS, ACCESS_RECORDS, DEAD_LETTERS)


_BY_NAME = {topic.name: topic for topic in ALL}


def named(name: str) -> Topic:
    """The topic of a name; KeyError for one that is none of ours."""
    return _BY_NAME[name]


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key: CRC-32 of its UTF-8 bytes, so that every language can compute it."""
    return crc32(key.encode()) % partitions

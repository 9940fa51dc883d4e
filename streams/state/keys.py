"""The keys in Redis: `bomnae:{SLOT}:name`, every value JSON but for pages and packed entries.

What stands in braces says to a Redis Cluster which keys are together on one node: those of a
partition (of every topic), those of the city, of the dispatchers, of who is logged in. One step
touches one slot.
"""

from hashlib import sha256
from typing import Final

from streams.contract.topics import partition_of
from streams.domain.links.history import history_of
from streams.domain.links.quarters_told import quarters_of

PREFIX = "bomnae:"
LINK = "link:"  # what subjects of links begin with
PACKED = (history_of(""), quarters_of(""))  # what those of the packed history of a partition do
CITY, DELIVERY, LOGIN = "city", "delivery", "login"
Slot = int | str
"""A partition's number, `CITY`, `DELIVERY` or `LOGIN`."""


def key(name: str, slot: Slot) -> str:
    """A key in Redis: `bomnae:{3}:links`."""
    return f"{PREFIX}{{{slot}}}:{name}"


def parts_of(text: str) -> tuple[str, str]:
    """The name and the slot of a key; the text itself and "" for what is none of ours."""
    slot, brace, name = text.removeprefix(f"{PREFIX}{{").partition("}:")
    return (name, slot) if brace else (text, "")


# Of each partition, beside the tables of its stages; the gate writes them.
BEGUN: Final = "begun"  # "topic/partition" -> offset up to which a step began and has not ended
POSITIONS: Final = "positions"  # "topic/partition" -> offset of the last message applied
DELTAS: Final = "changes"  # stream; field "d": the time "at", rows by `kinds.LETTERS`; "anew": none
MAX_DELTAS = 1024  # of each partition
DEAD_LETTERS: Final = "dead-letters"  # "topic code" -> count
COUNTS: Final = "counts"  # late, teleport, duplicate ... -> count
OUTBOX: Final = "outbox"  # stream; field "a" is an Alert, in the order it was decided
PAST: Final = "past"  # sorted set; subject -> when something of it was last learnt, ms
PAST_GONE: Final = "past-gone"  # those of them that are there no more; the gate forgets them
GENERATION: Final = "generation"  # how often all was taken away before what stands here began

# Of the city: one step writes no other slot with them.
META = key("meta", CITY)  # network version, city
FOLDED_BY, CHANGED = "folded_by", "changed"  # fields of META: settings, and what of them changed
STRANGERS = "strangers"  # field of META: who takes partitions into another Redis
WORKERS = key("workers", CITY)  # worker -> when it last looked, by Redis' clock, ms; " stands"
LIVE_MS = 10_000  # a worker looks once a second; silent for so long it is gone
ROADS_FROM = key("roads-from", CITY)  # "link-events/P" -> first offset folded; `GENERATION`
LOST = key("lost", CITY)  # "topic/partition from" -> last offset that retention took unread
REBUILDING = key("rebuilding", CITY)  # "topic/partition" -> offset up to which it is made again
LAID = key("laid", CITY)  # where a restore laid this log: "id" of the snapshot; place -> shift
TOPIC_IDS = key("topic-ids", CITY)  # topic -> its id in the cluster the state was folded from

# Of the dispatchers.
DELIVERIES = key("counts", DELIVERY)  # delivered, failed, later, gone, expired -> count


# Of who is logged in, the map servers': a name follows most. They go by themselves.
SESSION: Final = "session:"  # hash of a token -> Session
SESSIONS_OF, SESSIONS_AT = "sessions-of:", "sessions-at:"  # account, provider's name -> hashes
FAILED: Final = "failed:"  # account or address -> logins that failed in ten minutes
CODE_USED: Final = "code-used:"  # account and half minute
CHALLENGE: Final = "challenge:"  # hash of what a device is to sign -> what for
PASSKEY_USES: Final = "passkey-uses:"  # hash of a passkey's id -> how often it had signed last
LOOKED: Final = "looked:"  # hash of who looks at what: it is recorded
ASKED: Final = "asked:"  # state -> what an OpenID provider was asked
OBEYED: Final = "obeyed:"  # hash of a provider's logout: it counts once
FIRST: Final = "first-start"  # the hash of the code that lets the first account be made
ON_WALL: Final = "on-wall"  # where an operator's screen looks that the wall follows, and who it is


def login_key(kind: str, name: str = "") -> str:
    """A key of who is logged in: `bomnae:{login}:session:HASH`."""
    return key(kind + name, LOGIN)


def failed_of(account: str) -> str:
    """What counts an account's failed logins; it has a hash: what was typed may be a password."""
    told = sha256(account.encode(errors="surrogateescape")).hexdigest()
    return f"account:{told[:32]}"


def used_of(passkey: str) -> str:
    """What counts the uses of a passkey, by its id."""
    return sha256(passkey.encode()).hexdigest()


def past_key(subject: str, partition: int) -> str:
    """The stream of all that was known of a subject; the ids begin with the event time, ms."""
    return key(f"{PAST}:{subject}", partition)


def home_of(subject: str, partitions: int) -> int:
    """The partition that remembers a subject: its own of the links' packed history, and of a link
    that a version of before remembered; else the one partition of works, incidents and feeds.
    """
    if subject.startswith(PACKED):
        return int(subject.partition("/")[2])
    return partition_of(subject.removeprefix(LINK), partitions) if subject.startswith(LINK) else 0

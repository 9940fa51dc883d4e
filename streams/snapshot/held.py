"""A snapshot's state in memory, as the audit begins from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.contract.errors import LogError, SnapshotError
from streams.contract.settings import Settings
from streams.snapshot.file import Checked, frames_of
from streams.snapshot.frames import Entries, Hash, Head, Stretch
from streams.snapshot.moving import Place, Shifts, moved, moved_rows, place_of
from streams.state import schema

Entry = tuple[bytes, dict[bytes, bytes]]


@dataclass(slots=True)
class HeldState:
    """The state of every partition: hashes and streams by name, with the offsets they have on the
    log of now.
    """

    head: Head
    hashes: dict[int, dict[str, dict[bytes, bytes]]] = field(default_factory=dict)
    streams: dict[int, dict[str, list[Entry]]] = field(default_factory=dict)
    taken: dict[Place, int] = field(default_factory=dict)  # the next offset to fold
    ends: dict[Place, int] = field(default_factory=dict)  # where the snapshot ends

    def rows(self, partition: int, name: str) -> Mapping[bytes, bytes]:
        return self.hashes.get(partition, {}).get(name, {})

    def entries(self, partition: int, name: str) -> list[Entry]:
        return self.streams.get(partition, {}).get(name, [])


def check_fits(head: Head, settings: Settings, network: str) -> None:
    """SnapshotError, StateError: why a snapshot cannot be this city's state, and what to do."""
    schema.check(head.schema, "the snapshot")
    if (head.city, head.province) != (settings.city, settings.province):
        raise SnapshotError(
            f"the snapshot is of {head.province} {head.city}, BOMNAE_PROVINCE and BOMNAE_CITY say "
            f"{settings.province} {settings.city}"
        )
    if head.partitions != settings.partitions:
        raise SnapshotError(
            f"the snapshot has {head.partitions} partitions, BOMNAE_PARTITIONS is "
            f"{settings.partitions}: set it to {head.partitions}, for the topics as well"
        )
    if head.network != network:
        raise SnapshotError(
            f"the snapshot is of network {head.network}, BOMNAE_NETWORK is network {network}: give "
            "it the folder of that network (it is not in the snapshot). For another network "
            "restore with that one, then `python -m streams refold` with the other"
        )


def shifts_for(head: Head, laid: Mapping[str, str], topic_ids: Mapping[str, str]) -> Shifts:
    """What is taken off a snapshot's offsets on the log of now.

    `laid` is what a restore left in Redis ({}: none did), `topic_ids` are of the live state.
    LogError where the snapshot is of another log.
    """
    if laid.get("id") == head.id:
        return {place_of(x): int(shift) for x, shift in laid.items() if x != "id"}
    others = [x for x, each in head.topic_ids.items() if topic_ids.get(x, each) != each]
    if others or laid.get("id", "") != head.laid:
        of = f"its topic {min(others)} has another id" if others else "a restore came between"
        raise LogError(f"the snapshot {head.id} is of another log than the live state: {of}")
    return {}


def held(file: Checked, shifts: Shifts) -> HeldState:
    """The state in a checked file, moved onto the log of now."""
    state = HeldState(file.head)
    for frame in frames_of(file.path):
        if isinstance(frame, Hash) and frame.slot.isdigit():
            hashes = state.hashes.setdefault(int(frame.slot), {})
            rows = dict(zip(frame.flat[::2], frame.flat[1::2], strict=True))
            hashes.setdefault(frame.name, {}).update(moved_rows(frame.name, rows, shifts))
        elif isinstance(frame, Entries) and frame.slot.isdigit():
            entries = state.streams.setdefault(int(frame.slot), {}).setdefault(frame.name, [])
            entries += [(x, dict(zip(kv[::2], kv[1::2], strict=True))) for x, kv in frame.rows]
        elif isinstance(frame, Stretch):
            place = (frame.topic, frame.partition)
            state.taken[place] = moved(place, contained(frame) + 1, shifts)
            state.ends[place] = moved(place, frame.end, shifts)
    return state


def contained(stretch: Stretch) -> int:
    """The last offset that the state of a snapshot contains, or that retention had taken."""
    return max(stretch.position, stretch.tail - 1)

"""What Redis holds of all partitions together, for programs that wait for it."""

from collections import Counter
from typing import Any

from streams.state.keys import key


def rows(client: Any, name: str, partitions: int) -> dict[bytes, bytes]:
    """The rows of a hash of each partition."""
    found: dict[bytes, bytes] = {}
    for partition in range(partitions):
        found |= client.hgetall(key(name, partition))
    return found


def numbers(client: Any, name: str, partitions: int) -> dict[str, int]:
    """The counts of each partition, added up."""
    total: Counter[str] = Counter()
    for partition in range(partitions):
        found = client.hgetall(key(name, partition))
        total.update({field.decode(): int(count) for field, count in found.items()})
    return dict(total)


def entries(client: Any, name: str, partitions: int) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries of a stream of each partition, by their ids."""
    found = (each for p in range(partitions) for each in client.xrange(key(name, p)))
    return sorted(found, key=lambda each: tuple(map(int, each[0].split(b"-"))))

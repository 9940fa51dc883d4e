"""What a restore that is killed while it clears Redis leaves behind."""

from collections.abc import AsyncIterator
from typing import Any

from streams.snapshot.restoring import clear
from streams.state.keys import BEGUN, META, key


class Rows:
    """The three commands that clearing needs, over a set of names."""

    def __init__(self) -> None:
        self.names = {META}
        self.marked_at_first_loss: set[str] = set()

    async def hset(self, name: str, *, mapping: dict[str, Any]) -> None:
        assert mapping
        self.names.add(name)

    async def scan_iter(self, _pattern: str, *, count: int) -> AsyncIterator[bytes]:
        for name in sorted(self.names)[:count]:
            yield name.encode()

    async def unlink(self, name: bytes) -> None:
        self.marked_at_first_loss = self.marked_at_first_loss or {*self.names}
        self.names.remove(name.decode())


async def test_the_half_marks_stand_before_anything_goes_and_stay() -> None:
    rows = Rows()
    await clear(rows, 2)
    marks = {key(BEGUN, 0), key(BEGUN, 1)}
    assert marks < rows.marked_at_first_loss
    assert rows.names == marks

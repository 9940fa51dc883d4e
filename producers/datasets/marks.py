"""Short marks of the keys of a dataset, and of the row of each, in 16 bytes a slot. Pure.

A dict of as many takes some 105 bytes a row: six million would not fit beside the reading of them.
"""

from array import array

_FEW = 1 << 12
_FULL = 0.72  # of the slots; beyond, looking for a free one takes long


class Marks:
    """Numbers of 64 bits by others; an open table of slots that doubles, up to `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._keys, self._values = _slots(_FEW), _slots(_FEW)

    def entered(self, key: int, value: int) -> int | None:
        """What stands under a key; where nothing does it is entered while there is room."""
        key = key or 1  # 0 is a free slot
        at = self._slot(key)
        if self._keys[at]:
            return self._values[at]
        if self._count < self._most:
            self._keys[at], self._values[at] = key, value
            self._count += 1
            if self._count > len(self._keys) * _FULL:
                self._grow()
        return None

    def _slot(self, key: int) -> int:
        """Where a key stands, or would."""
        keys, last = self._keys, len(self._keys) - 1
        at = key & last
        while keys[at] and keys[at] != key:
            at = (at + 1) & last
        return at

    def _grow(self) -> None:
        keys, values = self._keys, self._values
        size = len(keys) * 2
        self._keys, self._values = _slots(size), _slots(size)
        for key, value in zip(keys, values, strict=True):
            if key:
                at = self._slot(key)
                self._keys[at], self._values[at] = key, value


def _slots(count: int) -> "array[int]":
    return array("Q", bytes(8 * count))

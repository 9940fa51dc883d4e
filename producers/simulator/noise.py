"""Numbers that look random and are not: the same seed, key and time always give the same."""

from zlib import crc32

_MASK = (1 << 64) - 1


def unit(seed: int, *keys: int | str) -> float:
    """A number in [0, 1) for the keys (splitmix64 over their chain)."""
    state = seed & _MASK
    for key in keys:
        number = crc32(key.encode()) if isinstance(key, str) else key
        state ^= (number * 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state / (_MASK + 1)


def smooth(seed: int, key: int, at_ms: int, *, period_ms: int) -> float:
    """A number in [0, 1) that drifts over `period_ms` without a jump (value noise)."""
    slot, rest = divmod(at_ms, period_ms)
    part = rest / period_ms
    ease = part * part * (3 - 2 * part)
    before, after = unit(seed, key, slot), unit(seed, key, slot + 1)
    return before + (after - before) * ease

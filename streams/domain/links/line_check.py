"""Whether a section's line is wrong: nearly all buses drive from stop to stop beside it.

One bus off the line goes round something, or its GPS is wrong. If nearly all are off it, several
vehicles, for longer than a diversion takes to be noticed, the line shows a road that no bus takes,
and being off it is no evidence of anything. A line on which buses were seen is right: those that
leave it later are diverted, however many they are.

The state is a few small integers, and in whatever order the drives come it is the same.
"""

import zlib
from dataclasses import dataclass, replace

OFF_LINE_M = 45  # GPS in streets is good to 10-20 m, and a wide street's lane lies 15 m aside
ON_LINE_M = 25  # between the two a drive says nothing
FEWEST_OFF = 8  # drives
FEWEST_VEHICLES = 3
FEWEST_MS = 3_600_000  # from the first drive off the line to the last
OFF_PER_ON = 10  # nearly all
MOST_COUNTED = 100  # of each: a line that more than ten buses drove is never wrong again
_VEHICLE_BITS = 32


@dataclass(frozen=True, slots=True)
class LineCheck:
    """Drives on and off a section's line since the network was imported (0..100 each), the vehicles
    off it (a bit for each, two may share one), first and last drive off it (UTC ms, 0 for none).
    """

    on_line: int = 0
    off_line: int = 0
    vehicles: int = 0
    first_ms: int = 0
    last_ms: int = 0


def checked(state: LineCheck, off_m: int, vehicle: str, at_ms: int) -> LineCheck:
    """The state after a drive from stop to stop in an ordinary time; `off_m` is how far off the
    line the bus was at most.

    Only a drive seen between the stops tells anything: a stop lies on a wrong line too.
    """
    if off_m <= ON_LINE_M:
        return replace(state, on_line=min(state.on_line + 1, MOST_COUNTED))
    if off_m < OFF_LINE_M:
        return state
    return LineCheck(
        state.on_line,
        min(state.off_line + 1, MOST_COUNTED),
        state.vehicles | 1 << zlib.crc32(vehicle.encode()) % _VEHICLE_BITS,
        min(state.first_ms or at_ms, at_ms),
        max(state.last_ms, at_ms),
    )


def is_suspended(state: LineCheck) -> bool:
    """Whether the line is taken to be wrong, so that nothing follows from being off it."""
    return (
        state.off_line >= FEWEST_OFF
        and state.on_line * OFF_PER_ON <= state.off_line
        and state.vehicles.bit_count() >= FEWEST_VEHICLES
        and state.last_ms - state.first_ms >= FEWEST_MS
    )

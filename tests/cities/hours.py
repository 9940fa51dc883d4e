"""The hours of a work on M3>M4 of the little town's main street, and the buses in them."""

from typing import Unpack

from streams.contract.derived import Declaration
from streams.contract.enums import Closure
from streams.contract.records import BusPosition
from tests.cities.buses import Service, every, works
from tests.cities.watched import Said, Watch

LINK, BACK = "M3>M4", "M4>M3"
ROUND = (1210, 1590)  # past M3>M4
NOW_S = 2400  # the hours begin
MINUTE_S = 60
FULL, PARTIAL = works(LINK), works(LINK, closure=Closure.PARTIAL)
ENDED = works(LINK, is_in_force=False, is_over=True)
PARTIAL_ENDED = works(LINK, closure=Closure.PARTIAL, is_in_force=False, is_over=True)


def buses(times: int, after_s: float, **how: Unpack[Service]) -> list[BusPosition]:
    """One each five minutes, so long after the hours begin."""
    return every(300, times, first_s=NOW_S + after_s, **how)


def begun(declaration: Declaration = FULL) -> Watch:
    """A street on which buses drive as usual, and then the hours begin."""
    return Watch().take(every(300, 6), Said(NOW_S, declaration))

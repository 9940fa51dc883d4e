"""How soon a full closure of a link would be seen, from the buses that are due."""

from streams.contract.times import MINUTE_MS
from streams.domain.observed.belief import Belief

WAITS = 3.2  # headways until nine of ten closures have met the bus that shows them
ROUND_S = 300  # a bus takes so long to go round and come back to its line
LONGEST_S = 7200  # beyond, nothing is promised
STEP_S = 60
QUARTER_MS = 15 * MINUTE_MS


def promise_s(belief: Belief, now_ms: int, begun_ms: int) -> int | None:
    """Seconds within which nine of ten full closures would be seen; None: too few buses.

    The buses of the last hour, or since `begun_ms` where that is later, say how many are due. A
    promise is in whole minutes.
    """
    return promise_of(buses_due(belief, now_ms), now_ms, begun_ms)


def buses_due(belief: Belief, now_ms: int) -> int:
    """The buses of the last hour: of this quarter and the three before it."""
    gone = now_ms // QUARTER_MS - belief.quarter
    return sum(belief.quarters[: 4 - gone] if 0 < gone < 4 else belief.quarters) if gone < 4 else 0


def promise_of(buses: int, now_ms: int, begun_ms: int) -> int | None:
    """What a link promises where so many buses came in the last hour."""
    if not buses:
        return None
    seen_ms = min(3 * QUARTER_MS + now_ms % QUARTER_MS, max(QUARTER_MS, now_ms - begun_ms))
    promised_s = WAITS * seen_ms / 1000 / buses + ROUND_S
    whole_s = round(promised_s / STEP_S) * STEP_S
    return whole_s if whole_s <= LONGEST_S else None

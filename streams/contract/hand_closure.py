"""A closure that a person puts on the map, as the log has it: each change is its own version."""

import re
from dataclasses import dataclass

from streams.contract.enums import Closure, ClosureAct, IncidentKind
from streams.contract.errors import HandClosureError
from streams.contract.times import DAY_MS
from streams.people import names_a_number

MAX_LINKS = 200
MAX_TITLE, MAX_REASON, MAX_WORDS, MAX_BY = 80, 200, 40, 64
MAX_VERSION = 1_000
MOST_MS = 180 * DAY_MS
"""So far ahead one may begin, and so long last: the log keeps it for longer."""
MAX_TIME_MS = 4_102_444_800_000
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandClosure:
    """A closure as one act leaves it, whole. `version` 1 is a new one; any other is made of the
    version before it, and the first on the log wins.

    `act_id` is the sender's own: an act that comes twice is one. `by` is an account, or a name
    where nobody logs in. `ends_ms` None: nobody knows. `lanes` says which, in words. `is_over`: it
    was ended, or taken back.
    """

    closure_id: str
    act_id: str
    version: int
    act: ClosureAct
    by: str
    at_ms: int
    title: str
    cause: IncidentKind
    closure: Closure
    starts_ms: int
    ends_ms: int | None = None
    lanes: str = ""
    direction: str = ""
    reason: str = ""
    link_ids: tuple[str, ...] = ()
    is_over: bool = False


def check_hand_closure(row: HandClosure) -> None:
    """Raise HandClosureError for the first field that cannot be."""
    for name in ("closure_id", "act_id"):
        if not _ID.fullmatch(getattr(row, name)):
            raise HandClosureError(name, "no id", "1 to 64 of A-Z a-z 0-9 -")
    if not 1 <= row.version <= MAX_VERSION or (row.version == 1) is not (
        row.act is ClosureAct.MAKE
    ):
        raise HandClosureError("version", row.version, f"1 to {MAX_VERSION}, 1 of a new one")
    _check_texts(row)
    if row.closure in (Closure.NONE, Closure.UNKNOWN):
        raise HandClosureError("closure", row.closure, "what it takes from the road")
    if not 0 < len(row.link_ids) <= MAX_LINKS:
        raise HandClosureError("link_ids", len(row.link_ids), f"1 to {MAX_LINKS}")
    _check_times(row)


def _check_texts(row: HandClosure) -> None:
    for name, least, most in (
        ("title", 1, MAX_TITLE),
        ("reason", 0, MAX_REASON),
        ("direction", 0, MAX_WORDS),
        ("lanes", 0, MAX_WORDS),
        ("by", 0, MAX_BY),
    ):
        text = getattr(row, name)
        if not least <= len(text) <= most or names_a_number(text):
            bound = f"{least} to {most} characters, no person's number"
            raise HandClosureError(name, f"{len(text)} characters", bound)


def _check_times(row: HandClosure) -> None:
    for time_ms in (row.at_ms, row.starts_ms, row.ends_ms or 0):
        if not 0 <= time_ms <= MAX_TIME_MS:
            raise HandClosureError("time", time_ms, f"0 to {MAX_TIME_MS} ms")
    if row.starts_ms - row.at_ms > MOST_MS:
        raise HandClosureError("starts_ms", row.starts_ms, f"at most {MOST_MS} ms ahead")
    if row.ends_ms is not None and not 0 < row.ends_ms - row.starts_ms <= MOST_MS:
        lasts_ms = row.ends_ms - row.starts_ms
        raise HandClosureError("ends_ms", f"{lasts_ms} ms after the begin", f"1 to {MOST_MS} ms")

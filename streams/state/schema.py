"""The layout of the state in Redis, by number: which this version writes, and which it can read.

The number goes up when rows are written that the version before could not read. `READS` keeps the
one of the last release, so that an upgrade needs no refold; tests/agents/test_schema.py holds it
against a state that the last release wrote.
"""

from collections.abc import Mapping
from typing import Any, Final

from streams.contract.errors import StateError
from streams.state.keys import META

SCHEMA: Final = 1
READS: Final = range(1, SCHEMA + 1)
FIELD: Final = "schema"  # of META
_BEFORE = 1  # of a state that says none: written before there were numbers


def schema_of(meta: Mapping[bytes, bytes]) -> int:
    """The layout that `META` states; StateError for what is no number."""
    found = meta.get(FIELD.encode())
    try:
        return _BEFORE if found is None else int(found)
    except ValueError:
        raise StateError(f"{META} in Redis states schema {found!r}, no number") from None


def check(schema: int, what: str) -> None:
    """StateError, with what can be done, for a layout that this version does not read."""
    if schema in READS:
        return
    age = "later" if schema > SCHEMA else "much earlier"
    raise StateError(
        f"{what} has schema {schema}, this version reads {READS[0]} to {READS[-1]}: a {age} "
        "version wrote it. Start that version (or the one between); or stop all workers and have "
        "this version make the state again: `python -m streams refold` from the log, or "
        "`python -m streams restore --redis-only --replace FILE` from a snapshot that it can read"
    )


async def check_stored(client: Any) -> None:
    """`check` of the state in Redis; fine where there is none."""
    check(schema_of(await client.hgetall(META)), "the state in Redis")

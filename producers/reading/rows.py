"""The rows of an answer, one by one: what a parser cannot use is refused and the others go on."""

from collections.abc import Callable, Iterable
from typing import Any

from producers.reading.answers import Harvest
from producers.reading.privacy import refused_row
from streams.contract.errors import RecordRefusedError

Row = dict[str, Any]


def take_each(
    rows: Iterable[Any], harvest: Harvest, columns: frozenset[str], take: Callable[[Row], None]
) -> None:
    """Give every row to `take`; one that it refuses, or that is no object, is a refusal."""
    for row in rows:
        if not isinstance(row, dict):
            what = f"row is a {type(row).__name__}, expected an object"
            harvest.refused.append(refused_row(row, "R005", what, columns))
            continue
        try:
            take(row)
        except RecordRefusedError as error:
            harvest.refused.append(refused_row(row, error.code, error.detail, columns))

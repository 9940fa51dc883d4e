"""The kinds of things on the map, one row each: what Redis, deltas, pictures and API follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar

from streams.contract.records import Acknowledgement
from streams.domain.alerts import Episode
from streams.domain.clashes.clash import Clash
from streams.domain.links.fold import LinkView
from streams.domain.stages.calls import CallReport, CallRow
from streams.domain.stages.feeds import FeedState
from streams.domain.stages.incidents import RunningIncident
from streams.domain.stages.passages import BusView
from streams.domain.works.rows import Work

LinkKey = TypeVar("LinkKey")
Gone = TypeVar("Gone")
BEGINNING = "0-0"


def kind(
    row_type: type,
    letter: str,
    *tables: str,
    is_global: bool = False,
    subject: str = "",
) -> Any:
    """A field of `CityRows`; `tables` are those of the stages, where they are not its name.

    `letter` stands for it in every delta: Redis' and the browser's. Its history is in the subjects
    "`subject`:ID"; "" keeps none.
    """
    made = {"row_type": row_type, "letter": letter, "tables": tables}
    return field(
        default_factory=dict, metadata={**made, "is_global": is_global, "subject": subject}
    )


@dataclass(frozen=True, slots=True)
class CityRows(Generic[LinkKey, Gone]):
    """All rows of a city, or those that changed; `Gone` is None where a row may go, else Never.

    `delta_id` is the delta they stand at, `at_ms` when it was made. Links are by id or by index.
    """

    delta_id: str = BEGINNING
    at_ms: int = 0
    links: Mapping[LinkKey, LinkView | Gone] = kind(LinkView, "l", subject="link")
    buses: Mapping[str, BusView | Gone] = kind(BusView, "b")
    works: Mapping[str, Work | Gone] = kind(Work, "w", subject="work")
    incidents: Mapping[str, RunningIncident | Gone] = kind(RunningIncident, "n", subject="incident")
    calls: Mapping[str, CallRow | Gone] = kind(CallRow, "p")
    reports: Mapping[str, CallReport | Gone] = kind(CallReport, "u")
    clashes: Mapping[str, Clash | Gone] = kind(Clash, "o")
    alerts: Mapping[str, Episode | Gone] = kind(  # by "rule subject"
        Episode,
        "a",
        *(f"{of}-episodes" for of in ("work", "incident", "call", "feed", "link")),
    )
    acknowledgements: Mapping[str, Acknowledgement | Gone] = kind(Acknowledgement, "y")
    feeds: Mapping[str, FeedState | Gone] = kind(FeedState, "f", is_global=True, subject="feed")
    clocks: Mapping[str, int | Gone] = kind(int, "k", "clock", is_global=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the table above says of one kind; `row_type` is that of its rows."""

    name: str
    row_type: type
    letter: str
    tables: tuple[str, ...]
    is_global: bool
    subject: str

    def keys(self, partitions: int) -> list[str]:
        """The Redis hashes that hold its rows."""
        own = [""] if self.is_global else [f":{partition}" for partition in range(partitions)]
        return [f"bomnae:{table}{partition}" for table in self.tables for partition in own]


def _kind_of(name: str, given: Mapping[str, Any]) -> Kind:
    return Kind(name, **{**given, "tables": given["tables"] or (name,)})


KINDS = tuple(_kind_of(row.name, row.metadata) for row in fields(CityRows) if row.metadata)
LETTERS = {table: row.letter for row in KINDS for table in row.tables}
REMEMBERED = {row.subject: row.row_type for row in KINDS if row.subject}
HistoryValue = LinkView | Work | RunningIncident | FeedState
"""What the history keeps of a subject."""

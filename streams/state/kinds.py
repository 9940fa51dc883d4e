"""The kinds of things on the map, one row each: what Redis, deltas, pictures and API follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar

from streams.contract.records import Acknowledgement
from streams.domain.alerts import Episode
from streams.domain.clashes.clash import Clash
from streams.domain.links.fold import LinkView
from streams.domain.observed.rows import Discrepancy, ObservedView
from streams.domain.observed.tables import DISCREPANCIES, OBSERVED
from streams.domain.stage import StageTable
from streams.domain.stages import calls as calls_stage
from streams.domain.stages import feeds as feeds_stage
from streams.domain.stages import incidents as incidents_stage
from streams.domain.stages import roadstate
from streams.domain.stages import works as works_stage
from streams.domain.stages.acknowledgements import ACKNOWLEDGEMENTS
from streams.domain.stages.calls import CALLS, REPORTS, CallReport, CallRow
from streams.domain.stages.feeds import FEEDS, FeedState
from streams.domain.stages.incidents import INCIDENTS, RunningIncident
from streams.domain.stages.passages import BUSES, BusView
from streams.domain.works.rows import Work
from streams.domain.works.step import WORKS

LinkKey = TypeVar("LinkKey")
Gone = TypeVar("Gone")
BEGINNING = "0-0"


EPISODES = [
    stage.EPISODES for stage in (works_stage, incidents_stage, calls_stage, feeds_stage, roadstate)
]


def kind(letter: str, *tables: StageTable[Any], subject: str = "") -> Any:
    """A field of `CityRows`: the rows of these tables of the stages.

    `letter` stands for it in every delta: Redis' and the browser's. Its history is in the subjects
    "`subject`:ID"; "" keeps none.
    """
    made = {"letter": letter, "stage_tables": tables, "subject": subject}
    return field(default_factory=dict, metadata=made)


@dataclass(frozen=True, slots=True)
class CityRows(Generic[LinkKey, Gone]):
    """All rows of a city, or those that changed; `Gone` is None where a row may go, else Never.

    `delta_id` is the delta they stand at, `at_ms` when it was made. Links are by id or by index.
    Works whose last row ours cannot read are in `unread_works`: they are not gone.
    """

    delta_id: str = BEGINNING
    at_ms: int = 0
    links: Mapping[LinkKey, LinkView | Gone] = kind("l", roadstate.LINKS, subject="link")
    observed: Mapping[LinkKey, ObservedView | Gone] = kind("v", OBSERVED)
    buses: Mapping[str, BusView | Gone] = kind("b", BUSES)
    works: Mapping[str, Work | Gone] = kind("w", WORKS, subject="work")
    incidents: Mapping[str, RunningIncident | Gone] = kind("n", INCIDENTS, subject="incident")
    calls: Mapping[str, CallRow | Gone] = kind("p", CALLS)
    reports: Mapping[str, CallReport | Gone] = kind("u", REPORTS)
    clashes: Mapping[str, Clash | Gone] = kind("o", works_stage.CLASHES)
    discrepancies: Mapping[str, Discrepancy | Gone] = kind(
        "d", DISCREPANCIES, subject="discrepancy"
    )
    alerts: Mapping[str, Episode | Gone] = kind("a", *EPISODES)  # by "rule subject"
    acknowledgements: Mapping[str, Acknowledgement | Gone] = kind("y", ACKNOWLEDGEMENTS)
    feeds: Mapping[str, FeedState | Gone] = kind("f", FEEDS, subject="feed")
    clocks: Mapping[str, int | Gone] = kind("k", roadstate.CLOCK)
    unread_works: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CityKind:
    """What the table above says of one kind."""

    name: str
    letter: str
    stage_tables: tuple[StageTable[Any], ...]
    subject: str

    @property
    def row_type(self) -> Any:
        return self.stage_tables[0].row_type

    def hashes(self, partitions: int) -> list[str]:
        """The Redis hashes that hold its rows."""
        places = [(table, at) for table in self.stage_tables for at in range(partitions)]
        return list(dict.fromkeys(hash_of(table, at) for table, at in places))


def hash_of(table: StageTable[Any], partition: int) -> str:
    """The Redis hash that holds a table's rows of one partition."""
    return f"bomnae:{table.name}" if table.is_global else f"bomnae:{table.name}:{partition}"


KINDS = tuple(CityKind(row.name, **row.metadata) for row in fields(CityRows) if row.metadata)
LETTERS = {table.name: row.letter for row in KINDS for table in row.stage_tables}
HistoryValue = LinkView | Work | RunningIncident | FeedState | Discrepancy
"""What the history keeps of a subject."""

"""The tables of the history: each once, a row type with the columns as they stand on disk. Pure.

Times are ms in UTC; `day`, which every table has besides, is the city's (KST) and stands in the
path. Nothing here is of a person, and no words that people typed.
"""

from collections.abc import Iterable
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

Int32 = Annotated[int, "INTEGER"]
Float32 = Annotated[float, "FLOAT"]
_SQL = {int: "BIGINT", str: "VARCHAR", bool: "BOOLEAN", float: "DOUBLE"}
_UNITS = {"_ms": "ms", "_s": "s", "_m": "m", "_kmh": "km/h"}


class LinkMinute(NamedTuple):
    """How a link was shown at the end of a minute. A row stands where that differs from the row
    before, and at each full hour for every link: it holds until the link's next, for 60 minutes at
    most. `passages` were folded since the row before. `is_measured`: buses or reports say so.
    """

    minute_ms: int
    link_id: str
    speed_kmh: Float32 | None
    level: str
    closure: str
    passages: Int32
    is_measured: bool


class PassageRow(NamedTuple):
    """One bus drove one whole section."""

    exited_ms: int
    link_id: str
    route_id: str
    travel_ms: int
    length_m: Int32
    unsure_ms: int


class WorkPhase(NamedTuple):
    """A work was in another phase from then on. `told_by`: feed, crew, office, desk or clock.
    `office` is who works there, as the permit names it; `contractor` and `client` are "" where no
    column of its own says so, None where the file is of before them.
    """

    at_ms: int
    work_id: str
    phase: str
    phase_before: str | None
    told_by: str
    office: str
    contractor: str | None
    client: str | None
    cause: str
    closure: str
    from_ms: int | None
    until_ms: int | None
    links: tuple[str, ...]


class SituationActRow(NamedTuple):
    """A situation begun, changed or ended, to the minute, or was acknowledged; then only its id,
    time, severity and number of facts are known.
    """

    at_ms: int
    situation_id: str
    act: str
    kind: str
    severity: str
    since_ms: int | None
    links: tuple[str, ...]
    facts: Int32
    sources: tuple[str, ...]


class DiscrepancyAct(NamedTuple):
    """What buses do and what was declared began, or ceased, to contradict each other."""

    at_ms: int
    discrepancy_id: str
    kind: str
    state: str
    work_id: str | None
    link_id: str
    since_ms: int


class CallAct(NamedTuple):
    """Somebody called, or was answered; without a word of what was said. `topic`: closure where the
    screens showed one there, else place. `dong` is what the gazetteer knows of the place.
    """

    at_ms: int
    call_id: str
    topic: str
    link_id: str | None
    dong: str | None
    state: str
    answered_ms: int | None


class FeedAct(NamedTuple):
    """A feed was in another state from then on; `delay_ms`: how old its last good answer was."""

    at_ms: int
    feed: str
    state: str
    delay_ms: int | None


class WebhookAct(NamedTuple):
    """An alert was told (queued, of no endpoint), an endpoint has confirmed it (delivered), or it
    was given up (given_up). `took_ms`: after it was due there.
    """

    at_ms: int
    endpoint_id: str
    alert_id: str
    state: str
    attempts: Int32 | None
    took_ms: int | None


class ClosureActRow(NamedTuple):
    """A closure of a link was declared, ended, observed or contradicted. Of one that ended,
    `until_ms` is when it did; else when it is to end.
    """

    at_ms: int
    closure_id: str
    act: str
    by_kind: str
    link_id: str
    closure: str
    from_ms: int
    until_ms: int | None
    work_id: str | None
    contractor: str | None = ""
    client: str | None = ""


class Column(NamedTuple):
    """A column of a table or of an answer; the unit is what its name ends with."""

    name: str
    unit: str = ""


class HistoryTable(NamedTuple):
    """A table: its rows lie sorted by `sort`, `time` says of which day each is. `later` are the
    columns that older files lack: there they are not known. `is_in_order`: a question may rely on
    the rows of each file coming sorted (none of its columns is a later one).
    """

    name: str
    row: type[Any]
    time: str
    sort: tuple[str, ...]
    later: tuple[str, ...] = ()
    is_in_order: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """The type of SQL of each column, in order."""
        hints = get_type_hints(self.row, include_extras=True)
        return {name: _sql(hint) for name, hint in hints.items()}


WHOSE = ("contractor", "client")
TABLES = (
    HistoryTable(
        "link_minutes", LinkMinute, "minute_ms", ("link_id", "minute_ms"), is_in_order=True
    ),
    HistoryTable("passages", PassageRow, "exited_ms", ("link_id", "exited_ms")),
    HistoryTable("work_phases", WorkPhase, "at_ms", ("at_ms", "work_id"), WHOSE),
    HistoryTable("situations", SituationActRow, "at_ms", ("at_ms", "situation_id")),
    HistoryTable("discrepancies", DiscrepancyAct, "at_ms", ("at_ms", "discrepancy_id")),
    HistoryTable("calls", CallAct, "at_ms", ("at_ms", "call_id")),
    HistoryTable("feeds", FeedAct, "at_ms", ("feed", "at_ms")),
    HistoryTable("webhooks", WebhookAct, "at_ms", ("endpoint_id", "at_ms")),
    HistoryTable("closures", ClosureActRow, "at_ms", ("at_ms", "closure_id"), WHOSE),
)
BY_NAME = {table.name: table for table in TABLES}


def unit_of(name: str) -> str:
    """The unit that a column's name ends with, "" for none."""
    return next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")


def columns_of(names: Iterable[str]) -> tuple[Column, ...]:
    """Columns by their names."""
    return tuple(Column(name, unit_of(name)) for name in names)


def _sql(hint: Any) -> str:
    """The type of SQL of a row's field; where it may be None, of what it else is."""
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    if get_origin(hint) is tuple:
        return f"{_SQL[kinds[0]]}[]"
    if get_origin(hint) is Annotated:
        return str(hint.__metadata__[0])
    return _SQL[hint] if hint in _SQL else _sql(kinds[0])

"""The links of a partition in columns: what each reported of itself, and what is shown of it.

A link's place in the columns is given when it is first heard of, and stays. The columns are an
array of records, so that `PAGE` links stand together in the store as one value. What a link has
besides (buses, works, parts that were measured apart) is in its row of `FOLDS`.

The one room of the domain with numpy in it. All here is pure: columns are never written to, a
message makes others (`LinkPatch`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.contract.enums import Certainty, Closure, Level
from streams.domain.links.fold import LinkFold, LinkView, stamped
from streams.domain.links.reported import Reported
from streams.domain.links.settled import Stood
from streams.domain.stage import Columns, StageTable

PAGE = 64
"""Links that are stored together."""
NONE = -1
"""In a column of whole numbers: there is none."""
LEVELS, CERTAINTIES, CLOSURES = tuple(Level), tuple(Certainty), tuple(Closure)
NOT_TOLD = len(LEVELS)  # of `told`: the history has nothing of the link
NOT_CLOSED = len(CERTAINTIES)  # of `closure_certainty`: there is no closure
Places = npt.NDArray[np.intp]
Array = npt.NDArray[Any]

REPORT = np.dtype(
    [("at_ms", "<i8"), ("kmh", "<f8"), ("share", "<f8"), ("mean_kmh", "<f8"), ("spread", "<f8")]
)
"""`Reported`; `at_ms` NONE: there is none."""
VIEW = np.dtype(
    [
        ("observed_ms", "<i8"),
        ("speed_dkmh", "<i4"),
        ("low_dkmh", "<i4"),
        ("high_dkmh", "<i4"),
        ("usual_dkmh", "<i4"),
        ("samples", "<i4"),
        ("its", "<i4"),
        ("through", "<i4"),
        ("level", "u1"),
        ("certainty", "u1"),
        ("closure", "u1"),
        ("closure_certainty", "u1"),
    ]
)
"""`LinkView` but for its subjects; speeds in tenths of km/h, NONE where there is none."""
ROW = np.dtype([("report", REPORT), ("view", VIEW), ("told", "u1"), ("is_due", "?")])
"""A link. The history is told its level when that is another than it was `told` last, or, after
news of what is on it, `is_due`.
"""
STOOD = np.dtype([("place", "<i8"), ("until_ms", "<i8"), ("report", REPORT)])
"""A report that stood at a place for judgements at `until_ms` and before, as `settled.Stood`."""

NO_VIEW = np.zeros((), VIEW)
for _name in ("observed_ms", "speed_dkmh", "low_dkmh", "high_dkmh", "usual_dkmh"):
    NO_VIEW[_name] = NONE
NO_VIEW["level"] = LEVELS.index(Level.UNKNOWN)
NO_VIEW["certainty"] = CERTAINTIES.index(Certainty.LOST)
NO_VIEW["closure"] = CLOSURES.index(Closure.NONE)
NO_VIEW["closure_certainty"] = NOT_CLOSED


def empty_rows(count: int) -> Array:
    """Rows of links that nothing is known of."""
    rows = np.zeros(count, ROW)
    rows["report"]["at_ms"] = NONE
    rows["view"] = NO_VIEW
    rows["told"] = NOT_TOLD
    return rows


NO_STOOD = np.empty(0, STOOD)


def copied(records: Array) -> Array:
    """A copy of records, as bytes: field by field numpy takes twenty times as long."""
    found: Array = _as_bytes(records).copy().view(records.dtype)
    return found


def picked(records: Array, where: Array) -> Array:
    """A copy of the records at these places, or where a mask holds; as bytes, like `copied`."""
    found: Array = _as_bytes(records)[where].view(records.dtype)
    return found


def put_at(records: Array, places: Places, values: Array) -> None:
    """Write records of the same kind at these places; as bytes, like `copied`."""
    _as_bytes(records)[places] = _as_bytes(values)


def are_other(records: Array, others: Array) -> Array:
    """Which of two arrays' records differ in any byte."""
    found: Array = _as_bytes(records) != _as_bytes(others)
    return found


def _as_bytes(records: Array) -> Array:
    found: Array = records.view(np.dtype((np.void, records.dtype.itemsize)))
    return found


def report_of(row: Any) -> Reported | None:
    """The report in a record, None where there is none."""
    at_ms, kmh, share, mean_kmh, spread = row.item()
    return None if at_ms == NONE else Reported(kmh, at_ms, share, mean_kmh, spread)


def report_row(report: Reported | None) -> tuple[int, float, float, float, float]:
    if report is None:
        return NONE, 0.0, 0.0, 0.0, 0.0
    return report.observed_ms, report.speed_kmh, report.share, report.mean_kmh, report.spread


def view_of(row: Any, subjects: tuple[str, ...]) -> LinkView:
    """The view in a record."""
    observed_ms, speed, low, high, usual, samples, reports, through, *codes = row.item()
    level, certainty, closure, closure_certainty = codes
    sources = {"bus": samples} if samples else {}
    if reports:
        sources["its"] = reports
    return LinkView(
        speed_kmh=kmh_of(speed),
        level=LEVELS[level],
        samples=samples,
        observed_ms=None if observed_ms == NONE else observed_ms,
        certainty=CERTAINTIES[certainty],
        sources=sources,
        closure=CLOSURES[closure],
        subjects=subjects,
        closure_certainty=(
            None if closure_certainty == NOT_CLOSED else CERTAINTIES[closure_certainty]
        ),
        buses_through=through,
        speed_low_kmh=kmh_of(low),
        speed_high_kmh=kmh_of(high),
        usual_kmh=kmh_of(usual),
    )


def view_row(view: LinkView) -> tuple[int, ...]:
    """The record of a view."""
    certainty = view.closure_certainty
    return (
        NONE if view.observed_ms is None else view.observed_ms,
        _dkmh(view.speed_kmh),
        _dkmh(view.speed_low_kmh),
        _dkmh(view.speed_high_kmh),
        _dkmh(view.usual_kmh),
        view.samples,
        view.sources.get("its", 0),
        view.buses_through,
        LEVELS.index(view.level),
        CERTAINTIES.index(view.certainty),
        CLOSURES.index(view.closure),
        NOT_CLOSED if certainty is None else CERTAINTIES.index(certainty),
    )


def kmh_of(dkmh: int) -> float | None:
    """A speed in a column, km/h."""
    return None if dkmh == NONE else dkmh / 10


def _dkmh(kmh: float | None) -> int:
    return NONE if kmh is None else round(kmh * 10)


REST = np.dtype(
    [("oldest_ms", "<i8"), ("bus_ms", "<i8"), ("its_ms", "<i8"), ("is_rich", "?"), ("is_busy", "?")]
)
"""What the columns have to know of a link's row in `FOLDS`: its times (0: none), whether there is
one, and whether the link's speed hangs on it. Made of those rows; not stored.
"""


def rest_row(fold: LinkFold) -> tuple[int, int, int, bool, bool]:
    is_busy = bool(fold.windows or fold.reported or fold.reported_before)
    return fold.oldest_ms, fold.bus_ms, fold.its_ms, True, is_busy


class LinkColumns(Columns, Mapping[str, LinkView]):
    """The links of a partition as they stand; as a mapping: the view of each link, by its id."""

    __slots__ = (
        "due_ms",
        "heads",
        "ids",
        "index",
        "place",
        "rest",
        "rows",
        "stood",
        "subjects",
        "unpaged",
    )

    def __init__(
        self,
        ids: Iterable[str] = (),
        rows: Array | None = None,
        subjects: Mapping[int, tuple[str, ...]] | None = None,
        stood: Array = NO_STOOD,
    ) -> None:
        self.ids = list(ids)
        self.place = {link_id: place for place, link_id in enumerate(self.ids)}
        self.rows = empty_rows(len(self.ids)) if rows is None else rows
        self.subjects = dict(subjects or {})  # by place, of links with obstructions
        self.stood = stood  # those of a place in the order they came
        self.rest: Array | None = None  # see REST; None: not made yet
        self.index = np.empty(0, np.intp)  # in the network, by place; as far as it is made
        self.due_ms = 0  # when time next does something to a link, or before
        self.heads: dict[int, bytes] = {}  # of pages, as they were made for the store
        self.unpaged: tuple[str, ...] = ()  # links that stand in the store as a row each

    def __getitem__(self, link_id: str) -> LinkView:
        place = self.place[link_id]
        return view_of(self.rows["view"][place], self.subjects.get(place, ()))

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LinkColumns):
            return super().__eq__(other)
        return dict(self) == dict(other) and all(self.own(x) == other.own(x) for x in self.ids)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"LinkColumns({dict(self)!r})"

    def write(self, patch: Any) -> None:
        """Take a message's changes in, in place."""
        for link_id in patch.new_ids:
            self.place[link_id] = len(self.ids)
            self.heads.pop(len(self.ids) // PAGE, None)
            self.ids.append(link_id)
        self.rows, self.rest = patch.rows, patch.rest
        self.stood = self.stood if patch.stood is None else patch.stood
        self.unpaged, self.due_ms = (), patch.due_ms
        for place, subjects in patch.subjects.items():
            self.heads.pop(place // PAGE, None)
            if subjects:
                self.subjects[place] = subjects
            else:
                self.subjects.pop(place, None)

    def own(self, link_id: str) -> "OwnPart":
        """What the columns have of a link's fold."""
        place = self.place[link_id]
        return own_part(self.rows[place], self.stood[self.stood["place"] == place])

    def folds(self, rest: Mapping[str, LinkFold]) -> dict[str, LinkFold]:
        """Every link's fold, of these columns and the rows of `FOLDS`."""
        return {x: whole(x, rest.get(x) or NOTHING, self.own(x)) for x in self.ids}


LINKS = StageTable("links", LinkView, columns=LinkColumns)
NOTHING = LinkFold()


class OwnPart(NamedTuple):
    """What a link reported of itself, and what stood in its place before."""

    report: Reported | None
    before: tuple[Stood[Reported], ...]


def own_part(row: Any, stood: Array) -> OwnPart:
    """The part of a link's row, and of what stood in its place."""
    before = (Stood(int(each["until_ms"]), report_of(each["report"])) for each in stood)
    return OwnPart(report_of(row["report"]), tuple(before))


def whole(link_id: str, rest: LinkFold, own: OwnPart) -> LinkFold:
    """A link's fold: its row of `FOLDS`, with what the columns have of it."""
    if own.report is None and not own.before:
        return rest
    reported, before = dict(rest.reported), dict(rest.reported_before)
    if own.report is not None:
        reported[link_id] = own.report
    if own.before:
        before[link_id] = own.before
    reported, before = dict(sorted(reported.items())), dict(sorted(before.items()))
    return stamped(replace(rest, reported=reported, reported_before=before))


def parted(link_id: str, fold: LinkFold) -> tuple[LinkFold, OwnPart]:
    """A fold as its row of `FOLDS` and its part of the columns: the other way of `whole`."""
    own = OwnPart(fold.reported.get(link_id), fold.reported_before.get(link_id, ()))
    if own == OwnPart(None, ()):
        return fold, own
    rest = replace(
        fold,
        reported={x: row for x, row in fold.reported.items() if x != link_id},
        reported_before={x: row for x, row in fold.reported_before.items() if x != link_id},
    )
    return stamped(rest), own


@dataclass(frozen=True, slots=True, eq=False)
class LinkPatch(Mapping[str, LinkView]):
    """What a run of messages makes of the columns; as a mapping: the views it changed, by link.

    `rows`, `rest` and `stood` (None: it is as before) are whole, as after the run; `pages` are
    those that differ, `shown` the places whose views do. Subjects of (): there are none any more.
    `base` has what is the same. `gone` are rows of links that stand in pages now.
    """

    base: LinkColumns
    new_ids: Sequence[str]
    rows: Array
    stood: Array | None
    rest: Array
    subjects: Mapping[int, tuple[str, ...]]
    pages: Sequence[int]
    shown: Sequence[int] = ()
    due_ms: int = 0
    gone: tuple[str, ...] = ()

    def __getitem__(self, link_id: str) -> LinkView:
        place = self._places[link_id]
        return view_of(self.rows["view"][place], self.subjects_at(place))

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids_at(self.shown))

    def __len__(self) -> int:
        return len(self.shown)

    @property
    def _places(self) -> dict[str, int]:
        return dict(zip(self.ids_at(self.shown), self.shown, strict=True))

    def subjects_at(self, place: int) -> tuple[str, ...]:
        found = self.subjects.get(place)
        return self.base.subjects.get(place, ()) if found is None else found

    def subjects_of(self, places: Iterable[int]) -> dict[str, tuple[str, ...]]:
        """The subjects of links at these places, of those that have any."""
        known = self.base.subjects.keys() | self.subjects.keys()
        found = [(place, self.subjects_at(place)) for place in places if place in known]
        ids = self.ids_at([place for place, _ in found])
        return {x: names for x, (_, names) in zip(ids, found, strict=True) if names}

    def ids_at(self, places: Sequence[int]) -> list[str]:
        """The links at these places."""
        ids, new = self.base.ids, self.new_ids
        if len(ids) >= len(self.rows):  # also where the new ones have been taken in since
            return [ids[place] for place in places]
        known = len(self.rows) - len(new)
        return [ids[place] if place < known else new[place - known] for place in places]

    def after(self, before: "LinkPatch | None") -> "LinkPatch":
        """The patch before and this one as one."""
        if before is None:
            return self
        return replace(
            self,
            new_ids=(*before.new_ids, *self.new_ids),
            stood=before.stood if self.stood is None else self.stood,
            subjects={**before.subjects, **self.subjects},
            pages=sorted({*before.pages, *self.pages}),
            shown=sorted({*before.shown, *self.shown}),
            gone=(*before.gone, *self.gone),
        )

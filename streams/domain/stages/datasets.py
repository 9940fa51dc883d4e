"""The stage of the datasets: what is known of each, and its rows in pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from streams.contract.dataset import (
    MAX_DATASETS,
    DatasetFacts,
    DatasetFigures,
    DatasetGrade,
    DatasetPage,
    DatasetReport,
)
from streams.contract.derived import Origin
from streams.contract.enums import DatasetStatus, PollOutcome
from streams.contract.records import Message
from streams.contract.times import DAY_MS, MINUTE_MS
from streams.domain.stage import Effects, Rows, StageTable, State

KEEP_MS = 28 * DAY_MS
"""A dataset of which nothing was heard for so long is let go; its messages are kept longer."""


_STRICT = (DatasetGrade.OPEN, DatasetGrade.INTERNAL, DatasetGrade.PERSONAL)


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """A dataset: its last poll without its figures, and the last whole reading: its `figures`, when
    it was read (`read_ms`), since when its content is so (`changed_ms`), the digest and number of
    its pages. All of them 0 or nothing where it was never read. The facts of `last` are those of
    the reading, so that columns and cells belong together; a stricter grade holds at once, and one
    that becomes personal has no row from then on.
    """

    last: DatasetReport
    figures: DatasetFigures | None = None
    read_ms: int = 0
    changed_ms: int = 0
    digest: str = ""
    parts: int = 0

    @property
    def facts(self) -> DatasetFacts:
        return self.last.facts

    @property
    def has_data(self) -> bool:
        return self.figures is not None

    @property
    def is_personal(self) -> bool:
        return self.facts.grade is DatasetGrade.PERSONAL

    @property
    def due_ms(self) -> int | None:
        """When its content is late; None where it never is, or nothing is known."""
        if not self.has_data or not self.facts.fresh_ms:
            return None
        return self.changed_ms + self.facts.fresh_ms


def status(row: DatasetRow, now_ms: int) -> DatasetStatus:
    """How a dataset is doing: first whether it is asked at all, then its answer, then its age."""
    last = row.last
    if last.is_stopped:
        return DatasetStatus.STOPPED
    if not last.has_source and not row.has_data:
        return DatasetStatus.NO_DATA
    if now_ms - last.received_ms > 2 * last.poll_ms + MINUTE_MS:
        return DatasetStatus.SILENT
    return _of_answer(row, now_ms)


def _of_answer(row: DatasetRow, now_ms: int) -> DatasetStatus:
    last = row.last
    if last.outcome is PollOutcome.UNKNOWN:
        return DatasetStatus.UNKNOWN
    if last.is_partial:
        return DatasetStatus.PARTIAL
    if row.due_ms is not None and now_ms > row.due_ms:
        return DatasetStatus.LATE
    return DatasetStatus.EMPTY if last.outcome is PollOutcome.EMPTY else DatasetStatus.FRESH


DATASETS = StageTable("datasets", DatasetRow)  # by dataset
DATASET_PAGES = StageTable("dataset_pages", DatasetPage)  # by "dataset digest part"


def page_id(dataset: str, digest: str, part: int) -> str:
    """The row of a page."""
    return f"{dataset} {digest} {part}"


class DatasetsStage:
    """dataset-rows -> the datasets there are. No tick comes here: a report lets go of what is old.

    Pages wait until the report that names them: only a whole reading is known.
    """

    takes = (DatasetReport, DatasetPage)
    tables = (DATASETS, DATASET_PAGES)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        effects = Effects()
        rows, pages = Rows(DATASETS, state, effects), Rows(DATASET_PAGES, state, effects)
        if not isinstance(message, DatasetPage | DatasetReport):
            return effects
        known = rows.get(message.dataset)
        if known is None and len(rows.stored) >= MAX_DATASETS:
            effects.count("datasets too many")
        elif isinstance(message, DatasetPage):
            _take_page(known, pages, message)
        else:
            _take_report(rows, pages, message, effects)
        return effects


def _take_page(known: DatasetRow | None, pages: Rows[DatasetPage], page: DatasetPage) -> None:
    """Keep a page; those of another reading that was never reported whole go."""
    own = {page.digest, "" if known is None else known.digest}
    for name in _pages_of(pages.stored, page.dataset):
        if name.split(" ")[1] not in own:
            pages.put(name, None)
    pages.put(page_id(page.dataset, page.digest, page.part), page)


def _take_report(
    rows: Rows[DatasetRow], pages: Rows[DatasetPage], report: DatasetReport, effects: Effects
) -> None:
    known = rows.get(report.dataset)
    if known is not None and report.received_ms < known.last.received_ms:
        effects.count("dataset reports late")
        return
    if report.is_gone:
        _take_away(rows, pages, report.dataset)
        return
    row = _before(known, report)
    if _is_whole(pages.stored, report, effects):
        row = _after(replace(row, last=replace(report, figures=None)), report)
    rows.put(report.dataset, row)
    for name in _pages_of(pages.stored, report.dataset):
        if name.split(" ")[1] != row.digest or int(name.split(" ")[2]) >= row.parts:
            pages.put(name, None)
    _let_go(rows, pages, report.received_ms)


def _before(known: DatasetRow | None, report: DatasetReport) -> DatasetRow:
    """The dataset after a report that brings nothing whole: what was read stays as it was read,
    unless nobody may have its rows any more.
    """
    bare = replace(report, figures=None)
    is_personal = report.facts.grade is DatasetGrade.PERSONAL
    if known is None or not known.has_data or (is_personal and not known.is_personal):
        return DatasetRow(bare)
    grade = max(known.facts.grade, report.facts.grade, key=_STRICT.index)
    return replace(known, last=replace(bare, facts=replace(known.facts, grade=grade)))


def _is_whole(pages: Mapping[str, DatasetPage], report: DatasetReport, effects: Effects) -> bool:
    """Whether a report is of a whole reading, and every page of it has come."""
    if report.figures is None or report.is_partial or report.outcome is PollOutcome.UNKNOWN:
        return False
    names = (page_id(report.dataset, report.digest, part) for part in range(report.parts))
    found = [pages[name].count for name in names if name in pages]
    if len(found) < report.parts or sum(found) != report.figures.kept:
        effects.count("dataset pages missing")
        return False
    return True


def _after(row: DatasetRow, report: DatasetReport) -> DatasetRow:
    """The dataset after a whole reading. Its content is as old as its source says; where that does
    not say, as the first reading of the same content.
    """
    figures = report.figures
    stated_ms = min(figures.stated_ms if figures else 0, report.received_ms)
    is_same = row.has_data and report.digest == row.digest
    since_ms = row.changed_ms if is_same else report.received_ms
    return replace(
        row,
        figures=figures,
        read_ms=report.received_ms,
        changed_ms=stated_ms or since_ms,
        digest=report.digest,
        parts=report.parts,
    )


def _pages_of(pages: Mapping[str, DatasetPage], dataset: str) -> list[str]:
    return [name for name in pages if name.startswith(f"{dataset} ")]


def _let_go(rows: Rows[DatasetRow], pages: Rows[DatasetPage], now_ms: int) -> None:
    """Forget datasets that nobody reports any more."""
    for name, row in rows.stored.items():
        if row.last.received_ms <= now_ms - KEEP_MS:
            _take_away(rows, pages, name)


def _take_away(rows: Rows[DatasetRow], pages: Rows[DatasetPage], name: str) -> None:
    if name in rows.stored:
        rows.put(name, None)
    for page in _pages_of(pages.stored, name):
        pages.put(page, None)

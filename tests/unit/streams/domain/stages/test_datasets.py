"""The stage of the datasets: only a whole reading is known, and what is known stays."""

from dataclasses import replace

import msgspec
import pytest

from streams.contract import wire
from streams.contract.dataset import (
    MAX_DATASETS,
    DatasetColumn,
    DatasetFacts,
    DatasetFigures,
    DatasetGrade,
    DatasetPage,
    DatasetReport,
)
from streams.contract.derived import Origin
from streams.contract.enums import DatasetStatus, PollOutcome
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Message
from streams.contract.times import DAY_MS, HOUR_MS
from streams.domain.stage import Effects, State, apply, empty_state
from streams.domain.stages.datasets import (
    DATASET_PAGES,
    DATASETS,
    KEEP_MS,
    DatasetRow,
    DatasetsStage,
    status,
)

T0 = 1_800_000_000_000
FACTS = DatasetFacts("벤치", "도시시설·환경", DatasetGrade.OPEN, "year", fresh_ms=10 * DAY_MS)


def page(digest: str = "aa", part: int = 0, rows: int = 2, at_ms: int = T0) -> DatasetPage:
    body = msgspec.json.encode([[None, f"{digest}-{part}-{number}"] for number in range(rows)])
    return DatasetPage("benches", at_ms, digest, part, rows, msgspec.Raw(body))


def whole(digest: str = "aa", parts: int = 1, rows: int = 2, at_ms: int = T0) -> DatasetReport:
    figures = DatasetFigures(rows, rows)
    outcome = PollOutcome.DATA if rows else PollOutcome.EMPTY
    return DatasetReport(
        "benches", at_ms, HOUR_MS, FACTS, outcome, figures=figures, digest=digest, parts=parts
    )


def failed(at_ms: int, **own: object) -> DatasetReport:
    bare = DatasetReport("benches", at_ms, HOUR_MS, FACTS, PollOutcome.UNKNOWN, code="HTTP-500")
    return replace(bare, **own)  # type: ignore[arg-type]


class Folded:
    def __init__(self, *messages: Message) -> None:
        self.stage = DatasetsStage()
        self.state: State = empty_state(self.stage)
        self.counts: dict[str, int] = {}
        for message in messages:
            self.take(message)

    def take(self, message: Message) -> Effects:
        read = wire.decode(wire.encode(message))
        assert read == message
        effects = self.stage.step(self.state, read, Origin("dataset-rows", 0, 0))
        apply(self.state, effects.changes)
        for name, by in effects.counts.items():
            self.counts[name] = self.counts.get(name, 0) + by
        return effects

    @property
    def row(self) -> DatasetRow:
        found = self.state[DATASETS.name]["benches"]
        assert isinstance(found, DatasetRow)
        return found

    @property
    def pages(self) -> list[str]:
        return sorted(self.state[DATASET_PAGES.name])


def test_rows_are_known_once_the_report_of_all_pages_has_come() -> None:
    fold = Folded(page(part=0), page(part=1))
    assert DATASETS.name not in fold.state or not fold.state[DATASETS.name]
    fold.take(whole(parts=2, rows=4))
    assert (fold.row.digest, fold.row.parts, fold.row.read_ms) == ("aa", 2, T0)
    assert fold.pages == ["benches aa 0", "benches aa 1"]


def test_another_reading_takes_the_place_of_the_one_before_at_once() -> None:
    fold = Folded(page(), whole(), page("bb", at_ms=T0 + 1))
    assert fold.row.digest == "aa", "until its report has come"
    assert fold.pages == ["benches aa 0", "benches bb 0"]
    fold.take(whole("bb", at_ms=T0 + 1))
    assert (fold.row.digest, fold.pages) == ("bb", ["benches bb 0"])


def test_a_reading_of_which_a_page_is_missing_changes_nothing_that_is_known() -> None:
    fold = Folded(page(), whole(), page("bb"), whole("bb", parts=2, rows=4))
    assert (fold.row.digest, fold.pages) == ("aa", ["benches aa 0"])
    assert fold.counts == {"dataset pages missing": 1}
    fold.take(whole("cc", rows=1, parts=0))
    assert fold.row.digest == "aa", "rows are said that no page has"


@pytest.mark.parametrize("own", [{}, {"outcome": PollOutcome.DATA, "is_partial": True}])
def test_what_failed_or_came_in_part_leaves_what_was_known(own: dict[str, object]) -> None:
    fold = Folded(page(), whole(), failed(T0 + HOUR_MS, **own))
    assert (fold.row.digest, fold.row.figures, fold.row.read_ms) == ("aa", DatasetFigures(2, 2), T0)
    assert fold.row.last.code == "HTTP-500"
    wanted = DatasetStatus.PARTIAL if own else DatasetStatus.UNKNOWN
    assert status(fold.row, T0 + HOUR_MS) is wanted


def test_another_descriptor_counts_when_it_was_read_whole_and_its_grade_at_once() -> None:
    other = replace(FACTS, columns=(DatasetColumn("수", "whole"),), grade=DatasetGrade.INTERNAL)
    fold = Folded(page(), whole(), failed(T0 + 1, facts=other))
    assert (fold.row.facts.columns, fold.row.facts.grade) == ((), DatasetGrade.INTERNAL)
    fold.take(page("bb", at_ms=T0 + 2))
    fold.take(replace(whole("bb", at_ms=T0 + 2), facts=other))
    assert (fold.row.facts, fold.row.digest) == (other, "bb")
    fold.take(failed(T0 + 3))
    assert fold.row.facts.grade is DatasetGrade.INTERNAL, "wider only with rows read for that"
    fold.take(failed(T0 + 4, facts=replace(other, grade=DatasetGrade.PERSONAL)))
    assert (fold.row.has_data, fold.pages) == (False, [])


def test_a_dataset_that_was_taken_away_goes_with_its_rows() -> None:
    fold = Folded(page(), whole(), page("bb"), failed(T0 - 1, is_gone=True))
    assert fold.row.digest == "aa", "late"
    fold.take(failed(T0 + 1, is_gone=True))
    assert (fold.state[DATASETS.name], fold.pages) == ({}, [])
    effects = fold.take(failed(T0 + 2, is_gone=True))
    assert effects.changes == {}


def test_nothing_in_a_whole_answer_is_known_as_nothing() -> None:
    fold = Folded(page(), whole(), whole("ee", parts=0, rows=0, at_ms=T0 + 1))
    assert (fold.row.figures, fold.pages) == (DatasetFigures(), [])
    assert status(fold.row, T0 + 1) is DatasetStatus.EMPTY


def test_content_is_as_old_as_its_first_reading_or_as_its_source_says() -> None:
    fold = Folded(page(), whole(), whole(at_ms=T0 + DAY_MS))
    assert fold.row.due_ms == T0 + 10 * DAY_MS
    stated = replace(whole(at_ms=T0 + DAY_MS), figures=DatasetFigures(2, 2, stated_ms=T0 - DAY_MS))
    fold.take(stated)
    assert fold.row.changed_ms == T0 - DAY_MS
    asked = replace(fold.row, last=replace(fold.row.last, received_ms=T0 + 9 * DAY_MS))
    assert status(asked, T0 + 9 * DAY_MS) is DatasetStatus.FRESH
    assert status(asked, T0 + 9 * DAY_MS + 1) is DatasetStatus.LATE
    ahead = replace(stated, figures=DatasetFigures(2, 2, stated_ms=T0 + 90 * DAY_MS))
    fold.take(ahead)
    assert fold.row.changed_ms == T0 + DAY_MS, "no content is of tomorrow"


def test_status_says_first_whether_it_is_asked_at_all() -> None:
    row = Folded(failed(T0, has_source=False)).row
    assert status(row, T0) is DatasetStatus.NO_DATA
    assert status(Folded(failed(T0, is_stopped=True)).row, T0) is DatasetStatus.STOPPED
    fresh = Folded(page(), whole()).row
    assert status(fresh, T0 + 2 * HOUR_MS + 60_000) is DatasetStatus.FRESH
    assert status(fresh, T0 + 2 * HOUR_MS + 60_001) is DatasetStatus.SILENT


def test_a_repeated_page_and_a_late_report_change_nothing() -> None:
    fold = Folded(page(), whole())
    before = {name: dict(rows) for name, rows in fold.state.items()}
    fold.take(page())
    fold.take(whole())
    assert fold.state == before
    fold.take(failed(T0 - 1))
    assert fold.state == before
    assert fold.counts == {"dataset reports late": 1}


def test_what_nobody_reports_any_more_is_let_go_and_there_is_an_end_of_datasets() -> None:
    fold = Folded(page(), whole())
    fold.take(replace(failed(T0 + KEEP_MS), dataset="wifi"))
    assert list(fold.state[DATASETS.name]) == ["wifi"]
    assert fold.pages == []
    for number in range(MAX_DATASETS + 3):
        fold.take(replace(failed(T0 + KEEP_MS), dataset=f"d{number}"))
    assert len(fold.state[DATASETS.name]) == MAX_DATASETS
    assert fold.counts == {"datasets too many": 4}


@pytest.mark.parametrize(
    "wrong",
    [
        replace(page(), rows=msgspec.Raw(b"[[1],2]")),
        replace(page(), rows=msgspec.Raw(b'{"a":1}')),
        replace(page(), count=3),
        replace(page(), dataset="../x"),
        replace(whole(), dataset=""),
        replace(whole(), parts=-1),
        replace(whole(), figures=DatasetFigures(1, 2)),
        replace(whole(), facts=replace(FACTS, title="")),
    ],
)
def test_a_page_or_report_that_breaks_a_rule_is_refused(wrong: Message) -> None:
    with pytest.raises(RecordRefusedError) as refused:
        wire.decode(wire.encode(wrong))
    assert refused.value.code == "R030"

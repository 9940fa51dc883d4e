"""Rows that a version before this one read do not say whether they have pseudonyms: until they are
read anew they are handled as if they had.
"""

import json

import pytest

from maps.access.who import Who
from maps.api.dataset_shelf import has_rows_for, is_searched
from streams.contract import wire
from streams.contract.dataset import DatasetFacts, DatasetGrade, DatasetReport
from streams.contract.enums import PollOutcome, Role
from streams.contract.grammars import LoginMode
from streams.domain.stages.datasets import DatasetRow

KIM = Who("kim", (Role.OPERATOR,), "10.0.0.1", LoginMode.LOCAL)


def read_of_before(grade: DatasetGrade) -> DatasetRow:
    """What the log has of a dataset that a version before this one read."""
    facts = DatasetFacts("버스", "교통", grade, "day", has_pseudonyms=False)
    now = wire.encode(DatasetReport("buses", 1, 60_000, facts, PollOutcome.DATA))
    told = json.loads(now)
    del told["facts"]["has_pseudonyms"]
    message = wire.decode(json.dumps(told).encode())
    assert isinstance(message, DatasetReport)
    return DatasetRow(message)


@pytest.mark.parametrize(
    ("grade", "may"), [(DatasetGrade.INTERNAL, True), (DatasetGrade.OPEN, False)]
)
def test_what_does_not_say_is_recorded_and_not_met_by_the_way(
    grade: DatasetGrade, *, may: bool
) -> None:
    row = read_of_before(grade)
    assert row.facts.may_have_pseudonyms is may
    assert has_rows_for(row, KIM)
    assert is_searched(row, KIM) is not may


@pytest.mark.parametrize("has", [True, False])
def test_what_says_it_is_believed(*, has: bool) -> None:
    facts = DatasetFacts("버스", "교통", DatasetGrade.INTERNAL, "day", has_pseudonyms=has)
    assert facts.may_have_pseudonyms is has

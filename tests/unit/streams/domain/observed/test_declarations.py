"""What permits declare, and what is known of them while they change."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from streams.contract.derived import Declaration
from streams.contract.enums import Cause, Closure
from streams.contract.records import Permit, PermitBatch
from streams.domain.observed.cases import Case
from streams.domain.stage import apply
from streams.domain.stages.works import WorksStage
from streams.domain.works.step import WorksStep
from tests.cities.buses import every, town
from tests.cities.fakes import Folded, at
from tests.cities.watched import Watch

HOUR_MS = 3_600_000


class Office:
    """An office with one permit, and what it declares of the links as it changes."""

    def __init__(self, watch: Watch, *links: str) -> None:
        self.watch = watch
        self._works = Folded(WorksStage(town(), partitions=1))
        permit = Permit(
            "P1", "굴착", at(0), at(0) + 2 * HOUR_MS, closure=Closure.FULL, link_ids=links
        )
        batch = PermitBatch("permits", at(0), is_complete=True, rows=(permit,))
        self._say(0, self._works.take(batch).derived[0][0].declarations)

    def changes(self, second: float, **own: Any) -> Watch:
        step = WorksStep(self._works.state)
        step.put(replace(step.known["P1"], **own), at(second))
        apply(self._works.state, step.effects.changes)
        return self._say(second, step.declarations)

    def _say(self, second: float, declarations: Sequence[Declaration]) -> Watch:
        self.watch.send(at(second), declarations=declarations)
        return self.watch.take(until_s=second + 1)


def case_of(watch: Watch) -> Case:
    found: Case = watch.states[0]["cases"]["work:P1"]
    return found


def test_a_permit_that_leaves_one_of_its_links_keeps_its_hours_and_its_evidence() -> None:
    office = Office(Watch(), "M3>M4", "M4>M5")
    before = case_of(office.watch.take(every(300, 2, first_s=300), until_s=1100))
    after = case_of(office.changes(1200, links=("M3>M4",)))
    assert before.through == 2
    assert after == replace(before, links=("M3>M4",))


def test_a_permit_that_moves_to_another_road_leaves_the_first() -> None:
    """With what buses have shown of it."""
    office = Office(Watch(), "M3>M4")
    office.watch.take(every(300, 2, first_s=300), until_s=1100)
    watch = office.changes(1200, links=("N3>N4",))
    assert case_of(watch) == Case(
        Cause.WORK, Closure.FULL, ("N3>N4",), is_in_force=True, since_ms=at(1200)
    )
    assert list(watch.states[0]["case_links"]) == ["N3>N4"]


def test_a_permit_that_is_on_no_link_any_more_declares_nothing() -> None:
    watch = Office(Watch(), "M3>M4").changes(1200, links=())
    assert not case_of(watch).is_in_force


def test_a_permit_whose_hours_are_over_is_in_force_no_more() -> None:
    over = case_of(Office(Watch(), "M3>M4").changes(1200, ends_ms=at(1100), unlisted_ms=0))
    assert (over.is_in_force, over.ended_ms) == (False, at(1200))

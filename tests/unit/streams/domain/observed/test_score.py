"""How late closures showed and cleared, and what was promised: counted from the buses alone."""

from functools import reduce
from itertools import permutations

import pytest

from streams.contract.derived import Sighting
from streams.contract.enums import SightingKind
from streams.contract.times import MINUTE_MS
from streams.domain.observed.belief import FORGET_MS, Belief
from streams.domain.observed.score import PROMISED_S, DayScore, ScoreChange, Scorer
from streams.domain.observed.tables import TABLES as OBSERVED_TABLES
from streams.domain.observed.tables import ObservedRows
from streams.domain.scores import day_of
from streams.domain.stage import Effects, State

NOON_MS = 1_795_402_800_000  # 2026-11-23 12:00 KST
DAY = day_of(NOON_MS)
OPEN = Belief(through_ms=NOON_MS - 10 * MINUTE_MS)


def at(minute: float) -> int:
    return NOON_MS + round(minute * MINUTE_MS)


def seen(kind: SightingKind, from_minute: float, to_minute: float) -> Sighting:
    return Sighting(kind, ("L",), "v1", "R1", at(from_minute), at(to_minute))


class Street:
    """One link, and its partition's rows."""

    def __init__(self) -> None:
        state: State = {table.name: {} for table in OBSERVED_TABLES}
        self.rows = ObservedRows(state, Effects(), 0)
        self.scorer: Scorer = self.rows.scorer
        self.belief = OPEN

    def round(self, left: float, back: float, *, shut: bool = False, promise_s: int = 900) -> None:
        after = replace_closed(self.belief, at(back)) if shut else self.belief
        change = ScoreChange("L", self.belief, after, at(back))
        self.scorer.went_round(change, seen(SightingKind.ASTRAY, left, back), promise_s)
        self._now(after)

    def through(self, out: float, *, shown: float | None = None, opens: bool = True) -> None:
        """A clean passage that ended at one time and was known at another."""
        after = self.belief._replace(through_ms=at(out))
        after = after._replace(closed_ms=0) if opens else after
        change = ScoreChange("L", self.belief, after, at(out if shown is None else shown))
        self.scorer.drove_through(change, seen(SightingKind.THROUGH, out - 1, out))
        self._now(after)

    def _now(self, after: Belief) -> None:
        self.belief = after
        self.rows.beliefs.put("L", after)

    @property
    def day(self) -> DayScore:
        changed = self.rows.effects.changes.get("observed_scores", {})
        return changed.get(DAY) or DayScore()


def replace_closed(belief: Belief, closed_ms: int) -> Belief:
    return belief if belief.is_closed else belief._replace(closed_ms=closed_ms)


def test_a_closure_counts_from_the_first_bus_round_and_from_the_last_one_through() -> None:
    street = Street()
    street.round(0, 6)
    street.round(4, 9, shut=True)
    street.round(10, 12, shut=True)
    assert (street.day.shown.number, street.day.shown.total_s) == (1, 9 * 60)
    assert (street.day.shown_most.number, street.day.shown_most.total_s) == (1, 19 * 60)
    assert street.day.promised == (0, 1, 0, 0, 0)
    assert street.day.kept == (0, 1, 0, 0, 0)
    assert street.day.kept_surely == (0, 0, 0, 0, 0)  # 19 minutes are more than 15


@pytest.mark.parametrize(
    ("promise_s", "place"), [(60, 0), (600, 0), (601, 1), (7200, 4), (90_000, 4)]
)
def test_a_promise_counts_in_its_class(promise_s: int, place: int) -> None:
    day = DayScore().with_shown(promise_s * 1000, promise_s * 1000 + 1, promise_s)
    assert [place for place, number in enumerate(day.promised) if number] == [place]
    assert (sum(day.kept), sum(day.kept_surely)) == (1, 0)


def test_where_nothing_was_promised_nothing_is_kept() -> None:
    day = DayScore().with_shown(1, None, 0)
    assert (day.unpromised, day.promised, day.shown_most.number) == (1, (0,) * len(PROMISED_S), 0)


def test_a_closure_is_cleared_from_its_first_clean_passage_on() -> None:
    street = Street()
    street.round(0, 6, shut=True)
    street.through(20, shown=20.5, opens=False)
    street.through(24, shown=24.5)
    assert (street.day.cleared.number, street.day.cleared.total_s) == (1, 270)
    assert street.day.dropped == 0


def test_a_bus_round_after_a_clean_passage_makes_that_passage_no_begin_of_the_end() -> None:
    street = Street()
    street.round(0, 6, shut=True)
    street.through(20, opens=False)
    street.round(21, 25, shut=True)
    street.through(40, shown=41)
    assert street.day.cleared.total_s == 60


def test_a_bus_that_drives_through_drops_the_suspicion() -> None:
    street = Street()
    street.round(0, 6)
    street.through(9)
    street.through(19)
    assert (street.day.dropped, street.day.shown.number) == (1, 0)
    street.round(30, 33, shut=True)  # what went round before is not its begin
    assert street.day.shown.total_s == 180


def test_a_bus_round_long_ago_is_the_begin_of_no_closure_now() -> None:
    street = Street()
    street.round(0, 1)
    later = 2 + FORGET_MS // MINUTE_MS
    street.round(later, later + 3, shut=True)
    assert street.day.shown.total_s == 180


def test_what_is_not_shown_is_forgotten_and_what_is_shown_is_not() -> None:
    street = Street()
    street.round(0, 1)
    street.scorer.forget(at(240))
    assert street.rows.effects.changes["observed_waits"] == {"L": None}
    street.round(240, 241, shut=True)
    street.scorer.forget(at(480))
    assert street.rows.effects.changes["observed_waits"]["L"] is not None
    street.scorer.faded("L", at(481))
    assert street.rows.effects.changes["observed_waits"] == {"L": None}
    assert street.day.faded == 1


def test_scores_of_partitions_add_up_in_any_order() -> None:
    parts = [
        DayScore().with_shown(60_000, 90_000, 300),
        DayScore().with_shown(600_000, None, 2000)._replace(dropped=2),
        DayScore(faded=3, unpromised=1),
    ]
    sums = {reduce(DayScore.plus, order, DayScore()) for order in permutations(parts)}
    (total,) = sums
    assert (total.shown.number, total.shown_most.number, sum(total.promised)) == (2, 1, 2)
    assert (total.dropped, total.faded, total.unpromised) == (2, 3, 1)

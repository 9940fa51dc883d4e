"""What is counted by day: sums that keep no order, days of Korea, and nothing kept for ever."""

from hypothesis import given
from hypothesis import strategies as st

from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.domain.scores import KEEP_DAYS, WITHIN_S, Delays, day_of, minutes_by_day, put_day
from streams.domain.stage import Effects, Rows, StageTable, State, apply

TABLE = StageTable("some_scores", int)
MIDNIGHT_MS = 1_795_359_600_000  # 2026-11-23 00:00 KST


def test_a_day_begins_at_midnight_in_korea() -> None:
    assert day_of(MIDNIGHT_MS - 1) == "2026-11-22"
    assert day_of(MIDNIGHT_MS) == "2026-11-23"
    assert day_of(MIDNIGHT_MS + DAY_MS - 1) == "2026-11-23"


def test_a_delay_lies_in_the_first_class_whose_end_it_does_not_pass() -> None:
    for at, end_s in enumerate(WITHIN_S):
        assert Delays().add(end_s * 1000).classes[at] == 1
        assert Delays().add(end_s * 1000 + 1000).classes[at + 1] == 1
    assert Delays().add(-5_000) == Delays().add(0)


@given(st.lists(st.integers(0, 10_000_000), max_size=30), st.integers(0, 30), st.randoms())
def test_delays_counted_apart_and_in_any_order_add_up_to_those_counted_together(
    delays: list[int], cut: int, chance: object
) -> None:
    together = Delays()
    for delay in delays:
        together = together.add(delay)
    mixed = sorted(delays, key=lambda _: chance.random())  # type: ignore[attr-defined]
    one, other = Delays(), Delays()
    for place, delay in enumerate(mixed):
        one, other = (one.add(delay), other) if place < cut else (one, other.add(delay))
    assert one.plus(other) == other.plus(one) == together
    assert sum(together.classes) == together.number == len(delays)


def test_days_too_long_before_a_new_one_are_forgotten() -> None:
    state: State = {TABLE.name: {}}
    for day in range(0, 2 * KEEP_DAYS, 50):
        effects = Effects()
        put_day(Rows(TABLE, state, effects), f"{day_of(day * DAY_MS)} its.speeds", day)
        apply(state, effects.changes)
        assert min(state[TABLE.name].values()) >= day - KEEP_DAYS
    assert len(state[TABLE.name]) == KEEP_DAYS // 50 + 1


@given(st.integers(0, 10 * DAY_MS // MINUTE_MS), st.integers(1, 5 * DAY_MS // MINUTE_MS))
def test_minutes_are_shared_out_over_the_days_they_lie_in(after: int, more: int) -> None:
    found = dict(minutes_by_day(after, after + more))
    due: dict[str, int] = {}
    for minute in range(after + 1, after + more + 1):
        day = day_of(minute * MINUTE_MS)
        due[day] = due.get(day, 0) + 1
    assert found == due


def test_of_a_silence_of_years_the_last_days_count() -> None:
    until = (2000 * DAY_MS + HOUR_MS) // MINUTE_MS
    assert sum(minutes for _, minutes in minutes_by_day(0, until)) == KEEP_DAYS * DAY_MS // 60_000

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.derived import Passage
from streams.domain.links.windows import SpeedWindow, WindowGrid, add_passage
from tests.cities.fakes import GRID, at, passage


@pytest.mark.parametrize(
    ("event_s", "start_s"),
    [(0, 0), (0.001, 0), (59.999, 0), (60, 60), (119.999, 60), (-0.001, -60)],
)
def test_a_window_contains_its_start_but_not_its_end(event_s: float, start_s: float) -> None:
    assert GRID.start_of(at(event_s)) == at(start_s)


@pytest.mark.parametrize(
    ("watermark_s", "is_closed"), [(60, False), (179.999, False), (180, True), (3600, True)]
)
def test_a_window_closes_when_the_watermark_reaches_its_end_and_the_grace(
    watermark_s: float,
    is_closed: bool,  # noqa: FBT001
) -> None:
    assert GRID.is_closed(at(0), at(watermark_s)) is is_closed


def test_without_grace_a_window_closes_at_its_end() -> None:
    grid = WindowGrid(size_ms=1000, grace_ms=0)
    assert not grid.is_closed(5000, 5999)
    assert grid.is_closed(5000, 6000)


def test_a_passage_counts_in_the_window_it_was_completed_in() -> None:
    windows = add_passage((), passage("S1>S2", 70, travel_s=60), GRID)
    assert [w[:7] for w in windows] == [(at(60), 1, 500, 60_000, at(70), 120_000, 120_000**2)]


def test_windows_stand_in_time_order_whatever_came_first() -> None:
    windows: tuple[SpeedWindow, ...] = ()
    for second in (130, 10, 70, 20):
        windows = add_passage(windows, passage("S1>S2", second), GRID)
    assert [(w.start_ms, w.samples) for w in windows] == [(at(0), 2), (at(60), 1), (at(120), 1)]


PASSAGES = st.builds(
    lambda exited_s, travel_s: passage("S1>S2", exited_s, travel_s=travel_s),
    st.integers(0, 600),
    st.integers(1, 600),
)


@given(st.lists(PASSAGES, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_passages_leaves_no_trace(passages: list[Passage], random) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    shuffled = random.sample(passages, len(passages))
    in_order: tuple[SpeedWindow, ...] = ()
    other: tuple[SpeedWindow, ...] = ()
    for one, two in zip(passages, shuffled, strict=True):
        in_order, other = add_passage(in_order, one, GRID), add_passage(other, two, GRID)
    assert in_order == other
    assert sum(window.samples for window in in_order) == len(passages)

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import FeedStatus, PollOutcome
from streams.contract.records import FeedReport, Tick
from streams.domain.scores import day_of
from streams.domain.stages.feeds import FeedsStage, FeedState, observe, status
from tests.cities.fakes import Folded, at

DATA, EMPTY, UNKNOWN = PollOutcome.DATA, PollOutcome.EMPTY, PollOutcome.UNKNOWN


def report(
    second: float, outcome: PollOutcome = DATA, digest: str = "a", **more: object
) -> FeedReport:
    """A feed polled every 30 s that must change within 90 s."""
    ordinary = FeedReport(
        "its.speeds", outcome, at(second), 30_000, change_within_ms=90_000, digest=digest
    )
    return replace(ordinary, **more)  # type: ignore[arg-type]


def after(*reports: FeedReport) -> FeedState:
    state: FeedState | None = None
    for each in reports:
        state = observe(state, each)
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("word", "reports", "now_s"),
    [
        ("live", [report(0)], 0),
        ("live", [report(0)], 65),  # two polls and 5 s of silence
        ("stale", [report(0)], 65.001),
        ("stale", [report(0, UNKNOWN)], 65.001),
        ("unknown", [report(0), report(30, UNKNOWN)], 30),
        ("live", [report(0, UNKNOWN), report(30)], 30),
        ("empty", [report(0, EMPTY)], 0),
        ("empty", [report(0, EMPTY), report(90, EMPTY)], 90),  # nothing may stay nothing
        ("live", [report(0), report(89.999)], 90),
        ("frozen", [report(0), report(90)], 90),
        ("frozen", [report(0), report(30, UNKNOWN), report(90)], 90),
        ("live", [report(0), report(60, digest="b"), report(90, digest="b")], 90),
        ("live", [report(0, change_within_ms=0), report(9000, change_within_ms=0)], 9000),
        ("partial", [report(0, is_partial=True)], 0),
        ("partial", [report(0, EMPTY, is_partial=True)], 0),
        ("frozen", [report(0), report(90, is_partial=True)], 90),
        ("dropped", [report(0, row_count=9), report(30, EMPTY)], 30),
        ("dropped", [report(0, row_count=90), report(30, digest="b", row_count=17)], 30),
        ("live", [report(0, row_count=90), report(30, digest="b", row_count=18)], 30),
        ("empty", [report(0, row_count=4), report(30, EMPTY)], 30),
        ("unknown", [report(0, row_count=9), report(30, EMPTY), report(60, UNKNOWN)], 60),
        ("stale", [report(0, row_count=9), report(30, EMPTY)], 96),
        ("partial", [report(0, row_count=9), report(30, row_count=1, is_partial=True)], 30),
        ("live", [report(0, row_count=9), report(30, row_count=1, refused=8)], 30),
        ("live", [report(0, row_count=9), report(30, EMPTY), report(60, row_count=9)], 60),
        ("stopped", [report(0, UNKNOWN, is_stopped=True)], 0),
        ("stopped", [report(0, UNKNOWN, is_stopped=True)], 86_400),  # silence is meant
        ("live", [report(0, UNKNOWN, is_stopped=True), report(30)], 30),
    ],
)
def test_a_feed_is_one_word(word: str, reports: list[FeedReport], now_s: float) -> None:
    assert status(after(*reports), at(now_s)) is FeedStatus(word)


def test_an_error_is_no_success_and_no_change() -> None:
    state = after(report(0), report(30, UNKNOWN, digest=""))
    assert (state.last_success_ms, state.last_change_ms) == (at(0), at(0))
    assert state.last.digest == "a"


def test_the_same_answer_after_an_error_is_no_change() -> None:
    assert after(report(0), report(30, UNKNOWN, digest=""), report(60)).last_change_ms == at(0)


def test_a_feed_that_never_succeeded_has_no_time_of_success() -> None:
    state = after(report(0, UNKNOWN), report(30, UNKNOWN))
    assert (state.last_success_ms, state.last_change_ms) == (0, 0)


def test_an_older_report_changes_nothing() -> None:
    state = after(report(30))
    assert observe(state, report(29.999, UNKNOWN)) is state


REPORTS = st.lists(
    st.builds(report, st.integers(0, 300), st.sampled_from(PollOutcome), st.sampled_from("abc")),
    min_size=1,
    max_size=20,
)


@given(REPORTS)
def test_the_times_of_a_feed_never_go_back(reports: list[FeedReport]) -> None:
    state = after(reports[0])
    for each in reports[1:]:
        later = observe(state, each)
        assert later.last.received_ms >= state.last.received_ms
        assert later.last_success_ms >= state.last_success_ms
        assert later.last_change_ms >= state.last_change_ms
        assert later.last_change_ms <= later.last_success_ms <= later.last.received_ms
        state = later


def test_each_feed_has_its_own_state() -> None:
    folded = Folded(FeedsStage())
    folded.take_all([report(0), replace(report(5, UNKNOWN), feed="permits")])
    assert set(folded.state["feeds"]) == {"its.speeds", "permits"}
    assert folded.state["feeds"]["its.speeds"].last.outcome is DATA


def test_the_history_keeps_a_new_outcome_at_once_and_the_same_one_once_a_minute() -> None:
    folded = Folded(FeedsStage())
    told = [report(0), report(20), report(40, UNKNOWN), report(50, UNKNOWN), report(60, UNKNOWN)]
    kept = [folded.take(each).remembered for each in told]
    assert [[(name, known_ms) for name, known_ms, _ in each] for each in kept] == [
        [("feed:its.speeds", at(0))],
        [],
        [("feed:its.speeds", at(40))],
        [],
        [("feed:its.speeds", at(60))],
    ]
    assert kept[-1][0][2] == folded.state["feeds"]["its.speeds"]
    assert folded.take(report(10)).remembered == []  # older than the last


def test_minutes_are_counted_by_status_once_each_and_a_silence_as_long_as_it_was() -> None:
    folded = Folded(FeedsStage(), topic="feed-reports")
    folded.take_all([Tick(at(0)), report(1), Tick(at(30)), Tick(at(60)), Tick(at(61))])
    folded.take_all([Tick(at(119)), Tick(at(120)), Tick(at(240))])
    day = day_of(at(0))
    assert folded.state["feed_scores"] == {f"{day} its.speeds": {"live": 1, "stale": 3}}
    folded.take(Tick(at(180)))  # time that goes back counts nothing twice
    folded.take_all([Tick(at(24 * 3600)), Tick(at(24 * 3600 + 60))])
    minutes = {name: sum(row.values()) for name, row in folded.state["feed_scores"].items()}
    assert sum(minutes.values()) == 24 * 60 + 1
    assert minutes[f"{day} its.speeds"] == 46  # 23:13 to midnight in Korea

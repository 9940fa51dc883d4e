"""What changed since a shift began; times are minutes after eight (KST)."""

from dataclasses import replace

import pytest

from maps.past.changes import Change, changes, feed_statuses, first_page, subjects_of
from streams.contract.enums import Closure, ClosureAct, IncidentKind, Phase, PollOutcome
from streams.contract.records import FeedReport, Permit
from streams.domain.stages.closures import ClosureRow
from streams.domain.stages.feeds import FeedState
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import Work, of_permit
from streams.state.kinds import HistoryValue, Remembered
from streams.words.catalogue import phrase

EIGHT_MS = 1_795_388_400_000  # 2026-11-23 08:00 KST


def t(minute: float) -> int:
    return EIGHT_MS + round(minute * 60_000)


PERMIT = Permit("W", "하수관", t(0), t(600), place="중앙로 12", closure=Closure.FULL)
PLANNED = replace(of_permit(PERMIT), links=("S0>S1",))
ACTIVE = replace(PLANNED, phase=Phase.ACTIVE, is_in_force=True)
CRASH = RunningIncident(
    incident_id="I",
    kind=IncidentKind.ACCIDENT,
    title="추돌",
    starts_ms=t(0),
    road_name="중앙로",
    closure=Closure.PARTIAL,
)


def told(
    subject: str, *entries: tuple[float, HistoryValue | None], before: HistoryValue | None = None
) -> list[Change]:
    known: dict[str, Remembered] = {} if before is None else {subject: (t(-60), before)}
    since: dict[str, list[Remembered]] = {subject: [(t(minute), row) for minute, row in entries]}
    return changes(known, since, since_ms=t(0), until_ms=t(700), now_ms=t(700))


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (None, PLANNED, "work_new work_planned"),
        (None, ACTIVE, "work_new work_active closure_began"),
        (PLANNED, ACTIVE, "work_active closure_began"),
        (ACTIVE, replace(ACTIVE, phase=Phase.PAUSED, is_in_force=False),
         "work_paused closure_ended"),
        (ACTIVE, replace(ACTIVE, phase=Phase.OVERDUE), "work_overdue"),  # still closed
        (ACTIVE, replace(ACTIVE, phase=Phase.FINISHED, is_in_force=False),
         "work_finished closure_ended"),
        (ACTIVE, replace(ACTIVE, phase=Phase.CANCELLED, is_in_force=False),
         "work_cancelled closure_ended"),
        (ACTIVE, replace(ACTIVE, ends_ms=t(900)), "work_extended"),
        (ACTIVE, replace(ACTIVE, ends_ms=t(500)), "work_shortened"),
        (PLANNED, replace(PLANNED, starts_ms=t(30)), "work_moved"),
        (ACTIVE, replace(ACTIVE, ends_ms=None), "work_extended"),
        (replace(ACTIVE, ends_ms=None), ACTIVE, "work_end_known"),
        (replace(ACTIVE, ends_ms=None), replace(ACTIVE, ends_ms=None, seen_ms=t(5)), ""),
        (PLANNED, replace(PLANNED, starts_ms=None), "work_moved"),
        (replace(PLANNED, starts_ms=None), PLANNED, "work_moved"),
        (ACTIVE, replace(ACTIVE, closure=Closure.PARTIAL), "closure_changed"),
        (PLANNED, replace(PLANNED, closure=Closure.PARTIAL), ""),  # takes nothing yet
        (ACTIVE, replace(ACTIVE, unlisted_ms=t(5)), "work_unlisted"),
        (PLANNED, replace(PLANNED, revision=2), "work_reissued"),
        (ACTIVE, replace(ACTIVE, seen_ms=t(5)), ""),
        (ACTIVE, None, ""),  # forgotten a week after its end
    ],
)  # fmt: skip
def test_a_line_names_all_that_became_of_a_work(
    before: Work | None, after: Work | None, kinds: str
) -> None:
    found = told("work:W", (5, after), before=before)
    assert " ".join(kind for change in found for kind in change.kinds) == kinds


def test_a_line_is_korean_and_english_and_bears_time_and_links() -> None:
    (change,) = told("work:W", (5, replace(ACTIVE, ends_ms=t(900))), before=PLANNED)
    assert (change.at_ms, change.links) == (t(5), ("S0>S1",))
    assert (
        change.text.to("ko")
        == "하수관 공사 (중앙로 12): 진행 중, 오늘 오후 11시까지 연장, 전면 통제 시작"
    )
    assert change.text.to("en") == (
        "하수관 (중앙로 12): active, extended until today 11 pm, now road closed"
    )


@pytest.mark.parametrize(
    ("before", "after", "ko", "en"),
    [
        (t(600), None, "종료일 미정으로 변경", "now end not stated"),
        (None, t(600), "오늘 오후 6시까지로 정해짐", "to end today 6 pm"),
    ],
)
def test_an_end_that_comes_to_be_known_or_is_given_up_is_told(
    before: int | None, after: int | None, ko: str, en: str
) -> None:
    rows = (replace(ACTIVE, ends_ms=ends_ms) for ends_ms in (before, after))
    old, new = rows
    (change,) = told("work:W", (5, new), before=old)
    assert change.text.to("ko") == f"하수관 공사 (중앙로 12): {ko}"
    assert change.text.to("en") == f"하수관 (중앙로 12): {en}"


def test_text_of_a_feed_stays_on_one_line_and_short() -> None:
    hostile = replace(CRASH, title="<b>\n\u202e" + "추" * 500)
    (change,) = told("incident:I", (5, hostile))
    assert "\n" not in change.text.to("ko")
    assert "\u202e" not in change.text.to("ko")
    assert len(change.text.to("ko")) < 200


@pytest.mark.parametrize(
    ("entries", "kinds"),
    [
        ([CRASH], "incident_began closure_began"),
        ([replace(CRASH, phase=Phase.PLANNED), CRASH],
         "incident_announced incident_began closure_began"),
        ([CRASH, replace(CRASH, closure=Closure.FULL)],
         "incident_began closure_began closure_changed"),
        ([CRASH, None], "incident_began closure_began incident_ended closure_ended"),
        ([replace(CRASH, closure=Closure.NONE), None], "incident_began incident_ended"),
        ([CRASH, CRASH], "incident_began closure_began"),
    ],
)  # fmt: skip
def test_an_incident_begins_changes_and_ends(
    entries: list[RunningIncident | None], kinds: str
) -> None:
    found = told("incident:I", *((5 + n, row) for n, row in enumerate(entries)))
    assert " ".join(kind for change in found for kind in change.kinds) == kinds


def report(minute: float, outcome: PollOutcome = PollOutcome.DATA, poll_s: int = 60) -> FeedState:
    last = FeedReport("permits", outcome, t(minute), poll_s * 1000)
    return FeedState("permits", last, t(minute), t(minute))


def feed(
    *minutes: tuple[float, PollOutcome], since: float = 0, until: float
) -> list[tuple[str, float]]:
    run: list[Remembered] = [(t(minute), report(minute, outcome)) for minute, outcome in minutes]
    known = [entry for entry in run if entry[0] <= t(since)]
    before = {"feed:permits": known[-1]} if known else {}
    after = {"feed:permits": [entry for entry in run if entry[0] > t(since)]}
    found = changes(before, after, since_ms=t(since), until_ms=t(until), now_ms=t(until))
    return [(change.kinds[0], (change.at_ms - EIGHT_MS) / 60_000) for change in found]


DATA, EMPTY, UNKNOWN = PollOutcome.DATA, PollOutcome.EMPTY, PollOutcome.UNKNOWN
STALE = 1 + 2 + 5 / 60  # a minute in which it may go on unseen, two periods, 5 s


@pytest.mark.parametrize(
    ("run", "since", "until", "expected"),
    [
        ([(1, DATA), (2, DATA), (3, DATA)], 0, 4, [("feed_live", 1)]),
        ([(-1, DATA), (1, DATA), (2, DATA)], 0, 3, []),
        ([(-1, DATA), (1, UNKNOWN), (2, DATA)], 0, 3, [("feed_unknown", 1), ("feed_live", 2)]),
        ([(-1, DATA), (1, EMPTY), (2, DATA)], 0, 3, []),  # what came and went is told by itself
        ([(-1, EMPTY), (1, UNKNOWN), (2, EMPTY)], 0, 3, [("feed_unknown", 1), ("feed_empty", 2)]),
        ([(-1, DATA)], 0, 1, []),
        ([(-1, DATA)], 0, 9, [("feed_stale", STALE - 1)]),  # silence, and no entry tells it
        ([(-20, DATA)], 0, 9, []),  # silent before already
        ([(-20, DATA), (5, DATA)], 0, 6, [("feed_live", 5)]),
        ([(-1, DATA), (9, DATA)], 0, 10, [("feed_stale", STALE - 1), ("feed_live", 9)]),
    ],
)
def test_a_feeds_word_changes_with_its_reports_and_with_its_silence(
    run: list[tuple[float, PollOutcome]],
    since: float,
    until: float,
    expected: list[tuple[str, float]],
) -> None:
    found = feed(*run, since=since, until=until)
    assert [(kind, round(minute, 3)) for kind, minute in found] == [
        (kind, round(minute, 3)) for kind, minute in expected
    ]


def test_changes_are_in_time_order_and_none_is_later_than_asked_for() -> None:
    since: dict[str, list[Remembered]] = {
        "work:W": [(t(5), PLANNED), (t(30), ACTIVE)],
        "incident:I": [(t(3), CRASH), (t(20), None)],
    }
    found = changes({}, since, since_ms=t(0), until_ms=t(20), now_ms=t(60))
    assert [(change.at_ms - EIGHT_MS) / 60_000 for change in found] == [3, 5, 20]


def line(at_ms: int) -> Change:
    return Change(at_ms, "work:W", ("work_new",), phrase("never"))


@pytest.mark.parametrize(
    ("times", "kept", "next_ms"),
    [
        ([1, 2, 3], [1, 2, 3], None),
        ([1, 2, 3, 4], [1, 2, 3], 3),
        ([1, 2, 3, 3], [1, 2], 2),  # a moment is not torn in two
        ([5, 5, 5, 5], [5, 5, 5], 5),
    ],
)
def test_a_page_ends_between_two_moments(
    times: list[int], kept: list[int], next_ms: int | None
) -> None:
    page, next_since_ms = first_page([line(at_ms) for at_ms in times], most=3)
    assert ([change.at_ms for change in page], next_since_ms) == (kept, next_ms)


def test_a_links_traffic_is_no_news() -> None:
    assert subjects_of(["link:a", "work:b", "incident:c", "feed:d"]) == [
        "work:b",
        "incident:c",
        "feed:d",
    ]


def test_a_feed_has_each_status_once_until_it_is_another_and_silence_shows() -> None:
    def state(minute: float, outcome: PollOutcome = PollOutcome.DATA) -> FeedState:
        report = FeedReport("permits", received_ms=t(minute), outcome=outcome, poll_ms=60_000)
        return FeedState("permits", report, last_success_ms=t(minute), last_change_ms=t(minute))

    run = [
        (t(0), None),
        (t(1), state(1)),
        (t(2), state(2)),
        (t(3), state(3, PollOutcome.UNKNOWN)),
    ]
    silent_ms = t(3) + 60_000 + 2 * 60_000 + 5_000
    assert list(feed_statuses(run, t(60))) == [
        (t(1), "live"),
        (t(3), "unknown"),
        (silent_ms, "stale"),
    ]
    assert list(feed_statuses([(0, None)], t(60))) == []


def test_a_closure_by_hand_is_told_from_its_begin_to_its_end_once() -> None:
    made = ClosureRow(
        closure_id="c-1", act_id="c-1", version=1, act=ClosureAct.MAKE, by="", at_ms=t(3),
        title="팔호광장→육림고개", cause=IncidentKind.ACCIDENT, closure=Closure.FULL,
        starts_ms=t(3), link_ids=("A>B",), phase=Phase.ACTIVE,
    )  # fmt: skip
    over = replace(made, phase=Phase.FINISHED, is_over=True, over_ms=t(9))
    found = told("closure:c-1", (3, made), (9, over), (20, None))
    assert [" ".join(change.kinds) for change in found] == [
        "incident_began closure_began",
        "incident_ended closure_ended",
    ]
    assert "팔호광장" in found[0].text.to("ko")

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import Closure, IncidentKind, PollOutcome
from streams.contract.records import FeedReport, Incident, IncidentBatch, Message, Tick
from streams.domain.stages.incidents import IncidentsStage
from tests.cities.fakes import Folded, at, street

CRASH = Incident(
    "I1", IncidentKind.ACCIDENT, "3중 추돌", at(0), closure=Closure.FULL, link_id="S2>S3"
)


def answer(
    second: float, *rows: Incident, feed: str = "its.events", is_complete: bool = True
) -> IncidentBatch:
    return IncidentBatch(feed, at(second), is_complete, rows)


def incidents(*messages: Message) -> Folded:
    return Folded(IncidentsStage(street(), partitions=1), topic="incidents").take_all(messages)


def told(folded: Folded) -> list[tuple[str, str, bool]]:
    blocks = [b for events in folded.derived[0] for b in events.obstructions]
    return [(b.link_id, b.closure.value, b.is_over) for b in blocks]


def _answers(words: str) -> Iterable[Message]:
    """h: has it, w: without it, p: a part without it, o: another feed's, e: error (a report)."""
    for place, word in enumerate(words, start=1):
        second = place * 60
        if word == "h":
            yield answer(second, CRASH)
        if word == "w":
            yield answer(second)
        if word == "p":
            yield answer(second, is_complete=False)
        if word == "o":
            yield answer(second, feed="utic.incidents")
        if word == "e":
            yield FeedReport("its.events", PollOutcome.UNKNOWN, at(second), 60_000)
        yield Tick(at(second + 1))


@pytest.mark.parametrize(
    ("answers", "is_running"),
    [
        ("h", True),
        ("hww", True),
        ("hwww", False),
        ("hwwhww", True),  # listed again: counted anew
        ("hweewe", True),
        ("hweweew", False),  # errors end nothing and forgive nothing
        ("heeeeee", True),
        ("hpppp", True),
        ("hoooo", True),
        ("hwwwh", True),
    ],
)
def test_an_incident_ends_after_three_complete_answers_without_it(
    answers: str,
    is_running: bool,  # noqa: FBT001
) -> None:
    assert ("I1" in incidents(*_answers(answers)).state["incidents"]) is is_running


@given(st.text("hwpoe", max_size=20))
def test_an_incident_runs_while_fewer_than_three_complete_answers_in_a_row_leave_it_out(
    words: str,
) -> None:
    misses, is_running = 0, False
    for word in words:
        misses = misses + 1 if word == "w" else 0 if word == "h" else misses
        is_running = word == "h" or (is_running and misses < 3)
    assert ("I1" in incidents(*_answers(words)).state["incidents"]) is is_running


def test_the_end_is_told_to_the_links_once() -> None:
    folded = incidents(*_answers("hwwwww"))
    assert told(folded) == [("S2>S3", "full", False), ("S2>S3", "full", True)]


def test_an_incident_ends_with_its_own_end() -> None:
    brief = replace(CRASH, ends_ms=at(600))
    folded = incidents(answer(60, brief), Tick(at(600) - 1))
    assert "I1" in folded.state["incidents"]
    folded.take(Tick(at(600)))
    assert folded.state["incidents"] == {}
    folded.take(answer(660, brief))  # its feed still lists it
    assert folded.state["incidents"] == {}
    assert told(folded) == [("S2>S3", "full", False), ("S2>S3", "full", True)]


def test_an_incident_of_later_is_planned_until_then() -> None:
    folded = incidents(answer(60, replace(CRASH, starts_ms=at(600))))
    assert folded.state["incidents"]["I1"].phase == "planned"
    folded.take(Tick(at(600)))
    assert folded.state["incidents"]["I1"].phase == "active"


def test_an_incident_that_stays_the_same_is_only_seen_again() -> None:
    folded = incidents(answer(60, CRASH), answer(120, CRASH))
    running = folded.state["incidents"]["I1"]
    assert (running.seen_ms, running.updated_ms) == (at(120), at(60))
    assert told(folded) == [("S2>S3", "full", False)]


def test_an_incident_that_changes_is_updated() -> None:
    folded = incidents(answer(60, CRASH), answer(120, replace(CRASH, closure=Closure.PARTIAL)))
    assert folded.state["incidents"]["I1"].updated_ms == at(120)
    assert told(folded)[1:] == [("S2>S3", "partial", False)]


def test_an_incident_that_moves_leaves_its_old_link() -> None:
    folded = incidents(answer(60, CRASH), answer(120, replace(CRASH, link_id="S3>S4")))
    assert told(folded)[1:] == [("S3>S4", "full", False), ("S2>S3", "full", True)]


def test_an_incident_listed_twice_in_one_answer_counts_as_it_stands_last() -> None:
    folded = incidents(answer(60, CRASH, replace(CRASH, link_id="S3>S4")))
    assert told(folded)[1:] == [("S3>S4", "full", False), ("S2>S3", "full", True)]


def test_an_incident_without_a_place_is_kept() -> None:
    running = incidents(answer(60, replace(CRASH, link_id="?"))).state["incidents"]["I1"]
    assert (running.links, running.placed_by) == ((), "nowhere")


def test_the_history_keeps_what_changed_of_an_incident_and_its_end() -> None:
    folded = Folded(IncidentsStage(street(), partitions=1), topic="incidents")
    told: tuple[Message, ...] = (
        answer(60, replace(CRASH, starts_ms=at(100))),
        answer(90, replace(CRASH, starts_ms=at(100))),  # only seen again
        Tick(at(100)),
        answer(120, replace(CRASH, starts_ms=at(100), closure=Closure.PARTIAL)),
        *(answer(second) for second in (180, 240, 300)),
    )
    kept = [
        (known_ms, row and (row.phase, row.closure.value))
        for message in told
        for _, known_ms, row in folded.take(message).remembered
    ]
    assert kept == [
        (at(60), ("planned", "full")),
        (at(100), ("active", "full")),
        (at(120), ("active", "partial")),
        (at(300), None),
    ]


def test_a_tick_a_moment_older_than_the_answer_takes_nothing_back() -> None:
    folded = Folded(IncidentsStage(street(), partitions=1), topic="incidents")
    begun = replace(CRASH, starts_ms=at(100) + 300)
    folded.take(replace(answer(100, begun), received_ms=at(100) + 500))
    effects = folded.take(Tick(at(100)))
    assert effects.changes.get("incidents", {}) == {}
    assert effects.alerts == []
    folded.take(replace(answer(100, begun), received_ms=at(100) + 200))
    assert folded.state["incidents"][begun.incident_id].phase == "active"


def test_a_begin_that_is_not_told_stays_when_it_was_first_seen() -> None:
    untold = replace(CRASH, flags=("start_unreadable",))
    answers = [answer(second, replace(untold, starts_ms=at(second))) for second in (60, 120, 180)]
    assert incidents(*answers).state["incidents"]["I1"].starts_ms == at(60)
    told = answer(240, replace(CRASH, starts_ms=at(30)))
    assert incidents(*answers, told).state["incidents"]["I1"].starts_ms == at(30)

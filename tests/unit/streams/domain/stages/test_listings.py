"""Lists in one message or in many: when they are complete, and when they are too short to count."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.publishing import messages as publishing
from producers.reading.answers import Answer
from streams.contract import wire
from streams.contract.enums import IncidentKind, PollOutcome
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Incident, IncidentBatch, Message, Permit, PermitBatch
from streams.contract.settings import Settings
from streams.domain.listings import KEPT, SHORT_MS, SHORT_POLLS, Usual, judged
from streams.domain.stages.incidents import IncidentsStage
from streams.domain.stages.works import WorksStage
from tests.cities.fakes import EPOCH_MS, Folded, street

MINUTE_MS = 60_000


def permit(at: int, *, title: str = "관로") -> Permit:
    return Permit(
        f"P{at:04}",
        title,
        EPOCH_MS,
        EPOCH_MS + 86_400_000,
        number=f"P{at:04}",
        place=f"중앙로 {at}",
    )


def incident(at: int, *, title: str = "추돌") -> Incident:
    return Incident(f"I{at:04}", IncidentKind.ACCIDENT, title, EPOCH_MS)


LONG = "하" * 400


def many(kind: str, count: int) -> tuple[Permit | Incident, ...]:
    """So many rows; of these about 15 fit into a message of `small`."""
    make = permit if kind == "permits" else incident
    return tuple(make(at, title=LONG) for at in range(count))


def messages(
    kind: str, rows: Sequence[Permit | Incident], minute: int, *, is_complete: bool = True
) -> list[PermitBatch | IncidentBatch]:
    """The messages that a list of these rows comes in."""
    outcome = PollOutcome.DATA if rows else PollOutcome.EMPTY
    answer = Answer(outcome, rows=tuple(rows), is_complete=is_complete)
    feed = "permits" if kind == "permits" else "its.events"
    sent = publishing.batches_of(feed, EPOCH_MS + minute * MINUTE_MS, answer, Settings())
    found = [wire.decode(payload) for _, _, payload in sent]
    assert all(isinstance(each, PermitBatch | IncidentBatch) for each in found)
    return found  # type: ignore[return-value]


def fold(kind: str, log: Iterable[Message]) -> Folded:
    stage = WorksStage if kind == "permits" else IncidentsStage
    return Folded(stage(street(), partitions=1), topic=kind).take_all(log)


def missed(kind: str, folded: Folded) -> set[str]:
    """The rows that the lists so far have left out at least once."""
    table = "works" if kind == "permits" else "incidents"
    return {name for name, row in folded.state[table].items() if row.misses}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages of at most 25 kB, so that forty rows are a long list."""
    monkeypatch.setattr(publishing, "MAX_MESSAGE_BYTES", 25_000)


both = pytest.mark.parametrize("kind", ["permits", "incidents"])


@both
def test_a_list_of_many_messages_tells_what_it_leaves_out(kind: str) -> None:
    rows = many(kind, 40)
    whole, without = messages(kind, rows, 0), messages(kind, rows[:5] + rows[6:], 1)
    assert len(without) == 3
    assert not any(batch.is_complete for batch in without)
    assert missed(kind, fold(kind, [*whole, *without])) == {rows_id(rows[5])}


def rows_id(row: Permit | Incident) -> str:
    return row.permit_id if isinstance(row, Permit) else row.incident_id


@both
def test_the_parts_count_in_any_order_and_however_often(kind: str) -> None:
    rows = many(kind, 40)
    whole, without = messages(kind, rows, 0), messages(kind, rows[1:], 1)
    for order in permutations(without):
        for log in (order, (*order, *order), (order[0], *order)):
            assert missed(kind, fold(kind, [*whole, *log])) == {rows_id(rows[0])}


@both
def test_a_lost_part_leaves_the_list_incomplete(kind: str) -> None:
    rows = many(kind, 40)
    whole, without = messages(kind, rows, 0), messages(kind, rows[1:], 1)
    for lost in range(len(without)):
        rest = [batch for at, batch in enumerate(without) if at != lost]
        assert missed(kind, fold(kind, [*whole, *rest])) == set()


@both
def test_parts_of_two_polls_are_no_list(kind: str) -> None:
    rows = many(kind, 40)
    whole = messages(kind, rows, 0)
    first, second = messages(kind, rows[1:], 1), messages(kind, rows[1:], 2)
    assert missed(kind, fold(kind, [*whole, first[0], *second[1:]])) == set()


@both
def test_the_parts_are_forgotten_with_the_list_they_complete(kind: str) -> None:
    log = [*messages(kind, many(kind, 40), 0)[:1], *messages(kind, many(kind, 40), 1)]
    assert fold(kind, log).state[f"{kind}-parts"] == {}


@both
def test_no_part_of_an_incomplete_list_says_what_is_left_out(kind: str) -> None:
    rows = many(kind, 40)
    log = [*messages(kind, rows, 0), *messages(kind, rows[1:], 1, is_complete=False)]
    assert all(batch.parts == 0 for batch in log[-2:])
    assert missed(kind, fold(kind, log)) == set()


@both
def test_every_row_is_in_one_part(kind: str) -> None:
    rows = many(kind, 40)
    parts = messages(kind, rows, 0)
    assert [rows_id(row) for part in parts for row in part.rows] == [rows_id(row) for row in rows]


@both
def test_a_message_of_an_older_log_is_read_as_it_was_meant(kind: str) -> None:
    [batch] = messages(kind, many(kind, 3), 0)
    old = wire.encode(batch).replace(b',"part":0,"parts":0', b"")
    assert len(old) < len(wire.encode(batch))
    assert wire.decode(old) == batch


@pytest.mark.parametrize(("part", "parts"), [(2, 2), (-1, 2), (0, 1001)])
def test_a_part_outside_its_list_is_refused(part: int, parts: int) -> None:
    batch = replace(messages("permits", many("permits", 3), 0)[0], part=part, parts=parts)
    with pytest.raises(RecordRefusedError, match="part"):
        wire.decode(wire.encode(batch))


# ---- a list that is suddenly short -----------------------------------------------------------


def after(*lengths: int, every_ms: int = MINUTE_MS, usual: Usual | None = None) -> Usual:
    usual = usual or Usual()
    start_ms = max(usual.judged_ms, 0) + every_ms
    for at, length in enumerate(lengths):
        usual = judged(usual, length, start_ms + at * every_ms)
    return usual


@pytest.mark.parametrize(
    ("lengths", "is_dropped"),
    [
        ([9, 0], True),
        ([9, 1], True),
        ([9, 2], False),
        ([5, 0], True),
        ([4, 0], False),  # a short list may well become empty
        ([1000, 200], False),
        ([1000, 199], True),
        ([0, 0], False),
        ([50, 40, 30, 20, 15, 10, 6, 4, 2, 0], True),
        ([50, 0, 50], False),
        ([50, 0, 0, 50, 0], True),
        ([500, 9, 9, 9], True),
    ],
)
def test_a_list_below_a_fifth_of_its_usual_length_is_dropped(
    lengths: list[int],
    is_dropped: bool,  # noqa: FBT001
) -> None:
    assert after(*lengths).is_dropped is is_dropped


def test_a_list_that_stays_short_is_the_new_usual_after_six_and_half_an_hour() -> None:
    each_ms = SHORT_MS // (SHORT_POLLS - 1)
    short = [2] * SHORT_POLLS
    assert after(90, *short[:-1], every_ms=each_ms).is_dropped
    assert not after(90, *short, every_ms=each_ms).is_dropped
    assert after(90, *short, every_ms=each_ms).length == 2
    assert after(90, *short, every_ms=each_ms - 1).is_dropped
    assert not after(90, *short, 2, every_ms=each_ms - 1).is_dropped


def test_short_lists_with_a_usual_one_between_them_never_become_usual() -> None:
    assert after(*[90, 2] * 40, every_ms=SHORT_MS).length == 90


@given(st.lists(st.integers(0, 60)), st.integers(0, 60))
def test_a_list_that_is_told_twice_is_judged_once(lengths: list[int], length: int) -> None:
    usual = after(*lengths)
    once = judged(usual, length, usual.judged_ms + 1)
    assert judged(once, length, once.judged_ms) == once
    assert judged(once, 0, usual.judged_ms) == once
    assert len(once.lengths) <= KEPT


@both
def test_a_dropped_list_leaves_nothing_out(kind: str) -> None:
    rows = many(kind, 30)
    log = [m for minute in range(3) for m in messages(kind, rows, minute)]
    log += [m for minute in range(3, 8) for m in messages(kind, rows[:2], minute)]
    folded = fold(kind, log)
    assert missed(kind, folded) == set()
    assert folded.counts["lists dropped"] == 5
    log += messages(kind, rows[:2], 40)  # the sixth in a row, after half an hour
    assert missed(kind, fold(kind, log)) == {rows_id(row) for row in rows[2:]}


def test_an_empty_answer_after_nine_incidents_reopens_no_road() -> None:
    rows = tuple(replace(incident(at), link_id="S1>S2") for at in range(9))
    log = [*messages("incidents", rows, 0)]
    log += [m for minute in range(1, 6) for m in messages("incidents", (), minute)]
    folded = fold("incidents", log)
    assert len(folded.state["incidents"]) == 9
    assert not any(each.is_over for part in folded.derived[0] for each in part.obstructions)


def test_a_few_incidents_may_all_be_over() -> None:
    rows = tuple(incident(at) for at in range(4))
    log = [*messages("incidents", rows, 0)]
    log += [m for minute in range(1, 4) for m in messages("incidents", (), minute)]
    assert fold("incidents", log).state["incidents"] == {}


def test_each_feed_has_a_usual_length_of_its_own() -> None:
    rows = tuple(incident(at) for at in range(30))
    other = [replace(m, feed="utic.incidents") for m in messages("incidents", (), 1)]
    log = [*messages("incidents", rows, 0), *other, *messages("incidents", rows, 2)]
    assert fold("incidents", log).counts["lists dropped"] == 0

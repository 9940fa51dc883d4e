from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract import wire
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Call, CallDone, Message, Tick
from streams.domain.stages.calls import KEEP_MS, CallRow, CallsStage, reports_at
from streams.geo.homes import Homes
from tests.cities.fakes import LAT, LON, Folded, at
from tests.cities.grid import grid

HALF_HOUR_S = 30 * 60
HERE = Call("c1", at(0), "중앙로 정류장", ("S1>S2",), LON, LAT, "2026-17", ("S1>S2",))


def call(name: str, second: float, *links: str, east_m: float | None = None) -> Call:
    lon = None if east_m is None else LON + east_m / 87_800  # m a degree of longitude at 37.88 N
    return Call(name, at(second), name, links, lon, None if lon is None else LAT)


def calls(*messages: Message) -> Folded:
    return Folded(CallsStage(partitions=2), topic="calls").take_all(messages)


def counts(folded: Folded) -> dict[str, int]:
    return {name: report.count for name, report in folded.state["reports"].items()}


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (call("b", 60, "S1>S2"), {"a": 2}),  # shares a link
        (call("b", 60, "S2>S3"), {"a": 1, "b": 1}),
        (call("b", 60, "S2>S3", east_m=149), {"a": 2}),
        (call("b", 60, "S2>S3", east_m=152), {"a": 1, "b": 1}),
        (call("b", 60), {"a": 1, "b": 1}),  # nowhere: never another's place
        (call("b", HALF_HOUR_S - 1, "S1>S2"), {"a": 2}),
        (call("b", HALF_HOUR_S, "S1>S2"), {"b": 1}),  # the first is no longer of the last 30 min
    ],
)
def test_calls_about_one_place_within_half_an_hour_are_one_report(
    second: Call, expected: dict[str, int]
) -> None:
    first = call("a", 0, "S1>S2", east_m=0)
    rows = [CallRow(**_fields(each)) for each in (first, second)]
    found = reports_at(rows, second.received_ms)
    assert {name: report.count for name, report in found.items()} == expected


def _fields(each: Call) -> dict[str, Any]:
    return {name: getattr(each, name) for name in Call.__slots__}


def test_a_call_between_two_places_joins_them() -> None:
    folded = calls(call("a", 0, "S1>S2"), call("b", 1, "S3>S4"))
    assert counts(folded) == {"a": 1, "b": 1}
    folded.take(call("c", 2, "S1>S2", "S3>S4"))
    assert counts(folded) == {"a": 3}
    report = folded.state["reports"]["a"]
    assert (report.first_ms, report.last_ms) == (at(0), at(2))
    assert report.link_ids == ("S1>S2", "S3>S4")


def test_a_report_vanishes_half_an_hour_after_its_last_call() -> None:
    folded = calls(Tick(at(0)), HERE, replace(HERE, call_id="c2", received_ms=at(600)))
    folded.take(Tick(at(HALF_HOUR_S)))
    assert counts(folded) == {"c2": 1}
    folded.take(Tick(at(600 + HALF_HOUR_S) - 1))
    assert counts(folded) == {"c2": 1}
    folded.take(Tick(at(600 + HALF_HOUR_S)))
    assert counts(folded) == {}
    assert set(folded.state["calls"]) == {"c1", "c2"}  # still to be called back


def test_a_call_told_twice_counts_once_even_after_it_was_done() -> None:
    folded = calls(HERE, HERE, CallDone("c1", at(60)))
    before = dict(folded.state["calls"])
    folded.take(HERE)
    assert folded.state["calls"] == before
    assert counts(folded) == {"c1": 1}
    assert folded.counts["calls repeated"] == 2


def test_the_first_call_back_is_the_one_that_counts() -> None:
    folded = calls(HERE, CallDone("c1", at(60)), CallDone("c1", at(90)))
    assert folded.state["calls"]["c1"].done_ms == at(60)


def test_the_end_of_a_call_never_heard_of_is_counted_and_changes_nothing() -> None:
    folded = calls(HERE, CallDone("c9", at(60)))
    assert (set(folded.state["calls"]), folded.counts["calls done unknown"]) == ({"c1"}, 1)


def test_a_call_is_kept_for_seven_days_and_not_taken_again_later() -> None:
    folded = calls(HERE, Tick(at(0) + KEEP_MS - 1))
    assert "c1" in folded.state["calls"]
    folded.take(Tick(at(0) + KEEP_MS))
    folded.take(HERE)
    assert folded.state["calls"] == {}
    assert folded.counts["calls late"] == 1


def test_time_goes_on_to_every_partition_and_never_back() -> None:
    folded = calls(Tick(at(60)), Tick(at(30)))
    assert [e.watermark_ms for e in folded.derived[0]] == [at(60), at(30)]
    assert len(folded.derived[1]) == 2
    assert folded.state["calls_clock"] == {"now": at(60)}


def test_a_quiet_second_writes_only_the_time() -> None:
    effects = calls(Tick(at(0)), HERE).take(Tick(at(1)))
    assert effects.changes == {"calls_clock": {"now": at(1)}}


PLACES = st.lists(
    st.tuples(st.integers(0, 4000), st.sets(st.sampled_from("ABCD"), max_size=2)), max_size=12
)


@given(PLACES, st.permutations(range(12)), st.integers(0, 6000))
def test_every_recent_call_is_in_one_report_whatever_their_order(
    places: list[tuple[int, set[str]]], order: list[int], now_s: int
) -> None:
    rows = [
        CallRow(**_fields(call(f"c{n}", second, *sorted(links), east_m=None)))
        for n, (second, links) in enumerate(places)
    ]
    shuffled = [rows[n] for n in order if n < len(rows)]
    found = reports_at(shuffled, at(now_s))
    recent = [row for row in rows if row.received_ms > at(now_s - HALF_HOUR_S)]
    assert found == reports_at(rows, at(now_s))
    assert sum(report.count for report in found.values()) == len(recent)
    for row in recent:  # links of one call are never in two reports
        assert sum(not set(row.link_ids).isdisjoint(r.link_ids) for r in found.values()) <= 1


@given(PLACES, st.lists(st.integers(0, 8000), max_size=8))
def test_the_reports_that_stand_are_those_of_the_calls_that_stand(
    places: list[tuple[int, set[str]]], ticks_s: list[int]
) -> None:
    taken = [call(f"c{n}", second, *sorted(links)) for n, (second, links) in enumerate(places)]
    log: list[Message] = [*taken, *(Tick(at(second)) for second in ticks_s)]
    log.sort(key=lambda each: each.tick_ms if isinstance(each, Tick) else each.received_ms)  # type: ignore[union-attr]
    folded = calls(Tick(at(-1)), *log)
    now_ms = folded.state["calls_clock"]["now"]
    assert folded.state["reports"] == reports_at(folded.state["calls"].values(), now_ms)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("reference", "2026-000017", ""),
        ("reference", "", ""),
        ("reference", "A" * 20, ""),
        ("reference", "A" * 21, "R020"),
        ("reference", "홍길동", "R020"),
        ("reference", "010-1234-5678", "R020"),
        ("reference", "01012345678", "R020"),
        ("reference", "A010-1234-5678", "R020"),
        ("reference", "033-250-3114", "R020"),
        ("reference", "82-10-1234-5678", "R020"),
        ("reference", "900101-1234567", "R020"),
        ("reference", "20261123-0017", ""),
        ("title", "", "R020"),
        ("title", "가" * 80, ""),
        ("title", "가" * 81, "R020"),
        ("title", "김씨 010 1234 5678", "R020"),
        ("title", "중앙로 1길 12-34 앞", ""),
        ("call_id", "", "R012"),
        ("call_id", "a b", "R012"),
        ("lon", 181.0, "R006"),
        ("link_ids", ("x",) * 200, ""),
        ("link_ids", ("x",) * 201, "R008"),
        ("closed", ("x",) * 201, "R008"),
        ("received_ms", -1, "R008"),
    ],
)
def test_a_call_holds_a_place_and_a_number_of_the_desk_and_nothing_of_a_person(
    field: str, value: Any, code: str
) -> None:
    payload = wire.encode(replace(HERE, **{field: value}))
    if not code:
        assert wire.decode(payload) == replace(HERE, **{field: value})
        return
    with pytest.raises(RecordRefusedError, match=code) as refused:
        wire.decode(payload)
    if code == "R020" and value:
        assert value not in str(refused.value)


def test_the_end_of_a_call_needs_a_call() -> None:
    with pytest.raises(RecordRefusedError, match="R012"):
        wire.decode(wire.encode(CallDone("", at(0))))


def test_two_calls_about_one_place_point_to_it_and_time_takes_that_back() -> None:
    town = grid(8)
    link = town.links[0].id
    stage = CallsStage(partitions=1, homes=Homes(town, 1))
    folded = Folded(stage, topic="calls").take_all([call("a", 0, link)])
    assert said(folded) == []
    folded.take(call("b", 60, link))
    assert said(folded) == [("calls:a", (link,), True)]
    folded.take(Tick(at(HALF_HOUR_S + 120)))
    assert said(folded)[-1] == ("calls:a", (link,), False)


def said(folded: Folded) -> list[tuple[str, tuple[str, ...], bool]]:
    return [
        (row.subject, row.links, row.is_in_force)
        for parts in folded.derived.values()
        for part in parts
        for row in part.declarations
    ]

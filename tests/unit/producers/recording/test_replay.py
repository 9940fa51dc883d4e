"""Recordings, what they mean on the log, and their replay."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from producers.feeds import FEEDS
from producers.publishing.messages import MAX_LETTERS, Published
from producers.publishing.poll import Poll
from producers.reading.answers import Exchange
from producers.recording.recorder import Recorder, exchange_of, line_of, lines_of
from producers.recording.replay import events, steps
from streams.contract import topics, wire
from streams.contract.enums import PollOutcome
from streams.contract.errors import RecordRefusedError
from streams.contract.records import FeedReport, PermitBatch, PositionBatch, Tick
from streams.contract.settings import Settings

SETTINGS = Settings(pseudonym_key="k")
T0_MS = 1_795_414_390_000  # on the grid of one second


def answer_of(*rows: Any, total: int | None = None) -> bytes:
    body = {"items": list(rows), "totalCount": len(rows) if total is None else total}
    return json.dumps({"response": {"header": {"resultCode": "00"}, "body": body}}).encode()


def bus(plate: str, order: int = 3) -> dict[str, Any]:
    return {"vehicleno": plate, "nodeord": order, "gpslati": 37.88, "gpslong": 127.73}


def route(name: str, at_ms: int, *plates: str, status: int = 200) -> Exchange:
    url = f"https://x/getRouteAcctoBusLcList?cityCode=32010&routeId={name}&_type=json"
    return Exchange("tago.positions", at_ms, url, status, answer_of(*map(bus, plates)))


def events_body(at_ms: int, feed: str = "its.events") -> Exchange:
    return Exchange(feed, at_ms, "https://x", 200, b'{"resultCode":0,"data":[]}')


def messages_of(feed: str, exchange: Exchange, settings: Settings) -> list[Published]:
    """The messages of one exchange by itself, its report last where its poll ends with it."""
    poll = Poll(feed, settings)
    batches = poll.add(exchange).messages
    return [*batches, *(() if FEEDS[feed].part else poll.end().messages)]


def lines(*exchanges: Exchange) -> list[str]:
    return [line_of(exchange) for exchange in exchanges]


def replayed(*exchanges: Exchange) -> list[tuple[int, list[tuple[str, int, bytes]]]]:
    return list(events(lines(*exchanges), SETTINGS))


def reports(every: list[tuple[int, list[Any]]]) -> list[FeedReport]:
    decoded = [wire.decode(payload) for _, messages in every for _, _, payload in messages]
    return [message for message in decoded if isinstance(message, FeedReport)]


def test_a_line_of_a_recording_has_exactly_the_agreed_fields() -> None:
    line = json.loads(line_of(route("CCB1", T0_MS + 7)))
    assert list(line) == ["feed", "at", "url", "status", "body"]
    assert line["at"] == "2026-11-23T15:13:10.007+09:00"


@given(st.binary(max_size=80))
@example(b"\x89PNG")  # in CP949 it would be two letters
def test_any_body_survives_a_recording_by_meaning(body: bytes) -> None:
    back = exchange_of(line_of(Exchange("permits", T0_MS, "file:a.csv", 200, body)))
    settings = Settings()
    assert messages_of("permits", back, settings) == messages_of(
        "permits", Exchange("permits", T0_MS, "file:a.csv", 200, body), settings
    )


def test_a_recorder_writes_whole_lines_that_can_be_read_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl.gz"
    with Recorder(path) as recorder:
        recorder.write(route("CCB1", T0_MS))
        recorder.write(route("CCB2", T0_MS))
        readable = [line for line in lines_of(path) if line.startswith("{")]
        assert len(readable) == 2
    with Recorder(path) as recorder:
        recorder.write(route("CCB3", T0_MS))
    assert len(gzip.decompress(path.read_bytes()).splitlines()) == 3
    assert path.stat().st_mode & 0o077 == 0


def test_a_recording_cut_in_the_middle_ends_at_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines(route("CCB1", T0_MS))).encode())[:-20])
    found = list(steps(lines_of(path), SETTINGS))
    assert [bad.code for step in found for bad in step.bad][-1] == "R001"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"at": "2026-11-22T07:00:00.000"}, "R011"),
        ({"at": "yesterday"}, "R011"),
        ({"status": "200"}, "R005"),
        ({"body": None}, "R005"),
        ({"at": "0001-01-01T00:00:00+09:00"}, "R011"),
        ({"at": "9999-12-31T23:59:59-12:00"}, "R011"),
        ({"body": "\ud800"}, "R009"),
        ({"url": "http://[x"}, "R005"),
        ({"status": -1}, "R008"),
        ({"status": 10**400}, "R008"),
    ],
)
def test_a_line_without_a_field_or_an_offset_is_refused(changed: dict[str, Any], code: str) -> None:
    line = {**json.loads(line_of(route("CCB1", T0_MS))), **changed}
    with pytest.raises(RecordRefusedError) as refusal:
        exchange_of(json.dumps(line))
    assert refusal.value.code == code


def test_ticks_stand_on_the_grid_around_the_data() -> None:
    found = list(
        events(lines(route("CCB1", T0_MS + 400, "a"), route("CCB2", T0_MS + 2000, "b")), SETTINGS)
    )
    assert [at_ms - T0_MS for at_ms, _ in found] == [0, 400, 1000, 2000, 2000, 3000]
    tick = wire.decode(found[0][1][0][2])
    assert tick == Tick(T0_MS)
    assert (
        len(found[0][1]) == 4 + 4 + 1 + 1 + 1 + 1 + 1
    )  # every partition of the seven ticked topics
    assert {name for name, _, _ in found[0][1]} == {topic.name for topic in topics.TICKED}


def test_event_time_comes_from_the_record() -> None:
    found = replayed(route("CCB1", T0_MS + 400, "a"))
    batch = wire.decode(found[1][1][0][2])
    assert isinstance(batch, PositionBatch)
    assert (batch.received_ms, batch.rows[0].observed_ms) == (T0_MS + 400, T0_MS + 400)


def test_a_sweep_ends_before_the_first_route_asked_for_again() -> None:
    sweep = [route("CCB1", T0_MS, "a"), route("CCB2", T0_MS + 10, "b")]
    again = [route("CCB2", T0_MS + 900, "b"), route("CCB1", T0_MS + 910)]
    found = reports(replayed(*sweep, *again))
    assert [(r.received_ms - T0_MS, r.row_count) for r in found] == [(10, 2), (910, 1)]


def test_a_sweep_ends_after_two_minutes_of_silence() -> None:
    late = T0_MS + 200_000
    found = reports(replayed(route("CCB1", T0_MS, "a"), route("CCB2", late, "b")))
    assert [r.received_ms for r in found] == [T0_MS, late]


def test_other_feeds_between_the_routes_do_not_end_a_sweep_and_order_is_kept() -> None:
    mixed = [route("CCB1", T0_MS, "a"), events_body(T0_MS + 5), route("CCB2", T0_MS + 10, "b")]
    found = replayed(*mixed)
    assert [r.feed for r in reports(found)] == ["its.events", "tago.positions"]
    assert [at_ms - T0_MS for at_ms, _ in found] == [0, 0, 5, 10, 1000]


def test_pages_of_permits_are_one_list_and_one_report() -> None:
    row = {"CNT_NAM": "관로", "CCS_YMD": "2026-09-01", "CCE_YMD": "2026-09-02"}
    pages = [
        Exchange(
            "permits", T0_MS + n, f"https://x?pageNo={n}", 200,
            answer_of({**row, "PRMISN_NO": str(n)}, total=2),
        )
        for n in (1, 2)
    ]  # fmt: skip
    found = [wire.decode(p) for _, m in events(lines(*pages), SETTINGS) for _, _, p in m]
    [batch] = [message for message in found if isinstance(message, PermitBatch)]
    assert (len(batch.rows), batch.is_complete) == (2, True)
    [report] = [message for message in found if isinstance(message, FeedReport)]
    assert (report.row_count, report.is_partial) == (2, False)


def test_bad_lines_are_told_with_their_number_and_the_rest_is_replayed() -> None:
    good = lines(route("CCB1", T0_MS, "a"))
    found = list(steps(["{oops", "", *good, '{"feed":"x"}'], SETTINGS))
    assert [bad.number for step in found for bad in step.bad] == [1, 4]
    assert sum(bool(step.messages) for step in found) == 3


def test_a_file_without_a_usable_line_publishes_nothing() -> None:
    assert list(events(["{oops", ""], SETTINGS)) == []


def test_an_older_line_is_published_without_turning_time_back() -> None:
    found = list(
        events(lines(route("CCB1", T0_MS + 1500, "a"), route("CCB2", T0_MS, "b")), SETTINGS)
    )
    ticks = [m for _, messages in found for m in messages if m[0] == "permits"]
    times = [wire.decode(payload) for _, _, payload in ticks]
    assert times == [Tick(T0_MS + 1000), Tick(T0_MS + 2000)]


def test_the_same_lines_give_the_same_bytes() -> None:
    recorded = lines(route("CCB1", T0_MS, "a", "b"), route("CCB2", T0_MS + 10, "c"))
    assert list(events(recorded, SETTINGS)) == list(events(iter(recorded), SETTINGS))


def report_of(*exchanges: Exchange, settings: Settings = SETTINGS) -> FeedReport:
    poll = Poll(exchanges[0].feed, settings)
    for exchange in exchanges:
        poll.add(exchange)
    return poll.report()


def silent(name: str) -> Exchange:
    return Exchange("tago.positions", T0_MS, route(name, 0).url, 0, b"")


def test_a_sweep_is_unknown_only_when_more_than_half_failed() -> None:
    half = report_of(route("1", T0_MS, "a"), silent("2"))
    most = report_of(route("1", T0_MS, "a"), silent("2"), silent("3"))
    assert (half.outcome, half.is_partial, half.code) == (PollOutcome.DATA, True, "NO-ANSWER")
    assert (most.outcome, most.is_partial) == (PollOutcome.UNKNOWN, False)
    assert most.detail.startswith("2 of 3 requests failed")


def test_a_sweep_without_a_bus_is_a_known_empty() -> None:
    report = report_of(route("1", T0_MS), route("2", T0_MS))
    assert (report.outcome, report.code, report.change_within_ms) == (PollOutcome.EMPTY, "", 0)


def test_the_digest_changes_with_a_bus_and_not_with_time() -> None:
    here, later = report_of(route("1", T0_MS, "a")), report_of(route("1", T0_MS + 60_000, "a"))
    moved = Exchange("tago.positions", T0_MS, route("1", 0).url, 200, answer_of(bus("a", 4)))
    assert here.digest == later.digest != report_of(moved).digest


def test_only_eight_buses_or_more_must_move_from_one_sweep_to_the_next() -> None:
    seven = report_of(route("1", T0_MS, *"abcdefg"))
    eight = report_of(route("1", T0_MS, *"abcdefgh"))
    assert (seven.change_within_ms, eight.change_within_ms) == (0, 30_000)


def test_a_key_error_in_a_sweep_stops_the_feed() -> None:
    body = b'{"response":{"header":{"resultCode":"30","resultMsg":"x"}}}'
    report = report_of(Exchange("tago.positions", T0_MS, route("1", 0).url, 200, body))
    assert (report.is_stopped, report.code) == (True, "TAGO-30")


def test_an_empty_list_of_incidents_ends_them_and_one_of_permits_ends_nothing() -> None:
    ends = messages_of("its.events", events_body(T0_MS), SETTINGS)
    keeps = messages_of(
        "permits", Exchange("permits", T0_MS, "https://x", 200, answer_of()), SETTINGS
    )
    assert [name for name, _, _ in ends] == ["incidents", "feed-reports"]
    assert [name for name, _, _ in keeps] == ["feed-reports"]


def test_an_unknown_answer_is_buried_without_keys_or_plates() -> None:
    settings = Settings(tago_key="sesame-key")
    body = b'{"oops": "sesame-key", "vehicleno": "\xea\xb0\x95\xec\x9b\x9070\xec\x9e\x901234"'
    poll = Poll("tago.positions", settings)
    [letter] = poll.add(Exchange("tago.positions", T0_MS, "https://x?routeId=1", 200, body)).letters
    assert letter.refusal.payload == b'{"oops": "[secret]", "vehicleno": "[plate]"'
    assert dict(letter.headers())["code"] == b"R013"
    assert dict(letter.headers())["topic"] == b"bus-positions"


def test_dead_letters_of_one_answer_are_bounded() -> None:
    rows = [{"vehicleno": str(n)} for n in range(500)]
    exchange = Exchange("tago.positions", T0_MS, "https://x?routeId=1", 200, answer_of(*rows))
    letters = Poll("tago.positions", SETTINGS).add(exchange).letters
    assert len(letters) == MAX_LETTERS
    assert letters[-1].refusal.detail.startswith("and 400 more")


def test_a_list_too_long_for_one_message_is_split_and_not_complete() -> None:
    row = {"CNT_NAM": "가" * 300, "CCS_YMD": "2026-09-01", "CCE_YMD": "2026-09-02"}
    rows = [{**row, "PRMISN_NO": str(n)} for n in range(1500)]
    exchange = Exchange("permits", T0_MS, "https://x", 200, answer_of(*rows))
    batches = [
        wire.decode(p)
        for name, _, p in messages_of("permits", exchange, SETTINGS)
        if name == "permits"
    ]
    assert len(batches) > 1
    assert sum(len(b.rows) for b in batches if isinstance(b, PermitBatch)) == 1500
    assert not any(b.is_complete for b in batches if isinstance(b, PermitBatch))


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=4), max_size=30, unique=True))
def test_every_bus_travels_once_in_its_partition(plates: list[str]) -> None:
    seen = []
    for name, partition, payload in messages_of(
        "tago.positions", route("1", T0_MS, *plates), SETTINGS
    ):
        batch = wire.decode(payload)
        assert isinstance(batch, PositionBatch)
        assert name == "bus-positions"
        assert all(topics.partition_of(row.vehicle, 4) == partition for row in batch.rows)
        seen += [row.vehicle for row in batch.rows]
    assert len(seen) == len(set(seen)) == len(plates)


def test_a_page_number_of_any_length_is_a_page() -> None:
    page = Exchange("permits", T0_MS, f"https://x?pageNo={'9' * 5000}", 200, b"[]")
    assert [r.feed for r in reports(replayed(page))] == ["permits"]


def test_a_night_without_records_is_replayed_tick_by_tick() -> None:
    night_ms = 10 * 3_600_000
    found = replayed(events_body(T0_MS), events_body(T0_MS + night_ms))
    assert sum(at_ms % 1000 == 0 and len(messages) == 13 for at_ms, messages in found) >= 36_000


def test_years_between_two_records_are_told_and_cost_a_day_of_ticks() -> None:
    years_ms = 20 * 365 * 86_400_000
    found = list(steps(lines(events_body(T0_MS), events_body(T0_MS + years_ms)), SETTINGS))
    assert [step.gap_ms for step in found if step.gap_ms] == [years_ms - 1000]
    ticked = [step.at_ms for step in found if len(step.messages) == 13]
    assert len(ticked) < 110_000
    assert ticked == sorted(set(ticked))
    assert all(at_ms % 1000 == 0 for at_ms in ticked)
    assert ticked[-1] > T0_MS + years_ms

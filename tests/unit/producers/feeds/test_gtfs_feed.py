"""GTFS Realtime as a feed: its request, its messages on the log, its recordings, its bounds."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from producers.feeds import gtfs_rt, polled
from producers.publishing.poll import Poll
from producers.reading.answers import Exchange
from producers.reading.privacy import pseudonym
from producers.recording.recorder import exchange_of, line_of, recorded
from streams.contract import wire
from streams.contract.enums import PollOutcome
from streams.contract.errors import SettingsError
from streams.contract.records import FeedReport, PositionBatch
from streams.contract.settings import Settings

pb2 = pytest.importorskip("google.transit.gtfs_realtime_pb2", reason="the extra gtfs")
AT_MS = 1_795_414_390_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    trips = {
        "trips": {"T1": "R1:1", "T2": "R1:2"},
        "sequences": {"R1:1": [10, 20, 30], "R1:2": [1, 2]},
        "numbers": {"R1:1": "300", "R1:2": "300"},
    }
    (tmp_path / "trips.json").write_text(json.dumps(trips))
    return Settings(
        network=str(tmp_path), pseudonym_key="p" * 32, gtfs_url="https://x/vp.pb", gtfs_key="sesame"
    )


def feed(*fill: Callable[[Any], None]) -> bytes:
    """A feed message with a vehicle for each function."""
    message = pb2.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.timestamp = AT_MS // 1000 - 5
    for number, each in enumerate(fill):
        entity = message.entity.add()
        entity.id = f"강원70자{1230 + number}"
        entity.vehicle.trip.trip_id = "T1"
        entity.vehicle.position.latitude = 37.88
        entity.vehicle.position.longitude = 127.73
        each(entity)
    body: bytes = message.SerializeToString()
    return body


def read(body: bytes, settings: Settings, status: int = 200) -> tuple[list[Any], FeedReport]:
    poll = Poll(gtfs_rt.NAME, settings)
    output = poll.add(Exchange(gtfs_rt.NAME, AT_MS, "https://x/vp.pb", status, body))
    poll.end()
    assert poll.reported is not None
    return [wire.decode(payload) for _, _, payload in output.messages], poll.reported


def plain(_entity: Any) -> None:
    """A vehicle with nothing but its trip and point."""


def named(entity: Any) -> None:
    entity.vehicle.vehicle.license_plate = "강원70자9999"
    entity.vehicle.vehicle.label = "기사 고은채"


def at_stop(entity: Any) -> None:
    entity.vehicle.current_stop_sequence = 20
    entity.vehicle.current_status = 1


def strange(entity: Any) -> None:
    entity.vehicle.trip.trip_id = "T9"


def test_vehicles_are_bus_positions_on_the_log(settings: Settings) -> None:
    messages, report = read(feed(plain, at_stop, strange), settings)
    rows = [row for m in messages if isinstance(m, PositionBatch) for row in m.rows]
    assert sorted((row.route_id, row.stop_order) for row in rows) == [("R1:1", 0), ("R1:1", 2)]
    assert {row.route_no for row in rows} == {"300"}
    assert (report.feed, report.outcome, report.row_count) == (gtfs_rt.NAME, PollOutcome.DATA, 2)


def test_a_vehicle_is_a_pseudonym_on_the_log_and_in_the_recording(settings: Settings) -> None:
    body = feed(plain, named, at_stop, strange)
    exchange = Exchange(gtfs_rt.NAME, AT_MS, "https://x/vp.pb", 200, body)
    line = line_of(recorded(exchange, settings))
    again = exchange_of(line)
    assert json.loads(again.body)["entity"]
    assert Poll(gtfs_rt.NAME, settings).add(again) == Poll(gtfs_rt.NAME, settings).add(exchange)
    [batch, *_], _ = read(body, settings)
    for words in (line, repr(batch)):
        assert not [part for part in ("강원", "9999", "1230", "고은채") if part in words]
    assert pseudonym("강원70자1230", settings, AT_MS) in line


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 200, "R005"),
        (b"\xff\xff\xff", 200, "R001"),
        (b"{oops", 200, "R001"),
        (b"<html>", 200, "R001"),
        (b"", 0, "NO-ANSWER"),
        (b"", 403, "HTTP-403"),
        (b"\x12\x00" * 600_000, 200, "R015"),
        (b"x" * (8 * (1 << 20) + 1), 200, "R002"),
    ],
)
def test_what_is_no_feed_message_is_an_unknown_answer(
    body: bytes, status: int, code: str, settings: Settings
) -> None:
    _, report = read(body, settings, status)
    assert (report.outcome, report.code) == (PollOutcome.UNKNOWN, code)


def test_the_key_is_asked_for_in_the_query_or_a_header_and_never_shown(settings: Settings) -> None:
    in_query = gtfs_rt.request(settings)
    assert str(in_query.real_url()) == "https://x/vp.pb?key=sesame"

    in_header = gtfs_rt.request(replace(settings, gtfs_key_name="X-Api-Key"))
    assert str(in_header.real_url()) == "https://x/vp.pb"
    assert in_header.headers == (("X-Api-Key", "sesame"),)
    assert "sesame" not in repr(in_query) + repr(in_header) + in_query.shown + in_header.shown


def test_a_feed_with_a_url_is_polled(settings: Settings) -> None:
    assert [(feed.name, feed.poll_s(settings)) for feed in polled(settings)] == [(gtfs_rt.NAME, 30)]


def test_a_network_without_trips_is_no_network_for_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--gtfs"):
        gtfs_rt.check(Settings(network=str(tmp_path / "none")))


def test_without_its_library_the_extra_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gtfs_rt, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=r"bomnae\[gtfs\]"):
        gtfs_rt.check(settings)

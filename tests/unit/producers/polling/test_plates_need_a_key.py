"""Without a key for pseudonyms no plates are read; what was recorded can still be replayed."""

import json
from pathlib import Path
from typing import Any

import pytest

from producers import health
from producers.__main__ import main
from producers.feeds import polled
from producers.polling import running
from producers.reading.privacy import NO_KEY_WHY
from producers.recording import playing
from producers.recording.recorder import line_of
from streams.contract import wire
from streams.contract.enums import FeedStatus
from streams.contract.errors import SettingsError
from streams.contract.records import FeedReport
from streams.contract.settings import Settings
from streams.domain.stages.feeds import observe, status
from tests.unit.producers.recording.test_replay import route

AT_MS = 1_795_414_390_000
SHORT = Settings(tago_key="k", its_key="k", pseudonym_key="k" * 31)


def test_feeds_of_plates_are_left_out_and_the_others_polled() -> None:
    asked, refused = running.with_plates(polled(SHORT), (), SHORT)
    assert [feed.name for feed in refused] == ["tago.positions"]
    assert [feed.name for feed in asked] == ["its.events", "its.speeds"]


def test_with_a_key_all_are_polled() -> None:
    settings = Settings(tago_key="k", pseudonym_key="k" * 32)
    asked, refused = running.with_plates(polled(settings), (), settings)
    assert ([feed.name for feed in asked], refused) == (["tago.positions"], [])


def test_a_feed_of_plates_asked_for_by_name_is_refused() -> None:
    only = ("tago",)
    with pytest.raises(SettingsError, match="BOMNAE_PSEUDONYM_KEY"):
        running.with_plates(polled(SHORT, only), only, SHORT)


def test_the_command_ends_with_2(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("BOMNAE_TAGO_KEY", "k")
    assert main(["run", "--only", "tago", "--no-clock"]) == 2
    assert "BOMNAE_PSEUDONYM_KEY has fewer than 32 characters" in capsys.readouterr().err


def test_a_feed_that_is_not_polled_for_want_of_a_key_is_stopped_for_good() -> None:
    _, (feed,) = running.with_plates(polled(SHORT), (), SHORT)
    _, _, payload = running.stopped_report(feed, SHORT)
    report = wire.decode(payload)
    assert isinstance(report, FeedReport)
    assert (report.feed, report.code) == ("tago.positions", "NO-KEY")
    assert (report.detail, report.is_stopped) == (NO_KEY_WHY, True)
    a_week_ms = 7 * 86_400_000
    assert status(observe(None, report), report.received_ms + a_week_ms) is FeedStatus.STOPPED


def test_producers_with_nothing_to_poll_are_well() -> None:
    assert health._polls_reason(Settings(tago_key="k")) == ""


def test_a_recording_of_plates_gets_a_key_of_its_own_bytes(tmp_path: Path, capsys: Any) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text(line_of(route("CCB1", AT_MS, "강원70자1234")))
    other.write_text(line_of(route("CCB2", AT_MS, "강원70자1234")))
    keys = [playing.keyed(path, SHORT).pseudonym_key for path in (one, one, other)]
    assert keys[0] == keys[1] != keys[2]
    assert all(len(key) >= 32 for key in keys)
    assert "BOMNAE_PSEUDONYM_KEY" in capsys.readouterr().err
    settings = Settings(pseudonym_key="s" * 32)
    assert playing.keyed(one, settings) is settings
    assert json.loads(one.read_text())["feed"] == "tago.positions"

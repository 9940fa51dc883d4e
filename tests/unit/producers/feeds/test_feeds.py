"""A feed is one value, found by being there; what it names is there as well."""

import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from producers import feeds
from producers.feeds import FEEDS, polled
from producers.feeds.feed import TOPICS
from producers.reading.answers import Exchange
from streams.contract import topics
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings

ROWS = {row.name: row for row in fields(Settings)}
TRIAL = """
from dataclasses import replace
from producers.feeds import utic
FEED = replace(utic.FEED, name="trial.incidents")
"""


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_names_settings_that_are_there(name: str) -> None:
    feed = FEEDS[name]
    named = {feed.switch, feed.key, feed.period} | ({feed.quota} if feed.quota else set())
    assert named <= ROWS.keys()
    assert ROWS[feed.key].metadata["is_secret"]
    assert feed.poll_ms(Settings()) == 1000 * getattr(Settings(), feed.period)


def test_a_module_with_a_feed_in_it_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trial.py").write_text(TRIAL)
    (tmp_path / "no_feed.py").write_text("")
    monkeypatch.setattr(feeds, "__path__", [*feeds.__path__, str(tmp_path)])
    found = feeds.found()
    for module in ("trial", "no_feed"):
        monkeypatch.delitem(sys.modules, f"producers.feeds.{module}")
    assert set(found) - set(FEEDS) == {"trial.incidents"}


def test_each_kind_of_row_has_the_topic_of_its_own() -> None:
    assert {feed.topic for feed in FEEDS.values()} == set(TOPICS.values())
    assert FEEDS["permits"].topic is topics.PERMITS


def test_a_simulated_city_needs_no_keys_but_every_url() -> None:
    on = {feed.name for feed in polled(Settings(simulated=True))}
    assert on == {feed.name for feed in FEEDS.values() if feed.switch == feed.key}
    assert on
    assert polled(Settings()) == []


def test_a_part_of_a_poll_is_known_by_its_parameter() -> None:
    feed = FEEDS["tago.positions"]
    asked = Exchange(feed.name, 0, "https://x/y?cityCode=1&routeId=R%207", 200, b"")
    assert feed.part_of(asked) == "R 7"
    assert feed.part_of(replace(asked, url="https://x/y")) == ""


def test_a_name_that_is_no_feeds_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"unknown feed 'utic\.x'"):
        polled(Settings(), ("utic.x",))

"""A recording is the same state at any speed: twice at full speed and at 60x, byte for byte."""

import re
from pathlib import Path

import pytest

from local.stack import Stack
from producers.network.importing import write_network
from producers.publishing.topic_setup import ensure_topics
from producers.simulator.city import build_city
from producers.simulator.past import write_past
from tests.cities import worlds

UNTIL_MS = 1_795_309_200_000  # 2026-11-22 10:00 KST
MINUTES = 60
SEED = 7


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of the simulated city with a sweep a minute, and its network."""
    folder = tmp_path_factory.mktemp("recorded")
    print(f"seed {SEED}")  # noqa: T201
    write_past(folder / "hour.jsonl.gz", SEED, UNTIL_MS, MINUTES, poll_s=60)
    write_network(build_city(), folder)
    return folder


def replayed(folder: Path, recording: Path, kafka: str, speed: str) -> bytes:
    """The state after the recording, in a city of its own."""
    env = {"BOMNAE_NETWORK": str(recording), "BOMNAE_TICK_MS": "10000"}
    with Stack(folder, kafka=kafka, env=env) as stack:
        ensure_topics(worlds.settings_of(stack))
        stack.start_worker()
        hour = str(recording / "hour.jsonl.gz")
        stack.run("replay", "producers", "replay", hour, "--speed", speed, within_s=300)
        worlds.wait_drained(stack, worlds.replayed_to_ms(stack), within_s=300)
        state = worlds.dump(stack)
    shown = re.findall(rb'"speed_kmh":[0-9.]+', state)
    assert len(shown) > 200, "the hour leaves speeds on most of the 414 links"
    return state


def differing(one: bytes, other: bytes) -> bytes:
    """Where two states begin to differ, b"" when they do not: a whole state is no readable diff."""
    if one == other:
        return b""
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return one[max(0, at - 200) : at + 100]


def test_a_recorded_hour_ends_in_the_same_bytes_at_any_speed(
    tmp_path: Path, recording: Path, kafka_kind: str
) -> None:
    first = replayed(tmp_path / "first", recording, kafka_kind, "max")
    second = replayed(tmp_path / "second", recording, kafka_kind, "max")
    paced = replayed(tmp_path / "paced", recording, kafka_kind, "120")
    assert differing(second, first) == b""
    assert differing(paced, first) == b""

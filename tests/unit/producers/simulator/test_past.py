import asyncio
import contextlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

from aiohttp import ClientSession

from producers.feeds import FEEDS
from producers.recording.recorder import exchange_of, lines_of
from producers.simulator.past import write_past
from producers.simulator.server import serve
from streams.contract.enums import PollOutcome
from streams.contract.settings import Settings
from streams.geo.network import Network

OPENS_MS = 1_795_414_000_000
ROUTE = {"cityCode": "32010", "routeId": "CCB250090100", "_type": "json", "numOfRows": "100"}


def test_past_holds_every_feed_in_order_up_to_the_opening(tmp_path: Path, city: Network) -> None:
    path = tmp_path / "past.jsonl.gz"
    write_past(path, 7, OPENS_MS, 3)
    found = [exchange_of(line) for line in lines_of(path)]
    assert all(a.at_ms <= b.at_ms for a, b in pairwise(found))
    assert OPENS_MS - 180_000 <= found[0].at_ms <= found[-1].at_ms < OPENS_MS
    counts = Counter(exchange.feed for exchange in found)
    assert counts["tago.positions"] == 18 * len(city.routes)
    assert (counts["its.speeds"], counts["permits"], counts["its.events"]) == (3, 1, 1)
    assert not any("key" in exchange.url.lower() for exchange in found)


def test_ordinary_producers_read_the_past(tmp_path: Path) -> None:
    path = tmp_path / "past.jsonl"
    write_past(path, 7, OPENS_MS, 1)
    settings = Settings(pseudonym_key="k")
    for line in lines_of(path):
        exchange = exchange_of(line)
        answer = FEEDS[exchange.feed].parse(exchange, settings)
        assert answer.outcome is not PollOutcome.UNKNOWN


def test_portal_goes_on_where_the_past_ended(tmp_path: Path) -> None:
    path = tmp_path / "past.jsonl"
    portal = write_past(path, 7, OPENS_MS, 1)
    before = {bus.vehicle: bus.order for bus in portal.day.buses}
    portal.content("tago.positions", ROUTE, OPENS_MS)
    steps = [bus.order - before[bus.vehicle] for bus in portal.day.buses]
    assert all(0 <= step <= 2 or step < -8 for step in steps)


def test_same_seed_writes_the_same_past(tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    for path in (one, other):
        write_past(path, 7, OPENS_MS, 1)
    assert one.read_bytes() == other.read_bytes()


async def test_network_and_past_are_there_before_the_port_answers(tmp_path: Path) -> None:
    ready: asyncio.Queue[str] = asyncio.Queue()
    past = tmp_path / "past.jsonl.gz"
    task = asyncio.create_task(
        serve(
            port=0,
            seed=7,
            out_dir=tmp_path,
            past_path=past,
            past_minutes=1,
            on_ready=ready.put_nowait,
        )
    )
    url = await asyncio.wait_for(ready.get(), 10)
    assert Network.loads((tmp_path / "network.json").read_text(encoding="utf-8")).is_simulated
    assert sum(1 for _ in lines_of(past)) > 100
    async with ClientSession() as session, session.get(f"{url}/its/eventInfo?apiKey=k") as response:
        assert response.status == 200
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

"""Measures the desk's answers on a real city's network; exits 1 when a figure misses its goal.

python -m bench.desk --route-stops FILE.csv [--seconds 60] [--rate 20] [--works 2500]
"""

import argparse
import asyncio
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import redis

from bench.desk_screen import painted_ms, screen_figures, screen_texts
from bench.results import Figure
from producers.network.importing import import_network, write_network
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, now_ms
from streams.geo.network import Network
from streams.state.keys import META
from tests.cities import seed
from tests.pages import servers

Json = dict[str, Any]
PURPOSES = ("하수관 정비", "도시가스관 매설", "상수도 누수 복구", "통신관로 신설", "전선 지중화")
CLOSURES = ("partial", "partial", "full", "sidewalk", "partial", "shoulder", "none", "unknown")
CLOSED_SHARE = 8  # one work in so many closes its road fully
STEP_S = 1.0
NONSENSE = ("없는길 없는곳", "서울 강남대로", "<b>x</b>", "asdf qwer", "ㅋㅋㅋㅋ", "가" * 500)


class City:
    """A city with open works everywhere, that never stands still."""

    def __init__(self, network: Network, works: int, *, seed_number: int) -> None:
        self.network = network
        self.random = random.Random(seed_number)
        self.views = {link.id: self._view() for link in network.links}
        self.works = {f"2026-굴착-{number:04}": self._work(number) for number in range(works)}
        self.buses = {f"{n:016x}": self._bus() for n in range(120)}

    def _view(self) -> Json:
        if self.random.random() < 0.3:
            return seed.link_view(None)
        return seed.link_view(round(self.random.triangular(4, 60, 32), 1))

    def _work(self, number: int) -> Json:
        link = self.random.choice(self.network.links)
        closure = CLOSURES[number % CLOSED_SHARE]
        phase = ("active", "active", "planned", "paused")[number // CLOSED_SHARE % 4]
        row = seed.work(
            f"2026-굴착-{number:04}",
            title=f"{PURPOSES[number % len(PURPOSES)]} {number}공구",
            closure=closure,
            phase=phase,
            links=[link.id],
            starts_ms=now_ms() + (2 if phase == "planned" else -3) * DAY_MS,
            hours="",
        )
        if phase == "active" and closure != "none":
            view = self.views[link.id]
            self.views[link.id] = {**view, "closure": closure, "subjects": [f"work:{number}"]}
        return row

    def _bus(self) -> Json:
        route = self.random.choice(self.network.routes)
        stop = self.network.stop_by_id[self.random.choice(route.stops)]
        return {
            "route_id": route.id,
            "route_no": route.no,
            "lon": stop.lon,
            "lat": stop.lat,
            "stop_id": stop.id,
            "observed_ms": now_ms(),
            "bearing_deg": 0,
        }

    def fill(self, client: redis.Redis) -> None:
        """Writes everything, and what makes the map server take it for complete."""
        client.flushdb()
        now = now_ms()
        client.hset(META, mapping={"network": self.network.version})
        seed.emit(client, {"at": now, "l": self.views, "b": self.buses, "w": self.works})
        seed.emit(client, self.step(0.0))

    def step(self, share: float) -> Json:
        """A second later: some links at another speed, some works seen again, all feeds heard."""
        now = now_ms()
        changed = self.random.sample(sorted(self.views), round(share * len(self.views)))
        for name in changed:
            view = self.views[name]
            kept = {"closure": view["closure"], "subjects": view["subjects"]}
            speed_kmh = round(self.random.triangular(4, 60, 32), 1)
            self.views[name] = seed.link_view(speed_kmh, **kept)
        seen = self.random.sample(sorted(self.works), 3) if share else []
        self.works |= {name: {**self.works[name], "seen_ms": now} for name in seen}
        return {
            "at": now,
            "l": {name: self.views[name] for name in changed},
            "w": {name: self.works[name] for name in seen},
            "f": {name: seed.feed(name, now) for name in seed.FEEDS},
            "k": {str(partition): now for partition in range(seed.PARTITIONS)},
        }

    @contextmanager
    def living(self, client: redis.Redis, share: float) -> Iterator[None]:
        """The city going on once a second, stopped at the end."""
        is_over = threading.Event()

        def run() -> None:
            while not is_over.wait(STEP_S):
                seed.emit(client, self.step(share))

        clock = threading.Thread(target=run, daemon=True)
        clock.start()
        try:
            yield
        finally:
            is_over.set()
            clock.join()


def questions(city: City, chance: random.Random) -> Callable[[], Json]:
    """Makes one question after the other, of every kind a desk gets."""
    network = city.network
    closed = [row["links"][0] for row in city.works.values() if row["closure"] == "full"]
    kinds: tuple[Callable[[], Json], ...] = (
        lambda: {"q": chance.choice(network.stops).name},
        lambda: {"q": chance.choice(network.stops).number or "1000"},
        lambda: {"q": chance.choice(network.links).name},
        lambda: {"q": _slip(chance.choice(network.stops).name, chance)},
        lambda: {"q": f"{chance.choice(network.stops).name} 앞 공사 언제 끝나요"},
        lambda: {"q": f"{chance.choice(network.routes).no}번"},
        lambda: {"q": chance.choice(sorted(city.works))},
        lambda: {"q": chance.choice(NONSENSE)},
        lambda: {"id": f"section:{chance.choice(network.links).id}"},
        lambda: {"id": f"section:{chance.choice(closed)}"},
        lambda: {"id": f"route:{chance.choice(network.routes).id}"},
        lambda: {"id": f"work:{chance.choice(sorted(city.works))}"},
    )
    return lambda: chance.choice(kinds)()  # noqa: PLW0108  another kind each time


def _slip(name: str, chance: random.Random) -> str:
    """The name with one letter left out, as fingers do."""
    if len(name) < 3:
        return name
    at = chance.randrange(len(name))
    return name[:at] + name[at + 1 :]


async def ask(
    url: str, question: Callable[[], Json], *, seconds: float, rate: float
) -> tuple[list[float], Counter[str]]:
    """Asks `rate` times a second whether or not answers have come; ms of each, outcomes."""
    times: list[float] = []
    outcomes: Counter[str] = Counter()
    async with aiohttp.ClientSession() as http:

        async def one() -> None:
            began = time.perf_counter()
            async with http.get(f"{url}/api/v1/answer", params=question()) as answer:
                body = await answer.json()
                times.append(1000 * (time.perf_counter() - began))
                outcomes[body.get("status", str(answer.status))] += 1

        start = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(round(seconds * rate)):
                await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
                group.create_task(one())
    return times, outcomes


def server_figures(times: Sequence[float], outcomes: Counter[str]) -> list[Figure]:
    """The figures of the look-ups as a client on the same machine sees them."""
    ordered = sorted(times)
    failed = sum(n for name, n in outcomes.items() if name not in ("answer", "choose", "not_found"))
    return [
        Figure("look-ups", len(ordered), ""),
        *(Figure(f"of them {name}", count, "") for name, count in sorted(outcomes.items())),
        Figure("answer, p50", ordered[len(ordered) // 2], "ms"),
        Figure("answer, p95", ordered[int(len(ordered) * 0.95)], "ms", 200),
        Figure("answer, slowest", ordered[-1], "ms"),
        Figure("answers that failed", failed, "", 0),
    ]


def measure(
    route_stops: Path, stops: Path | None, *, seconds: float, rate: float, works: int
) -> list[Figure]:
    """All figures of one city."""
    with tempfile.TemporaryDirectory() as name, servers.running_redis(Path(name)) as client:
        folder = Path(name)
        imported = import_network(route_stops, Settings(city="춘천시"), stops=stops)
        network = imported.network
        write_network(network, folder)
        city = City(network, works, seed_number=1)
        city.fill(client)
        with city.living(client, 0.05), servers.running_map(client, folder, folder) as server:
            question = questions(city, random.Random(2))
            asyncio.run(ask(server.url, question, seconds=3, rate=rate))  # what is built at first
            with ThreadPoolExecutor(1) as others:
                load = ask(server.url, question, seconds=seconds, rate=rate)
                asked = others.submit(asyncio.run, load)
                texts = screen_texts(network, sorted(city.works), random.Random(3))
                painted, missed = painted_ms(server.url, texts, lambda: not asked.done())
                return [*server_figures(*asked.result()), *screen_figures(painted, missed)]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--route-stops", required=True, type=Path, help="the city's CSV")
    parser.add_argument("--stops", type=Path, help="CSV with the numbers on the poles")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=20, help="look-ups a second")
    parser.add_argument("--works", type=int, default=2500, help="open works")
    wanted = parser.parse_args(argv)
    figures = measure(
        wanted.route_stops,
        wanted.stops,
        seconds=wanted.seconds,
        rate=wanted.rate,
        works=wanted.works,
    )
    print(f"\n{wanted.works} open works, {wanted.rate:g} look-ups/s for {wanted.seconds:g} s")
    for figure in figures:
        print(figure.line())
    return 1 if any(figure.is_missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

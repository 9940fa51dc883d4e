"""The demo's Chuncheon at a calm hour, every road open and driven: each test changes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from producers.network.importing import write_network
from producers.simulator.city import build_city
from streams.contract.times import now_ms
from streams.state.keys import key
from tests.cities import seed
from tests.cities.seed import Json, link_view
from tests.cities.stage import City
from tests.cities.traffic import Traffic
from tests.pages import servers

HOUR_MS = 3_600_000
WORK = "2026-굴착-1007"
TITLE = "중앙로 하수관 정비 공사"
SECTION = "중앙로 금강로~소양로"
DUG = (  # 중앙로터리, 명동입구: both ways, the street and the sections over it
    "2501000100",
    "CCB250009016>CCB250009002",
    "CCB250009019>CCB250009002",
    "CCB250009033>CCB250009002",
    "2501000101",
    "CCB250009005>CCB250009003",
)
BESIDE = (  # the rest of that section
    "2501000200",
    "CCB250009002>CCB250009004",
    "2501000201",
    "CCB250009007>CCB250009005",
)
ROUTE = "CCB250090100"  # 1번: it drives along 중앙로


class Chuncheon(City):
    """A city that tests direct with words of the street."""

    def __init__(self, client: redis.Redis) -> None:
        network = build_city()
        traffic = Traffic(network, seed=1, buses=0, works=0)
        traffic.links = {link.id: link_view(32.0) for link in network.links}
        super().__init__(client, traffic)
        self.url = ""  # of the map server that shows it, once there is one

    def show(self, **letters: Any) -> None:
        """Says it and waits until the map server has taken it up, so that an answer knows it."""
        self.say(**letters)
        servers.catch_up(self.url)

    def calm(self) -> None:
        """Every road open and seen by buses, every feed fine, no work, call or history."""
        self.is_ticking = True
        for name in self.client.scan_iter(key("past*", "*")):
            self.client.delete(name)
        gone: Json = {}
        for letter, kind in seed.SMALL.items():
            gone[letter] = dict.fromkeys(self._names(key(kind, 0)))
        self.say(**{letter: rows for letter, rows in gone.items() if rows})
        self.hear_feeds()
        self.tick()
        self.show(l={link.id: link_view(32.0) for link in self.network.links}, b=self._no_buses())

    def _no_buses(self) -> Json:
        hashes = [key("buses", partition) for partition in range(seed.PARTITIONS)]
        return {name: None for each in hashes for name in self._names(each)}

    def _names(self, hash_name: str) -> list[str]:
        names: Any = self.client.hkeys(hash_name)
        return [name.decode() for name in names]

    def dig(self, closure: str = "full", *, buses: int = 0, **more: Any) -> Json:
        """A work closes 중앙로 at 명동입구; `buses` passed since."""
        row = dig_row(closure, **more)
        is_in_force = row["is_in_force"]
        view = link_view(
            20.0 if buses else None,
            closure=closure if is_in_force else "none",
            subjects=[f"work:{WORK}"] if is_in_force else [],
            samples=buses,
            sources={"bus": buses} if buses else {},
            certainty="confirmed" if buses > 1 else "lost",
        )
        self.show(w={WORK: row}, l=dict.fromkeys(DUG, view))
        return row

    def pass_buses(self, link_ids: tuple[str, ...], buses: int) -> None:
        """So many buses passed these open links lately; 0: none for long."""
        word = ("lost", "inferred", "confirmed")[min(buses, 2)]
        sources = {"bus": buses} if buses else {}
        view = link_view(30.0 if buses else None, samples=buses, sources=sources, certainty=word)
        self.show(l=dict.fromkeys(link_ids, view))

    def silence(self, feed: str) -> None:
        """The feed said its last word half an hour ago."""
        self.set_feed(feed, received_ms=now_ms() - HOUR_MS // 2)

    def run_buses(self, count: int) -> None:
        """Buses of the route stand at 명동입구."""
        stop = self.network.stop_by_id["CCB250009002"]
        row = {
            "route_id": ROUTE,
            "route_no": "1",
            "lon": stop.lon,
            "lat": stop.lat,
            "stop_id": stop.id,
            "observed_ms": now_ms(),
            "bearing_deg": 200,
        }
        self.show(b={f"{number:02}" * 8: row for number in range(count)})

    def remember(self, subject: str, known_ms: int, row: Json | None) -> None:
        seed.remember(self.client, subject, known_ms, row)


@contextmanager
def shown_chuncheon(folder: Path, **settings: str) -> Iterator[Chuncheon]:
    """The city on a Redis of its own, and the map server that shows it."""
    with servers.running_redis(folder) as client:
        city = Chuncheon(client)
        write_network(city.network, folder)
        with city.living(), servers.running_map(client, folder, folder, **settings) as server:
            city.url = server.url
            yield city


def dig_row(closure: str = "full", **more: Any) -> Json:
    """The row of the work; `more` overrides."""
    given = {
        "title": TITLE,
        "closure": closure,
        "links": list(DUG),
        "organisation": "춘천시 상하수도사업본부",
        "phone": "033-250-3114",
        "hours": "",
        "place": "중앙로 명동입구 앞",
        "starts_ms": now_ms() - 20 * HOUR_MS,
        "ends_ms": now_ms() + 30 * HOUR_MS,
        **more,
    }
    return seed.work(WORK, **given)


def call(call_id: str, **more: Any) -> Json:
    """The row of a call about the dug links; `more` overrides."""
    row: Json = {
        "call_id": call_id,
        "received_ms": now_ms() - 600_000,
        "title": SECTION,
        "link_ids": list(DUG),
        "lon": None,
        "lat": None,
        "reference": "A-1207",
        "closed": list(DUG),
        "done_ms": 0,
    }
    return {**row, **more}

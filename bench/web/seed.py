"""Fills Redis as the worker would, then writes a delta a second: a city that never stands still.

python -m bench.web.seed --redis redis://127.0.0.1:6379/0 --out /tmp/city --links 5000 --seconds 60
"""

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import redis

from bench.web.grid import grid
from streams.contract.records import FeedReport, PollOutcome
from streams.contract.topics import partition_of
from streams.domain.stages.feeds import FeedState
from streams.geo.network import Network
from streams.state import store
from streams.state.kinds import KINDS

Json = dict[str, Any]
PARTITIONS = 4
DAY_MS = 86_400_000
FEEDS = {
    "tago.positions": 60_000,
    "its.speeds": 300_000,
    "its.events": 300_000,
    "utic.incidents": 300_000,
    "permits": 600_000,
}
SMALL = {  # letter -> table of the rows that lie in one partition
    row.letter: row.tables[0]
    for row in KINDS
    if row.name not in {"links", "buses", "feeds", "clocks"}
}
CLOSURES = ("full", "partial", "none", "sidewalk", "none", "partial", "none", "shoulder")
PURPOSES = ("하수관 정비", "도시가스관 매설", "전력구 굴착", "상수도 누수 복구", "통신관로 신설")


class Traffic:
    """The made-up state of a network; every change comes from one seeded generator."""

    def __init__(self, network: Network, *, seed: int, buses: int, works: int) -> None:
        self.network = network
        self.random = random.Random(seed)
        self.links = {link.id: self._view() for link in network.links}
        self.buses = {_vehicle(number): self._bus(number) for number in range(buses)}
        self.works = {f"2026-굴착-{1000 + n}": self._work(n) for n in range(works)}
        self.incidents = {f"I{n}": self._incident(n) for n in range(min(works, 6))}
        self.close_links()

    def _view(self) -> Json:
        speed_kmh = round(self.random.triangular(4, 60, 32), 1)
        certainty = self.random.choice(("confirmed", "confirmed", "inferred", "reported"))
        if self.random.random() < 0.06:
            return {**link_view(None), "certainty": "lost"}
        return {**link_view(speed_kmh), "certainty": certainty}

    def _bus(self, number: int) -> Json:
        link = self.random.choice(self.network.links)
        lon, lat = link.geometry[2]
        return {
            "route_id": "R1",
            "route_no": str(self.random.choice((1, 7, 11, 150, 300, 9, 81))),
            "lon": lon,
            "lat": lat,
            "stop_id": f"S{number % 30}",
            "observed_ms": now_ms(),
            "bearing_deg": link.bearing_deg,
        }

    def _work(self, number: int) -> Json:
        links = [self.random.choice(self.network.links).id for _ in range(1 + number % 2)]
        phase = ("active", "active", "planned", "active", "paused")[number % 5]
        starts_ms = now_ms() + (2 * DAY_MS if phase == "planned" else -3 * DAY_MS)
        return work(
            f"2026-굴착-{1000 + number}",
            title=f"{PURPOSES[number % 5]} 공사 {number}",
            closure=CLOSURES[number % len(CLOSURES)],
            phase=phase,
            links=[] if number % 40 == 39 else links[:1],
            starts_ms=starts_ms,
        )

    def _incident(self, number: int) -> Json:
        link = self.random.choice(self.network.links)
        lon, lat = link.geometry[2]
        return {
            "incident_id": f"I{number}",
            "kind": ("accident", "control", "gathering")[number % 3],
            "title": f"{link.road_name} 추돌사고, 1차로 처리 중",
            "starts_ms": now_ms() - 600_000 * number,
            "ends_ms": None,
            "road_name": link.road_name,
            "direction": "상행",
            "closure": "partial",
            "lanes": "1차로",
            "lon": lon,
            "lat": lat,
            "link_id": link.id,
            "flags": [],
            "links": [link.id],
            "placed_by": "link_id",
            "feed": "its.events",
            "seen_ms": now_ms(),
            "updated_ms": now_ms(),
        }

    def close_links(self) -> None:
        """The links of active works carry their closure, as the fold writes it."""
        for name, row in self.works.items():
            for link_id in row["links"] if row["phase"] == "active" else ():
                view = self.links[link_id]
                self.links[link_id] = {
                    **view,
                    "closure": row["closure"],
                    "subjects": [f"work:{name}"],
                }

    def step(self, share: float, now: int) -> Json:
        """One second later: `share` of the links at another speed, every bus a little on."""
        changed = self.random.sample(sorted(self.links), round(share * len(self.links)))
        for link_id in sorted(changed):
            view = self.links[link_id]
            speed_kmh = max(3.0, min(70.0, (view["speed_kmh"] or 30) + self.random.gauss(0, 6)))
            fresh = {"closure": view["closure"], "subjects": view["subjects"]}
            fresh["certainty"] = "confirmed" if view["certainty"] == "lost" else view["certainty"]
            self.links[link_id] = {**link_view(round(speed_kmh, 1)), **fresh, "observed_ms": now}
        for vehicle, bus in self.buses.items():
            lon, lat = (bus[name] + self.random.uniform(-1e-4, 1e-4) for name in ("lon", "lat"))
            moved = {"lon": round(lon, 5), "lat": round(lat, 5), "observed_ms": now}
            self.buses[vehicle] = {**bus, **moved}
        delta: Json = {
            "at": now,
            "l": {link_id: self.links[link_id] for link_id in sorted(changed)},
        }
        if self.buses:
            delta["b"] = self.buses
        delta["k"] = {str(partition): now for partition in range(PARTITIONS)}
        return delta


def link_view(speed_kmh: float | None, **more: Any) -> Json:
    """A link's value as the worker writes it; `more` overrides."""
    level = "unknown" if speed_kmh is None else _level(speed_kmh)
    view: Json = {
        "speed_kmh": speed_kmh,
        "level": level,
        "samples": 0 if speed_kmh is None else 3,
        "observed_ms": None if speed_kmh is None else now_ms(),
        "certainty": "lost" if speed_kmh is None else "confirmed",
        "sources": {} if speed_kmh is None else {"bus": 3},
        "closure": "none",
        "subjects": [],
    }
    return {**view, **more}


def work(permit_id: str, **more: Any) -> Json:
    """A work's value as the worker writes it; `more` overrides."""
    starts_ms = more.get("starts_ms", now_ms() - DAY_MS)
    links = more.get("links", [])
    row: Json = {
        "permit_id": permit_id,
        "title": "하수관 정비 공사",
        "starts_ms": starts_ms,
        "ends_ms": starts_ms + 20 * DAY_MS,
        "purpose": "하수관 정비",
        "place": "가람대로 12 앞",
        "organisation": "가온시 상하수도사업소",
        "phone": "033-250-0000",
        "hours": "09:00-18:00",
        "closure": "partial",
        "lanes_closed": 1,
        "lon": None,
        "lat": None,
        "link_ids": [],
        "geometry": [],
        "flags": [],
        "status_text": "",
        "phase": "active",
        "placed_by": "link_id" if links else "nowhere",
        "first_ends_ms": starts_ms + 20 * DAY_MS,
        "feed": "permits",
        "seen_ms": now_ms(),
        "updated_ms": now_ms(),
    }
    row |= dict.fromkeys(("dig_starts_ms", "dig_ends_ms", "restore_ends_ms"), None)
    row |= dict.fromkeys(("length_m", "width_m", "depth_m", "area_m2"), None)
    phase = more.get("phase", row["phase"])
    return {**row, "is_in_force": phase in ("active", "overdue"), **more}


def feed(name: str, now: int, **more: Any) -> Json:
    """A feed's value; `more` overrides fields of its last report."""
    given: Json = {"outcome": PollOutcome.DATA, "row_count": 96, "is_simulated": True, **more}
    report = FeedReport(name, received_ms=now, poll_ms=FEEDS.get(name, 60_000), **given)
    state = FeedState(name, report, last_success_ms=now, last_change_ms=now)
    plain: Json = msgspec.to_builtins(state)
    return plain


def _level(speed_kmh: float) -> str:
    return "jam" if speed_kmh < 15 else "slow" if speed_kmh < 25 else "free"


def _vehicle(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()[:16]


def now_ms() -> int:
    """Wall time, ms."""
    return time.time_ns() // 1_000_000


def fill(client: redis.Redis, traffic: Traffic) -> str:
    """Writes the whole state and the delta it stands at; answers that delta's id."""
    now = now_ms()
    pipe = client.pipeline()
    pipe.flushdb()
    _write(pipe, "links", traffic.links)
    _write(pipe, "buses", traffic.buses)
    _write(pipe, "works", traffic.works, partitions=1)
    _write(pipe, "incidents", traffic.incidents, partitions=1)
    for name in FEEDS:
        pipe.hset(store.FEEDS, name, msgspec.json.encode(feed(name, now)))
    for partition in range(PARTITIONS):
        pipe.hset(store.CLOCK, str(partition), str(now))
    network = traffic.network
    pipe.hset(
        store.META, mapping={"network": network.version, "city": network.city, "simulated": "1"}
    )
    pipe.execute()
    return emit(client, {"at": now, "k": {str(p): now for p in range(PARTITIONS)}})


def emit(client: redis.Redis, delta: Json) -> str:
    """Writes a delta and the state it leads to in one transaction; answers its id."""
    pipe = client.pipeline()
    for letter, kind in (("l", "links"), ("b", "buses")):
        _write(pipe, kind, delta.get(letter, {}))
    for letter, kind in SMALL.items():
        _write(pipe, kind, delta.get(letter, {}), partitions=1)
    for name, state in delta.get("f", {}).items():
        pipe.hset(store.FEEDS, name, msgspec.json.encode(state))
    for partition, watermark_ms in delta.get("k", {}).items():
        pipe.hset(store.CLOCK, partition, str(watermark_ms))
    pipe.xadd(store.DELTAS, {"d": msgspec.json.encode(delta)}, maxlen=store.MAX_DELTAS)
    delta_id: bytes = pipe.execute()[-1]
    return delta_id.decode()


def _write(pipe: Any, kind: str, rows: Json, partitions: int = PARTITIONS) -> None:
    """Sets the rows of a kind; a row that is None goes."""
    for name, row in rows.items():
        where = store.key(kind, partition_of(name, partitions))
        if row is None:
            pipe.hdel(where, name)
        else:
            pipe.hset(where, name, msgspec.json.encode(row))


def remember(client: redis.Redis, subject: str, known_ms: int, row: Json | None) -> None:
    """Writes what became known of a subject ("work:ID"), as the gate does; None: it is gone."""
    client.xadd(store.past_key(subject), {"v": msgspec.json.encode(row)}, id=f"{known_ms}-0")
    client.zadd(store.PAST, {subject: known_ms})


def save(network: Network, folder: Path) -> None:
    """Writes network.json where BOMNAE_NETWORK can point at it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "network.json").write_text(network.dumps(), encoding="utf-8")


def drive(client: redis.Redis, traffic: Traffic, seconds: float, share: float) -> Iterable[int]:
    """One delta a second for `seconds`; yields the time of each."""
    until = time.monotonic() + seconds
    due = time.monotonic()
    while due < until:
        now = now_ms()
        delta = traffic.step(share, now)
        delta["at"] = now_ms()
        emit(client, delta)
        yield now
        due += 1
        time.sleep(max(0.0, due - time.monotonic()))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.web.seed", description=__doc__)
    parser.add_argument("--redis", required=True, help="URL of a Redis that may be emptied")
    parser.add_argument("--out", required=True, type=Path, help="folder for network.json")
    parser.add_argument("--links", type=int, default=5000)
    parser.add_argument("--buses", type=int, default=300)
    parser.add_argument("--works", type=int, default=200)
    parser.add_argument("--share", type=float, default=0.2, help="share of links changed a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args(argv)
    network = grid(wanted.links)
    save(network, wanted.out)
    traffic = Traffic(network, seed=wanted.seed, buses=wanted.buses, works=wanted.works)
    client = redis.Redis.from_url(wanted.redis)
    fill(client, traffic)
    print(f"network {network.version}: {len(network.links)} links, seed {wanted.seed}", flush=True)
    for _ in drive(client, traffic, wanted.seconds, wanted.share):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

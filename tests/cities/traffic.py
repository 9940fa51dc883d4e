"""A made-up city that never stands still: its state, and what another second makes of it."""

import hashlib
import random

import msgspec
import redis

from streams.contract.times import DAY_MS, now_ms
from streams.geo.network import Network
from streams.state.keys import META, key
from tests.cities.seed import FEEDS, PARTITIONS, Json, emit, feed, link_view, put, work

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


def _vehicle(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()[:16]


def fill(client: redis.Redis, traffic: Traffic) -> str:
    """Writes the whole state and the delta it stands at; answers that delta's id."""
    now = now_ms()
    pipe = client.pipeline()
    pipe.flushdb()
    put(pipe, "links", traffic.links)
    put(pipe, "buses", traffic.buses)
    put(pipe, "works", traffic.works, partitions=1)
    put(pipe, "incidents", traffic.incidents, partitions=1)
    for name in FEEDS:
        pipe.hset(key("feeds", 0), name, msgspec.json.encode(feed(name, now)))
    for partition in range(PARTITIONS):
        pipe.hset(key("clock", partition), str(partition), str(now))
    network = traffic.network
    pipe.hset(META, mapping={"network": network.version, "city": network.city, "simulated": "1"})
    pipe.execute()
    return emit(client, {"at": now, "k": {str(p): now for p in range(PARTITIONS)}})

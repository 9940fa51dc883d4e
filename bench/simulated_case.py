"""The simulated city as a labelled one: its feeds recorded, and what was really so beside them.

    python -m bench.simulated_case FOLDER [--minutes 120] [--seed 1] [--at 08:10] [--poll 30]
    python -m bench.truth FOLDER --scorer S --set BOMNAE_TAGO_POLL_S=30 BOMNAE_PERMITS_EPSG=5186

Writes `recording.jsonl.gz`, `network.json` and the truth in the form of the labelled cities, faster
than real time (two hours in about 15 s). It is no stranger to the product as those are, so it
judges nothing; it tells at once whether a kind is found at all.
"""

import argparse
import csv
import gzip
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from producers.simulator.city import build_city
from producers.simulator.day import Day
from producers.simulator.mishaps import ROUND_MS, SILENT_MS
from producers.simulator.past import write_past
from producers.simulator.truth import Period, TruthRow, truth
from producers.simulator.watching import Watched
from streams.geo.network import Network

OPENS_MS = 1_795_414_020_000  # 2026-11-23 15:07 KST
PAST_MIN = 20
MINUTE_MS = 60_000
KINDS = {"partial": "lane", "shoulder": "none", "sidewalk": "none"}
Row = dict[str, Any]


class Case:
    """What was so in one run of the simulated city, as rows of the labelled cities' tables."""

    def __init__(self, watched: Watched, network: Network, span: Period) -> None:
        self._watched, self._network, self._span = watched, network, span
        self._streets = watched.day.streets
        rows = truth(watched.day, *span)
        self._works = {f"{row.kind}-{number}": row for number, row in enumerate(rows)}
        hours = (span[1] - span[0]) / 3_600_000
        driven = Counter(entry.link for entry in watched.entries)
        self._per_h = {
            link.id: round(driven[place] / hours, 1)
            for place, link in enumerate(self._streets.links)
        }

    def tables(self) -> dict[str, list[Row]]:
        return {
            "works": [self._work(name, row) for name, row in self._works.items()],
            "closures": list(self._closures()),
            "closure_evidence": list(self._evidence()),
            "discrepancies": list(self._discrepancies()),
            "sections": list(self._sections()),
            "links": list(self._links()),
            "passages": list(self._passages()),
            "link_minutes": list(self._link_minutes()),
            "outages": list(self._outages()),
        }

    def _work(self, name: str, row: TruthRow) -> Row:
        links = self._split(row.actual_links or row.declared_links)
        declared = self._split(row.declared_links)
        line = self._streets.links[self._streets.index[(declared[0] or links[0])[0]]].geometry
        lon, lat = line[len(line) // 2]
        return {
            "work": name,
            "class": row.kind,
            "permit_no": row.permit,
            "links": "|".join(links[0]),
            "sections": "|".join(links[1]),
            "declared_kind": KINDS.get(row.declared, row.declared),
            **_times("declared", row.declared_ms),
            "actual_kind": row.effect,
            **_times("actual", row.actual_ms),
            "buses_per_h": max((self._per_h[link] for link in links[0]), default=0),
            "its": "",
            "lon": lon,
            "lat": lat,
            "declared_links": "|".join(declared[0]),
            "declared_sections": "|".join(declared[1]),
        }

    def _split(self, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Streets, and the sections over them."""
        found = list(ids)
        streets = [x for x in found if x in self._streets.index]
        return streets, [x for x in found if x not in self._streets.index]

    def _closures(self) -> Iterable[Row]:
        for name, row in self._closed():
            streets, _ = self._split(row.actual_links)
            for street in streets:
                over = [x.section_id for x in self._network.overlay if x.standard_id == street]
                for kind, link in (("link", street), *(("section", x) for x in sorted(over))):
                    yield {
                        "kind": kind,
                        "id": link,
                        "work": name,
                        "from_ms": _known(row.actual_ms)[0],
                        "to_ms": _known(row.actual_ms)[1],
                        "its_or_buses_per_h": self._per_h[street],
                        "closed_link": street,
                    }

    def _closed(self) -> Iterable[tuple[str, TruthRow]]:
        return (x for x in self._works.items() if x[1].effect == "full" and x[1].actual_ms)

    def _evidence(self) -> Iterable[Row]:
        for name, row in self._closed():
            first, last = _known(row.actual_ms)
            for street in self._split(row.actual_links)[0]:
                hops = self._watched.round(self._streets.index[street], first, last)
                seen = [hop.at_ms for hop in hops if not self._is_silent(hop.at_ms)]
                per_h = self._per_h[street]
                yield {
                    "work": name,
                    "link_id": street,
                    "from_ms": first,
                    "to_ms": last,
                    "buses_per_h": per_h,
                    "goal_s": round(7200 / per_h + 120) if per_h else 0,
                    "buses_round": len(seen),
                    **_firsts(seen, first),
                    "expected": _expected(len(seen)),
                }

    def _discrepancies(self) -> Iterable[Row]:
        for name, row in self._works.items():
            if row.so_ms is None:
                continue
            first, last = max(row.so_ms[0], self._span[0]), min(row.so_ms[1], self._span[1])
            is_full = "full" in (row.declared, row.effect)
            streets = self._split(row.actual_links or row.declared_links)[0]
            met = [len(self._met(row, street, (first, last))) for street in streets]
            expected = _expected(max(met, default=0)) if is_full else "speed only"
            yield {
                "work": name,
                "kind": row.kind,
                "permit_no": row.permit,
                "declared_kind": KINDS.get(row.declared, row.declared),
                "actual_kind": row.effect,
                "from_ms": row.so_ms[0],
                "to_ms": row.so_ms[1],
                "links": "|".join(self._split(row.declared_links or row.actual_links)[0]),
                "sections": "",
                "actual_links": "|".join(self._split(row.actual_links)[0]),
                "expected": expected if last - first > 2 * MINUTE_MS else "outside the recording",
            }

    def _met(self, row: TruthRow, street: str, span: Period) -> Sequence[object]:
        """The buses that could tell: those round a closed street, else those through it."""
        place = self._streets.index[street]
        is_closed = row.effect == "full" and row.is_there(sum(span) // 2)
        return (
            self._watched.round(place, *span) if is_closed else self._watched.through(place, *span)
        )

    def _sections(self) -> Iterable[Row]:
        for name, legs in self._legs().items():
            ids = [self._streets.links[link].id for link in legs]
            yield {
                "section": name,
                "length_m": sum(self._streets.links[link].length_m for link in legs),
                "buses_per_h": max(self._per_h[street] for street in ids),
                "links": "|".join(ids),
            }

    def _legs(self) -> dict[str, tuple[int, ...]]:
        found = {}
        for run in self._watched.day.fleet.runs.values():
            for (a, b), leg in zip(pairwise(run.stops), run.legs, strict=True):
                found[f"{a}>{b}"] = leg
        return found

    def _links(self) -> Iterable[Row]:
        for place, link in enumerate(self._streets.links):
            yield {
                "link_id": link.id,
                "sumo_edge": str(place),
                "length_m": link.length_m,
                "its": "1",
                "buses_per_h": self._per_h[link.id],
                "reverse": self._streets.links[place ^ 1].id,
            }

    def _passages(self) -> Iterable[Row]:
        for hop in self._watched.hops:
            if hop.last != hop.first + 1 or not hop.driven:
                continue
            leg = hop.run.legs[hop.first]
            yield {
                "section": f"{hop.run.stops[hop.first]}>{hop.run.stops[hop.last]}",
                "arrive_from_ms": hop.came_ms,
                "depart_from_ms": hop.left_ms,
                "arrive_to_ms": hop.at_ms,
                "length_m": sum(self._streets.links[link].length_m for link in leg),
                "detour": int(bool(hop.left_out)),
                "after_layover": int(hop.first == 0),
            }

    def _link_minutes(self) -> Iterable[Row]:
        for minute in range((self._span[1] - self._span[0]) // MINUTE_MS):
            slot = self._watched.day.traffic.slot(self._span[0] + minute * MINUTE_MS)
            for place, speed in enumerate(slot.speeds_kmh):
                if place not in slot.closing:
                    link_id = self._streets.links[place].id
                    yield {
                        "link_id": link_id,
                        "minute": minute,
                        "speed_kmh": speed,
                        "vehicle_seconds": 30,
                    }

    def _outages(self) -> Iterable[Row]:
        opens_ms = self._watched.day.clock.opens_ms
        for start_ms in range(opens_ms - ROUND_MS, self._span[1], ROUND_MS):
            first, last = (start_ms + part for part in SILENT_MS)
            if first >= self._span[0]:
                yield {"feed": "tago.positions", "from_ms": first, "to_ms": last, "kind": "errors"}

    def _is_silent(self, at_ms: int) -> bool:
        return any(row["from_ms"] <= at_ms < row["to_ms"] for row in self._outages())


def _known(span: Period | None) -> Period:
    return span or (0, 0)


def _times(name: str, span: Period | None) -> Row:
    first, last = span or ("", "")
    return {f"{name}_from_ms": first, f"{name}_to_ms": last}


def _firsts(seen: Sequence[int], from_ms: int) -> Row:
    after_s = [*((at_ms - from_ms) // 1000 for at_ms in seen[:2]), "", ""]
    return {"first_s": after_s[0], "second_s": after_s[1]}


def _expected(buses: int) -> str:
    return ("none", "one bus", "two or more buses")[min(buses, 2)]


def write_case(folder: Path, seed: int, at: str, minutes: int, poll_s: int) -> None:
    """Write the folder of a labelled city; the past of 20 minutes is part of the recording."""
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    from_ms, until_ms = OPENS_MS - PAST_MIN * MINUTE_MS, OPENS_MS + minutes * MINUTE_MS
    whole = minutes + PAST_MIN
    recording = folder / "recording.jsonl.gz"
    write_past(recording, seed, until_ms, whole, at=at, poll_s=poll_s, open_minutes=minutes)
    network = build_city()
    (folder / "network.json").write_text(network.dumps(), encoding="utf-8")
    watched = Watched(Day(network, seed, opens_ms=OPENS_MS, starts_ms=from_ms, at=at))
    watched.drive(until_ms)
    for name, rows in Case(watched, network, (from_ms, until_ms)).tables().items():
        _write(folder / "truth" / f"{name}.csv.gz", rows)
    (folder / "truth" / "base_ms.txt").write_text(str(from_ms), encoding="utf-8")


def _write(path: Path, rows: Sequence[Row]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.simulated_case", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=int, default=120, help="after the opening")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at", default="08:10", help="the time of day its pattern opens at")
    parser.add_argument("--poll", type=int, default=30, help="s between two sweeps of the buses")
    args = parser.parse_args()
    write_case(args.folder, args.seed, args.at, args.minutes, args.poll)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Many readers of the map's stream at once: how late each update reaches them, and what it costs.

    python -m bench.readers --url URL --clients 300 --seconds 20

As a command it is the readers alone, a process beside the server: it prints one JSON line.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from bench.results import Figure, percentile
from bench.rig import cpu_s, resident_mb
from bench.web.city import running_city
from local.services import Process
from local.stack import ROOT
from tests.pages import servers

SETTLE_S = 4.0


async def read_all(url: str, clients: int, seconds: float) -> dict[str, Any]:
    """How late every update came to every reader, ms, by Redis' own time of the update."""
    late: list[float] = []
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        until = time.monotonic() + SETTLE_S + seconds
        from_s = time.time() + SETTLE_S
        readers = (_read(session, url, until, from_s, late) for _ in range(clients))
        counts = await asyncio.gather(*readers)
    return {"late_ms": late, "least": min(counts)}


async def _read(
    session: aiohttp.ClientSession, url: str, until: float, from_s: float, late: list[float]
) -> int:
    """Read one stream; how many updates came."""
    count, tail = 0, b""
    async with session.get(f"{url}/api/v1/stream") as answer:
        answer.raise_for_status()
        while (left := until - time.monotonic()) > 0:
            try:
                piece = await asyncio.wait_for(answer.content.readany(), left)
            except TimeoutError:
                break
            now_s = time.time()
            text = tail + piece
            for line in text.split(b"\n")[:-1]:
                if line.startswith(b"id: ") and now_s > from_s:
                    late.append(1000 * now_s - int(line[4:].partition(b"-")[0]))
                    count += 1
            tail = text.rpartition(b"\n")[2]
    return count


def measure(clients: int, seconds: float, links: int) -> list[Figure]:
    """The delivery to `clients` readers of a city of which a fifth changes each second."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_city(Path(name), links=links, works=200, seconds=seconds + 60) as client,
        servers.running_map(client, Path(name), Path(name)) as server,
    ):
        command = [sys.executable, "-m", "bench.readers", "--url", server.url]
        command += ["--clients", str(clients), "--seconds", str(seconds)]
        readers = Process("readers", command, Path(name), {"PYTHONPATH": str(ROOT)})
        with readers:
            time.sleep(SETTLE_S)
            before, start = cpu_s(server.pid), time.monotonic()
            time.sleep(seconds * 0.8)
            busy = (cpu_s(server.pid) - before) / (time.monotonic() - start)
            memory_mb = resident_mb(server.pid)
            readers.wait_ended(60)
        found = json.loads(readers.output.strip().splitlines()[-1])
    if found["least"] < seconds / 2:
        raise RuntimeError(f"a reader had {found['least']} updates in {seconds:.0f} s")
    late = found["late_ms"]
    what = f"{clients} readers of the stream, {links:,} links, a fifth changes a second"
    return [
        Figure(f"{what}: update written to delivered, p50", percentile(late, 50), "ms"),
        Figure(f"{what}: the same, p95", percentile(late, 95), "ms", 100),
        Figure(f"{what}: map server's share of a core", 100 * busy, "%", 15),
        Figure(f"{what}: map server's memory", memory_mb, "MB"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.readers", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    found = asyncio.run(read_all(options.url, options.clients, options.seconds))
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

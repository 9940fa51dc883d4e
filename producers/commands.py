"""What each command of `python -m producers` does; its result is the exit code."""

import argparse
import asyncio
import sys

from producers.network import importing as networks
from producers.polling import running
from producers.publishing import dead_letters
from producers.publishing.rights_setup import set_rights, set_users
from producers.publishing.topic_setup import check_topics, ensure_topics
from producers.recording import playing
from producers.recording.buses import positions_in
from streams.contract.cli import FAILED, OK, USAGE
from streams.contract.errors import SettingsError
from streams.contract.metrics import serve_metrics
from streams.contract.running import run_until_signal
from streams.contract.settings import Settings
from streams.contract.tls import kept_tls


def topics(args: argparse.Namespace, settings: Settings) -> int:
    created = ensure_topics(settings)
    found = check_topics(settings, fix=args.fix)
    for complaint in found:
        sys.stderr.write(f"{complaint.line()}{' (put right)' if args.fix else ''}\n")
    if found and not args.fix:
        sys.stderr.write("`python -m producers topics --fix` puts these right\n")
        return USAGE
    sys.stdout.write(f"topics ready; created: {', '.join(created) or 'none'}\n")
    if args.users is not None:
        sys.stdout.write(f"users set: {', '.join(set_users(settings, args.users))}\n")
    if args.rights:
        given, taken = set_rights(settings)
        sys.stdout.write(f"rights set: {given} given, {taken} taken away\n")
    return OK


def run(args: argparse.Namespace, settings: Settings) -> int:
    only = tuple(filter(None, (name.strip() for name in args.only.split(","))))
    tls = kept_tls(settings, settings.metrics, settings.ingest)
    serve_metrics(settings, tls)
    polls = running.run_feeds(settings, only, args.record, tls=tls, with_clock=not args.no_clock)
    asyncio.run(polls)
    return OK


def clock(_: argparse.Namespace, settings: Settings) -> int:
    serve_metrics(settings, kept_tls(settings, settings.metrics))
    asyncio.run(running.run_clock_alone(settings))
    return OK


def network(args: argparse.Namespace, settings: Settings) -> int:
    previous = None if args.previous is None else networks.read_network(args.previous)
    imported = networks.import_network(
        args.route_stops or args.gtfs,
        settings,
        prefix=args.prefix,
        stops=args.stops,
        node_link=args.node_link,
        places=args.places,
        previous=previous,
        positions=positions_in(args.learn_from, settings),
    )
    networks.check_found(imported, networks.standing_in(args.out), anyway=args.anyway)
    networks.write_network(imported.network, args.out)
    if imported.trips is not None:
        networks.write_trips(imported.trips, args.out)
    if previous is not None:
        networks.write_lost(imported, args.out)
    sys.stdout.writelines(f"{line}\n" for line in imported.lines())
    return OK


def replay(args: argparse.Namespace, settings: Settings) -> int:
    if not args.file.is_file():
        raise SettingsError(f"recording {args.file} does not exist")
    done = playing.run_replay(args.file, settings, args.speed)
    sys.stderr.write(done.line() + "\n")
    if done.moments == 0:
        sys.stderr.write(f"{args.file} has no usable line\n")
        return FAILED
    return OK


def letters(args: argparse.Namespace, settings: Settings) -> int:
    if args.last < 1:
        raise SettingsError(f"--last must be at least 1, got {args.last}")
    found = dead_letters.newest(settings, args.last)
    shown = [line for record in found for line in dead_letters.lines(record)]
    sys.stdout.writelines(f"{line}\n" for line in shown or ["no dead letters"])
    return OK


def simulate(args: argparse.Namespace, _: Settings) -> int:
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
    asyncio.run(run_until_signal(served))
    return OK

"""What each command of `python -m producers` does; its result is the exit code."""

import argparse
import asyncio
import sys

from producers.datasets import checking
from producers.ground.making import GroundFiles, make_basemap
from producers.network import importing as networks
from producers.polling import running
from producers.publishing import dead_letters
from producers.publishing.rights_setup import set_rights, set_users
from producers.publishing.topic_setup import check_topics, ensure_topics
from producers.recording import playing
from producers.recording.buses import positions_in
from streams.contract.cli import FAILED, OK, USAGE
from streams.contract.dataset import DatasetReport
from streams.contract.enums import PollOutcome
from streams.contract.errors import SettingsError
from streams.contract.metrics import serve_metrics
from streams.contract.running import run_until_signal
from streams.contract.settings import Settings
from streams.contract.tls import kept_tls
from streams.kafka.terminal import at_terminal
from streams.words.catalogue import in_all


def topics(args: argparse.Namespace, settings: Settings) -> int:
    created = ensure_topics(settings)
    found = check_topics(settings, fix=args.fix)
    for complaint in found:
        done = f" ({in_all('command.topics.fixed')})" if args.fix else ""
        sys.stderr.write(f"{complaint.line()}{done}\n")
    if found and not args.fix:
        sys.stderr.write(f"{in_all('doctor.topics')}\n")
        return USAGE
    sys.stdout.write(f"{in_all('command.topics.ready')}: {', '.join(created) or '-'}\n")
    if args.users is not None:
        named = ", ".join(set_users(settings, args.users))
        sys.stdout.write(f"{in_all('command.topics.users')}: {named}\n")
    if args.rights:
        given, taken = set_rights(settings)
        said = in_all("command.topics.rights", given=given, taken=taken)
        sys.stdout.write(f"{said}\n")
    return OK


def run(args: argparse.Namespace, settings: Settings) -> int:
    only = tuple(filter(None, (name.strip() for name in args.only.split(","))))
    tls = kept_tls(settings, settings.metrics, settings.ingest)
    serve_metrics(settings, tls)
    polls = running.run_feeds(settings, only, args.record, tls=tls, with_clock=not args.no_clock)
    asyncio.run(polls)
    return OK


def datasets(args: argparse.Namespace, settings: Settings) -> int:
    if args.part != "run":
        return checking.run(args, settings)
    if not args.descriptors and not settings.datasets:
        raise SettingsError("no dataset to poll: set BOMNAE_DATASETS, or name a descriptor")
    serve_metrics(settings, kept_tls(settings, settings.metrics))
    polls = running.run_datasets(settings, args.descriptors, is_once=args.once)
    reports, faults = asyncio.run(polls)
    sys.stderr.writelines(f"{fault.words()}\n" for fault in faults)
    sys.stdout.writelines(f"{line}\n" for line in map(_said, reports) if args.once and line)
    is_failed = any(
        each.has_source and (each.outcome is PollOutcome.UNKNOWN or each.is_partial)
        for each in reports
    )
    return FAILED if faults or (args.once and is_failed) else OK


def _said(report: DatasetReport) -> str:
    """One poll in a line; "" for one of a dataset that has nowhere to come from."""
    if not report.has_source:
        return ""
    rows = f"{report.figures.rows} rows" if report.figures else "what was known stays"
    why = f"  {report.code} {report.detail}".rstrip()
    return f"{report.dataset}  {report.outcome.value}  {rows}, {report.refused_count} refused{why}"


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


def basemap(args: argparse.Namespace, settings: Settings) -> int:
    stops = () if args.network is None else networks.read_network(args.network).stops
    files = GroundFiles(
        water=tuple(args.water),
        rail=tuple(args.rail),
        node_link=tuple(args.node_link),
        buildings=tuple(args.buildings),
        names=tuple(args.names),
        boundaries=tuple(args.boundaries),
        has_districts=not args.no_districts,
        stops=stops,
    )
    made = make_basemap(
        files, args.out, settings.bbox, credit=args.credit, is_approximate=args.approximate
    )
    sys.stdout.writelines(f"{line}\n" for line in made.lines(args.out))
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
    asyncio.run(_recorded(settings, args))
    found = dead_letters.newest(settings, args.last)
    shown = [line for record in found for line in dead_letters.lines(record)]
    sys.stdout.writelines(f"{line}\n" for line in shown or ["no dead letters"])
    return OK


async def _recorded(settings: Settings, args: argparse.Namespace) -> None:
    """Dead letters may hold what people wrote. Accounts are in Redis, which producers do not know:
    the name of --by stands beside that of the machine.
    """
    async with at_terminal(settings, by=args.by) as terminal:
        await terminal.write("letter.list", count=args.last)


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

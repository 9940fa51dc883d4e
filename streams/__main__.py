"""`python -m streams worker` folds the feeds into road states, `dispatch` sends the alerts."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable

from streams.contract.errors import BomnaeError
from streams.contract.failpoints import DISPATCH_POINTS, from_env
from streams.contract.settings import Settings
from streams.delivery.command.options import add_sink, add_subscriptions

log = logging.getLogger(__name__)
EXIT_DIFFERENT, EXIT_UNSETTLED = 4, 5
_CODES = """exit codes: 0 told to stop, or identical; 1 crashed; 2 settings or topics are wrong;
3 the log is not the one the state was folded from, or does not reach back to its beginning;
4 audit: differences; 5 audit: not settled; 6 the worker stood while messages waited"""


def main(argv: list[str] | None = None) -> int:
    """Run a command; the exit codes are in `--help`."""
    parser = argparse.ArgumentParser(prog="python -m streams", description=__doc__, epilog=_CODES)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "worker",
        help="read the feeds' topics, keep one state per link in Redis; run as many as needed",
    )
    audit = commands.add_parser(
        "audit", help="fold the whole log again, offline, and name what differs in Redis"
    )
    audit.add_argument(
        "--within", type=float, default=30.0, metavar="S", help="wait so long for the roads (30 s)"
    )
    commands.add_parser("dispatch", help="send the alerts to the endpoints; run as many as needed")
    commands.add_parser(
        "refold", help="have the whole state made again from the log; once all workers have stopped"
    )
    undelivered = commands.add_parser(
        "undelivered", help="list the messages that expired before an endpoint took them"
    )
    undelivered.add_argument("endpoint", help="ep_...")
    undelivered.add_argument("ids", nargs="*", metavar="ID", help="messages to send (all)")
    undelivered.add_argument("--replay", action="store_true", help="send them, under the same ids")
    add_subscriptions(commands)
    add_sink(commands)
    options = parser.parse_args(argv)
    try:
        settings = Settings.from_env(os.environ)
        return _RUNS[options.command](settings, options)
    except BomnaeError as error:
        print(f"bomnae: {error}", file=sys.stderr)
        return error.exit_code


def run_dispatch(settings: Settings, _: argparse.Namespace) -> int:
    """Run one dispatcher until SIGTERM or SIGINT."""
    _log_to_stderr(settings)
    try:
        asyncio.run(_dispatch(settings))
    except BomnaeError:
        raise
    except Exception as error:
        log.exception("crashed")
        print(f"bomnae: {error!r}", file=sys.stderr)
        return 1
    return 0


async def _dispatch(settings: Settings) -> None:
    from streams.delivery.sending.dispatcher import Dispatcher  # noqa: PLC0415 - the worker needs none of it
    from streams.geo.loading import load_network  # noqa: PLC0415

    fail = from_env(os.environ, DISPATCH_POINTS)
    dispatcher = Dispatcher(settings, load_network(settings.network), fail)
    await dispatcher.run(_told_to_stop())


def run_undelivered(settings: Settings, options: argparse.Namespace) -> int:
    """Print the dead letters of an endpoint, or have them sent after all."""
    from streams.delivery.command import dead_letters  # noqa: PLC0415 - the worker needs none of it

    endpoint, ids = options.endpoint, options.ids
    if options.replay:
        sent = asyncio.run(dead_letters.replay(settings, endpoint, ids))
        print("\n".join([*sent, f"{len(sent)} to be sent again"]))
        return 0
    for _, message in asyncio.run(dead_letters.letters(settings, endpoint)):
        if not ids or message.id in ids:
            print(f"{message.id} expired_ms={message.expires_ms} tries={message.tries}")
    return 0


def run_subscriptions(settings: Settings, options: argparse.Namespace) -> int:
    """List, add, change, rotate, remove or test endpoints."""
    from streams.delivery.command import cli  # noqa: PLC0415 - the worker needs none of it

    return cli.run(settings, options)


def run_sink(settings: Settings, options: argparse.Namespace) -> int:
    """Receive messages until SIGTERM or SIGINT; 4 when any was not as it must be."""
    from streams.delivery.command import sink  # noqa: PLC0415 - the worker needs none of it

    return sink.run(settings, options)


def run_audit(settings: Settings, options: argparse.Namespace) -> int:
    """Print `identical`, or what differs; 0, 4, or 5 when the live state did not settle."""
    from streams.audit import command as auditing  # noqa: PLC0415
    from streams.audit import fold as audit  # noqa: PLC0415 - the worker needs none of it
    from streams.geo.loading import load_network  # noqa: PLC0415

    network = load_network(settings.network)
    verdict = asyncio.run(auditing.run_audit(settings, network, within_s=options.within))
    if verdict.unsettled:
        print(f"not settled: {verdict.unsettled}")
        return EXIT_UNSETTLED
    print("\n".join(audit.report(list(verdict.differences))))
    print(f"{verdict.messages} messages folded", file=sys.stderr)
    return EXIT_DIFFERENT if verdict.differences else 0


def run_refold(settings: Settings, _: argparse.Namespace) -> int:
    """Take the state away; the next workers fold it again, and the screens say so meanwhile."""
    asyncio.run(_refold(settings))
    print("the state is made again from the log by the workers that start next")
    return 0


async def _refold(settings: Settings) -> None:
    from streams.geo.loading import load_network  # noqa: PLC0415
    from streams.worker.refold import refold  # noqa: PLC0415 - the worker needs none of it

    await refold(settings, load_network(settings.network))


def run_worker(settings: Settings, _: argparse.Namespace) -> int:
    """Run one worker until SIGTERM or SIGINT."""
    _log_to_stderr(settings)
    loop = asyncio.new_event_loop()  # `asyncio.run` waits for agents that Faust restarts for ever
    try:
        loop.run_until_complete(_work(settings))
    except BomnaeError:
        raise
    except Exception as error:  # noqa: BLE001 - the traceback is in the log, the reason at its end
        print(f"bomnae: {error!r}", file=sys.stderr)
        return 1
    return 0


def _log_to_stderr(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name in ("faust", "mode", "aiokafka", "kafka"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _told_to_stop() -> asyncio.Event:
    """What SIGTERM and SIGINT set."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    return told_to_stop


async def _work(settings: Settings) -> None:
    from streams.geo.loading import load_network  # noqa: PLC0415 - Faust takes half a second
    from streams.worker.run import work  # noqa: PLC0415

    network = load_network(settings.network)
    await work(settings, network, _told_to_stop(), from_env(os.environ))


_RUNS: dict[str, Callable[[Settings, argparse.Namespace], int]] = {
    "worker": run_worker,
    "refold": run_refold,
    "dispatch": run_dispatch,
    "undelivered": run_undelivered,
    "subscriptions": run_subscriptions,
    "sink": run_sink,
    "audit": run_audit,
}


if __name__ == "__main__":
    sys.exit(main())

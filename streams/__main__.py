"""`python -m streams worker`: fold the feeds into road states."""

import argparse
import asyncio
import logging
import os
import signal
import sys

from streams.errors import BomnaeError
from streams.failpoints import from_env
from streams.settings import Settings

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
    options = parser.parse_args(argv)
    try:
        settings = Settings.from_env(os.environ)
        if options.command == "audit":
            return run_audit(settings, options.within)
        return run_worker(settings)
    except BomnaeError as error:
        print(f"bomnae: {error}", file=sys.stderr)
        return error.exit_code


def run_audit(settings: Settings, within_s: float) -> int:
    """Print `identical`, or what differs; 0, 4, or 5 when the live state did not settle."""
    from streams import audit, auditing  # noqa: PLC0415 - the worker needs none of it
    from streams.stages import load_network  # noqa: PLC0415

    network = load_network(settings.network)
    verdict = asyncio.run(auditing.run_audit(settings, network, within_s=within_s))
    if verdict.unsettled:
        print(f"not settled: {verdict.unsettled}")
        return EXIT_UNSETTLED
    print("\n".join(audit.report(list(verdict.differences))))
    print(f"{verdict.messages} messages folded", file=sys.stderr)
    return EXIT_DIFFERENT if verdict.differences else 0


def run_worker(settings: Settings) -> int:
    """Run one worker until SIGTERM or SIGINT."""
    logging.basicConfig(
        level=settings.log.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name in ("faust", "mode", "aiokafka", "kafka"):
        logging.getLogger(name).setLevel(logging.WARNING)
    loop = asyncio.new_event_loop()  # `asyncio.run` waits for agents that Faust restarts for ever
    try:
        loop.run_until_complete(_work(settings))
    except BomnaeError:
        raise
    except Exception as error:  # noqa: BLE001 - the traceback is in the log, the reason at its end
        print(f"bomnae: {error!r}", file=sys.stderr)
        return 1
    return 0


async def _work(settings: Settings) -> None:
    from streams.stages import load_network  # noqa: PLC0415 - Faust takes half a second
    from streams.worker import work  # noqa: PLC0415

    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    await work(settings, load_network(settings.network), told_to_stop, from_env(os.environ))


if __name__ == "__main__":
    sys.exit(main())

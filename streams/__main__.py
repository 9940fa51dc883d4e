"""`python -m streams worker`: fold the feeds into road states."""

import argparse
import asyncio
import logging
import os
import signal
import sys

from streams.errors import BomnaeError, LogError
from streams.settings import Settings

log = logging.getLogger(__name__)
EXIT_SETTINGS, EXIT_LOG = 2, 3


def main(argv: list[str] | None = None) -> int:
    """Run a command; 0 told to stop, 1 crashed, 2 wrong settings, 3 the log is another one."""
    parser = argparse.ArgumentParser(prog="python -m streams", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "worker",
        help="read the feeds' topics, keep one state per link in Redis; run as many as needed",
    )
    parser.parse_args(argv)
    try:
        return run_worker(Settings.from_env(os.environ))
    except BomnaeError as error:
        print(f"bomnae: {error}", file=sys.stderr)
        return EXIT_SETTINGS


def run_worker(settings: Settings) -> int:
    """Run one worker until SIGTERM or SIGINT."""
    logging.basicConfig(
        level=settings.log.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name in ("faust", "mode", "aiokafka"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return asyncio.run(_worker(settings))


async def _worker(settings: Settings) -> int:
    from streams.app import create_app, load_network  # noqa: PLC0415 - Faust takes half a second

    app = create_app(settings, load_network(settings.network))
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    await app.gate.announce(app.facts)
    await app.start()
    log.info("worker started", extra={"group": app.conf.id})
    crashed = app._crashed  # noqa: SLF001 - Faust gives no public way to wait for it
    waits = [asyncio.create_task(event.wait()) for event in (told_to_stop, crashed)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    await app.stop()
    if app.crash_reason is not None:
        print(f"bomnae: {app.crash_reason!r}", file=sys.stderr)
        return EXIT_LOG if isinstance(app.crash_reason, LogError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

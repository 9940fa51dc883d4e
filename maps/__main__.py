"""`python -m maps serve`: the map server."""

import argparse
import asyncio
import logging
import os
import signal
import sys

from aiohttp import web

from maps.server import build_app, parse_address
from streams.contract.errors import BomnaeError
from streams.contract.settings import Settings
from streams.geo.loading import load_network
from streams.state.store import Store

_HELP = """Serves the live map, the page of each work and the API.

Settings come from the environment: BOMNAE_NETWORK (folder with network.json, needed),
BOMNAE_REDIS, BOMNAE_HTTP (default 127.0.0.1:8700; port 0 takes a free one), BOMNAE_CITY,
BOMNAE_TILES, BOMNAE_LEVELS_*, and BOMNAE_KAFKA for what the desk and crews tell. Redis may be away:
the server waits for it and says so. Kafka may be away: only what is told is refused then.

Crews tap on /w/{work} by signed links (BOMNAE_SECRET, BOMNAE_PUBLIC_URL). Their photos are kept in
BOMNAE_PHOTOS and deleted by this server a week after their work is over."""
_EXIT_CODES = "exit codes: 0 stopped by a signal, 1 failure, 2 usage or settings"
STOP_WITHIN_S = 5.0


def main(arguments: list[str]) -> int:
    """Run the command; the exit code."""
    _parser().parse_args(arguments)
    try:
        settings = Settings.from_env(os.environ)
        parse_address(settings.http)
        network = load_network(settings.network)
        logging.basicConfig(
            level=settings.log.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )
        app = build_app(settings, network, Store.connect(settings))
    except (BomnaeError, ValueError) as error:
        print(f"maps: {error}", file=sys.stderr)
        return 2
    try:
        asyncio.run(serve(app, settings.http))
    except OSError as error:
        print(f"maps: cannot serve on {settings.http}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m maps",
        description=_HELP,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    commands.add_parser("serve", help="serve until SIGTERM or SIGINT")
    return parser


async def serve(app: web.Application, address: str) -> None:
    """Serve until a signal; prints the address once it answers."""
    host, port = parse_address(address)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_WITHIN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        for listening in runner.addresses:
            print(f"map on http://{_shown_address(listening)}/", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


def _shown_address(listening: tuple[str, int]) -> str:
    host, port = listening[0], listening[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

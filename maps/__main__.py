"""`python -m maps serve`: the map server."""

import argparse
import asyncio
import gc
import sys

from aiohttp import web

from maps.server import build_app
from streams.contract import cli
from streams.contract.errors import ServeError
from streams.contract.grammars import Address
from streams.contract.running import run_until_signal
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
STOP_WITHIN_S = 5.0
COLLECT_AT = 50_000
"""New objects that stay: a second's delta of a province makes thousands, and each replaces one."""


def main(arguments: list[str]) -> int:
    """Run the command; the exit code."""
    _parser().parse_args(arguments)
    return cli.run(_serve)


def _serve(settings: Settings) -> int:
    app = build_app(settings, load_network(settings.network), Store.connect(settings))
    gc.freeze()  # the network stays: a collector that went through it would hold requests up
    gc.set_threshold(COLLECT_AT)
    asyncio.run(serve(app, settings.http))
    return cli.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m maps",
        description=_HELP,
        epilog=f"exit codes: {cli.EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    commands.add_parser("serve", help="serve until SIGTERM or SIGINT")
    return parser


async def serve(app: web.Application, address: Address) -> None:
    """Serve until a signal; prints the address once it answers."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_WITHIN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, *address).start()
        for listening in runner.addresses:
            print(f"map on http://{Address(*listening[:2])}/", flush=True)
        await run_until_signal()
    except OSError as error:
        raise ServeError(f"cannot serve on {address}: {error.strerror}") from None
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

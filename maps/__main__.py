"""`python -m maps`: the map server, who may use it, and the access records it writes."""

import argparse
import asyncio
import gc
import logging
import sys
from functools import partial

from aiohttp import web

from maps.access import command as accounts
from maps.access.first import first_code
from maps.access.guard import GUARD, Guard
from maps.api import matrix
from maps.api.routes import OPERATIONS
from maps.corridors import command as corridors
from maps.export import command as export
from maps.http.connections import CONNECTIONS, IDLE_S
from maps.http.door import listen
from maps.picture.catch_up import LOSSES
from maps.records import command as records
from maps.server import build_app
from streams.contract import cli
from streams.contract.errors import ServeError
from streams.contract.grammars import Address, LoginMode
from streams.contract.loop_watch import watched_loop
from streams.contract.odd_requests import quiet_odd_requests
from streams.contract.running import cancel, run_until_signal
from streams.contract.settings import Settings
from streams.contract.tls import Tls, kept_tls
from streams.geo.loading import load_network
from streams.state.store import Store
from streams.words.catalogue import in_all

_HELP = """Serves the live map, the page of each work and the API.

Settings come from the environment: BOMNAE_NETWORK (folder with network.json, needed),
BOMNAE_REDIS, BOMNAE_HTTP (default 127.0.0.1:8700; port 0 takes a free one), BOMNAE_CITY,
BOMNAE_TILES, BOMNAE_LEVELS_*, and BOMNAE_KAFKA for what the desk and crews tell. Redis may be away:
the server waits for it and says so. Kafka may be away: only what is told is refused then.

Crews tap on /w/{work} by signed links (the key `links` of BOMNAE_KEYS, or BOMNAE_SECRET;
BOMNAE_PUBLIC_URL). Their photos are kept in BOMNAE_PHOTOS until `python -m streams retention run`
deletes them, a week after their work is over."""
log = logging.getLogger(__name__)
STOP_WITHIN_S = 5.0
LOOK_S = 1.0
COLLECT_AT = 50_000
"""New objects that stay: a second's delta of a province makes thousands, and each replaces one."""


def main(arguments: list[str]) -> int:
    """Run the command; the exit code."""
    options = command_parser().parse_args(arguments)
    return cli.run(partial(COMMANDS[options.command], options=options))


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    del options
    app = build_app(settings, load_network(settings.network), Store.connect(settings))
    gc.freeze()  # the network stays: a collector that went through it would hold requests up
    gc.set_threshold(COLLECT_AT)
    asyncio.run(serve(app, settings.http, kept_tls(settings, settings.http)))
    return cli.OK


def command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m maps",
        description=_HELP,
        epilog=f"exit codes: {cli.EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands.add_parser("serve", help="serve until SIGTERM or SIGINT")
    access = commands.add_parser("access", help="who may what: roles, routes, pages, commands")
    access.add_argument("action", choices=("matrix",), help="print the whole table, as Markdown")
    accounts.add_parser(commands)
    records.add_parser(commands)
    export.add_parser(commands)
    corridors.add_parser(commands)
    return parser


def _access(settings: Settings, options: argparse.Namespace) -> int:
    del settings, options
    print(matrix.table(OPERATIONS))
    return cli.OK


COMMANDS = {
    "serve": _serve,
    "access": _access,
    "accounts": accounts.run,
    "records": records.run,
    "export": export.run,
    "corridors": corridors.check,
}


async def serve(app: web.Application, address: Address, tls: Tls | None = None) -> None:
    """Serve until a signal, with TLS where there is one; prints the address once it answers."""
    quiet_odd_requests()
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=STOP_WITHIN_S, keepalive_timeout=IDLE_S
    )
    await runner.setup()
    watching = asyncio.create_task(_watch(app, runner))
    try:
        if tls:
            await listen(runner, *address, tls.context)
        else:
            await web.TCPSite(runner, *address).start()
        for listening in runner.addresses:
            scheme = "https" if tls else "http"
            print(f"map on {scheme}://{Address(*listening[:2])}/", flush=True)
        saying = asyncio.create_task(_say_first_code(app[GUARD]))
        with watched_loop():
            await run_until_signal()
        await cancel([saying, watching], STOP_WITHIN_S)
    except OSError as error:
        raise ServeError(f"cannot serve on {address}: {error.strerror}") from None
    finally:
        await runner.cleanup()


async def _watch(app: web.Application, runner: web.AppRunner) -> None:
    if runner.server is not None:
        await app[CONNECTIONS].watch(runner.server)


async def _say_first_code(guard: Guard) -> None:
    """Print the code of the first account, where there is none and accounts are ours; as soon as
    Redis can be read, and the state in it is whole.
    """
    while guard.settings.login is LoginMode.LOCAL:
        try:
            if not await guard.store.is_rebuilding():
                code = await first_code(guard.store)
                if code:
                    print(f"{in_all('command.no_account')} {code}", flush=True)
                return
        except LOSSES:
            pass
        await asyncio.sleep(LOOK_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

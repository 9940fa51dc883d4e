"""`python -m streams worker` folds the feeds into road states, `dispatch` sends the alerts."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

from streams import key_command
from streams.contract import cli
from streams.contract.failpoints import DISPATCH_POINTS, from_env
from streams.contract.metrics import serve_metrics
from streams.contract.running import stop_signal
from streams.contract.settings import Settings
from streams.contract.terminal import add_by
from streams.contract.tls import kept_tls
from streams.delivery.command.options import add_sink, add_subscriptions
from streams.doctor import command as doctor
from streams.geo.loading import load_network
from streams.history.options import add_history
from streams.kafka.kept_acts import hand_over
from streams.kafka.terminal import Terminal, at_terminal
from streams.reports.options import add_report
from streams.retention.options import add_retention
from streams.snapshot.options import add_parsers, add_public
from streams.state.asked import account_of
from streams.walls.command import add_secrets, run_secrets

EXIT_DIFFERENT, EXIT_UNSETTLED = 4, 5
_CODES = """exit codes: 0 told to stop, or identical; 1 crashed; 2 settings or topics are wrong;
3 the log is not the one the state was folded from, or does not reach back to its beginning (or to
the snapshot); 4 audit: differences; 5 audit: not settled; 6 the worker stood while messages waited;
7 what stands in Redis, or in a snapshot, cannot be read"""


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
    audit.add_argument(
        "--from",
        type=Path,
        dest="snapshot",
        metavar="SNAPSHOT",
        help="begin at this snapshot; without it at the log's beginning, and where that is gone at "
        "the newest good one in BOMNAE_SNAPSHOTS",
    )
    add_public(audit)
    commands.add_parser("dispatch", help="send the alerts to the endpoints; run as many as needed")
    refold = commands.add_parser(
        "refold", help="have the whole state made again from the log; once all workers have stopped"
    )
    undelivered = commands.add_parser(
        "undelivered", help="list the messages that expired before an endpoint took them"
    )
    undelivered.add_argument("endpoint", help="ep_...")
    undelivered.add_argument("ids", nargs="*", metavar="ID", help="messages to send (all)")
    undelivered.add_argument("--replay", action="store_true", help="send them, under the same ids")
    acts = commands.add_parser(
        "acts", help="put on the log what was done to keys while it was not reached"
    )
    acts.add_argument("folder", type=Path, metavar="FOLDER", help="acts/ beside the keys")
    add_by(audit, refold, undelivered)
    add_subscriptions(commands)
    add_sink(commands)
    add_parsers(commands)
    add_secrets(commands)
    add_retention(commands)
    add_history(commands)
    add_report(commands)
    doctor.add_doctor(commands)
    key_command.add_keys(commands)
    options = parser.parse_args(argv)
    if options.command == "doctor":  # reads the settings itself: wrong ones are what it looks for
        return doctor.run(options)
    return cli.run(partial(_RUNS[options.command], options))


def run_worker(_: argparse.Namespace, settings: Settings) -> int:
    """Run one worker until SIGTERM or SIGINT."""
    from streams.worker.run import work  # noqa: PLC0415 - Faust takes half a second

    async def run() -> None:
        await work(settings, load_network(settings.network), stop_signal(), from_env(os.environ))

    serve_metrics(settings, kept_tls(settings, settings.metrics))
    loop = asyncio.new_event_loop()  # `asyncio.run` waits for agents that Faust restarts for ever
    loop.run_until_complete(run())
    return cli.OK


def run_dispatch(_: argparse.Namespace, settings: Settings) -> int:
    """Run one dispatcher until SIGTERM or SIGINT."""
    from streams.delivery.sending.dispatcher import Dispatcher  # noqa: PLC0415 - the worker needs none of it

    async def run() -> None:
        fail = from_env(os.environ, DISPATCH_POINTS)
        await Dispatcher(settings, load_network(settings.network), fail).run(stop_signal())

    serve_metrics(settings, kept_tls(settings, settings.metrics))
    asyncio.run(run())
    return cli.OK


def run_undelivered(options: argparse.Namespace, settings: Settings) -> int:
    """Print the dead letters of an endpoint, or have them sent after all."""
    from streams.delivery.command import dead_letters  # noqa: PLC0415 - the worker needs none of it

    endpoint, ids = options.endpoint, options.ids
    if options.replay:

        async def replay() -> list[str]:
            async with _terminal(options, settings) as terminal:
                await terminal.write("message.send_again", f"{endpoint} {','.join(ids)}".strip())
            return await dead_letters.replay(settings, endpoint, ids)

        sent = asyncio.run(replay())
        print("\n".join([*sent, f"{len(sent)} to be sent again"]))
        return cli.OK
    for _, message in asyncio.run(dead_letters.letters(settings, endpoint)):
        if not ids or message.id in ids:
            print(f"{message.id} expired_ms={message.expires_ms} tries={message.tries}")
    return cli.OK


def run_subscriptions(options: argparse.Namespace, settings: Settings) -> int:
    """List, add, change, rotate, remove or test endpoints."""
    from streams.delivery.command import cli as subscriptions  # noqa: PLC0415 - the worker needs none of it

    return subscriptions.run(settings, options)


def run_sink(options: argparse.Namespace, settings: Settings) -> int:
    """Receive messages until SIGTERM or SIGINT; 4 when any was not as it must be."""
    from streams.delivery.command import sink  # noqa: PLC0415 - the worker needs none of it

    return sink.run(settings, options)


def run_keys(options: argparse.Namespace, settings: Settings) -> int:
    """Make, list, rotate or hand out keys."""
    return key_command.run(settings, options)


def run_audit(options: argparse.Namespace, settings: Settings) -> int:
    """Print `identical`, or what differs; 0, 4, or 5 when the live state did not settle."""
    from streams.audit import command as auditing  # noqa: PLC0415
    from streams.audit import fold as audit  # noqa: PLC0415 - the worker needs none of it

    network = load_network(settings.network)
    begin = auditing.From(options.snapshot, options.public)

    async def compare() -> auditing.AuditResult:
        async with _terminal(options, settings) as terminal:
            await terminal.write("state.audit")
        return await auditing.run_audit(
            settings, network, within_s=options.within, begin_from=begin
        )

    verdict = asyncio.run(compare())
    if verdict.unsettled:
        print(f"not settled: {verdict.unsettled}")
        return EXIT_UNSETTLED
    print("\n".join(audit.report(list(verdict.differences))))
    print(f"{verdict.messages} messages folded", file=sys.stderr)
    return EXIT_DIFFERENT if verdict.differences else cli.OK


def run_snapshot(options: argparse.Namespace, settings: Settings) -> int:
    """Write all state into a file, now or each day."""
    from streams.snapshot import command  # noqa: PLC0415 - the worker needs none of it

    return command.run_snapshot(options, settings)


def run_restore(options: argparse.Namespace, settings: Settings) -> int:
    """Lay a snapshot anew."""
    from streams.snapshot import command  # noqa: PLC0415 - the worker needs none of it

    return command.run_restore(options, settings)


def run_retention(options: argparse.Namespace, settings: Settings) -> int:
    """Delete what time is due, or show the table of what is kept."""
    from streams.retention import command  # noqa: PLC0415 - the worker needs none of it

    return command.run_retention(options, settings)


def run_forget(options: argparse.Namespace, settings: Settings) -> int:
    """Take one work, call or account out before its time."""
    from streams.retention import command  # noqa: PLC0415 - the worker needs none of it

    return command.run_forget(options, settings)


def run_report(options: argparse.Namespace, settings: Settings) -> int:
    """Make a report, those that are due, or check a template."""
    from streams.reports import command  # noqa: PLC0415 - the worker needs none of it

    return command.run(options, settings)


def run_refold(options: argparse.Namespace, settings: Settings) -> int:
    """Take the state away; the next workers fold it again, and the screens say so meanwhile."""
    from streams.worker.refold import refold  # noqa: PLC0415 - the worker needs none of it

    async def run() -> None:
        async with _terminal(options, settings) as terminal:
            await terminal.write("state.refold")
        await refold(settings, load_network(settings.network))

    asyncio.run(run())
    print("the state is made again from the log by the workers that start next")
    return cli.OK


def run_archive(_: argparse.Namespace, settings: Settings) -> int:
    """Write the history to disk until SIGTERM or SIGINT."""
    from streams.history import command  # noqa: PLC0415 - the worker needs none of it

    return command.run_archive(settings)


def run_history(options: argparse.Namespace, settings: Settings) -> int:
    """Ask the history on disk, check it, or make it again."""
    from streams.history import command  # noqa: PLC0415 - the worker needs none of it

    return command.run_history(options, settings)


def run_acts(options: argparse.Namespace, settings: Settings) -> int:
    """Put on the log what waits in a folder of keys."""
    count = asyncio.run(hand_over(settings, options.folder))
    print(f"{count} acts are on the log now")
    return cli.OK


def _terminal(
    options: argparse.Namespace, settings: Settings
) -> AbstractAsyncContextManager[Terminal]:
    """Whoever runs a command that sends nothing to the log but its access record."""
    return at_terminal(settings, by=options.by, ask=account_of(settings))


_RUNS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "worker": run_worker,
    "refold": run_refold,
    "dispatch": run_dispatch,
    "undelivered": run_undelivered,
    "subscriptions": run_subscriptions,
    "sink": run_sink,
    "keys": run_keys,
    "acts": run_acts,
    "audit": run_audit,
    "snapshot": run_snapshot,
    "report": run_report,
    "restore": run_restore,
    "secrets": run_secrets,
    "retention": run_retention,
    "forget": run_forget,
    "archive": run_archive,
    "history": run_history,
}


if __name__ == "__main__":
    sys.exit(main())

"""What `python -m streams retention` and `python -m streams forget` do."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis.exceptions import RedisError

from streams.contract import cli
from streams.contract.errors import IntakeError, LogAwayError, SettingsError
from streams.contract.running import stop_signal
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.contract.topic_rules import KEEPING
from streams.kafka.cluster import topic_complaints
from streams.kafka.intake import Intake
from streams.kafka.terminal import Terminal
from streams.retention import forgetting, former_secrets
from streams.retention.deleting import Deleter, DueDeletion
from streams.retention.options import DOCUMENTS
from streams.retention.page import tables, with_tables
from streams.retention.table import kept
from streams.state.asked import account_of
from streams.state.store import Store

EVERY_S = 24 * 3600.0
EXIT_UNSETTLED, EXIT_AWAY = 5, LogAwayError.exit_code


def run_retention(options: argparse.Namespace, settings: Settings) -> int:
    """Delete what is due, or show the table."""
    if options.action == "table":
        return _show_table(is_written=options.write)
    if options.action == "secrets":
        return _answered(lambda: asyncio.run(_take_out_secrets(options, settings)))
    for name, folder in options.folder:
        if not folder.is_dir():
            raise SettingsError(f"--folder {name}={folder} is no folder")
    return _answered(lambda: asyncio.run(_keep_to_it(options, settings)))


def run_forget(options: argparse.Namespace, settings: Settings) -> int:
    """Take one thing out, or say what would go."""
    return _answered(lambda: asyncio.run(_forget(options, settings)))


def _answered(act: Callable[[], int]) -> int:
    try:
        return act()
    except (IntakeError, RedisError) as error:
        is_ours = isinstance(error, IntakeError)
        reason = str(error) if is_ours else f"Redis: {type(error).__name__}"  # no row in it
        cli.complain(reason, None)
        return EXIT_AWAY


def _show_table(*, is_written: bool) -> int:
    if is_written:
        for language, path in DOCUMENTS.items():
            text = path.read_text(encoding="utf-8")
            path.write_text(with_tables(text, kept(), language), encoding="utf-8")
    else:
        _say(tables(kept(), "en"))
    return cli.OK


@asynccontextmanager
async def _stores(settings: Settings) -> AsyncIterator[tuple[Store, Intake]]:
    store, intake = Store.connect(settings), Intake(settings)
    try:
        yield store, intake
    finally:
        await intake.close()
        await store.close()


async def _keep_to_it(options: argparse.Namespace, settings: Settings) -> int:
    """One run after another until told to stop; the exit code of the last."""
    stop = stop_signal()
    async with _stores(settings) as (store, intake):
        deleter = Deleter(settings, store, intake, kept(), dict(options.folder))
        service = "" if options.by or options.once or options.dry_run else "retention"
        ask = account_of(settings)
        records = Terminal(settings, intake, by=options.by, ask=ask, service=service)
        while True:
            code = await _run_once(deleter, records, is_dry=options.dry_run)
            if options.once or options.dry_run:
                return code
            try:
                async with asyncio.timeout(EVERY_S):
                    await stop.wait()
            except TimeoutError:
                continue
            return cli.OK


async def _run_once(deleter: Deleter, records: Terminal, *, is_dry: bool) -> int:
    found = await asyncio.to_thread(topic_complaints, deleter.settings)
    faults = [each.line() for each in found if each.name in KEEPING]
    due = await deleter.due(now_ms())
    if not is_dry:
        await records.write("retention.run", count=sum(each.count for each in due))
    for each in due:
        try:
            _say(f"{each.name}: {await _deleted(each, records, is_dry=is_dry)}")
        except OSError as error:
            faults.append(f"{each.name}: cannot be deleted: {error.strerror}")
    _say("nothing is due" if not due else "nothing was deleted" if is_dry else "done")
    for line in faults:
        cli.complain(line, deleter.settings)
    return cli.FAILED if faults else cli.OK


async def _deleted(due: DueDeletion, records: Terminal, *, is_dry: bool) -> str:
    """What became of one row; the record comes before the act."""
    if is_dry:
        return f"{due.count} due"
    await records.write("retention.delete", due.name, count=due.count)
    return f"{await due.delete()} deleted"


async def _take_out_secrets(options: argparse.Namespace, settings: Settings) -> int:
    async with _stores(settings) as (store, intake):
        plan = await former_secrets.plan_of(settings, store)
        _say(f"{plan.secrets} former secrets on the accounts' log")
        if not options.yes:
            cli.complain("nothing was deleted: --yes does it", None)
            return cli.USAGE
        terminal = Terminal(settings, intake, by=options.by, ask=account_of(settings))
        await terminal.write("account.secrets", count=plan.secrets)
        await former_secrets.take_out(settings, plan)
    _say("done; snapshots of before have them until they go")
    return cli.OK


async def _forget(options: argparse.Namespace, settings: Settings) -> int:
    kind = "work" if options.work else "call" if options.call else "account"
    name = getattr(options, kind)
    async with _stores(settings) as (store, intake):
        plan = await forgetting.plan_of(store, settings, kind, name, now_ms())
        if not (plan.count or options.anyway):
            fault = f"there is no {kind} {name[:80]!r} in the state, nor a part of one"
            cli.complain(f"{fault}; --anyway: it may stand on the log", None)
            return cli.FAILED
        for line in plan.lines():
            _say(line)
        if not options.yes:
            cli.complain("nothing was deleted: --yes does it", None)
            return cli.USAGE
        terminal = Terminal(settings, intake, by=options.by, ask=account_of(settings))
        await terminal.write(f"{kind}.forget", name, count=plan.count, reason=options.reason)
        is_folded = await forgetting.forget(store, intake, plan)
    if not is_folded:
        cli.complain(f"{kind}: in the log; no worker has taken it up yet", None)
        return EXIT_UNSETTLED
    _say(f"{kind} is forgotten")
    return cli.OK


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

"""`python -m maps accounts`: what an administrator at a terminal does with accounts."""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Mapping

from redis.exceptions import RedisError

from maps.access import accounts
from maps.access.first import first_code_again
from maps.access.passwords import hash_of, made_password
from maps.access.resealing import reseal
from maps.access.sessions import end_all
from streams.contract import topics
from streams.contract.account import Account
from streams.contract.enums import Role
from streams.contract.errors import AccountError, IntakeError
from streams.contract.grammars import LoginMode
from streams.contract.settings import Settings
from streams.contract.terminal import add_by
from streams.contract.times import now_ms
from streams.kafka.intake import Intake
from streams.kafka.terminal import Terminal
from streams.state.asked import account_of
from streams.state.folded import is_folded
from streams.state.store import Store
from streams.words.catalogue import in_all

EXIT_UNSETTLED, EXIT_UNKNOWN, EXIT_AWAY = 5, 7, 8
SETTLED_WITHIN_S = 10.0
TRIES = 3
RECORDED = {"first-code": "account.first_code"}  # others by their own name
DAYS = (1, 730)
HELP = """Who may log in, and what as. Each change is a message on the log, which keeps it;
before it is done there is an access record of it, by the account of --by, and so of each list.

  python -m maps accounts add kim --roles desk,operator --office roads
  python -m maps accounts reset kim       a new password; codes and passkeys count no more
  python -m maps accounts first-code      the start code of a city without accounts, once more
  python -m maps accounts lock kim        all sessions end within seconds, those of the city's
                                          login or of a proxy as well; unlock undoes it
  python -m maps accounts add gis --roles viewer --program   a program's: no password
  python -m maps accounts token gis --days 365       what it sends as its bearer

A name has 2 to 32 of a-z, 0-9, . and -, a letter first.

A password is printed once and must be changed at the first login. Roles: viewer (the map), desk
(answers, calls), operator (acknowledges), manager (webhooks, files), admin (accounts), auditor
(access records)."""
EXIT_CODES = """exit codes: 0 done · 2 something cannot be so · 5 in the log, not (yet) in force ·
7 no such account · 8 Kafka or Redis away"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "accounts",
        help="who may log in",
        description=HELP,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="a new account, and its first password")
    add.add_argument("account")
    add.add_argument("--roles", required=True, type=_roles, help="with commas between them")
    add.add_argument("--office", default="", help="where they sit")
    add.add_argument("--program", action="store_true", help="a program's: no password, see token")
    roles = actions.add_parser("roles", help="other roles")
    roles.add_argument("account")
    roles.add_argument("--roles", required=True, type=_roles, help="with commas between them")
    token = actions.add_parser("token", help="the next token of a program's account")
    token.add_argument("account")
    token.add_argument("--days", type=_days, default=90, help="it counts for so long (default 90)")
    for name, text in (
        ("reset", "a new password, no second factor, no lock"),
        ("lock", "no logins, and all sessions end"),
        ("unlock", "logins again"),
        ("remove", "for ever: nobody gets this name again"),
    ):
        actions.add_parser(name, help=text).add_argument("account")
    actions.add_parser("list", help="every account")
    actions.add_parser("reseal", help="after a rotation of the key for codes: seal theirs anew")
    actions.add_parser("first-code", help="the code of the first account, where it was lost")
    add_by(*actions.choices.values())


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Do what the options ask for; the exit code. Raises BomnaeError for what cannot be."""
    try:
        return asyncio.run(_act(settings, options))
    except (IntakeError, RedisError, OSError) as error:
        reason = str(error) if isinstance(error, IntakeError) else type(error).__name__
        sys.stderr.write(f"bomnae: {reason}\n")
        return EXIT_AWAY


async def _act(settings: Settings, options: argparse.Namespace) -> int:
    store, intake = Store.connect(settings), Intake(settings)
    terminal = Terminal(settings, intake, by=options.by, ask=account_of(settings))
    try:
        if options.action == "list":
            known = await store.accounts()
            await _record(terminal, options.action, "", count=len(known))
            return _list(known)
        if options.action == "reseal":
            await _record(terminal, options.action, "")
            return await reseal(settings, store, intake, await terminal.account())
        if options.action == "first-code":
            await _record(terminal, options.action, "")
            _print(f"{in_all('command.first_code')} {await first_code_again(store)}")
            return 0
        return await _changed(settings, store, intake, options, terminal)
    finally:
        await intake.close()
        await store.close()


async def _changed(
    settings: Settings,
    store: Store,
    intake: Intake,
    options: argparse.Namespace,
    terminal: Terminal,
) -> int:
    """Do one action; where another change of the account came first, once more of what that left.
    A secret is made and shown once.
    """
    secret, by = _secret(options), await terminal.account()
    for number in range(TRIES):
        known = await _known(settings, store, options)
        if known is None:
            unknown = in_all("command.account.unknown", name=repr(options.account[:40]))
            sys.stderr.write(f"bomnae: {unknown}\n")
            return EXIT_UNKNOWN
        made = _made(known, options, secret, now_ms(), by)
        if number == 0:
            await _record(terminal, options.action, made.account)
        await intake.send(topics.ACCOUNTS, 0, made)
        if secret and number == 0:
            handed = "token" if options.action == "token" else "password"
            _print(f"{in_all(f'command.handed.{handed}')} {secret}")
        code = await _settled(store, made, options.action)
        if code is not None:
            return code
    overtaken = in_all("command.account.overtaken", n=TRIES)
    sys.stderr.write(f"{options.account}: {overtaken}\n")
    return EXIT_UNSETTLED


async def _known(
    settings: Settings, store: Store, options: argparse.Namespace
) -> Mapping[str, Account] | None:
    """All accounts, that of the options among them; None where it is not there. AccountError for a
    name that was removed. A name of the city's login is there to be locked.
    """
    known = await store.accounts()
    if await store.is_account_gone(options.account):
        raise AccountError("account", options.account, "a name that was not removed before")
    if options.action == "lock" and settings.login is LoginMode.OIDC:
        known.setdefault(options.account, accounts.of_provider(options.account))
    return known if options.action == "add" or options.account in known else None


async def _record(terminal: Terminal, action: str, account: str, *, count: int = 1) -> None:
    """The access record, before it is done; LogAwayError where the log is away: then it is not."""
    await terminal.write(RECORDED.get(action, f"account.{action}"), account, count=count)


def _secret(options: argparse.Namespace) -> str:
    """What somebody is handed: a password, or a program's token; "" where it is neither."""
    if options.action == "reset" or (options.action == "add" and not options.program):
        return made_password()
    if options.action == "token":
        return accounts.token_of(options.account, secrets.token_urlsafe(32))
    return ""


def _made(
    known: Mapping[str, Account], options: argparse.Namespace, secret: str, at_ms: int, by: str
) -> Account:
    """What goes into the log."""
    if options.action == "add":
        return _added(known, options, secret, at_ms, by)
    account = known[options.account]
    if options.action == "reset":
        return accounts.reset(account, hash_of(secret), at_ms, by)
    if options.action == "token":
        return accounts.with_token(account, secret, options.days, at_ms, by)
    if options.action == "roles":
        return accounts.with_roles(account, options.roles, at_ms, by)
    if options.action == "remove":
        return accounts.removed(account, at_ms, by)
    return accounts.locked(account, at_ms, by, is_locked=options.action == "lock")


def _added(
    known: Mapping[str, Account], options: argparse.Namespace, password: str, at_ms: int, by: str
) -> Account:
    accounts.check_room(len(known))
    if options.account in known:
        raise AccountError("account", options.account, "a name that is not taken")
    return accounts.added(
        options.account,
        options.roles,
        options.office,
        password_hash=hash_of(password) if password else "",
        now_ms=at_ms,
        by=by,
        must_change=bool(password),
    )


async def _settled(store: Store, made: Account, action: str) -> int | None:
    """0 once a worker has folded it, None where another change came first; it is in the log either
    way.
    """
    found: Account | None = None

    async def shows() -> bool:
        nonlocal found
        found = await store.account(made.account)
        if made.is_removed:
            return found is None
        return found is not None and found.revision >= made.revision

    if await is_folded(shows, within_s=SETTLED_WITHIN_S):
        if not made.is_removed and found != made:
            return None
        if made.is_removed:
            await end_all(store.client, made.account)
        roles = ",".join(made.roles)
        _print(f"{made.account}: {in_all(f'command.account.done.{action}', roles=roles)}")
        return 0
    sys.stderr.write(f"{made.account}: {in_all('command.in_log')}\n")
    return EXIT_UNSETTLED


def _list(known: Mapping[str, Account]) -> int:
    for row in sorted(known.values(), key=lambda each: each.account):
        marks = [
            mark
            for mark, holds in (
                ("locked", row.is_locked),
                ("must change its password", row.must_change),
                ("one-time codes", bool(row.code_secret)),
                ("passkeys", bool(row.passkeys)),
                ("program", bool(row.token_hash)),
            )
            if holds
        ]
        _print("  ".join([row.account, ",".join(row.roles), row.office or "-", *marks]))
    return 0


def _roles(text: str) -> tuple[Role, ...]:
    try:
        return tuple(Role(part.strip()) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("one or more of " + ",".join(Role)) from None


def _days(text: str) -> int:
    low, high = DAYS
    if text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    raise argparse.ArgumentTypeError(f"{low} to {high}")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

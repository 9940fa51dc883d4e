"""Who may what, as one table: every operation of the API, every page and every command. Pure.

`python -m maps access matrix` prints it, docs/access.md holds it, and a test asks a running server
for every row and column whether it is so.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from maps.access.roles import Permission
from maps.access.who import Who, nobody
from maps.api.operation import ADMIN_KEY, Operation
from streams.contract.enums import Role
from streams.contract.grammars import LoginMode

YES, NO, LOGIN, KEY, LINK = "yes", "-", "login", "key", "link"
NOBODY, AWAY, FRESH = "nobody", "away", "fresh"
COLUMNS = (NOBODY, *map(str, Role), AWAY, FRESH)
LEGEND = """`yes`: may. `-`: is refused (401 without a login, 403 with one). `login`: is led to the
login. `key`: only with the key of BOMNAE_ADMIN_KEY. `link`: only with a crew's signed link.
`away`: an operator who has done nothing for the idle time. `fresh`: an operator whose password
somebody else knows. Roles add up. `recorded` is what the access record calls it."""


class Rights(StrEnum):
    """What a command needs at a terminal, where the rights are those of the settings it is given:
    of the users of Kafka and Redis, and of the keys.
    """

    NONE = "none"  # reads the files it is given
    FEEDS = "feeds"  # writes what feeds say
    TOPICS = "topics"  # makes topics, and sets them right
    FOLD = "fold"  # reads the log, writes the state
    MAPS = "maps"  # reads the state; writes what people tell, accounts, access records
    DELIVER = "deliver"  # reads the state and the endpoints' keys, writes what was delivered
    READ = "read"  # reads log or state


COMMANDS: Mapping[str, tuple[Rights, str]] = {
    "maps access": (Rights.NONE, ""),
    "maps accounts": (Rights.MAPS, "what is done, by `NAME@terminal`; the account on the log"),
    "maps records": (Rights.MAPS, "the head of each day, signed"),
    "maps serve": (Rights.MAPS, "as above"),
    "producers check": (Rights.NONE, ""),
    "producers clock": (Rights.FEEDS, ""),
    "producers letters": (Rights.READ, ""),
    "producers network": (Rights.NONE, ""),
    "producers replay": (Rights.FEEDS, ""),
    "producers run": (Rights.FEEDS, ""),
    "producers simulate": (Rights.NONE, ""),
    "producers topics": (Rights.TOPICS, ""),
    "streams audit": (Rights.READ, ""),
    "streams dispatch": (Rights.DELIVER, "each attempt, in the state"),
    "streams doctor": (Rights.READ, ""),
    "streams forget": (Rights.MAPS, "what was taken out, and why"),
    "streams keys": (Rights.NONE, ""),
    "streams refold": (Rights.FOLD, ""),
    "streams restore": (Rights.FOLD, ""),
    "streams retention": (Rights.MAPS, "each run that deleted something"),
    "streams secrets": (Rights.NONE, ""),
    "streams sink": (Rights.NONE, ""),
    "streams snapshot": (Rights.READ, ""),
    "streams subscriptions": (Rights.DELIVER, "the subscription on the log"),
    "streams undelivered": (Rights.DELIVER, ""),
    "streams worker": (Rights.FOLD, ""),
}


class MatrixLine(NamedTuple):
    """An operation, and what each column may do with it."""

    method: str
    path: str
    may: Permission
    recorded: str
    cells: tuple[str, ...]


def whos() -> dict[str, Who]:
    """Somebody of each column, where accounts are ours."""
    local = LoginMode.LOCAL
    found = {NOBODY: nobody("", local)}
    found |= {str(role): Who("who", (role,), "", local, "s") for role in Role}
    found[AWAY] = Who("who", (Role.OPERATOR,), "", local, "s", is_idle=True)
    found[FRESH] = Who("who", (Role.OPERATOR,), "", local, "s", must_change=True)
    return found


def lines_of(operations: Iterable[Operation]) -> list[MatrixLine]:
    """A line for each operation, by path and method."""
    people = whos()
    return [
        MatrixLine(
            each.method,
            each.path,
            each.may,
            str(each.records or ""),
            tuple(cell_of(each, people[column]) for column in COLUMNS),
        )
        for each in sorted(operations, key=lambda each: (each.path, each.method))
    ]


def cell_of(operation: Operation, who: Who) -> str:
    """What somebody may do with an operation."""
    if operation.may is Permission.CREW and not who.may(Permission.SEE):
        return LINK
    if who.may(operation.may):
        return YES
    if operation.needs == ADMIN_KEY and not who.account:
        return KEY
    may_come = not who.account or who.is_idle or who.is_held
    return LOGIN if operation.is_page and may_come else NO


def table(operations: Iterable[Operation]) -> str:
    """The tables of operations and of commands, as Markdown."""
    head = ("route", "needs", "recorded", *COLUMNS)
    rows = [head, tuple("---" for _ in head)]
    rows += [
        (f"`{line.method} {line.path}`", line.may, line.recorded, *line.cells)
        for line in lines_of(operations)
    ]
    commands = [("command", "rights of", "what is kept of it"), ("---",) * 3]
    commands += [(f"`python -m {name}`", *row) for name, row in sorted(COMMANDS.items())]
    return "\n".join([LEGEND, "", *map(_row, rows), "", *map(_row, commands)])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"

"""Who may what, as one table: every operation of the API, every page and every command. Pure.

`python -m maps access matrix` prints it, docs/access.md holds it, and a test asks a running server
for every row and column whether it is so.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from maps.access.roles import Permission
from maps.access.who import Who, nobody
from maps.api.operation import ADMIN_KEY, CREW_TOKEN, Operation
from streams.contract.enums import Role
from streams.contract.grammars import LoginMode

YES, NO, LOGIN, KEY, LINK = "yes", "-", "login", "key", "link"
NOBODY, AWAY, FRESH = "nobody", "away", "fresh"
COLUMNS = (NOBODY, *map(str, Role), AWAY, FRESH)
LEGEND = """`yes`: may. `-`: is refused (401 without a login, 403 with one). `login`: is led to the
login. `key`: only with the key of BOMNAE_ADMIN_KEY. `link`: only with a crew's signed link.
`away`: an operator who has done nothing for the idle time. `fresh`: an operator whose password
somebody else knows. Roles add up. `recorded` is what the access record calls it."""


class Command(NamedTuple):
    """A command at a terminal, where the rights are those of the user of Kafka and Redis that it
    logs in as: `users`, those of docker-compose.yml, none for what asks neither. `records` are its
    verbs in the access records; one without says in `note` why it needs none.
    """

    users: tuple[str, ...]
    records: tuple[str, ...]
    note: str = ""


_FILES = "reads the files it is given"
_KEYS = "beside the keys until the log has it"
COMMANDS: Mapping[str, Command] = {
    "maps access": Command((), (), "prints this table"),
    "maps accounts": Command(
        ("maps", "keeper"),
        (
            "account.list",
            "account.add",
            "account.roles",
            "account.token",
            "account.reset",
            "account.lock",
            "account.unlock",
            "account.remove",
            "account.reseal",
            "account.first_code",
        ),
    ),
    "maps export": Command(("maps",), ("export.map",), "says why"),
    "maps corridors": Command((), (), _FILES),
    "maps records": Command(
        ("records", "maps"),
        ("key.make", "record.report"),
        "verify shows faults and no record; sign writes the head of each day, signed",
    ),
    "maps serve": Command(("maps",), (), "as above, each operation"),
    "producers basemap": Command((), (), _FILES),
    "producers check": Command((), (), _FILES),
    "producers datasets": Command(
        ("producers",),
        (),
        "run writes what datasets say: it is on the log; check and list read files",
    ),
    "producers clock": Command(("clock",), (), "writes the time"),
    "producers letters": Command(("admin", "keeper"), ("letter.list",)),
    "producers network": Command((), (), _FILES),
    "producers replay": Command(("producers",), (), "writes what feeds say: it is on the log"),
    "producers run": Command(("producers",), (), "writes what feeds say: it is on the log"),
    "producers simulate": Command((), (), "a city that is none"),
    "producers topics": Command(("admin",), (), "makes the log that records stand in, and rights"),
    "streams acts": Command(("keeper",), ("key.make", "key.rotate", "key.derive"), "the late ones"),
    "streams archive": Command(("archive",), (), "folds the log: no person and no words in it"),
    "streams audit": Command(("keeper",), ("state.audit",)),
    "streams dispatch": Command(("dispatch",), (), "each attempt stands in the state"),
    "streams doctor": Command((), (), "as the service it runs in; shows no row and no message"),
    "streams forget": Command(("keeper",), ("work.forget", "call.forget", "account.forget")),
    "streams history": Command(
        ("archive",), (), "asks files of nobody; rebuild makes them of the log"
    ),
    "streams keys": Command(
        (), ("key.make", "key.rotate", "key.derive"), f"{_KEYS}; list shows ids and times alone"
    ),
    "streams refold": Command(("keeper",), ("state.refold",)),
    "streams report": Command(
        ("reports",),
        (),
        "reads the history's files, no row of a person is in them; keep writes which it published",
    ),
    "streams restore": Command(("admin",), ("state.restore",), "writes the state as `keeper`"),
    "streams retention": Command(
        ("retention", "keeper", "admin"),
        ("retention.run", "retention.delete", "account.secrets"),
        "secrets as `admin`; table reads files",
    ),
    "streams secrets": Command((), ("key.make", "key.rotate"), _KEYS),
    "streams sink": Command((), (), "hears what is sent to it"),
    "streams snapshot": Command(
        ("snapshot",),
        ("key.make", "snapshot.make", "snapshot.take_out"),
        "one that is taken out says why",
    ),
    "streams subscriptions": Command(
        ("keeper",),
        (
            "endpoint.list",
            "endpoint.add",
            "endpoint.change",
            "endpoint.rotate",
            "endpoint.remove",
            "endpoint.test",
        ),
    ),
    "streams undelivered": Command(
        ("keeper",), ("message.send_again",), "a list shows ids and times alone"
    ),
    "streams worker": Command(("worker",), (), "folds the log"),
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
    asks_a_link = operation.needs == CREW_TOKEN or not operation.is_page
    if operation.may is Permission.CREW and (asks_a_link or not who.may(Permission.SEE)):
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
    commands: list[tuple[str, ...]] = [("command", "user of the log", "recorded as", "")]
    commands.append(("---",) * 4)
    commands += [_command(name, row) for name, row in sorted(COMMANDS.items())]
    return "\n".join([LEGEND, "", *map(_row, rows), "", *map(_row, commands)])


def _command(name: str, row: Command) -> tuple[str, ...]:
    verbs = " ".join(f"`{verb}`" for verb in row.records)
    return f"`python -m {name}`", ", ".join(row.users), verbs, row.note


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"

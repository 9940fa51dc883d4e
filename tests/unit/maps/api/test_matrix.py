"""The table of who may what: nothing stands outside it, and the document holds it as it is."""

import argparse
from collections.abc import Callable, Iterator

import pytest

from local.access_table import FILE, with_tables
from maps.__main__ import COMMANDS, command_parser
from maps.access.roles import PERMISSIONS, Permission
from maps.api import matrix
from maps.api.routes import OPERATIONS
from producers.__main__ import parser as producers_parser
from streams.__main__ import main as streams_main
from streams.contract.enums import Role
from streams.contract.settings import Settings


def test_the_document_holds_the_table_as_it_is() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert text == with_tables(text), "run `python -m local.access_table --write`"


def test_every_operation_has_a_line_and_every_line_a_permission() -> None:
    lines = matrix.lines_of(OPERATIONS)
    assert len(lines) == len(OPERATIONS) > 50
    assert all(line.may in Permission for line in lines)
    assert all(len(line.cells) == len(matrix.COLUMNS) for line in lines)


def test_what_needs_a_permission_is_open_to_those_who_have_it_alone() -> None:
    """The cells again, by the table of roles alone."""
    for line in matrix.lines_of(OPERATIONS):
        given = dict(zip(matrix.COLUMNS, line.cells, strict=True))
        for role in Role:
            has = line.may in PERMISSIONS[role] | {Permission.ANYBODY, Permission.SELF}
            has |= line.may is Permission.OWN
            has |= line.may is Permission.CREW and Permission.SEE in PERMISSIONS[role]
            assert (given[role] == matrix.YES) is has, (line, role)
        is_open = line.may is Permission.ANYBODY
        assert (given[matrix.NOBODY] == matrix.YES) is is_open, line


def parser_of(main: Callable[[list[str]], int]) -> argparse.ArgumentParser:
    """The parser that a main makes; it is stopped where it would read its arguments."""
    found: list[argparse.ArgumentParser] = []

    def stop(parser: argparse.ArgumentParser, *_: object) -> None:
        found.append(parser)
        raise SystemExit(0)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(argparse.ArgumentParser, "parse_args", stop)
        with pytest.raises(SystemExit):
            main([])
    return found[0]


def commands() -> Iterator[str]:
    parsers = {
        "maps": command_parser(),
        "producers": producers_parser(),
        "streams": parser_of(streams_main),
    }
    for package, parser in parsers.items():
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                yield from (f"{package} {name}" for name in action.choices)


def test_every_command_says_whose_rights_it_needs() -> None:
    """A new one needs its line in `matrix.COMMANDS`."""
    assert sorted(commands()) == sorted(matrix.COMMANDS)


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    options = command_parser().parse_args(["access", "matrix"])
    assert COMMANDS["access"](Settings(), options) == 0
    printed = capsys.readouterr().out
    assert printed == matrix.table(OPERATIONS) + "\n"
    assert "| `POST /api/v1/alerts/{episode}/acknowledge` | act | act | - | - |" in printed

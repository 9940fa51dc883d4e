"""The table of who may what: nothing stands outside it, and the document holds it as it is."""

import argparse
from collections.abc import Callable

import pytest

from local.access_table import FILE, with_tables
from maps.__main__ import COMMANDS, command_parser
from maps.access.roles import PERMISSIONS, Permission
from maps.api import matrix
from maps.api.routes import OPERATIONS
from producers.__main__ import parser as producers_parser
from streams.__main__ import main as streams_main
from streams.contract import topics
from streams.contract.acts import ACTS
from streams.contract.enums import Role
from streams.contract.settings import Settings
from streams.kafka.rights import ADMIN, SERVICES


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
            is_page = line.path == "/w/{work:.+}"  # of the crews' ways the one without a token
            has |= is_page and Permission.SEE in PERMISSIONS[role]
            assert line.may is not Permission.CREW or has or given[role] == matrix.LINK
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


def under(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Its commands."""
    actions = (x for x in parser._actions if isinstance(x, argparse._SubParsersAction))
    return {name: found for action in actions for name, found in action.choices.items()}


def commands() -> dict[str, argparse.ArgumentParser]:
    parsers = {
        "maps": command_parser(),
        "producers": producers_parser(),
        "streams": parser_of(streams_main),
    }
    found = [(package, *each) for package, x in parsers.items() for each in under(x).items()]
    return {f"{package} {name}": parser for package, name, parser in found}


def asks_by(parser: argparse.ArgumentParser) -> bool:
    """Whether it, or a command of it, asks who sits there."""
    is_asked = any("--by" in action.option_strings for action in parser._actions)
    return is_asked or any(asks_by(each) for each in under(parser).values())


def test_every_command_says_whose_rights_it_needs() -> None:
    """A new one needs its line in `matrix.COMMANDS`."""
    assert sorted(commands()) == sorted(matrix.COMMANDS)


def test_every_command_asks_by_whom_it_is_recorded_or_says_why_it_needs_no_record() -> None:
    late = "streams acts"  # each of these has who it was already
    for name, parser in commands().items():
        row = matrix.COMMANDS[name]
        assert asks_by(parser) == (bool(row.records) and name != late), name
        assert row.records or row.note, name
        assert {*row.records} <= {*ACTS}, name


def test_whoever_runs_a_command_that_is_recorded_may_write_the_record() -> None:
    writers = {x for x, has in SERVICES.items() if topics.ACCESS_RECORDS in has.writes} | {ADMIN}
    for name, row in matrix.COMMANDS.items():
        assert {*row.users} <= {*SERVICES, ADMIN}, name
        assert not row.records or {*row.users} <= writers, name
    by_command = {verb for row in matrix.COMMANDS.values() for verb in row.records}
    by_hand = ("login.", "session.", "passkey.", "account.", "photo.push_out")
    by_operation = {each.does for each in OPERATIONS}
    nobodys = {*ACTS} - by_command - by_operation
    assert {verb for verb in nobodys if not verb.startswith(by_hand)} == set()


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    options = command_parser().parse_args(["access", "matrix"])
    assert COMMANDS["access"](Settings(), options) == 0
    printed = capsys.readouterr().out
    assert printed == matrix.table(OPERATIONS) + "\n"
    assert "| `POST /api/v1/alerts/{episode}/acknowledge` | act | act | - | - |" in printed

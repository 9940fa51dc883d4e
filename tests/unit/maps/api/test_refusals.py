"""What handlers refuse is what the API's document says, followed through their calls."""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import maps.api
from maps.api.operation import Operation, operations_in
from tests.places import ROOT

Name = tuple[str, str]  # module, function or Class.method
OF_HELPERS = {"bad_parameter": 400, "not_found": 404}
SAID_ON_THE_PAGE = {"/truth": {503}, "/api/v1/statistics": {503}}  # caught: the body says it
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of `maps`."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_bytes())
        for path in (ROOT / "maps").rglob("*.py")
    }


@cache
def functions() -> dict[Name, ast.AST]:
    """Their functions and methods."""
    found: dict[Name, ast.AST] = {}
    for module, tree in sources().items():
        for node in tree.body:
            if isinstance(node, FUNCTIONS):
                found[module, node.name] = node
            if isinstance(node, ast.ClassDef):
                own = (each for each in node.body if isinstance(each, FUNCTIONS))
                found |= {(module, f"{node.name}.{each.name}"): each for each in own}
    return found


@cache
def imported(module: str) -> dict[str, Name]:
    """Names of a module that come from others of `maps`."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(sources()[module])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def method(name: str) -> Name | None:
    """The only method of this name; None where there are more, or none."""
    found = [each for each in functions() if each[1].endswith(f".{name}")]
    return found[0] if len(found) == 1 else None


def calls(module: str, node: ast.AST) -> Iterator[tuple[int, Name | None]]:
    """What a function's calls refuse themselves (0: nothing), and whom they call."""
    for each in ast.walk(node):
        if not isinstance(each, ast.Call):
            continue
        if isinstance(each.func, ast.Attribute):
            yield 0, method(each.func.attr)
        if not isinstance(each.func, ast.Name):
            continue
        name = each.func.id
        if name == "RequestRefusedError" and isinstance(each.args[0], ast.Constant):
            yield int(str(each.args[0].value)), None
        own = (module, name)
        yield OF_HELPERS.get(name, 0), own if own in functions() else imported(module).get(name)


def refusals(start: Name) -> set[int]:
    """Every status that a function refuses with, itself or by what it calls."""
    found, seen, todo = {0}, {start}, [start]
    while todo:
        name = todo.pop()
        if name not in functions():
            continue
        for status, called in calls(name[0], functions()[name]):
            found.add(status)
            if called is not None and called not in seen:
                seen.add(called)
                todo.append(called)
    return found - {0}


def operations() -> list[Operation]:
    names = sorted(x.stem for x in Path(maps.api.__path__[0]).glob("*.py"))
    modules = (importlib.import_module(f"maps.api.{name}") for name in names)
    found = {(x.method, x.path): x for module in modules for x in operations_in(vars(module))}
    return [found[name] for name in sorted(found)]


@pytest.mark.parametrize("operation", operations(), ids=lambda x: f"{x.method} {x.path}")
def test_an_operation_declares_what_it_refuses(operation: Operation) -> None:
    handler = operation.handler
    found = refusals((handler.__module__, handler.__name__))
    found -= SAID_ON_THE_PAGE.get(operation.path, set())
    assert found - {*operation.refused, *operation.answers} == set()


def test_refusals_are_followed_through_what_a_handler_calls() -> None:
    assert refusals(("maps.api.crew", "get_report")) >= {403, 404, 503}  # by `admit`

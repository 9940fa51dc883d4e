"""The paths and modules that docstrings name are there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.settings_table import ROOT

ROOMS = ("streams", "producers", "maps", "local", "bench")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
PACKAGES = [path for path in FILES if path.name == "__init__.py"]
PATH = re.compile(r"(?:[\w-]+/)+(?:[\w-]+\.\w+)?|[\w/-]+\.(?:py|js|lua|toml|css|html|md)")
NAME = re.compile(r"[a-z_]+")
MODULE = re.compile(rf"(?:{'|'.join(ROOMS)})(?:\.\w+)+")


def docstrings(text: str) -> Iterator[str]:
    """Every docstring of a module, those of its classes, functions and constants too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def named(text: str, pattern: re.Pattern[str]) -> set[str]:
    """What stands between backticks and looks like this."""
    return {
        each
        for docstring in docstrings(text)
        for each in re.findall(r"`([^`\s]+)`", docstring)
        if pattern.fullmatch(each)
    }


def is_path(name: str, folder: Path) -> bool:
    return any((base / name).exists() for base in (folder, folder.parent, ROOT))


def is_module(name: str) -> bool:
    """Whether a dotted name is a module, or what stands in one."""
    path, parts = ROOT, name.split(".")
    while parts and ((path / parts[0]).is_dir() or (path / f"{parts[0]}.py").exists()):
        path = path / parts.pop(0)
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return not parts or (
        file.exists() and re.search(rf"\b{parts[0]}\b", file.read_text()) is not None
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_docstring_names_is_there(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not [name for name in named(text, PATH) if not is_path(name, file.parent)]
    assert not [name for name in named(text, MODULE) if not is_module(name)]


@pytest.mark.parametrize("file", PACKAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_package_names_what_is_in_it(file: Path) -> None:
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert docstring
    folders = (file.parent, file.parent.parent)
    names = named(repr(docstring), NAME)
    assert not [name for name in names if not any(is_in(folder, name) for folder in folders)]


def is_in(folder: Path, module: str) -> bool:
    return (folder / module).is_dir() or (folder / f"{module}.py").exists()


@pytest.mark.parametrize(
    ("docstring", "paths", "modules"),
    [
        ("`streams/domain/stage.py` and `works/`", {"streams/domain/stage.py", "works/"}, set()),
        ("`streams.state.gate` of `streams.state.gate.Gate`", set(), {"streams.state.gate"}),
        ("`gate.lua`, not `a.b` nor `x / y`", {"gate.lua"}, set()),
    ],
)
def test_names_are_found(docstring: str, paths: set[str], modules: set[str]) -> None:
    text = f'"""{docstring}"""'
    assert named(text, PATH) == paths
    assert named(text, MODULE) >= modules


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("streams.state.gate", True),
        ("streams.state.gate.Gate", True),
        ("streams.state", True),
        ("streams.nobody", False),
        ("streams.state.gate.Door", False),
    ],
)
def test_a_module_is_told_from_what_is_none(name: str, *, is_there: bool) -> None:
    assert is_module(name) is is_there

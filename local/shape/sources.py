"""The product's files as text: what runs in them, without comments and docstrings."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOMS = ("streams", "producers", "maps")
SUFFIXES = frozenset({".py", ".js", ".html", ".css", ".toml", ".json"})
_NOT_OURS = re.compile(r"/vendor/|/__pycache__/")
_SIMULATOR = re.compile(r"^producers/simulat")
_STRING = re.compile(r"""(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""")
_COMMENTS = {
    ".js": re.compile(
        r"""(?P<kept>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
        r"""|(?<=[=(,:;!&|?{}\n])[ ]*/(?![*/])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n])+/)"""
        r"""|/\*.*?\*/|//[^\n]*""",
        re.DOTALL,
    ),
    ".css": re.compile(r"(?P<kept>(?!))|/\*.*?\*/", re.DOTALL),
    ".html": re.compile(r"(?P<kept>(?!))|<!--.*?-->|\{#.*?#\}", re.DOTALL),
    ".toml": re.compile(r"""(?P<kept>"(?:\\.|[^"\\\n])*"|'[^'\n]*')|\#[^\n]*"""),
}


class Source(NamedTuple):
    """A file of the product, its path from the root of the checkout."""

    path: str
    text: str

    @property
    def suffix(self) -> str:
        return Path(self.path).suffix

    @property
    def code(self) -> str:
        """What is left without comments; of Python the names and strings alone, one a line."""
        if self.suffix == ".py":
            return "\n".join(names_and_strings(self.text))
        pattern = _COMMENTS.get(self.suffix)
        return self.text if pattern is None else pattern.sub(lambda m: m["kept"] or "", self.text)

    @property
    def terms(self) -> str:
        """The code without the strings that hold blanks: what is left of them is no prose."""
        return _STRING.sub(lambda m: "" if " " in m[0] else m[0], self.code)


def product(root: Path) -> list[Source]:
    """Every file of the product but what is vendored."""
    return [
        Source(path, (root / path).read_text(encoding="utf-8"))
        for path in sorted(_paths(root))
        if not _NOT_OURS.search(path)
    ]


def of_a_city(sources: Iterable[Source]) -> list[Source]:
    """The files that a real city runs: those of the simulator aside."""
    return [source for source in sources if not _SIMULATOR.search(source.path)]


def _paths(root: Path) -> Iterator[str]:
    for room in ROOMS:
        for path in (root / room).rglob("*"):
            if path.suffix in SUFFIXES and path.is_file():
                yield path.relative_to(root).as_posix()


def names_and_strings(text: str) -> list[str]:
    """The names and string literals of a Python text, docstrings aside."""
    docstrings = {
        (node.value.lineno, node.value.col_offset)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    return [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type in (tokenize.NAME, tokenize.STRING) and token.start not in docstrings
    ]

"""Where the product uses the codes of the catalogue, and where it writes words of its own.

Found in Python by its syntax tree, in scripts and templates by their tokens.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from tests.places import ROOT

HANGUL = re.compile("[가-힣]")
CALLS = {"phrase": 0, "every": 0, "word": 1, "RequestRefusedError": 1, "bad_parameter": 2}
"""Functions that take a code, and where among their arguments; the named ones are its values."""
_SCRIPT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"""
    r"""|(?<=[=(,:\[!&|?;{}\n])\s*/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[dgimsuy]*""",
    re.DOTALL,
)
_MARKUP = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Use:
    """A code, or how those begin and go on that are put together ("closure.", ".why")."""

    where: str
    pattern: str

    def takes(self, code: str) -> bool:
        return re.fullmatch(self.pattern, code) is not None


def files(kind: str, *roots: str) -> list[Path]:
    found = (path for root in roots for path in sorted((ROOT / root).rglob(f"*.{kind}")))
    return [path for path in found if "vendor" not in path.parts]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def constants(path: Path) -> Iterator[ast.Constant]:
    """The strings of a Python file, without docstrings and texts that are evaluated to nothing."""
    idle = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in idle:
            yield node


def python_uses(path: Path) -> Iterator[Use]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.JoinedStr):
            head = node.values[0]
            if isinstance(head, ast.Constant) and re.fullmatch(r"[a-z_.]+\.", str(head.value)):
                yield Use(name(path), "".join(map(_piece, node.values)))
    for constant in constants(path):
        yield Use(name(path), re.escape(str(constant.value)))


def kinds(path: Path) -> Iterator[Use]:
    """What is named by its kind: `name_of("phase", ...)` takes every "phase."."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            by = [node.func, *node.args]
            kind = next((to for of, to in pairwise(by) if getattr(of, "id", "") == "name_of"), None)
            if isinstance(kind, ast.Constant):
                yield Use(name(path), rf"{kind.value!s}\.[\w.-]+")


def _piece(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.-]+"


def script_tokens(text: str) -> list[str]:
    """The strings and the regular expressions of a script, without its comments."""
    return [token.strip() for token in _SCRIPT.findall(text) if not token.startswith(("//", "/*"))]


def script_uses(where: str, text: str) -> Iterator[Use]:
    for end in re.findall(r'\+ "(\.\w+)"', text):
        yield Use(where, r"[\w.-]+" + re.escape(end))
    for token in script_tokens(text):
        body = token[1:-1]
        parts = re.split(r"\$\{[^}]*\}", body) if token[0] == "`" else [body]
        yield from (Use(where, re.escape(text)) for text in re.findall(r'"([^"]+)"', body))
        if len(parts) > 1 and re.fullmatch(r"(?:[a-z_]+\.)+|\.\w+", parts[0] or parts[-1]):
            yield Use(where, r"[\w.-]+".join(map(re.escape, parts)))
        elif re.fullmatch(r"(?:[a-z_]+\.)+", body):
            yield Use(where, re.escape(body) + r"[\w./+?-]+")
        else:
            yield Use(where, re.escape(body))


def template_uses(where: str, text: str) -> Iterator[Use]:
    for body in re.findall(r'(?:\(|data-t(?:-\w+)?=)"([^"\n]*)"', _MARKUP.sub("", text)):
        yield Use(where, re.escape(body) + (r"[\w.-]+" if body.endswith(".") else ""))


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call that names a code in full, and the code."""
    for node in ast.walk(tree(path)):
        called = node.func if isinstance(node, ast.Call) else None
        place = CALLS.get(called.id) if isinstance(called, ast.Name) else None
        if isinstance(node, ast.Call) and place is not None and len(node.args) > place:
            code = node.args[place]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield node, code.value


def unused(codes: Iterable[str], uses: Iterable[Use]) -> list[str]:
    """The codes that nothing takes."""
    exact, patterns = set(), []
    for use in uses:
        plain = re.sub(r"\\(.)", r"\1", use.pattern)
        if re.escape(plain) == use.pattern:
            exact.add(plain)
        else:
            patterns.append(use)
    return sorted(
        code for code in codes if code not in exact and not any(use.takes(code) for use in patterns)
    )


def own_words(texts: Mapping[str, Iterable[str]]) -> list[str]:
    """The Hangul among texts, by the file they stand in."""
    return [
        f"{where}: {text[:60]}"
        for where, each in texts.items()
        for text in each
        if HANGUL.search(text)
    ]

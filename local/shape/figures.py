"""Figures read from the text of the product: in how many files a thing has to be known."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from local.shape.sources import Source

FEED, LAYER, FIELD = "utic", "reports", "remaining_width_m"
_FEED = re.compile(rf"(?<![A-Za-z])(?i:{FEED})(?![A-Za-z])")
_LAYER = re.compile(rf"(?<![A-Za-z/])(?<!feed[-_])(?<!site[-_])(?<!rule\.){LAYER}(?![A-Za-z])")
_FIELD = re.compile(rf"\b{FIELD}\b")
_OTHER_REPORTS = re.compile(r"/(works|rules|delivery|crew)/|/(taps|crew|enums)|rules\.toml$")
"""Where the word is a work's site reports, or the rule that has the layer's name."""
_HANGUL = re.compile("[ㄱ-ㅎ가-힣]")
_KO, _EN = (re.compile(rf"(?<![A-Za-z]){language}(?![A-Za-z])") for language in ("ko", "en"))
_READS_KOREAN = re.compile(r"^producers/|^streams/|^maps/search/")
"""Rooms in which Hangul alone is what portals or people write, and not what a screen says."""
_OF_ONE_LANGUAGE = re.compile(r"(^|[./_-])(ko|en)(?=\.)")
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def files_of_a_feed(sources: Iterable[Source]) -> list[str]:
    """Files that name one feed."""
    return [source.path for source in sources if _FEED.search(source.code)]


def files_of_a_layer(sources: Iterable[Source]) -> list[str]:
    """Files that know one map layer by its name."""
    return [
        source.path
        for source in sources
        if not source.path.startswith("producers/")
        and not _OTHER_REPORTS.search(source.path)
        and _LAYER.search(source.terms)
    ]


def files_of_a_field(sources: Iterable[Source]) -> list[str]:
    """Files that a field of a permit crosses on its way to the card."""
    return [source.path for source in sources if _FIELD.search(source.code)]


def files_of_a_language(sources: Iterable[Source]) -> list[str]:
    """Files to add or change for another language: those that hold words of a screen.

    Files of one language each, named `ko` and `en` side by side, are one file to add.
    """
    found = {
        _OF_ONE_LANGUAGE.sub(r"\g<1>*", source.path)
        for source in sources
        if _OF_ONE_LANGUAGE.search(source.path) or _holds_words(source)
    }
    return sorted(found)


def _holds_words(source: Source) -> bool:
    code = source.code
    is_pair = bool(_KO.search(code) and _EN.search(code))
    if _READS_KOREAN.search(source.path):
        return is_pair and bool(_HANGUL.search(code))
    return is_pair or bool(_HANGUL.search(code))


def untyped_names(sources: Iterable[Source]) -> int:
    """How often `Json` and `Any` stand in the Python of `maps`."""
    codes = (source.code.splitlines() for source in python(sources) if _is_in("maps", source))
    return sum(Counter(code)[name] for code in codes for name in ("Json", "Any"))


def _is_in(room: str, source: Source) -> bool:
    return source.path.startswith(f"{room}/")


def private_functions(sources: Iterable[Source]) -> float:
    """Private functions of modules a thousand lines of Python."""
    return _a_thousand_lines(sources, lambda tree: tree.body)


def private_helpers(sources: Iterable[Source]) -> float:
    """Private functions and methods, inner ones too, a thousand lines of Python."""
    return _a_thousand_lines(sources, ast.walk)


def _a_thousand_lines(
    sources: Iterable[Source], nodes_of: Callable[[ast.Module], Iterable[ast.AST]]
) -> float:
    count = lines = 0
    for source in python(sources):
        lines += len(source.text.splitlines())
        count += sum(_is_private(node) for node in nodes_of(ast.parse(source.text)))
    return 1000 * count / lines


def _is_private(node: ast.AST) -> bool:
    return isinstance(node, _FUNCTION) and node.name.startswith("_") and node.name[-2:] != "__"


def repeated_classes(sources: Iterable[Source]) -> dict[str, list[str]]:
    """Names that more than one class has, and the files they are in."""
    found: dict[str, list[str]] = defaultdict(list)
    for source in python(sources):
        for node in ast.walk(ast.parse(source.text)):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(source.path)
    return {name: paths for name, paths in sorted(found.items()) if len(paths) > 1}


def python(sources: Iterable[Source]) -> list[Source]:
    return [source for source in sources if source.suffix == ".py"]


def folder_cycles(sources: Iterable[Source]) -> list[list[str]]:
    """Groups of folders that import each other round and round."""
    modules = {_module(source.path): source for source in python(sources)}
    imports: dict[str, set[str]] = defaultdict(set)
    for source in modules.values():
        folder = str(PurePosixPath(source.path).parent)
        for name in _imported(source):
            if target := _known(name, modules):
                imports[folder].add(str(PurePosixPath(modules[target].path).parent))
    reached = {folder: _reached(folder, imports) for folder in imports}
    groups = {
        tuple(sorted({a, *(b for b in reached[a] if a in reached.get(b, ()) and b != a)}))
        for a in reached
    }
    return [list(group) for group in sorted(groups) if len(group) > 1]


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(source: Source) -> Iterable[str]:
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _known(name: str, modules: Mapping[str, Source]) -> str:
    """The module that an imported name is or is in, "" where it is not the product's."""
    return name if name in modules else next(iter({name.rpartition(".")[0]} & modules.keys()), "")


def _reached(folder: str, imports: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [folder]
    while waiting:
        for target in imports.get(waiting.pop(), ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def product_lines(sources: Iterable[Source]) -> int:
    """Lines of Python and of what the browser runs and shows."""
    suffixes = (".py", ".js", ".css", ".html")
    return sum(len(source.text.splitlines()) for source in sources if source.suffix in suffixes)

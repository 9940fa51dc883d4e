"""`python -m local.shape`: prints the figures; 1 when one is over its bound."""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.shape import figures
from local.shape.sources import of_a_city, product
from local.tables import between

ROOT = Path(__file__).parents[2]
QUOTED = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- shape: python -m local.shape --write -->", "<!-- /shape -->"
BASE_LINES = 50_566  # commit afea734, 27 November 2026


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `now` None: the tool that counts it is not installed."""

    name: str
    now: float | None
    most: float
    files: Sequence[str] = ()

    @property
    def is_over(self) -> bool:
        return self.now is not None and self.now > self.most

    def line(self) -> str:
        now = "-" if self.now is None else f"{self.now:,.0f}"
        return f"| {self.name} | {now}{' (over)' * self.is_over} | {self.most:,.0f} |"


def of_files(name: str, most: float, files: Sequence[str]) -> Figure:
    return Figure(name, len(files), most, files)


def read_figures(root: Path) -> list[Figure]:
    """The figures that the text of a checkout gives."""
    whole = product(root)
    city = of_a_city(whole)
    classes = figures.repeated_classes(whole)
    cycles = figures.folder_cycles(whole)
    return [
        of_files(f"files that name one feed (`{figures.FEED}`)", 4, figures.files_of_a_feed(city)),
        of_files(
            f"files that know one map layer by name (`{figures.LAYER}`)",
            7,
            figures.files_of_a_layer(city),
        ),
        of_files(
            f"files a permit field crosses to the card (`{figures.FIELD}`)",
            5,
            figures.files_of_a_field(city),
        ),
        of_files("files for a new language", 2, figures.files_of_a_language(city)),
        Figure("`Json` and `Any` in `maps`", figures.untyped_names(whole), 40),
        Figure("private functions a 1,000 lines", figures.private_functions(whole), 12),
        Figure("private functions and methods a 1,000 lines", figures.private_helpers(whole), 12),
        of_files(
            "class names defined twice or more",
            3,
            [f"{name}: {', '.join(paths)}" for name, paths in classes.items()],
        ),
        of_files("import cycles of folders", 0, [" ".join(group) for group in cycles]),
        Figure("product lines, Python and browser", figures.product_lines(whole), BASE_LINES - 1),
    ]


def run_figures(root: Path) -> list[Figure]:
    """The figures that something has to run for."""
    return [
        of_files("files on the way of one bus position, feed to canvas", 25, _way()),
        Figure("type errors of the browser's code (`tsc --strict`)", _tsc(root), 0),
        Figure("ESLint errors", _eslint(root), 0),
    ]


def _way() -> list[str]:
    from local.shape.way import way  # noqa: PLC0415 - the rest needs no broker and no browser

    with tempfile.TemporaryDirectory(prefix="bomnae-shape-") as folder:
        return sorted(asyncio.run(way(Path(folder))))


def _tsc(root: Path) -> int | None:
    """Type errors, each a line of its own; None where TypeScript is not installed."""
    tool = root / "node_modules" / ".bin" / "tsc"
    if not tool.exists():
        return None
    ran = _run(root, str(tool), "--noEmit", "--pretty", "false", "--project", ".")
    return sum(": error TS" in line for line in ran.splitlines())


def _eslint(root: Path) -> int | None:
    """ESLint's errors; None where it is not installed."""
    tool = root / "node_modules" / ".bin" / "eslint"
    if not tool.exists():
        return None
    found = json.loads(_run(root, str(tool), "--format", "json", "."))
    return sum(int(file["errorCount"]) for file in found)


def _run(root: Path, *command: str) -> str:
    """The output of a command that may find faults."""
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a figure is over its bound."""
    parser = argparse.ArgumentParser(prog="python -m local.shape", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="only what the text of the files says")
    parser.add_argument("--files", action="store_true", help="name the files under each figure")
    parser.add_argument("--write", action="store_true", help="put the table into ARCHITECTURE.md")
    options = parser.parse_args(argv)
    rows = read_figures(ROOT) + ([] if options.fast else run_figures(ROOT))
    lines = ["| figure | now | at most |", "|---|---|---|", *(row.line() for row in rows)]
    print("\n".join(lines))
    if options.files:
        for row in rows:
            print(row.name, *row.files, sep="\n    ")
    if options.write:
        text = QUOTED.read_text(encoding="utf-8")
        QUOTED.write_text(between(text, BEGIN, END, "\n".join(lines)), encoding="utf-8")
    return int(any(row.is_over for row in rows))


if __name__ == "__main__":
    sys.exit(main())

"""`python -m local.n2sf_table [--write]`: the grade of every operation, in docs/n2sf.md."""

import argparse
import sys
from pathlib import Path

from local.tables import between
from maps.api.grades import bodies_of, fields_of, grade_of
from maps.api.operation import Operation
from maps.api.routes import OPERATIONS
from streams.contract.enums import Grade

DOCUMENT = Path(__file__).parents[1] / "docs" / "n2sf.md"
BEGIN, END = "<!-- grades: python -m local.n2sf_table --write -->", "<!-- /grades -->"


def table() -> str:
    """An operation a line: who may, its grade, and the fields of its bodies above O."""
    lines = ["| | `may` | N2SF | S, C |", "|---|---|---|---|"]
    return "\n".join([*lines, *map(_row, OPERATIONS)])


def _row(operation: Operation) -> str:
    above = [
        f"`{body.__name__}.{name}`{' (C)' if grade is Grade.CONFIDENTIAL else ''}"
        for body in sorted(bodies_of(operation), key=lambda each: each.__name__)
        for name, grade in fields_of(body).items()
        if grade is not Grade.OPEN
    ]
    named = f"{operation.method} {operation.path}".replace("|", "\\|")
    return f"| `{named}` | {operation.may} | {grade_of(operation)} | {' '.join(above)} |"


def with_table(text: str) -> str:
    """The document with its table anew; ValueError where a comment is missing."""
    return between(text, BEGIN, END, table())


def main() -> int:
    """Print the table, or write it; 0."""
    parser = argparse.ArgumentParser(prog="python -m local.n2sf_table", description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/n2sf.md")
    if not parser.parse_args().write:
        print(table())
        return 0
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_table(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

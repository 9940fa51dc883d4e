"""`python -m local.access_table [--write]`: the tables of who may what in docs/access.md."""

import argparse
import sys
from pathlib import Path

from local.tables import between
from maps.api.matrix import table
from maps.api.routes import OPERATIONS

FILE = Path(__file__).parents[1] / "docs" / "access.md"
BEGIN, END = "<!-- access: python -m local.access_table --write -->", "<!-- /access -->"


def with_tables(text: str) -> str:
    """The document's text with its tables anew; raises ValueError when a comment is missing."""
    return between(text, BEGIN, END, table(OPERATIONS))


def main() -> int:
    """Print the tables, or write them; 0."""
    parser = argparse.ArgumentParser(prog="python -m local.access_table", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/access.md")
    if not parser.parse_args().write:
        print(table(OPERATIONS))
        return 0
    FILE.write_text(with_tables(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

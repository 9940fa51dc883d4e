"""`python -m local.settings_table [--write]`: the tables of all settings in docs/."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from local.settings_ko import KOREAN
from local.tables import between
from streams.contract.settings import Settings

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- settings: make settings-table -->", "<!-- /settings -->"
HEADS = {
    "docs/settings.md": ("Variable", "Default", "Bounds", "Meaning", "secret"),
    "docs/settings.ko.md": ("변수", "기본값", "범위", "뜻", "비밀"),
}


def table(file: str) -> str:
    """The table of one document, in its language."""
    variable, default, bounds, meaning, secret = HEADS[file]
    words = KOREAN if file.endswith(".ko.md") else {}
    lines = [f"| {variable} | {default} | {bounds} | {meaning} |", "|---|---|---|---|"]
    return "\n".join([*lines, *(_row(row, words, secret) for row in fields(Settings))])


def _row(row: Field[Any], words: Mapping[str, str], secret: str) -> str:
    meta = row.metadata
    default = f"`{meta['text']}`" if meta["text"] else ""
    bounds = "0..1" if isinstance(row.default, bool) else ""
    bounds = f"{meta['low']}..{meta['high']}" if "low" in meta else bounds
    note = f" **({secret})**" if meta["is_secret"] else ""
    meaning = words.get(row.name, meta["help"]).replace("|", "\\|")
    return f"| `BOMNAE_{row.name.upper()}` | {default} | {bounds} | {meaning}{note} |"


def with_table(text: str, file: str) -> str:
    """A document's text with its table anew; raises ValueError when a comment is missing."""
    return between(text, BEGIN, END, table(file))


def main() -> int:
    """Print the English table, or write both; 0."""
    parser = argparse.ArgumentParser(prog="python -m local.settings_table", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/settings.md and .ko.md")
    if not parser.parse_args().write:
        print(table("docs/settings.md"))
        return 0
    for file in HEADS:
        path = ROOT / file
        path.write_text(with_table(path.read_text(encoding="utf-8"), file), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

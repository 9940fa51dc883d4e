"""The table of docs/analysis.md, made from the figures that a run of the fault rows wrote.

    python -m local.faults_table FIGURES.jsonl [--write]

Prints the table; with `--write` puts it into the document between its two marks.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from local.stack import ROOT

ANALYSIS = ROOT / "docs" / "analysis.md"
MARKS = ("<!-- figures -->\n", "<!-- /figures -->\n")
HEAD = "| row | fault | messages | figure: measured (gate) | state |\n|---|---|---|---|---|\n"


def table(lines: list[dict[str, Any]]) -> str:
    """One line a row of the fault table; of a figure written more than once, the last."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for line in lines:
        rows.setdefault(line["row"], {})[line["figure"]] = line
    return HEAD + "".join(_row(name, rows[name]) for name in sorted(rows, key=_number))


def _row(name: str, figures: dict[str, dict[str, Any]]) -> str:
    every = list(figures.values())
    messages = max((line.get("messages", 0) for line in every), default=0)
    verdict = next((line["verdict"] for line in every if "verdict" in line), "see figures")
    told = "; ".join(_figure(line) for line in every)
    return f"| {name} | {every[0]['fault']} | {messages or '-'} | {told} | {verdict} |\n"


def _figure(line: dict[str, Any]) -> str:
    unit = f" {line['unit']}" if line["unit"] else ""
    return f"{line['figure']}: **{line['value']:g}**{unit} ({line['gate']})"


def _number(name: str) -> int:
    return int(re.sub(r"\D", "", name))


def with_table(text: str, lines: list[dict[str, Any]]) -> str:
    """The document with the table between its marks; ValueError when a mark is missing."""
    before, mark, rest = text.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if not mark or not end:
        raise ValueError(f"{ANALYSIS.name} has no marks {MARKS[0].strip()} {MARKS[1].strip()}")
    return before + mark + table(lines) + end + after


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.faults_table", description=__doc__)
    parser.add_argument("figures", type=Path, help="what FAULT_RESULTS named")
    parser.add_argument("--write", action="store_true", help="into docs/analysis.md")
    options = parser.parse_args()
    lines = [json.loads(line) for line in options.figures.read_text("utf-8").splitlines()]
    if options.write:
        ANALYSIS.write_text(with_table(ANALYSIS.read_text("utf-8"), lines), "utf-8")
    else:
        print(table(lines), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())

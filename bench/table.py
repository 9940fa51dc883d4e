"""The tables of the documents, made from `bench/results/`.

    python -m bench.table [--write]

Prints the whole table; with `--write` puts it into docs/figures.md, what a reader wants first into
README.md and README.ko.md, and the curves into docs/scaling.md.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from bench import results
from bench.results import Figure, RowResult
from local.tables import between

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- bench: python -m bench.table --write -->", "<!-- /bench -->"
CURVES = ("throughput", "links", "country", "works", "buses", "workers", "recovery", "day")
FIRST = {  # row -> beginnings of the figures that README shows
    "throughput": (
        "whole job, one a message: a core",
        "whole job, 250 a message: a core",
        "whole job, 2,000 a message: a core",
        "whole job, 2,000 a message: share of the floor",
        "whole job at one a message over Quix",
        "whole job at 250 a message over Quix",
    ),
    "latency": ("event to Redis, city load",),
    "painted": ("portal's answer to painted link, alone: p95",),
    "web": ("first picture",),
    "readers": ("300 readers of the stream, 5,000 links, a fifth changes a second: the same, p95",),
}
HEADS = {
    "README.md": "| figure | measured | goal |\n|---|---|---|",
    "README.ko.md": "| 수치 | 측정값 | 목표 |\n|---|---|---|",
}


def table(rows: Mapping[str, RowResult]) -> str:
    """All figures, one line each."""
    lines = ["| figure | measured | goal | row |", "|---|---|---|---|"]
    for row in _in_order(rows):
        lines += [f"{_cells(figure)} {row.row} |" for figure in row.figures]
    return "\n".join(lines)


def first_table(rows: Mapping[str, RowResult], head: str) -> str:
    """What a reader wants first."""
    lines = [head]
    for name, wanted in FIRST.items():
        if name in rows:
            lines += [_cells(f).rstrip() for f in rows[name].figures if f.name.startswith(wanted)]
    return "\n".join(lines)


def _cells(figure: Figure) -> str:
    missed = " (missed)" if figure.is_missed else ""
    note = f" ({figure.note})" if figure.note else ""
    return f"| {figure.name}{note} | {figure.text()} | {figure.goal_text()}{missed} |"


def _in_order(rows: Mapping[str, RowResult]) -> list[RowResult]:
    from bench.rows import ROWS  # noqa: PLC0415 - its modules need browsers and brokers

    return [rows[name] for name in ROWS if name in rows]


def written(file: str, text: str, rows: Mapping[str, RowResult]) -> str:
    """A document's text with its table anew; ValueError when a mark is missing."""
    if file in HEADS:
        made = first_table(rows, HEADS[file])
    elif file == "docs/scaling.md":
        made = table({name: row for name, row in rows.items() if name in CURVES})
    else:
        made = table(rows)
    return between(text, BEGIN, END, made)


DOCUMENTS = (*HEADS, "docs/figures.md", "docs/scaling.md")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.table", description=__doc__)
    parser.add_argument("--write", action="store_true", help="into the documents")
    rows = results.read()
    if not parser.parse_args().write:
        print(table(rows))
        return 0
    for file in DOCUMENTS:
        path = ROOT / file
        path.write_text(written(file, path.read_text(encoding="utf-8"), rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

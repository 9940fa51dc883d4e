"""Every figure of the documents, by one command.

    python -m bench [--quick] [--only ROW ...] [--kafka apache|embedded] [--out FOLDER]

Prints each row as it is measured, keeps it in `bench/results/` and prints the table and the seconds
of each row at the end; `python -m bench.table --write` puts the table into the documents. Exits 1
when a row or a figure of it could not be measured, after all others: the row is named, and keeps no
result where it has none. A goal that is missed is printed, and no failure of the bench. `--quick`
measures little of each row, to see that the bench still runs; it keeps nothing unless `--out` says
where.
"""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from bench import results
from bench.results import RowResult
from bench.rows import ROWS, Row
from bench.table import table


def measured(name: str, row: Row, kafka: str, *, is_quick: bool) -> RowResult:
    """Measure one row in a folder that is gone after it."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bomnae-bench-", ignore_cleanup_errors=True) as folder:
        figures = row.measure(Path(folder), kafka, is_quick)
    took_s = round(time.monotonic() - begin, 1)
    return RowResult(name, row.title, tuple(figures), took_s, results.machine())


def _all_of(
    names: Sequence[str], kafka: str, out: Path | None, *, is_quick: bool
) -> tuple[list[RowResult], list[str]]:
    """Measure these rows, print and keep each as it is measured; and those that could not be."""
    found: list[RowResult] = []
    failed: list[str] = []
    for name in names:
        row = ROWS[name]
        print(f"\n{name}: {row.title}", flush=True)
        try:
            result = measured(name, row, kafka, is_quick=is_quick)
        except Exception:  # noqa: BLE001 - the other rows are still worth having
            traceback.print_exc()
            failed.append(name)
            if out is not None:
                results.forget(name, out)
            continue
        for figure in result.figures:
            print(f"  {figure.line()}")
        print(f"  took {result.took_s:.0f} s", flush=True)
        found.append(result)
        if any(figure.value is None for figure in result.figures):
            failed.append(name)
        if out is not None:
            results.keep(result, out)
    return found, failed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test of three minutes")
    rows = ", ".join(ROWS)
    parser.add_argument("--only", nargs="+", choices=tuple(ROWS), metavar="ROW", help=rows)
    parser.add_argument("--kafka", choices=("apache", "embedded"), default="apache")
    parser.add_argument("--out", type=Path, help="folder of the results (bench/results)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped too
    out = options.out or (None if options.quick else results.RESULTS)
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:  # now, not after minutes of measuring
            parser.error(f"--out {out}: {error.strerror}")
    begin_s = time.monotonic()
    names = options.only or [name for name, row in ROWS.items() if not row.is_extra]
    found, failed = _all_of(names, options.kafka, out, is_quick=options.quick)
    print(f"\n{table({result.row: result for result in found})}")
    took_s = ", ".join(f"{result.row} {result.took_s:.0f}" for result in found)
    print(f"\nseconds: {took_s}; all together {time.monotonic() - begin_s:.0f}")
    if failed:
        print(f"\nnot measured: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())

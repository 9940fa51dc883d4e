"""The bench still measures: a little of the rows that need no browser, on the embedded broker."""

import subprocess
import sys
from pathlib import Path

from bench import results
from local.stack import ROOT

ROWS = ("throughput", "latency", "buses", "recovery", "readers")


def test_a_quick_run_measures_every_row_asked_for(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--kafka", "embedded"]
    command += ["--only", *ROWS, "--out", str(tmp_path)]
    done = subprocess.run(  # noqa: PLW1510 - the assert says why
        command, cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    rows = results.read(tmp_path)
    assert set(rows) == set(ROWS)
    for row in rows.values():
        assert all(figure.value is not None and figure.value >= 0 for figure in row.figures)

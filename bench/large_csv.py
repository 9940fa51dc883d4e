"""Memory and time of `datasets check` over a large CSV: `python -m bench.large_csv --mib 2048`.

Every row has a key of its own, so that each is marked; one in ten thousand comes twice.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

MIB = 1 << 20
DESCRIPTOR = """id = "large"
name = "large"
field = "x"
grade = "open"
period = "year"
draw = "none"
key = ["번호"]
column = [
  { name = "번호", type = "code" },
  { name = "수", type = "whole" },
  { name = "날", type = "date" },
]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=2048, help="how large the file is")
    parser.add_argument("--row-bytes", type=int, default=1000, help="how long a row is")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        table, descriptor = Path(folder, "large.csv"), Path(folder, "large.toml")
        descriptor.write_text(DESCRIPTOR, encoding="utf-8")
        rows = written(table, asked.mib * MIB, asked.row_bytes)
        began_s = time.monotonic()
        command = [sys.executable, "-m", "producers", "datasets", "check"]
        command += [str(descriptor), str(table)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        took_s = time.monotonic() - began_s
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(told.stdout[:400])
    cpu_s = used.ru_utime + used.ru_stime
    print(f"{asked.mib} MiB, {rows:,} rows: {used.ru_maxrss / 1024:.0f} MiB at most,", end=" ")
    print(f"{took_s:.0f} s, {cpu_s:.0f} s of a core, exit {told.returncode}")


def written(path: Path, size: int, row_bytes: int) -> int:
    """Write the file; how many rows it has."""
    filler = "x" * max(0, row_bytes - 40)
    rows = bytes_ = 0
    with path.open("w", encoding="utf-8") as stream:
        bytes_ += stream.write("번호,수,날,기타\n")
        while bytes_ < size:
            again = 2 if rows % 10_000 == 0 else 1
            line = f"K{rows:09},{rows % 1000},2026-{rows % 12 + 1:02}-{rows % 28 + 1:02},{filler}\n"
            bytes_ += stream.write(line * again)
            rows += again
    return rows


if __name__ == "__main__":
    main()

"""A row's size and its figures."""

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCALE = float(os.environ.get("FAULT_SCALE", "1"))
ARE_TIMES_JUDGED = os.environ.get("FAULT_TIMES", "0") == "1"  # as `make soak` does
RESULTS = Path(
    os.environ.get("FAULT_RESULTS", str(Path(tempfile.gettempdir()) / "bomnae-faults.jsonl"))
)


def scaled(number: float) -> int:
    """A row's size: as it stands in CI, more of it under `make soak`."""
    return max(1, round(number * SCALE))


def p95(values: Sequence[float]) -> float:
    """The 95th percentile by nearest rank."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


@dataclass
class Figures:
    """The results of a row; each is asserted against its gate and kept as a line of JSON.

    States and counts hold on any machine. Seconds are the machine's too, which others may share:
    they are printed and kept, and judged where a machine is given to the rows (`make soak`).
    """

    row: str
    fault: str
    noted: dict[str, Any] = field(default_factory=dict)

    def at_most(self, name: str, value: float, gate: float, unit: str) -> None:
        self._write(name, value, gate, unit, "<=")
        assert value <= gate, f"{self.row}: {name} {value:.2f} {unit}, at most {gate} {unit}"

    def took(self, name: str, value_s: float, gate_s: float) -> None:
        """A time of this machine: told always, asserted in a soak."""
        self._write(name, value_s, gate_s, "s", "in a soak <=")
        print(f"{self.row}: {name} {value_s:.2f} s (in a soak at most {gate_s:g} s)")  # noqa: T201
        assert not ARE_TIMES_JUDGED or value_s <= gate_s, f"{self.row}: {name} {value_s:.2f} s"

    def exactly(self, name: str, value: float, gate: float, unit: str = "") -> None:
        self._write(name, value, gate, unit, "=")
        assert value == gate, f"{self.row}: {name} {value} {unit}, must be {gate} {unit}"

    def _write(self, name: str, value: float, gate: float, unit: str, relation: str) -> None:
        line = {
            "row": self.row,
            "fault": self.fault,
            "figure": name,
            "value": round(value, 2),
            "gate": f"{relation} {gate:g}",
            "unit": unit,
            "scale": SCALE,
            **self.noted,
        }
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        with RESULTS.open("a", encoding="utf-8") as results:
            results.write(json.dumps(line, ensure_ascii=False) + "\n")

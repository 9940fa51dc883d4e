"""Figures: what a row of the bench found, kept as JSON in `bench/results/`, one file a row."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure. `goal` bounds it: at most, or with `is_least` at least so much."""

    name: str
    value: float | None
    unit: str = ""
    goal: float | None = None
    is_least: bool = False
    note: str = ""  # why there is no value, or what it was measured on

    @property
    def is_missed(self) -> bool:
        if self.goal is None or self.value is None:
            return False
        return self.value < self.goal if self.is_least else self.value > self.goal

    def text(self) -> str:
        """The value with its unit, as a person reads it."""
        if self.value is None:
            return "not measured"
        return f"{shown(self.value)} {self.unit}".rstrip()

    def goal_text(self) -> str:
        if self.goal is None:
            return ""
        sign = "at least" if self.is_least else "at most"
        return f"{sign} {shown(self.goal)} {self.unit}".rstrip()

    def line(self) -> str:
        verdict = "" if self.goal is None else "MISSED" if self.is_missed else "ok"
        cells = f"{self.name:<62}{self.text():>22}  {self.goal_text():<26}{verdict:<8}{self.note}"
        return cells.rstrip()


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row: its figures, how long it took, on what, and what else it measured."""

    row: str
    title: str
    figures: tuple[Figure, ...]
    took_s: float
    machine: str = ""
    raw: Any = field(default_factory=dict)


def shown(value: float) -> str:
    """Three digits that matter, thousands apart."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        digits = max(0, len(f"{abs(round(value))}") - 3)
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def machine() -> str:
    """What the figures are of: processors, architecture and Python; no name of a host."""
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {platform.machine()}, Python {platform.python_version()}"


def keep(result: RowResult, folder: Path = RESULTS) -> Path:
    """Write a row's file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.row}.json"
    text = json.dumps(asdict(result), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def forget(row: str, folder: Path = RESULTS) -> None:
    """A row that could not be measured has no result: what was found before is not this code's."""
    (folder / f"{row}.json").unlink(missing_ok=True)


def read(folder: Path = RESULTS) -> dict[str, RowResult]:
    """All rows kept, by name."""
    return {result.row: result for result in map(_read, sorted(folder.glob("*.json")))}


def _read(path: Path) -> RowResult:
    body = json.loads(path.read_text(encoding="utf-8"))
    figures = tuple(Figure(**row) for row in body.pop("figures"))
    return RowResult(figures=figures, **body)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which so many of 100 lie; ValueError where nothing was measured."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]

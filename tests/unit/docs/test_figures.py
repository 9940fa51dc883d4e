"""The documents' figures are those of `bench/results/`, and a table says what is missed."""

import pytest

from bench import results
from bench.results import Figure, RowResult
from bench.table import DOCUMENTS, ROOT, table, written


@pytest.mark.parametrize("file", DOCUMENTS)
def test_the_figures_are_those_of_the_results(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert text == written(file, text, results.read()), "run `python -m bench.table --write`"


def test_a_figure_says_its_goal_and_whether_it_was_missed() -> None:
    figures = (
        Figure("fast", 1234567.0, "obs/s", 1e6, is_least=True),
        Figure("slow", 123.4, "ms", 50),
        Figure("unknown", None, "ms", 50, note="why"),
    )
    lines = table({"latency": RowResult("latency", "a row", figures, 1.0)}).splitlines()[2:]
    assert lines == [
        "| fast | 1,230,000 obs/s | at least 1,000,000 obs/s | latency |",
        "| slow | 123 ms | at most 50 ms (missed) | latency |",
        "| unknown (why) | not measured | at most 50 ms | latency |",
    ]

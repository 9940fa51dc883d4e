import xml.etree.ElementTree as ET

import pytest

from streams.reports.writers.charts import cut, nice_ticks, svg_of, text_width
from streams.reports.writers.document import ChartBlock, Series
from streams.statistics.figure import ChartKind

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script>&\"'"


def chart(kind: ChartKind, labels: tuple[str, ...], *series: Series) -> ChartBlock:
    return ChartBlock("그림 1", "제목", kind, labels, series, "시간", 1, "대체 글")


def texts(drawn: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314 - ours


BARS = chart(
    ChartKind.BARS,
    ("중앙로", HOSTILE),
    Series("이번 달", (12.5, None)),
    Series("지난달", (-3.0, 0.0)),
)
LINES = chart(
    ChartKind.LINES,
    ("1일", "2일", "3일", "4일"),
    Series("가", (1.0, None, 2.0, 3.0), ((0.5, 1.5), None, None, None)),
    Series("나", (2.0, 2.0, 2.0, 2.0)),
)
HEAT = chart(ChartKind.HEAT, ("8", "9"), Series("월", (50.0, None)), Series("화", (0.0, 7.0)))
POINTS = chart(ChartKind.INTERVALS, ("도로과",), Series("준수율", (50.0,), ((15.0, 85.0),)))


@pytest.mark.parametrize("drawn", [BARS, LINES, HEAT, POINTS], ids=lambda each: str(each.kind))
def test_a_chart_is_well_formed_says_what_it_shows_and_is_the_same_each_time(
    drawn: ChartBlock,
) -> None:
    svg = svg_of(drawn)
    root = ET.fromstring(svg)  # noqa: S314 - ours
    assert svg == svg_of(drawn)
    assert (root.get("role"), root.get("aria-label")) == ("img", "대체 글")
    assert root.find(f"{SVG}script") is None
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_bars_carry_their_numbers_and_what_is_missing_a_dash() -> None:
    assert [text for text in texts(svg_of(BARS)) if text[0] in "0123456789-–"] == [
        "12.5",
        "-3.0",
        "–",
        "0.0",
    ]


def test_series_differ_by_more_than_colour() -> None:
    bars, lines = svg_of(BARS), svg_of(LINES)
    assert 'fill="url(#hatch)"' in bars
    assert "stroke-dasharray" in lines
    assert {"이번 달", "지난달"} <= {*texts(bars)}


def test_a_line_is_broken_where_a_value_is_missing_and_an_interval_is_drawn() -> None:
    root = ET.fromstring(svg_of(LINES))  # noqa: S314 - ours
    paths = [each.get("d", "") for each in root.iter(f"{SVG}path")]
    assert sum(path.count("M") == 2 and path.count("L") == 1 for path in paths) == 1
    assert any(each.get("stroke") == "#1f4e79" for each in root.iter(f"{SVG}line"))


def test_cells_of_a_heat_map_carry_their_numbers() -> None:
    assert {"50", "7", "0", "–", "월", "화", "8", "9"} <= {*texts(svg_of(HEAT))}


def test_a_point_carries_its_number() -> None:
    assert "50.0" in texts(svg_of(POINTS))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-3, 12, [-5, 0, 5, 10, 15]),
        (0, 0.07, [0, 0.02, 0.04, 0.06, 0.08]),
    ],
)
def test_ticks_are_round_and_hold_all_values(low: float, high: float, ticks: list[float]) -> None:
    found = nice_ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert high == 0 or found == ticks


def test_a_long_name_is_cut_to_its_room() -> None:
    kept = cut("가" * 50, 100, 12)
    assert kept.endswith("…")
    assert text_width(kept, 12) <= 100

"""The scoreboard: what partitions counted is added up by period, and nothing is a share of none."""

from functools import reduce

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.pages.truth import tables_of
from maps.picture.truth import Figures, Truth, TruthScores, added_up, truth_of
from streams.contract.times import DAY_MS
from streams.domain.links.overlap import Agreement
from streams.domain.observed.score import DayScore
from streams.domain.scores import Delays, day_of
from streams.domain.stages.acknowledgements import Verdicts
from streams.domain.works.score import WorkDay

NOW_MS = 1_795_392_000_000  # 2026-11-23 18:00 KST
SCORES = TruthScores(
    closures={
        "2026-11-23": DayScore().with_shown(200_000, 700_000, 600),
        "2026-11-22": DayScore().with_shown(40_000, 90_000, 0)._replace(dropped=3),
        "2026-10-31": DayScore().with_shown(5_000_000, None, 3600),
    },
    works={"2026-11-22": WorkDay(4, 3), "2026-11-17": WorkDay(6, 1)},
    speeds={"2026-11-01": Agreement(40, 30, 20)},
    verdicts={"2026-11-23 jam": Verdicts(1, 2), "2026-11-23 clash": Verdicts(0, 0)},
    feeds={"2026-11-23 its.speeds": {"live": 50, "empty": 4, "stale": 6}},
)


def by_name(truth: Truth) -> dict[str, Figures]:
    return {each.name: each for each in truth.periods}


def test_each_period_takes_its_own_days() -> None:
    found = by_name(truth_of(SCORES, NOW_MS, is_simulated=True))
    spans = {name: (each.first, each.last) for name, each in found.items()}
    assert spans == {
        "today": ("2026-11-23", "2026-11-23"),
        "yesterday": ("2026-11-22", "2026-11-22"),
        "days_7": ("2026-11-17", "2026-11-23"),
        "days_30": ("2026-10-25", "2026-11-23"),
        "month": ("2026-11-01", "2026-11-23"),
    }
    assert {name: each.shown.count for name, each in found.items()} == {
        "today": 1,
        "yesterday": 1,
        "days_7": 2,
        "days_30": 3,
        "month": 2,
    }
    assert [(each.verified.count, each.verified.of) for each in found.values()] == [
        (0, 0),
        (3, 4),
        (4, 10),
        (4, 10),
        (4, 10),
    ]
    assert (found["today"].kept.count, found["today"].kept_surely.count) == (1, 0)
    assert (found["yesterday"].dropped.count, found["yesterday"].dropped.of) == (3, 4)
    assert [(v.rule, v.false, v.judged) for v in found["today"].verdicts] == [("jam", 2, 3)]
    assert [(f.feed, f.stale, f.minutes) for f in found["today"].feeds] == [("its.speeds", 6, 60)]


def test_days_and_months_are_those_of_which_anything_is_known() -> None:
    truth = truth_of(SCORES, NOW_MS, is_simulated=False)
    assert [each.name for each in truth.months] == ["2026-11", "2026-10"]
    assert [each.name for each in truth.days] == [
        "2026-11-23",
        "2026-11-22",
        "2026-11-17",
        "2026-11-01",
        "2026-10-31",
    ]
    assert truth.months[1].shown.count == 1


@pytest.mark.parametrize(
    ("delays_s", "median_until_s"),
    [([], None), ([30], 60), ([30, 100], 60), ([30, 100, 110], 120), ([30, 4000, 4000], None)],
)
def test_the_median_lies_in_the_class_of_the_middle_delay(
    delays_s: list[int], median_until_s: int | None
) -> None:
    delays = reduce(lambda sums, delay_s: sums.add(delay_s * 1000), delays_s, Delays())
    scores = TruthScores(closures={day_of(NOW_MS): DayScore(cleared=delays)})
    cleared = by_name(truth_of(scores, NOW_MS, is_simulated=False))["today"].cleared
    assert (cleared.count, cleared.median_until_s) == (len(delays_s), median_until_s)
    assert sum(each.count for each in cleared.classes) == len(delays_s)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9)), max_size=20))
def test_how_rows_are_spread_over_partitions_leaves_no_trace(
    rows: list[tuple[int, int, int]],
) -> None:
    parts: list[dict[str, WorkDay]] = [{} for _ in range(4)]
    for partition, day, begun in rows:
        name = day_of(NOW_MS - day * DAY_MS)
        parts[partition][name] = parts[partition].get(name, WorkDay()).plus(WorkDay(begun, 0))
    found = added_up(parts)
    assert found == added_up(reversed(parts))
    assert sum(row.begun for row in found.values()) == sum(begun for _, _, begun in rows)


def test_where_nothing_is_counted_every_table_says_so_in_both_languages() -> None:
    tables = tables_of(truth_of(TruthScores(), NOW_MS, is_simulated=False))
    cells = {cell.to("ko") for table in tables for line in table.lines for cell in line.cells}
    assert cells == {"아직 없음"}
    assert [table.code for table in tables if not table.lines] == [
        "alerts",
        "feeds",
        "days",
        "months",
    ]


def test_a_share_shows_both_of_its_numbers_and_a_delay_how_many_it_is_of() -> None:
    tables = {table.code: table for table in tables_of(truth_of(SCORES, NOW_MS, is_simulated=True))}
    works = tables["works"].lines[0]
    assert [cell.to("ko") for cell in works.cells] == [
        "아직 없음",
        "3 / 4 (75 %)",
        *["4 / 10 (40 %)"] * 3,
    ]
    shown = tables["closures"].lines[0]
    assert shown.cells[0].to("ko") == "절반은 5분 안 · 평균 3분 20초 · 1건"
    assert shown.cells[0].to("en") == "half within 5 min · mean 3 min 20 s · 1 in all"
    promises = tables["promise"].lines
    assert len({line.name.to("en") for line in promises}) == len(promises)
    assert tables["feeds"].lines[0].name.to("ko") == "교통 속도"
    assert [len(line.cells) for line in tables["days"].lines] == [7] * 5


def test_the_body_is_json_that_reads_back() -> None:
    truth = truth_of(SCORES, NOW_MS, is_simulated=True)
    assert msgspec.json.decode(msgspec.json.encode(truth), type=Truth) == truth

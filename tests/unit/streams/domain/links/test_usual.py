"""The usual speed of links, learned quarter hour by quarter hour."""

from collections.abc import Iterable

import msgspec
import pytest

from streams.domain.links.quarters import QUARTERS_A_DAY, DayKind, QuarterPlace
from streams.domain.links.usual import CELL, PLACES, USUAL, Rung, UsualCells, UsualSpeed
from streams.domain.stage import Effects, State, apply

MONDAY = 20_717  # 2026-09-21
RUSH = 34  # 08:30


def empty() -> State:
    return {USUAL.name: {}, PLACES.name: {}}


def learn(
    state: State, speeds: dict[str, int], *, day: int = MONDAY, of_day: int = RUSH, kind: int = 0
) -> None:
    effects = Effects()
    UsualCells(state, effects).learn(QuarterPlace(day, DayKind(kind), of_day), speeds)
    apply(state, effects.changes)


def asked(
    state: State, *, day: int = MONDAY + 7, of_day: int = RUSH, kind: int = 0, link: str = "a"
) -> UsualSpeed | None:
    return UsualCells(state, Effects()).at(link, QuarterPlace(day, DayKind(kind), of_day))


def rung(state: State, *, day: int = MONDAY + 7, of_day: int = RUSH, kind: int = 0) -> Rung | None:
    found = asked(state, day=day, of_day=of_day, kind=kind)
    return None if found is None else found.rung


def taught(days: Iterable[int], of_day: int = RUSH, dkmh: int = 300) -> State:
    state = empty()
    for day in days:
        learn(state, {"a": dkmh}, day=MONDAY + day, of_day=of_day)
    return state


def test_nothing_is_usual_before_anything_is_learned_or_on_one_day_alone() -> None:
    assert asked(empty()) is None
    state = empty()
    for of_day in range(QUARTERS_A_DAY):
        learn(state, {"a": 300}, of_day=of_day)
    assert asked(state) is None


def test_the_mean_and_the_spread_of_the_days_learned() -> None:
    state = empty()
    for day, dkmh in enumerate((200, 300, 400)):
        learn(state, {"a": dkmh}, day=MONDAY + day)
    found = asked(state, day=MONDAY + 3)
    assert found is not None
    assert found.dkmh == pytest.approx(302, abs=2)  # the newest weighs a little more
    assert found.spread_dkmh == pytest.approx(81.6, abs=1)
    assert (found.samples, found.days, found.rung) == (3, 3, Rung.QUARTER)


def test_kinds_of_day_are_apart() -> None:
    state = taught(range(3))
    assert rung(state) is Rung.QUARTER
    assert rung(state, kind=1) is None
    assert rung(state, kind=2) is None


def test_a_link_that_is_not_met_or_came_later_is_not_known() -> None:
    state = taught(range(3))
    learn(state, {"b": 500}, day=MONDAY + 3)
    assert asked(state, link="b") is None
    assert asked(state, link="c") is None
    assert rung(state) is Rung.QUARTER


@pytest.mark.parametrize(
    ("learned", "found"),
    [
        ([RUSH, RUSH, RUSH], Rung.QUARTER),
        ([RUSH, RUSH + 1, RUSH + 1], Rung.NEIGHBOURS),
        ([RUSH - 1, RUSH - 1, RUSH + 1], Rung.NEIGHBOURS),
        ([32, 32, 35], Rung.HOUR),
        ([80, 80, 80], Rung.DAY_KIND),
        ([RUSH, RUSH], None),
    ],
)
def test_where_a_quarter_hour_is_too_little_known_its_neighbourhood_speaks(
    learned: list[int], found: Rung | None
) -> None:
    state = empty()
    for day, of_day in enumerate(learned):
        learn(state, {"a": 300}, day=MONDAY + day, of_day=of_day)
    assert rung(state, day=MONDAY + 4) is found


def test_the_day_has_ends() -> None:
    assert rung(taught(range(3), of_day=95), of_day=0) is Rung.DAY_KIND
    assert rung(taught(range(3), of_day=0), of_day=95) is Rung.DAY_KIND


def test_old_weeks_fade_from_the_mean_and_what_is_long_gone_is_unknown() -> None:
    state = taught(range(5), dkmh=500)
    for day in range(56, 61):
        learn(state, {"a": 300}, day=MONDAY + day)
    found = asked(state, day=MONDAY + 61)
    assert found is not None
    assert found.dkmh == pytest.approx(300 + 200 * 0.25 / 1.25, abs=3)
    assert asked(state, day=MONDAY + 400) is None


def test_a_year_of_weekdays_settles_and_fits_its_cell() -> None:
    state = taught((day for day in range(365) if day % 7 < 5), dkmh=2500)
    found = asked(state, day=MONDAY + 365)
    assert found is not None
    assert (found.dkmh, found.spread_dkmh) == (2000, 0)  # no sample is faster than 200 km/h
    assert 28 <= found.samples <= 31


@pytest.mark.parametrize("dkmh", [0, -5])
def test_no_speed_teaches_nothing(dkmh: int) -> None:
    state = empty()
    learn(state, {"a": dkmh})
    assert state == empty()


def test_a_quarter_hour_writes_one_row_and_a_link_takes_so_many_bytes() -> None:
    """However long it learns: 3 x 96 cells of 14 bytes are 4 kB a link."""
    links = {f"{n}>{n + 1}": 300 for n in range(50)}
    state = empty()
    for day in range(9):
        for kind in range(3):
            for of_day in range(QUARTERS_A_DAY):
                effects = Effects()
                at = QuarterPlace(MONDAY + day, DayKind(kind), of_day)
                UsualCells(state, effects).learn(at, links)
                assert list(effects.changes[USUAL.name]) == [f"{kind}|{of_day}"]
                apply(state, effects.changes)
    cells = [column.cells for column in state[USUAL.name].values()]
    assert len(cells) == 3 * QUARTERS_A_DAY
    assert {len(each) for each in cells} == {CELL.itemsize * len(links)}
    stored = msgspec.json.encode(state)
    assert len(stored) < len(links) * 3 * QUARTERS_A_DAY * 21


def test_rows_come_back_from_their_json_as_they_were() -> None:
    state = taught(range(3))
    for table in (USUAL, PLACES):
        rows = msgspec.json.encode(state[table.name])
        back = msgspec.json.decode(rows, type=dict[str, table.row_type])  # type: ignore[name-defined]
        assert back == state[table.name]

"""A street learns from its days: what the stage of the roads keeps, shows and says."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from streams.contract.derived import LinkEvents, Obstruction, Origin, SpeedColumns, SpeedShare
from streams.contract.enums import AlertEvent, Cause, Closure, Phase
from streams.domain.alerts import Alert
from streams.domain.links.quarters import DayKind, IsHoliday, QuarterPlace, no_holiday
from streams.domain.links.quarters_told import LinkQuarter, read_quarter
from streams.domain.links.usual import UsualCells, UsualSpeed
from streams.domain.rules import AlertRules
from streams.domain.stage import Effects, HistoryRow
from streams.domain.stages.roadstate import LinkView, RoadsStage
from tests.cities.fakes import EPOCH_MS, RULES, Folded, at, passage, street

LINK, OTHER = "S1>S2", "S2>S3"
DAY_S, QUARTER_S = 86_400, 900
TO_EIGHT_S = 8 * 3600 + 47 * 60  # from the epoch of the tests, Monday 23:13, to Tuesday 08:00
NOON_TUESDAY = 20_718
QUICK = AlertRules()
QUICK = replace(QUICK, jam=replace(QUICK.jam, begin_ms=0, end_ms=0))


def test_the_epoch_is_where_these_tests_take_it_to_be() -> None:
    assert (EPOCH_MS + 9 * 3_600_000) % (DAY_S * 1000) == (23 * 60 + 13) * 60_000


class Street:
    """The street with one input; days are counted from Tuesday, seconds from 08:00."""

    def __init__(self, is_holiday: IsHoliday = no_holiday) -> None:
        stage = RoadsStage(street(), RULES, ("in/0",), QUICK, is_holiday)
        self.fold = Folded(stage, topic="link-events")
        self.alerts: list[Alert] = []
        self.told: list[HistoryRow] = []
        self._offset = 0

    def tick(
        self,
        day: int,
        second: float,
        *rows: SpeedShare | Obstruction,
        buses: int = 0,
        travel_s: float = 60,
    ) -> None:
        second += TO_EIGHT_S + day * DAY_S
        bus = replace(passage(LINK, second - 30, travel_s=travel_s), route_id="R1")
        message = LinkEvents(
            Origin("in", 0, self._offset),
            at(second),
            (bus,) * buses,
            SpeedColumns.of(
                [replace(r, observed_ms=at(second)) for r in rows if isinstance(r, SpeedShare)]
            ),
            tuple(row for row in rows if isinstance(row, Obstruction)),
        )
        self._offset += 1
        effects = self.fold.take(message)
        self.alerts += effects.alerts
        self.told += [row for row in effects.remembered if row.subject == "quarters/0"]

    def hour(self, day: int, kmh: float, *, buses: int = 0) -> None:
        """An hour of speeds a minute from 08:00 on, and a bus a few times in a quarter hour."""
        for minute in range(1, 64):
            row = SpeedShare(LINK, LINK, kmh, 0, 1.0)
            now = buses if minute % 15 == 5 else 0
            self.tick(day, minute * 60, row, buses=now, travel_s=1800 / kmh)

    def usual(self, kind: DayKind = DayKind.WEEKDAY, of_day: int = 33) -> UsualSpeed | None:
        place = QuarterPlace(NOON_TUESDAY + 6, kind, of_day)
        return UsualCells(self.fold.state, Effects()).at(LINK, place)

    def view(self, link_id: str = LINK) -> LinkView:
        view = self.fold.state["links"][link_id]
        assert isinstance(view, LinkView)
        return view


def taught(days: Iterable[tuple[int, float]], is_holiday: IsHoliday = no_holiday) -> Street:
    known = Street(is_holiday)
    for day, kmh in days:
        known.hour(day, kmh, buses=2)
    return known


def kmh(speed_kmh: float) -> SpeedShare:
    return SpeedShare(LINK, LINK, speed_kmh, 0, 1.0)


def test_a_week_teaches_weekdays_saturdays_and_sundays_apart() -> None:
    week = taught([(day, {4: 50.0, 5: 60.0}.get(day % 7, 30.0)) for day in range(18)])
    found = [week.usual(kind) for kind in DayKind]
    assert [each and round(each.dkmh, -1) for each in found] == [300, 500, 600]
    assert found[0] is not None
    assert found[0].spread_dkmh <= 10
    assert len(week.fold.state["usual"]) == 3 * 5  # and of 07:45, learned at 08:02


def test_the_history_is_told_each_quarter_hour_once_with_speed_and_passages() -> None:
    known = Street()
    known.hour(0, 30.0, buses=2)
    entries = [read_quarter(row.row) for row in known.told]
    hours = [(entry.ends_ms - at(TO_EIGHT_S)) // 60_000 for entry in entries]
    assert hours == [0, 15, 30, 45, 60]  # the first one is of 07:45, learned at 08:02
    assert [entry.of(0).passages for entry in entries] == [0, 2, 2, 2, 2]
    assert [entry.of(0).kmh for entry in entries] == [pytest.approx(30, abs=1)] * 5
    assert entries[0].of(7) == LinkQuarter(None, 0)
    lags_ms = [row.known_ms - entry.ends_ms for row, entry in zip(known.told, entries, strict=True)]
    assert all(0 < lag_ms <= 180_000 for lag_ms in lags_ms)


def test_a_closed_road_is_told_though_it_teaches_nothing() -> None:
    known = Street()
    known.tick(0, 1, Obstruction(LINK, "work:1", Cause.WORK, Phase.ACTIVE, Closure.FULL))
    known.hour(0, 20.0)
    assert not known.fold.state["usual"]
    assert [read_quarter(row.row).of(0).kmh for row in known.told] == [20.0] * 5


def test_a_public_holiday_teaches_sundays() -> None:
    is_friday = {NOON_TUESDAY + 3}.__contains__
    week = taught([(0, 30.0), (1, 30.0), (2, 30.0), (3, 60.0), (5, 60.0)], is_friday)
    weekday, holiday = week.usual(DayKind.WEEKDAY), week.usual(DayKind.HOLIDAY)
    assert weekday is not None
    assert holiday is not None
    assert (round(weekday.dkmh, -1), round(holiday.dkmh, -1)) == (300, 600)


def test_a_view_has_its_usual_from_the_third_day_on() -> None:
    known = taught([(0, 30.0)])
    known.tick(1, 60, kmh(28))
    assert known.view().usual_kmh is None
    known = taught([(0, 30.0), (1, 30.0)])
    known.tick(2, 60)
    assert known.view().usual_kmh == pytest.approx(30, abs=1)
    assert known.view().speed_kmh is None


def test_a_view_changes_with_the_quarter_hour_though_nothing_is_heard() -> None:
    known = taught([(0, 30.0), (1, 30.0), (2, 30.0)])
    seen = []
    for step in (0, 1, 4, 5):
        known.tick(3, step * QUARTER_S + 130)
        seen.append(known.view().usual_kmh is not None)
    assert seen == [True, True, True, False]  # learned of 08:00 to 09:00; 09:00 knows its neighbour


def test_one_long_step_of_time_teaches_what_many_short_ones_do() -> None:
    short, long = taught([(0, 30.0), (1, 30.0)]), taught([(0, 30.0), (1, 30.0)])
    for minute in range(64, 400):
        short.tick(1, minute * 60)
    long.tick(1, 399 * 60)
    for name in ("usual", "service", "service-marks", "service-running", "links", "folds"):
        assert short.fold.state[name] == long.fold.state[name]
    assert any(not column.passed for column in long.fold.state["service"].values())


@pytest.mark.parametrize("closure", [Closure.PARTIAL, Closure.FULL])
def test_nothing_is_learned_of_a_speed_where_a_work_is_in_the_way(closure: Closure) -> None:
    known = Street()
    known.tick(0, 0, Obstruction(LINK, "work:P", Cause.WORK, Phase.ACTIVE, closure))
    for day in range(3):
        known.hour(day, 12.0)
    assert known.usual() is None


def jams(known: Street) -> list[Alert]:
    return [alert for alert in known.alerts if alert.rule == "jam"]


@pytest.mark.parametrize(
    ("speeds", "words"),
    [
        ([16.0], []),
        ([14.0], [AlertEvent.BEGIN]),
        ([14.0, 9.0, 14.0], [AlertEvent.BEGIN]),  # what it was told by stays
        ([14.0, 19.0, 14.0], [AlertEvent.BEGIN]),  # not well before two thirds
        ([14.0, 20.5], [AlertEvent.BEGIN, AlertEvent.END]),
    ],
)
def test_slower_than_usual_by_two_is_an_alert(speeds: list[float], words: list[AlertEvent]) -> None:
    known = taught([(0, 30.0), (1, 30.0), (2, 30.0)])
    assert jams(known) == []
    for minute, speed_kmh in enumerate(speeds, start=1):
        known.tick(3, 60 * minute, kmh(speed_kmh))
    known.tick(3, 60 * len(speeds) + 60)
    assert [alert.word for alert in jams(known)] == words
    for alert in jams(known):
        told_by = {name: alert.facts[name] for name in ("judged_by", "level", "times_slower")}
        assert told_by == {"judged_by": "usual", "level": "jam", "times_slower": 2.1}
        assert alert.facts["usual_kmh"] == pytest.approx(30, abs=1)


def test_a_road_that_is_always_slow_is_no_alert_and_one_not_known_is_judged_by_its_level() -> None:
    known = taught([(0, 9.0), (1, 9.0), (2, 9.0)])
    for day in (0, 1):
        assert {a.facts["judged_by"] for a in jams(known) if a.began_ms < at(day * DAY_S)} <= {
            "level"
        }
    before = len(jams(known))
    assert before
    known.tick(3, 60, kmh(8.5))
    known.tick(3, 120)
    assert [a for a in jams(known)[before:] if a.word is AlertEvent.BEGIN] == []


def test_within_the_spread_of_its_days_a_road_is_as_ever() -> None:
    known = taught([(0, 5.0), (1, 60.0), (2, 60.0), (3, 60.0)])
    before = len(jams(known))
    usual = known.usual()
    assert usual is not None
    assert usual.spread_dkmh > 200
    known.tick(6, 60, kmh(usual.kmh / 2 - 1))
    known.tick(6, 120)
    begun = len(jams(known)) > before
    assert begun is (usual.kmh / 2 - 1 < usual.kmh - usual.spread_dkmh / 10)


def test_a_log_from_before_passages_had_routes_counts_them_together() -> None:
    known = Street()
    for minute in range(1, 35):
        message = LinkEvents(
            Origin("in", 0, minute), at(minute * 60), (passage(OTHER, minute * 60),)
        )
        known.fold.take(message)
    assert list(known.fold.state["service-pairs"][OTHER]) == [""]

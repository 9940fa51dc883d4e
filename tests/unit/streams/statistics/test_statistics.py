"""Each statistic of DuckDB against the same figure counted in plain Python from the same rows."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from streams.contract.times import DAY_MS, HOUR_MS, KST, KST_MS, day_of
from streams.history.reading import open_history
from streams.history.tables import WebhookAct, WorkPhase
from streams.statistics import trends
from streams.statistics.book import STATISTICS
from streams.statistics.figure import Figure, Unit
from streams.statistics.period import Period
from streams.statistics.statistic import Asked, compute
from streams.words.catalogue import languages, word
from tests.cities import archive
from tests.cities.archive import Row, hour_of

SEEDS = (3, 20_261_128)
PERIODS = (
    Period(date(2026, 11, 1), date(2026, 11, 27)),
    Period(date(2026, 11, 2), date(2026, 12, 20)),  # the history ends in its midst
)
RECEIVERS = {"ep_1": "관제실", "ep_2": "경찰서"}
"""ep_3 has no name that is known here."""


KNOWN_BY = ("link_minutes", "feeds", "work_phases", "calls", "situations")


class Made(NamedTuple):
    """A history, and what the statistics say of it."""

    seed: int
    rows: archive.History
    asked: Asked
    figures: Mapping[str, Figure]
    until_ms: int  # the period's end, or the history's

    def within(self, table: str) -> list[Row]:
        """The rows of the period, in the order of time."""
        rows = [row for row in self.rows[table] if self.has(row[0])]
        return sorted(rows, key=lambda row: row[0])

    def has(self, at_ms: int) -> bool:
        return self.asked.period.from_ms <= at_ms < self.until_ms

    def table(self, name: str) -> tuple[tuple[Any, ...], ...]:
        return self.figures[name].table.rows


@pytest.fixture(
    scope="module", params=[*product(SEEDS, PERIODS)], ids=lambda x: f"seed {x[0]}, {x[1].last}"
)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("history")
    seed, period = request.param
    rows = archive.made_up(seed)
    archive.write(rows, folder)
    asked = Asked(period, roads=archive.ROADS, receivers=RECEIVERS, vehicles_per_hour=240)
    with closing(open_history(folder)) as reading:
        figures = {name: compute(reading, each, asked) for name, each in STATISTICS.items()}
        for figure in figures.values():
            assert reading.table(figure.rows.sql, figure.rows.parameters, 5.0).rows, figure.id
        last_ms = max(row[0] for name in KNOWN_BY for row in rows[name])
        yield Made(seed, rows, asked, figures, min(period.until_ms, last_ms + 1))


def test_every_row_has_a_cell_a_column_and_its_chart_names_columns(made: Made) -> None:
    for figure in made.figures.values():
        names = [column.name for column in figure.table.columns]
        assert {len(row) for row in figure.table.rows} == {len(names)}, figure.id
        chart = figure.chart
        drawn = (chart.x, *chart.y, chart.group, chart.low, chart.high)
        assert {*drawn} - {""} <= {*names}, figure.id
        assert all(f"${name}" in figure.query.sql for name in figure.query.parameters)


def _held(made: Made, rows: Sequence[Row], subject: int) -> Iterator[tuple[Row, int, int]]:
    """Each row with the ms from which and until which it holds in the period."""
    of_subject: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        of_subject[row[subject]].append(row)
    for some in of_subject.values():
        some.sort(key=lambda row: row[0])
        ends = [row[0] for row in some[1:]]
        for row, next_ms in zip(some, [*ends, 1 << 62], strict=True):
            begin = max(row[0], made.asked.period.from_ms)
            end = min(next_ms, row[0] + HOUR_MS, made.until_ms)
            if end > begin:
                yield row, begin, end


def _jams(made: Made) -> tuple[dict[tuple[str, int], float], dict[tuple[str, int], float]]:
    """(road, hour) -> ms in a jam, ms known; minute by minute."""
    jam: dict[tuple[str, int], float] = defaultdict(float)
    known: dict[tuple[str, int], float] = defaultdict(float)
    for row, begin, end in _held(made, made.rows["link_minutes"], 1):
        road = archive.ROADS.get(str(row[1]), str(row[1]))
        stop = min(end, (row[0] // HOUR_MS + 1) * HOUR_MS)
        for at_ms in range(begin, stop, 60_000):
            if row[3] != "unknown":
                held_ms = min(60_000, stop - at_ms)
                known[road, hour_of(at_ms)] += held_ms
                jam[road, hour_of(at_ms)] += held_ms * (row[3] == "jam")
    return jam, known


def test_jam_hours_are_those_of_every_minute_counted(made: Made) -> None:
    jam, known = _jams(made)
    roads = {road for road, _ in known}
    for road, jam_h, known_h, percent, worst in made.table("jam_roads"):
        of_road = {hour: ms for (name, hour), ms in jam.items() if name == road}
        all_known = sum(ms for (name, _), ms in known.items() if name == road)
        assert jam_h == pytest.approx(sum(of_road.values()) / HOUR_MS, abs=0.051)
        assert known_h == pytest.approx(all_known / HOUR_MS, abs=0.051)
        assert percent == pytest.approx(100 * sum(of_road.values()) / all_known, abs=0.051)
        assert of_road[worst] == max(of_road.values())
        roads.remove(str(road))
    assert not roads
    for road, hour, jam_h, _ in made.table("jam_hours"):
        assert jam_h == pytest.approx(jam[str(road), hour] / HOUR_MS, abs=0.0051)
    totals = [row[1] for row in made.table("jam_roads")]
    assert totals == sorted(totals, reverse=True)


def test_the_usual_week_is_the_median_of_its_days(made: Made) -> None:
    samples: dict[int, list[Row]] = defaultdict(list)
    for row in made.within("link_minutes"):
        if row[0] % HOUR_MS == 0 and row[3] != "unknown":
            samples[row[0]].append(row)
    cells: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for at_ms, held in samples.items():
        share = 100 * sum(row[3] == "jam" for row in held) / len(held)
        kmh = statistics.fmean(float(row[2]) for row in held)
        cells[day_of(at_ms).weekday(), hour_of(at_ms)].append((share, kmh))
    rows = made.table("usual_week")
    assert [row[:2] for row in rows] == [(day, hour) for day in range(7) for hour in range(24)]
    for day, hour, percent, mad, kmh, kmh_mad, days in rows:
        shares, speeds = ([*each] for each in zip(*cells[day, hour], strict=True))
        for values, middle, deviation in ((shares, percent, mad), (speeds, kmh, kmh_mad)):
            median = statistics.median(values)
            off = statistics.median(abs(each - median) for each in values)
            assert (middle, deviation) == pytest.approx((median, off), abs=0.051)
        assert days == len(shares)


class Fate(NamedTuple):
    """What became of a work, by its rows alone."""

    office: str
    contractor: str
    declared_ms: int
    took_ms: int | None
    over_ms: int | None


def _fates(made: Made) -> list[Fate]:
    by_work: dict[str, list[WorkPhase]] = defaultdict(list)
    until_ms = made.until_ms
    for row in sorted(made.rows["work_phases"], key=lambda row: row[0]):
        each = WorkPhase(*row)
        if each.at_ms < until_ms and each.closure != "none":
            by_work[each.work_id].append(each)
    fates = []
    for rows in by_work.values():
        from_ms, end_ms, last = rows[0].from_ms or 0, rows[0].until_ms or 0, rows[-1]
        if not made.has(end_ms) or last.phase == "cancelled":
            continue
        told = [row for row in rows if row.told_by != "clock"]
        begun = [row.at_ms for row in told if row.phase == "active"]
        ended = [row.at_ms for row in told if row.phase == "finished"]
        took = over = None
        if ended:
            over = max(0, ended[-1] - end_ms)
            if begun:
                took = ended[-1] - begun[0]
        elif last.phase in ("active", "overdue", "paused"):
            over = max(0, until_ms - end_ms)
        own = "" if last.office == last.contractor else last.office
        office, contractor = last.client or own, last.contractor or ""
        fates.append(Fate(office, contractor, end_ms - from_ms, took, over))
    return fates


def test_closures_are_what_was_declared_and_what_was_reported(made: Made) -> None:
    groups: dict[tuple[str, str], list[Fate]] = defaultdict(list)
    for fate in _fates(made):
        groups[fate.office, fate.contractor].append(fate)
    found = made.table("closures")
    assert {row[:2] for row in found} == {*groups}
    for office, contractor, works, reported, declared_h, real_h, late, overrun_h in found:
        fates = groups[str(office), str(contractor)]
        both = [each for each in fates if each.took_ms is not None]
        over = [each.over_ms for each in fates if each.over_ms is not None]
        assert (works, reported) == (len(fates), len(both))
        assert declared_h == pytest.approx(sum(x.declared_ms for x in both) / HOUR_MS, abs=0.051)
        assert real_h == pytest.approx(sum(x.took_ms or 0 for x in both) / HOUR_MS, abs=0.051)
        assert (late, overrun_h) == (
            sum(each > HOUR_MS for each in over),
            pytest.approx(sum(over) / HOUR_MS, abs=0.051),
        )


@pytest.mark.parametrize("name", ["office", "contractor"])
def test_the_league_counts_what_ended_in_time(made: Made, name: str) -> None:
    counted: dict[str, list[bool]] = defaultdict(list)
    for fate in _fates(made):
        who = getattr(fate, name)
        if who and fate.over_ms is not None:
            counted[who].append(fate.over_ms <= HOUR_MS)
    rows = made.table(f"punctuality_{name}s")
    assert {row[0]: row[1:3] for row in rows} == {
        who: (len(each), sum(each)) for who, each in counted.items()
    }
    for _, of, good, share, low, high, *_ in rows:
        assert share == pytest.approx(100 * good / of, abs=0.051)
        for end in (low, high):  # both solve (p - share)^2 = z^2 p (1 - p) / n
            p = end / 100
            assert (p - good / of) ** 2 == pytest.approx(1.96**2 * p * (1 - p) / of, abs=0.003)


Span = tuple[str, str, int, int]
"""A work on a link, from when until when."""


def _spans(made: Made) -> list[Span]:
    spans: list[Span] = []
    until_ms = made.until_ms
    by_work: dict[str, list[WorkPhase]] = defaultdict(list)
    for values in made.rows["work_phases"]:
        if values[0] < until_ms:
            by_work[str(values[1])].append(WorkPhase(*values))
    for work, rows in by_work.items():
        rows.sort(key=lambda row: row.at_ms)
        for row, after in zip(rows, [*(each.at_ms for each in rows[1:]), until_ms], strict=True):
            if row.phase in ("active", "overdue") and row.closure != "none":
                spans += [(work, link, row.at_ms, after) for link in row.links]
    return spans


def _passed(
    made: Made,
) -> tuple[list[tuple[Span, int, int]], dict[tuple[str, int, bool], list[int]]]:
    """(span, when, ms) of each passage by a work in the period; the ms of those by none."""
    period, spans = made.asked.period, _spans(made)
    first_ms = period.from_ms - 28 * DAY_MS
    usual: dict[tuple[str, int, bool], list[int]] = defaultdict(list)
    hit: list[tuple[Span, int, int]] = []
    for exited, link, _, travel, *_ in made.rows["passages"]:
        if not first_ms <= exited < made.until_ms:
            continue
        there = [each for each in spans if each[1] == link and each[2] <= exited < each[3]]
        hit += [(each, exited, travel) for each in there if exited >= period.from_ms]
        if not there:
            usual[_kind_of(str(link), exited)].append(travel)
    return hit, usual


def test_works_cost_what_buses_took_longer_than_usual(made: Made) -> None:
    hit, usual = _passed(made)
    lost: dict[str, float] = defaultdict(float)
    passages: dict[str, int] = defaultdict(int)
    by_hour: dict[tuple[Span, int], list[float]] = defaultdict(list)
    for span, exited, travel in hit:
        known = usual[_kind_of(span[1], exited)]
        if len(known) >= 5:
            late = travel - statistics.median(known)
            lost[span[0]] += late / 60_000
            passages[span[0]] += 1
            by_hour[span, exited // HOUR_MS].append(late)
    vehicles: dict[str, float] = defaultdict(float)
    for (span, number), each in by_hour.items():
        within = min(span[3], (number + 1) * HOUR_MS) - max(span[2], number * HOUR_MS)
        vehicles[span[0]] += statistics.fmean(each) / 60_000 * 240 * within / HOUR_MS
    rows = made.table("work_cost")
    assert {row[0]: row[2] for row in rows} == dict(passages)
    for work, _office, _number, bus_min, vehicle_min in rows:
        assert bus_min == pytest.approx(lost[str(work)], abs=0.051)
        assert vehicle_min == pytest.approx(vehicles[str(work)], abs=0.51)


def _kind_of(link: str, at_ms: int) -> tuple[str, int, bool]:
    return link, hour_of(at_ms), day_of(at_ms).weekday() >= 5


def test_calls_are_counted_by_place_and_topic(made: Made) -> None:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for _, _id, topic, link, dong, state, _ in made.within("calls"):
        counted[dong or archive.ROADS.get(str(link), str(link)), str(topic)] += state == "asked"
    assert {row[:2]: row[2] for row in made.table("calls")} == dict(counted)


def _waits(made: Made) -> Mapping[tuple[str, str], list[int | None]]:
    waits: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    answered = {row[1]: row[6] for row in made.rows["calls"] if row[5] == "answered"}
    for at_ms, call, topic, _link, _dong, state, _ in made.within("calls"):
        if state == "asked":
            end = answered.get(call)
            waits["calls", str(topic)].append(None if end is None else end - at_ms)
    known = {row[1]: row[0] for row in made.rows["situations"] if row[2] == "acknowledged"}
    for at_ms, each, act, _kind, severity, *_ in made.within("situations"):
        if act == "begun":
            end = known.get(each)
            waits["situations", str(severity)].append(None if end is None else end - at_ms)
    for _at, _endpoint, _alert, state, _n, took in made.within("webhooks"):
        if state == "delivered":
            waits["webhooks", str(state)].append(took)
    return waits


def test_response_times_are_medians_of_those_answered(made: Made) -> None:
    waits = _waits(made)
    rows = made.table("responses")
    assert {row[:2] for row in rows} == {*waits}
    for of_what, sort, number, answered, median, low, high, p90 in rows:
        every = waits[str(of_what), str(sort)]
        times = sorted(each / 60_000 for each in every if each is not None)
        assert (number, answered) == (len(every), len(times))
        assert median == pytest.approx(statistics.median(times), abs=0.0051)
        assert p90 == pytest.approx(_quantile(times, 0.9), abs=0.0051)
        half = 1.96 * math.sqrt(len(times)) / 2
        first = max(1, math.floor(len(times) / 2 - half))
        last = min(len(times), math.ceil(len(times) / 2 + 1 + half))
        assert (low, high) == pytest.approx((times[first - 1], times[last - 1]), abs=0.0051)


def _quantile(times: list[float], share: float) -> float:
    at = share * (len(times) - 1)
    low, high = times[math.floor(at)], times[math.ceil(at)]
    return low + (high - low) * (at - math.floor(at))


def test_feeds_are_there_as_long_as_they_say_so(made: Made) -> None:
    there: dict[object, int] = defaultdict(int)
    away: dict[object, int] = defaultdict(int)
    for row, begin, end in _held(made, made.rows["feeds"], 1):
        (there if row[2] in ("live", "empty") else away)[row[1]] += end - begin
    rows = made.table("feeds")
    assert {row[0] for row in rows} == {*archive.FEEDS}
    for feed, percent, there_h, away_h in rows:
        share = 100 * there[feed] / (there[feed] + away[feed])
        assert percent == pytest.approx(share, abs=0.0051)
        assert there_h == pytest.approx(there[feed] / HOUR_MS, abs=0.051)
        assert away_h == pytest.approx(away[feed] / HOUR_MS, abs=0.051)


def test_webhooks_are_counted_once_an_alert_and_receiver(made: Made) -> None:
    told: dict[str, dict[str, list[WebhookAct]]] = defaultdict(lambda: defaultdict(list))
    for values in made.within("webhooks"):
        row = WebhookAct(*values)
        if row.state != "queued":
            told[row.endpoint_id][row.alert_id].append(row)
    due = {}
    for endpoint, alerts in told.items():
        there = {x: [r for r in rows if r.state == "delivered"] for x, rows in alerts.items()}
        good = [rows for rows in there.values() if rows]
        times = sorted(
            min(ms) / 1000
            for rows in good
            if (ms := [r.took_ms for r in rows if r.took_ms is not None])
        )
        tries = [
            max(n)
            for rows in alerts.values()
            if (n := [r.attempts for r in rows if r.attempts is not None])
        ]
        due[endpoint] = (len(good), len(alerts) - len(good), times, statistics.fmean(tries))
    worst = sorted(due, key=lambda each: (-due[each][1], -due[each][0], each))
    names = [RECEIVERS.get(each, f"#{at}") for at, each in enumerate(worst, 1)]
    rows = made.table("webhooks")
    assert [row[0] for row in rows] == names
    for endpoint, (_, delivered, given_up, percent, p50, p95, attempts) in zip(
        worst, rows, strict=True
    ):
        taken, lost, times, mean = due[endpoint]
        assert (delivered, given_up) == (taken, lost)
        assert percent == pytest.approx(100 * taken / (taken + lost), abs=0.051)
        assert p50 == pytest.approx(statistics.median(times), abs=0.051)
        assert p95 == pytest.approx(_quantile(times, 0.95), abs=0.051)
        assert attempts == pytest.approx(mean, abs=0.0051)
    assert sum(row[2] for row in rows) > 3
    said = repr(made.figures["webhooks"])
    assert "ep_1" not in said


def test_what_goes_on_says_where_the_history_ends(made: Made) -> None:
    last = datetime.fromtimestamp(made.until_ms / 1000, KST)
    is_cut = made.until_ms < made.asked.period.until_ms
    assert is_cut is (made.asked.period == PERIODS[1])
    for name, figure in made.figures.items():
        ends = [note.values["time"] for note in figure.notes if note.code == "history_ends"]
        assert ends == ([str(last)[:16]] if is_cut and STATISTICS[name].goes_on else []), name
        if "$until_ms" in figure.query.sql:
            assert figure.query.parameters["until_ms"] == made.until_ms


def _detours(made: Made) -> Iterator[tuple[int, int, set[str]]]:
    """From when until when each went on in the period, and its roads."""
    period = made.asked.period
    first_ms = period.from_ms - 28 * DAY_MS
    acts: dict[object, dict[str, int]] = defaultdict(dict)
    links: dict[object, list[str]] = {}
    for at_ms, each, act, kind, _sev, _since, some, *_ in made.rows["situations"]:
        if kind == "detour" and first_ms <= at_ms < made.until_ms:
            acts[each][str(act)] = at_ms
            links[each] = [*some]
    for each, when in acts.items():
        end = min(when.get("ended", made.until_ms), made.until_ms)
        if end > period.from_ms and "begun" in when:
            roads = {archive.ROADS.get(link, link) for link in links[each]}
            yield max(when["begun"], period.from_ms), end, roads


def test_detours_are_counted_by_road(made: Made) -> None:
    hours: dict[str, float] = defaultdict(float)
    number: dict[str, int] = defaultdict(int)
    for begin, end, roads in _detours(made):
        for road in roads:
            hours[road] += (end - begin) / HOUR_MS
            number[road] += 1
    closed: dict[str, set[object]] = defaultdict(set)
    for _at, each, act, _by, link, *_ in made.within("closures"):
        if act == "observed":
            closed[archive.ROADS.get(str(link), str(link))].add(each)
    for road, detours, detour_h, seen in made.table("detours"):
        assert (detours, seen) == (number[str(road)], len(closed[str(road)]))
        assert detour_h == pytest.approx(hours[str(road)], abs=0.051)
    assert {row[0] for row in made.table("detours")} == {*hours, *closed} - {""}


def test_discrepancies_are_counted_by_kind(made: Made) -> None:
    begun = {row[1]: row for row in made.within("discrepancies") if row[3] == "begun"}
    ended = {row[1]: row[0] for row in made.within("discrepancies") if row[3] == "ended"}
    by_kind: dict[object, list[float | None]] = defaultdict(list)
    for each, row in begun.items():
        end = ended.get(each)
        by_kind[row[2]].append(None if end is None else (end - row[0]) / HOUR_MS)
    for kind, number, still, median_h in made.table("discrepancies"):
        lasted = [each for each in by_kind[kind] if each is not None]
        assert (number, still) == (len(by_kind[kind]), len(by_kind[kind]) - len(lasted))
        assert median_h == pytest.approx(statistics.median(lasted), abs=0.051)
    assert {row[0] for row in made.table("discrepancies")} == {*by_kind}


def _days(made: Made) -> Mapping[str, Mapping[date, float]]:
    """Of each measure the value of each day on which the roads were seen."""
    until_ms = made.until_ms
    hours: dict[int, list[bool]] = defaultdict(list)
    for row in made.rows["link_minutes"]:
        if row[0] % HOUR_MS == 0 and row[0] < until_ms and row[3] != "unknown":
            hours[row[0]].append(row[3] == "jam")
    shares: dict[date, list[float]] = defaultdict(list)
    for at_ms, jammed in hours.items():
        shares[day_of(at_ms)].append(100 * sum(jammed) / len(jammed))
    values: dict[str, dict[date, float]] = {
        name: dict.fromkeys(shares, 0.0) for name in trends.MEASURES
    }
    values["jam_percent"] = {day: statistics.fmean(each) for day, each in shares.items()}
    for name, table, place, act in (
        ("calls", "calls", 5, "asked"),
        ("situations", "situations", 2, "begun"),
        ("begun_works", "work_phases", 2, "active"),
    ):
        for row in made.rows[table]:
            if row[place] == act and row[0] < until_ms:
                values[name][day_of(row[0])] += 1
    return values


def test_trends_are_means_of_days_and_say_only_what_is_sure(made: Made) -> None:
    values = _days(made)
    means: dict[tuple[object, object], float] = {}
    for measure, month, days, mean, low, high, change, least, most, direction in made.table(
        "trends"
    ):
        some = [each for day, each in values[str(measure)].items() if f"{day:%Y-%m}" == month]
        assert (days, mean) == (len(some), pytest.approx(statistics.fmean(some), abs=0.0051))
        half = 1.96 * statistics.pstdev(some) / math.sqrt(len(some))
        ends = (statistics.fmean(some) - half, statistics.fmean(some) + half)
        assert (low, high) == pytest.approx(ends, abs=0.6 * half + 0.01), "about the normal one"
        before = f"2026-{int(str(month)[5:]) - 1:02}"
        means[measure, month] = statistics.fmean(some)
        if (measure, before) not in means:
            assert (change, direction) == (None, None)
            continue
        gone = means[measure, month] - means[measure, before]
        assert change == pytest.approx(gone, abs=0.0051)
        assert least <= gone + 0.01
        assert most >= gone - 0.01
        assert direction == ("up" if least > 0 else "down" if most < 0 else "unsure")
    assert len(means) == len(trends.MEASURES) * 3


def test_a_road_alone_has_its_own_week(made: Made, tmp_path: Path) -> None:
    archive.write({"link_minutes": made.rows["link_minutes"]}, tmp_path)
    with closing(open_history(tmp_path)) as reading:
        own = Asked(made.asked.period, road="퇴계로", roads=archive.ROADS)
        figure = compute(reading, STATISTICS["usual_week"], own)
    assert figure.query.parameters["links"] == ["L5"]
    samples = [
        row
        for row in made.within("link_minutes")
        if row[1] == "L5" and row[0] % HOUR_MS == 0 and row[3] != "unknown"
    ]
    assert sum(int(row[6] or 0) for row in figure.table.rows) == len(samples)


def test_of_an_empty_history_every_figure_is_empty(tmp_path: Path) -> None:
    with closing(open_history(tmp_path)) as reading:
        for each in STATISTICS.values():
            assert compute(reading, each, Asked(PERIODS[0])).table.rows == (), each.id


@pytest.mark.parametrize("language", languages())
def test_the_head_of_a_column_states_its_unit(language: str) -> None:
    """So nobody who shows one adds it, on the page, in CSV or in a report."""
    units = (Unit.PERCENT, Unit.HOURS, Unit.MINUTES, Unit.SECONDS, Unit.KMH)
    for column in {x for each in STATISTICS.values() for x in each.columns if x.unit in units}:
        unit = word(language, f"reports.unit.{column.unit.replace('/', '_')}")
        head = word(language, f"stats.column.{column.name}")
        assert unit in head.partition("(")[2] or f"-{unit}" in head, head


def test_midnight_is_koreas() -> None:
    assert (PERIODS[0].from_ms + KST_MS) % DAY_MS == 0

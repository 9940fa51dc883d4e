"""The desk's list, read by the ordinary parser and folded: every phase and case is there to see."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from producers.feeds.permits import rows as permits
from producers.reading.answers import Exchange
from producers.simulator.acts import real_works
from producers.simulator.city import build_city
from producers.simulator.clock import DayClock
from producers.simulator.day import Day
from producers.simulator.odd_permits import ODD_PERMITS
from producers.simulator.permits import PERMITS
from producers.simulator.portal import SimulatedPortal
from producers.simulator.streets import build_streets
from producers.simulator.works import link_named, periods
from streams.contract.enums import Closure, Phase
from streams.contract.records import Permit, PermitBatch, Tick
from streams.contract.settings import Settings
from streams.domain.clashes.clash import Clash
from streams.domain.permit_ids import permit_of
from streams.domain.stages.works import WorksStage
from streams.domain.works import Work
from streams.geo.network import Link, Network
from tests.cities.fakes import Folded

OPENS_MS = 1_795_414_000_000
MINUTE_MS = 60_000
QUERY = {"serviceKey": "k", "type": "json", "numOfRows": "1000"}


@dataclass(frozen=True)
class Shown:
    """What the screens show at one minute, works by number."""

    network: Network
    works: Mapping[str, Work]
    clashes: tuple[Clash, ...]

    def of(self, number: str) -> list[Work]:
        """The works of a permit: one a spot."""
        return [work for name, work in self.works.items() if permit_of(name) == number]

    def links(self, number: str, kind: str) -> set[Link]:
        found = (self.network.link(name) for work in self.of(number) for name in work.links)
        return {link for link in found if link and link.kind == kind}

    def names(self, number: str) -> set[str]:
        """The sections of a permit by the names of their stops."""
        return {link.name for link in self.links(number, "section")}


def listed(portal: SimulatedPortal, minute: int) -> PermitBatch:
    at_ms = OPENS_MS + minute * MINUTE_MS
    body = portal.answer("permits", QUERY, at_ms).body.encode()
    answer = permits.parse_permits(Exchange("permits", at_ms, "https://x/", 200, body), Settings())
    assert not answer.refused
    rows = tuple(row for row in answer.rows if isinstance(row, Permit))
    return PermitBatch("permits", at_ms, answer.is_complete, rows)


@pytest.fixture(scope="module")
def shown() -> Mapping[int, Shown]:
    """The picture every three minutes from 20 before to 10 after the opening."""
    city = build_city()
    portal = SimulatedPortal(Day(city, 7, opens_ms=OPENS_MS, starts_ms=OPENS_MS - 20 * MINUTE_MS))
    folded = Folded(WorksStage(city, partitions=1), topic="permits")
    found = {}
    for minute in range(-20, 13, 3):
        folded.take_all([listed(portal, minute), Tick(OPENS_MS + minute * MINUTE_MS)])
        works = {name.partition("-")[2]: work for name, work in folded.state["works"].items()}
        found[minute] = Shown(city, works, tuple(folded.state["clashes"].values()))
    return found


def test_every_phase_is_there_to_see(shown: Mapping[int, Shown]) -> None:
    assert {work.phase for work in shown[1].works.values()} == set(Phase)


@pytest.mark.parametrize(
    ("number", "phase"),
    [
        ("굴착-0388", "overdue"),  # its end has passed and its desk goes on saying 진행중
        ("굴착-0377", "finished"),
        ("굴착-0435", "cancelled"),
        ("굴착-0433", "planned"),
        ("굴착-0421", "paused"),  # night work, by day
        ("굴착-0405", "paused"),  # between digging and restoring
        ("굴착-0446", "active"),
    ],
)
def test_the_phases_of_some_works(shown: Mapping[int, Shown], number: str, phase: str) -> None:
    assert {work.phase for work in shown[1].of(number)} == {phase}


def test_a_permit_is_extended_before_the_picture_opens(shown: Mapping[int, Shown]) -> None:
    before, after = (shown[minute].works["굴착-0412"] for minute in (-11, -8))
    assert after.until_ms - before.until_ms == 14 * 24 * 60 * MINUTE_MS
    assert (before.ends_ms, after.revision) == (after.first_ends_ms, 1)


def test_a_running_work_is_withdrawn_and_another_one_done(shown: Mapping[int, Shown]) -> None:
    assert shown[7].works["굴착-0446"].phase == "cancelled"
    phases = [shown[minute].works["굴착-0425"].phase for minute in (4, 7)]
    assert phases == ["active", "finished"]
    ended = shown[7].works["굴착-0425"].ended
    assert ended is not None
    assert ended.by == "feed"


AUTHORED = {work.number for work in (*PERMITS, *ODD_PERMITS)}


def test_one_direction_is_closed_and_the_other_one_open(shown: Mapping[int, Shown]) -> None:
    full = {
        permit_of(number): (
            shown[10].names(permit_of(number)),
            len(shown[10].links(permit_of(number), "standard")),
        )
        for number, work in shown[10].works.items()
        if work.closure is Closure.FULL and work.is_in_force and permit_of(number) in AUTHORED
    }
    assert full == {
        "굴착-0444": ({"봄내초등학교 → 퇴계주공3차"}, 1),
        "굴착-0430": ({"강원대병원 → 푸른언덕공원"}, 1),
        "굴착-0399": ({"고용복지센터 → 스무숲입구", "스무숲입구 → 고용복지센터"}, 2),
    }


def test_a_direction_means_the_links_the_work_stands_on(shown: Mapping[int, Shown]) -> None:
    for number in ("굴착-0412", "굴착-0418", "굴착-0425"):
        assert len(shown[1].names(number)) == 1, number
    for number in ("굴착-0412", "굴착-0418", "굴착-0425", "점용-0118"):
        assert len(shown[1].links(number, "standard")) == 1, number


def test_what_is_closed_beside_the_carriageway_and_the_width_left(
    shown: Mapping[int, Shown],
) -> None:
    works = shown[1].works
    assert (works["점용-0121"].closure, works["점용-0121"].also_closed) == (
        Closure.BUS_STOP,
        (Closure.SIDEWALK,),
    )
    assert works["굴착-0405"].also_closed == (Closure.SIDEWALK,)
    assert works["굴착-0412"].remaining_width_m == 3.2


def test_works_clash_on_adjoining_links_and_on_a_detour(shown: Mapping[int, Shown]) -> None:
    found = {(clash.kind, *(name[5:] for name in clash.works)) for clash in shown[1].clashes}
    assert ("works", "굴착-0418", "굴착-0438") in found
    assert any(kind == "detour" and "굴착-0442" in names for kind, *names in found)


def test_closures_and_hours_are_read_however_their_clerk_writes_them(
    shown: Mapping[int, Shown],
) -> None:
    """In columns or in the title alone, in words of any clerk: what was authored is read."""
    clock = DayClock(OPENS_MS, 0)
    for work in (*PERMITS, *ODD_PERMITS):
        read = [w for w in shown[1].works.values() if w.title.startswith(work.title)]
        assert read, work.number
        assert {w.hours for w in read} == {work.daily_hours(clock)}, work.number
        assert {w.closure for w in read} <= {work.closure, *work.also}, work.number


def test_days_are_read_however_their_clerk_writes_them(shown: Mapping[int, Shown]) -> None:
    clock = DayClock(OPENS_MS, 0)
    for work in (*PERMITS, *ODD_PERMITS):
        read = [w for w in shown[1].works.values() if w.title.startswith(work.title)]
        assert {w.starts_ms for w in read} == {clock.day_ms(work.days[0])}, work.number
        is_known = not work.is_open_ended and work.days[0] <= work.days[1]
        last = clock.day_ms(work.last_day(clock, OPENS_MS) + 1)
        assert {w.ends_ms for w in read} == {last if is_known else None}, work.number


def test_a_point_that_stands_for_a_street_takes_both_its_directions(
    shown: Mapping[int, Shown],
) -> None:
    [work] = shown[1].of("굴착-0448")
    assert work.placed_by == "point"
    assert shown[1].names("굴착-0448") == {"만천초교 → 동면만천농협", "동면만천농협 → 만천초교"}
    assert len(shown[1].links("굴착-0448", "standard")) == 2


def test_each_spot_of_a_permit_is_a_work(shown: Mapping[int, Shown]) -> None:
    assert len(shown[1].of("굴착-0450")) == 3
    assert len(shown[1].links("굴착-0450", "standard")) == 3


def test_one_number_of_two_offices_is_two_works(shown: Mapping[int, Shown]) -> None:
    works = shown[1].of("점용-0130")
    assert {(work.closure, work.organisation) for work in works} == {
        (Closure.SHOULDER, "춘천시 도로과"),
        (Closure.NONE, "춘천시 교동행정복지센터"),
    }
    assert not set(works[0].links) & set(works[1].links)


def test_a_night_of_one_day_lasts_until_its_morning() -> None:
    [night] = [work for work in ODD_PERMITS if work.days == (0, 0)]
    clock = DayClock(OPENS_MS, 0)
    evening = clock.day_ms(0) + 22 * 60 * MINUTE_MS
    assert periods(night, clock) == [(evening, evening + 8 * 60 * MINUTE_MS)]


def test_works_that_are_not_what_they_say_are_declared_like_any_other(
    shown: Mapping[int, Shown],
) -> None:
    """In force by their own hours, whatever their desk calls them, in one direction each."""
    clock, network = DayClock(OPENS_MS, 0), build_streets()
    read = 0
    for real in real_works([-1, 0]):
        first, last = (clock.minute_ms(minute) for minute in real.hours_min)
        for minute, picture in shown.items():
            at_ms = OPENS_MS + minute * MINUTE_MS
            if not real.declared or abs(at_ms - first) < MINUTE_MS or abs(at_ms - last) < MINUTE_MS:
                continue
            for work in picture.of(real.number):
                read += 1
                assert work.closure is real.declared
                assert work.is_in_force is (first <= at_ms < last), (real, minute)
                streets = {link.id for link in picture.links(real.number, "standard")}
                assert streets == {link_named(network, place).id for place in real.where}
    assert read > 50

"""The past from disk: a real archive of a real log says of each minute what Redis said then."""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from local.stack import Stack
from maps.past.archived import archived_picture
from maps.past.moments import BitemporalMoment
from maps.past.pictures import past_picture
from maps.picture.picture import Picture
from streams.contract import topics, wire
from streams.contract.enums import Certainty, Closure, IncidentKind, Level
from streams.contract.records import Incident, IncidentBatch, LinkSpeed, SpeedBatch
from streams.contract.times import MINUTE_MS, day_of
from streams.contract.topics import partition_of
from streams.domain.closures import GRAVITY
from streams.domain.links.fold import LinkView
from streams.domain.works.phases import OVER
from streams.geo.network import Network
from streams.history.files import days_of
from streams.history.past import PastDay
from streams.history.past_reading import PastReader
from streams.state.store import Store
from streams.topology.holidays import korean_holidays
from tests.cities import worlds
from tests.services.archiving import finished, told

SURE = (Certainty.CONFIRMED, Certainty.REPORTED)
HIT, SLOW = "S6>S7", "S8>S7"


def incident() -> worlds.Sent:
    """An accident that shuts a link from the second minute on, and is over in the ninth."""
    t0_ms = worlds.T0_MS
    row = Incident(
        "I1",
        IncidentKind.ACCIDENT,
        "추돌",
        t0_ms + 90_000,
        t0_ms + 500_000,
        closure=Closure.PARTIAL,
        link_id=HIT,
    )
    batch = IncidentBatch("its.incidents", t0_ms + 2_000, is_complete=True, rows=(row,))
    return topics.INCIDENTS, 0, wire.encode(batch)


def jam() -> worlds.Sent:
    """A centre's report of a link that hardly moves."""
    at_ms = worlds.T0_MS + 5_000
    partition = partition_of(SLOW, worlds.PARTITIONS)
    batch = SpeedBatch.of("its.speeds", at_ms, [LinkSpeed(SLOW, 4.0, at_ms)])
    return topics.LINK_SPEEDS, partition, wire.encode(batch)


@pytest.fixture(name="archived")
def _archived(city: Stack, tmp_path: Path) -> tuple[Stack, Path, int]:
    """A city whose worker and archive have come to the end of one log."""
    log = worlds.drive(4, worlds.STOPS)
    worker = city.start_worker()
    worlds.publish(city, [*told(), incident(), jam(), *log])
    until_ms = worlds.last_tick_ms(log)
    worlds.wait_drained(city, until_ms)
    worker.stop()
    finished(city, tmp_path / "history", until_ms)
    return city, tmp_path / "history", until_ms


@pytest.fixture(name="store")
async def _store(archived: tuple[Stack, Path, int]) -> AsyncIterator[Store]:
    store = Store.connect(worlds.settings_of(archived[0]))
    yield store
    await store.close()


def day_read(folder: Path, network: Network, day: date) -> PastDay:
    reader = PastReader(folder)
    try:
        return reader.read(days_of(folder), day, [link.id for link in network.links])
    finally:
        reader.close()


def seen(view: LinkView) -> tuple[object, ...]:
    """What both keep alike of a link; Redis keeps no speed."""
    return view.level, view.subjects


def links_of(picture: Picture) -> Mapping[int, tuple[object, ...]]:
    nothing = seen(LinkView())
    return {at: seen(view) for at, view in picture.links.items() if seen(view) != nothing}


async def test_each_minute_the_history_says_what_redis_said(
    archived: tuple[Stack, Path, int], store: Store
) -> None:
    _, folder, until_ms = archived
    network = worlds.road(worlds.STOPS)
    day = day_read(folder, network, day_of(worlds.T0_MS))
    assert not day.lacks
    closed_before: dict[int, Closure] = {}
    closures, levels, phases, told_feeds, reports = set(), set(), set(), set(), set()
    for minute_ms in range(worlds.T0_MS + MINUTE_MS, until_ms, MINUTE_MS):
        at_ms = minute_ms + MINUTE_MS - 1  # the last moment of a minute, which the archive looks at
        if not day.is_recorded(at_ms + 1) or at_ms + 1 >= until_ms:
            continue
        moment = BitemporalMoment(at_ms, at_ms)
        then = await past_picture(
            store, network, moment, calls={}, fresh_ms=600_000, is_holiday=korean_holidays()
        )
        kept = archived_picture(day, network, at_ms + 1, {})
        assert links_of(kept) == links_of(then), at_ms
        closed = {at: view.closure for at, view in then.links.items()}
        for at, view in kept.links.items():
            # A minute's row may lag: what ended in the last minute may still be shown closed.
            assert view.closure in (closed.get(at), closed_before.get(at)), (at, at_ms)
            assert view.certainty not in SURE or then.links[at].certainty in SURE
            assert GRAVITY.index(view.closure) <= GRAVITY.index(closed.get(at, Closure.NONE))
        closed_before = closed
        assert {x: w.phase for x, w in kept.works.items()} == {
            x: w.phase for x, w in then.works.items()
        }
        for name, work in kept.works.items():
            live = then.works[name]
            assert (work.closure, work.links, work.organisation) == (
                live.closure,
                live.links,
                live.organisation,
            )
            assert (work.starts_ms, work.ends_ms) == (live.starts_ms, live.ends_ms)
            phases.add(work.phase)
        closures |= {view.closure for view in kept.links.values()}
        levels |= {view.level for view in kept.links.values()}
        told_feeds |= {*kept.feeds}
        reports |= {*kept.reports}
        going = {x for x, row in then.incidents.items() if row.is_in_force}
        assert {*kept.incidents} == going
    assert {Closure.NONE, Closure.FULL, Closure.PARTIAL} <= closures
    assert {Level.JAM, Level.FREE} <= levels
    assert phases & OVER
    assert phases - OVER
    assert told_feeds == {"tago.positions"}
    assert reports == {"C1"}

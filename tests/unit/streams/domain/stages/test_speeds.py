from dataclasses import replace

from streams.contract.derived import Origin, SpeedShare
from streams.contract.records import LinkSpeed, SpeedBatch, Tick
from streams.domain.stage import Effects, empty_state
from streams.domain.stages.speeds import SpeedsStage
from streams.geo.network import Overlay
from tests.cities.fakes import STANDARD, at, street


def step(message: SpeedBatch | Tick, partitions: int = 1) -> Effects:
    stage = SpeedsStage(street(), partitions=partitions)
    return stage.step(empty_state(stage), message, Origin("link-speeds", 0, 0))


def measured(*rows: LinkSpeed) -> Effects:
    return step(SpeedBatch("its.speeds", at(0), rows))


def test_a_standard_link_speaks_for_itself_and_not_for_the_sections_of_buses_over_it() -> None:
    effects = measured(LinkSpeed(STANDARD, 32.5, at(0)))
    assert effects.derived[0].speeds == (SpeedShare(STANDARD, STANDARD, 32.5, at(0), 1.0),)


def test_what_is_no_link_of_the_network_speaks_for_its_shares_of_the_sections() -> None:
    shares = (Overlay("under", "S1>S2", 0.8), Overlay("under", "S2>S3", 0.2))
    stage = SpeedsStage(replace(street(), overlay=shares), partitions=1)
    message = SpeedBatch("its.speeds", at(0), (LinkSpeed("under", 32.5, at(0)),))
    effects = stage.step(empty_state(stage), message, Origin("link-speeds", 0, 0))
    assert effects.derived[0].speeds == (
        SpeedShare("S1>S2", "under", 32.5, at(0), 0.8),
        SpeedShare("S2>S3", "under", 32.5, at(0), 0.2),
    )


def test_a_section_speaks_for_itself() -> None:
    effects = measured(LinkSpeed("S4>S5", 20, at(0)))
    assert effects.derived[0].speeds == (SpeedShare("S4>S5", "S4>S5", 20, at(0), 1.0),)


def test_a_link_the_network_does_not_know_is_counted_and_says_nothing() -> None:
    effects = measured(LinkSpeed("?", 20, at(0)), LinkSpeed("S4>S5", 20, at(0)))
    assert effects.counts == {"speeds unknown_link": 1}
    assert [share.link_id for share in effects.derived[0].speeds] == ["S4>S5"]


def test_time_reaches_every_partition() -> None:
    effects = step(Tick(at(7)), partitions=4)
    assert {p: e.watermark_ms for p, e in effects.derived.items()} == dict.fromkeys(range(4), at(7))


def test_nothing_measured_sends_nothing() -> None:
    assert measured().derived == {}


def test_a_speed_of_a_day_ago_is_late_wherever_time_stands() -> None:
    effects = measured(LinkSpeed("S4>S5", 20, at(0) - 86_400_000))
    assert effects.counts == {"speeds late": 1}
    assert not [part for part in effects.derived.values() if part.speeds]
    assert measured(LinkSpeed("S4>S5", 20, at(0) - 86_399_999)).derived[0].speeds

"""Records carried to the partitions of their links."""

from dataclasses import replace

from streams.contract.derived import LinkEvents, Obstruction, Origin, Passage, Sighting
from streams.contract.enums import Cause, Closure, Phase, SightingKind
from streams.contract.topics import partition_of
from streams.domain.derive import send
from streams.domain.stage import Effects
from streams.geo.homes import Homes
from tests.cities.buses import town, works
from tests.cities.fakes import at

WIDE = 4
ORIGIN = Origin("in", 0, 7)
TOWN = town()
LINKS = [link.id for link in TOWN.links]
HOMES = Homes(TOWN, WIDE)
SIGHTING = Sighting(SightingKind.ASTRAY, ("M3>M4", "M4>M5"), "a", "R1", at(0), at(60))


def test_records_of_links_go_to_the_partition_of_the_link_in_order() -> None:
    effects = Effects()
    passages = [Passage(name, at(n), 1000, 400) for n, name in enumerate(LINKS)]
    blocks = [
        Obstruction(name, "work:P1", Cause.WORK, Phase.ACTIVE, Closure.FULL) for name in LINKS
    ]
    send(effects, ORIGIN, WIDE, passages=passages, obstructions=blocks)
    for partition, (part,) in effects.derived.items():
        names = [name for name in LINKS if partition_of(name, WIDE) == partition]
        assert [row.link_id for row in part.passages] == names
        assert [row.link_id for row in part.obstructions] == names
        assert (part.origin, part.watermark_ms) == (ORIGIN, 0)
    assert sum(len(part.passages) for (part,) in effects.derived.values()) == len(LINKS)


def test_what_is_seen_and_declared_goes_to_every_home_around_its_links_once() -> None:
    effects = Effects()
    send(
        effects,
        ORIGIN,
        WIDE,
        sightings=[SIGHTING, replace(SIGHTING, vehicle="b")],
        declarations=[works("M0>M1", "M8>M9")],
        homes=HOMES,
    )
    for partition in range(WIDE):
        (part,) = effects.derived.get(partition, [LinkEvents(ORIGIN, 0)])
        is_near = partition in HOMES.around(SIGHTING.links)
        is_told = partition in HOMES.around(["M0>M1", "M8>M9"])
        assert [row.vehicle for row in part.sightings] == ["a", "b"] * is_near
        assert len(part.declarations) == is_told
    assert HOMES.home("M3>M4") in effects.derived


def test_a_tick_goes_everywhere_and_nothing_goes_nowhere() -> None:
    effects = Effects()
    send(effects, ORIGIN, WIDE)
    send(effects, ORIGIN, WIDE, sightings=[SIGHTING])  # nobody knows a home
    assert not effects.derived
    send(effects, ORIGIN, WIDE, tick_ms=at(60))
    assert {p: part.watermark_ms for p, (part,) in effects.derived.items()} == dict.fromkeys(
        range(WIDE), at(60)
    )

"""Links that were known and have left the network: they fade, and take no other with them."""

from dataclasses import replace

from streams.contract.derived import LinkEvents, Origin, SpeedColumns
from streams.contract.enums import Level
from streams.domain.links.columns import LINKS
from streams.domain.links.fold import LinkView
from streams.domain.stages.roadstate import RoadsStage
from streams.geo.network import Network
from tests.cities.fakes import RULES, STANDARD, Folded, at, passage, street

INPUTS = ("bus-positions/0", "link-speeds/0")
GONE, HERE = ("S1>S2", "S2>S3", STANDARD), ("S3>S4", "S4>S5", "S5>S6", "S3>S2", "S4>S3")


def parts(second: int, links: tuple[str, ...]) -> list[LinkEvents]:
    """A bus on the first of some links, reports of all, and the time."""
    speeds = SpeedColumns(links, (12.0,) * len(links), (at(second),) * len(links))
    first, then = 2 * second, 2 * second + 1
    return [
        LinkEvents(Origin("bus-positions", 0, first), 0, passages=(passage(links[0], second),)),
        LinkEvents(Origin("link-speeds", 0, first), 0, speeds=speeds),
        LinkEvents(Origin("bus-positions", 0, then), at(second)),
        LinkEvents(Origin("link-speeds", 0, then), at(second)),
    ]


def smaller() -> Network:
    """The street without some links, the others in another order."""
    whole = street()
    return replace(whole, links=tuple(x for x in reversed(whole.links) if x.id not in GONE))


def begun_anew(network: Network, before: Folded) -> Folded:
    """Another worker that goes on where one stood."""
    fold = Folded(RoadsStage(network, RULES, INPUTS), state=before.state)
    links = fold.state[LINKS.name]
    links.index, links.rest = links.index[:0], None
    return fold


def test_a_network_that_lost_links_is_folded_on() -> None:
    fold = Folded(RoadsStage(street(), RULES, INPUTS)).take_all(parts(0, (*GONE, *HERE)))
    assert Level.UNKNOWN not in {view.level for view in fold.state[LINKS.name].values()}
    fold = begun_anew(smaller(), fold)
    for second in (10, 400, 1_000, 5_000):
        fold.take_all(parts(second, HERE))
    links = fold.state[LINKS.name]
    assert [links[name] for name in GONE] == [LinkView()] * len(GONE)
    assert Level.UNKNOWN not in {links[name].level for name in HERE}


def test_links_that_come_back_are_shown_again() -> None:
    fold = Folded(RoadsStage(street(), RULES, INPUTS)).take_all(parts(0, (*GONE, *HERE)))
    fold = begun_anew(smaller(), fold).take_all(parts(400, HERE))
    fold = begun_anew(street(), fold).take_all(parts(800, (*GONE, *HERE)))
    assert Level.UNKNOWN not in {view.level for view in fold.state[LINKS.name].values()}

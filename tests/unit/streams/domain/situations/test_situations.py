"""What is one situation, what asks for somebody, what it is called, and what was done with it."""

from dataclasses import replace
from typing import Any

import pytest

from streams.contract.enums import Severity
from streams.contract.records import Acknowledgement
from streams.contract.situation import ActKind, SituationAct
from streams.contract.times import MINUTE_MS
from streams.domain.alerts import Episode
from streams.domain.situations.acts import ActLog
from streams.domain.situations.fact import Fact, facts_of
from streams.domain.situations.identity import situation_id
from streams.domain.situations.situation import KnownFacts, Situation, situations
from tests.cities.builder import node, town
from tests.cities.told import NOW_MS, crash, fact, jam

CITY = town(6, 2, carried=frozenset(f"{node(x, 0)}>{node(x + 1, 0)}" for x in range(5)))


def road(x: int, back: bool = False) -> str:  # noqa: FBT001, FBT002
    """A link of the lower street, from left to right or back."""
    return f"{node(x + 1, 0)}>{node(x, 0)}" if back else f"{node(x, 0)}>{node(x + 1, 0)}"


def street(x: int) -> str:
    """The standard link of the same."""
    return f"T{road(x)}"


def board(*facts: Fact, over: tuple[Fact, ...] = (), **known: Any) -> list[Situation]:
    return list(situations(KnownFacts(CITY, NOW_MS, facts, over, **known)).values())


def told(*facts: Fact) -> list[list[str]]:
    return [[each.subject for each in row.facts] for row in board(*facts)]


ITS = crash("its-1", road(0), "its.events")
UTIC = crash("utic-1", road(0), "utic.incidents", at=3)


def test_one_crash_of_two_feeds_is_one_and_keeps_each_source() -> None:
    [row] = board(ITS, UTIC)
    assert row.sources == ("its.events", "utic.incidents")
    assert (row.severity, row.is_alert, row.lead) == (Severity.WARNING, True, ITS)


@pytest.mark.parametrize(
    "other",
    [
        crash("utic-1", road(3), "utic.incidents"),  # another place
        crash("utic-1", road(0), "utic.incidents", at=40),  # another time
        crash("utic-1", road(0), "utic.incidents", kind_of="weather"),  # another kind
        crash("its-2", road(0), "its.events"),  # the same feed: two events
    ],
)
def test_what_differs_in_place_time_or_kind_is_another(other: Fact) -> None:
    assert len(board(ITS, other)) == 2


def test_near_points_are_one_place_without_a_link_in_common() -> None:
    here = {"lon": 127.700, "lat": 37.88}
    near = {"lon": 127.701, "lat": 37.8805}
    far = {"lon": 127.704, "lat": 37.88}
    one = crash("its-1", road(0), "its.events", **here)
    assert len(board(one, crash("utic-1", road(1), "utic.incidents", **near))) == 1
    assert len(board(one, crash("utic-1", road(1), "utic.incidents", **far))) == 2


def test_two_crashes_of_one_feed_stay_two_though_another_feed_tells_of_one_between_them() -> None:
    def at(lon: float) -> dict[str, float]:
        return {"lon": lon, "lat": 37.88}

    one, two = (crash(f"its-{n}", road(n), "its.events", **at(127.7 + n / 500)) for n in (0, 1))
    between = crash("utic-1", road(2), "utic.incidents", at=3, **at(127.7012))
    rows = board(one, two, between)
    names = [[each.name for each in row.facts] for row in rows]
    assert sorted(names) == [["its-0"], ["its-1", "utic-1"]]
    assert board(between, two, one) == rows


def test_all_that_a_permit_makes_is_one_with_the_neighbour_it_clashes_with() -> None:
    facts = (
        fact("closure work:P1#a", road(0), works=["P1#a", "P1#b"]),
        fact("slowdown link:X", road(0), works=["P1#a"]),
        fact("clash clash:1", road(0), works=["P1#a", "P2"]),
        fact("closure work:P2", f"{node(2, 1)}>{node(3, 1)}"),
        fact("detour detour:7", road(4), works=["P1#b"], cause="work:P1#b"),
        fact("discrepancy discrepancy:1", road(4), works=["P1#a"], kind="elsewhere"),
    )
    assert len(board(*facts)) == 1
    without = [x for x in facts if x.rule != "clash"]
    assert len(board(*without)) == 2


def test_a_clash_joins_no_two_of_which_only_one_is_there() -> None:
    clashes = (
        fact("clash clash:1", road(0), works=["P1", "P2"]),
        fact("clash clash:2", road(3), works=["P2", "P3"]),
    )
    there = (fact("closure work:P1", road(0)), fact("closure work:P3", road(4)))
    assert len(board(*there, *clashes)) == 2


def test_works_side_by_side_on_one_street_are_one() -> None:
    one, next_one, apart = (fact(f"closure work:P{x}", street(x)) for x in (0, 1, 3))
    assert told(one, next_one, apart) == [["work:P0", "work:P1"], ["work:P3"]]


def by_hand(kind: str, *links: str, at: float = 5, **more: Any) -> Fact:
    return fact("closure closure:c-1", *links, kind_of=kind, starts=at, at=at, **more)


def test_a_closure_by_hand_is_a_row_of_its_own_beside_a_permit_that_has_nothing_to_do_with_it() -> (
    None
):
    permit = fact("closure work:P1", street(0), grave="critical")
    burst = by_hand("disaster", street(0), reason="상수도 파열", grave="critical")
    rows = board(permit, burst)
    assert [(row.lead.subject, row.is_alert) for row in rows] == [
        ("work:P1", False),
        ("closure:c-1", True),
    ]


def test_a_closure_by_hand_is_one_with_the_crash_or_the_works_that_it_tells_of() -> None:
    assert len(board(ITS, by_hand("accident", road(0)))) == 1
    assert len(board(ITS, by_hand("accident", road(0), at=40))) == 2
    assert len(board(ITS, by_hand("gathering", road(0)))) == 2
    assert len(board(fact("closure work:P1", street(0)), by_hand("work", street(0)))) == 1
    detour = fact("detour detour:1", road(3), cause="closure:c-1", grave="notice")
    assert len(board(by_hand("disaster", road(0)), detour)) == 1


def test_connected_jams_are_a_queue_with_head_length_and_growth() -> None:
    jams = (jam(road(2), at=-30), jam(road(1), at=-5), jam(road(0), at=-2), jam(road(4)))
    rows = board(*jams, over=(jam(road(3), at=-60, over=-4),))
    assert [len(row.facts) for row in rows] == [3, 1]
    queue = rows[0].queue
    assert queue is not None
    assert (queue.head, queue.length_m, queue.growth_m) == (road(2), 1200, 400)
    assert len(board(jam(road(1)), jam(road(1, back=True)))) == 2  # the other direction


def test_a_queue_belongs_to_one_story_and_joins_no_two() -> None:
    early, late = crash("its-1", road(0), "its.events"), crash("its-2", road(3), "its.events", at=5)
    queue = [jam(road(x), at=9) for x in range(4)]
    assert [len(row.facts) for row in board(late, *queue, early)] == [4, 2]


def test_feeds_of_one_portal_are_one() -> None:
    feeds = [fact(f"feed feed:{x}") for x in ("tago.positions", "tago.stops", "permits")]
    assert len(board(*feeds)) == 2


@pytest.mark.parametrize(
    ("told_fact", "asks"),
    [
        (ITS, True),
        (crash("its-1", road(0), "x", starts=-31), False),  # stood before it was told
        (crash("its-1", road(0), "x", grave="notice"), False),  # takes no lane
        (crash("its-1", road(0), "x", kind_of="work"), False),  # planned
        (crash("its-1", road(0), "x", kind_of="work", title="상수도관 파열"), True),
        (fact("closure work:P", road(0), grave="critical"), False),
        (fact("closure work:P", road(0), grave="critical", title="긴급복구"), True),
        (fact("closure work:P", road(0), title="긴급복구"), False),  # who closes lanes has charge
        (fact("closure closure:c", road(0), kind_of="accident", starts=0), True),
        (fact("closure closure:c", road(0), kind_of="accident", starts=-31), False),
        (fact("closure closure:c", road(0), kind_of="gathering", starts=0), False),
        (fact("closure closure:c", road(0), kind_of="work", starts=0, reason="관 파열"), True),
        (fact("overdue work:P", road(0), ends_ms=NOW_MS - MINUTE_MS), True),
        (fact("overdue work:P", road(0), ends_ms=NOW_MS - 31 * MINUTE_MS), False),
        (fact("unseen work:P", road(0), grave="notice"), False),
        (jam(road(0), judged_by="level"), False),
        (jam(road(0), judged_by="usual"), True),
        (fact("slowdown link:X", road(0), works=["P"]), False),
        (fact("clash clash:1", road(0), kind="route"), False),
        (fact("clash clash:1", road(0), kind="cut"), True),
        (fact("feed feed:permits"), True),
        (fact("reports report:1", road(0), grave="notice"), True),
        (fact("discrepancy discrepancy:1", road(0), kind="undeclared"), True),
        (fact("discrepancy discrepancy:1", road(0), kind="no_effect", grave="notice"), False),
        (fact("detour detour:1", road(0), cause="", grave="notice"), False),
    ],
)
def test_what_is_planned_or_stood_before_is_information(told_fact: Fact, asks: bool) -> None:  # noqa: FBT001
    [row] = board(told_fact)
    assert row.is_alert is asks
    assert row.severity is (told_fact.severity if asks else Severity.NOTICE)


def test_a_story_keeps_its_id_when_its_first_fact_ends() -> None:
    [both] = board(ITS, UTIC)
    [left] = board(UTIC, over=(replace(ITS, over_ms=NOW_MS + 5 * MINUTE_MS),))
    assert both.id == left.id == situation_id(ITS.id)
    [later] = board(UTIC, over=(replace(ITS, over_ms=ITS.since_ms - 6 * MINUTE_MS),))
    assert later.id == situation_id(UTIC.id)


def test_the_next_crash_of_one_feed_on_a_link_is_another_situation() -> None:
    over = crash("its-0", road(0), "its.events", at=-2)
    over = replace(over, over_ms=ITS.since_ms, source=over.source._replace(feed=""))
    [row] = board(ITS, over=(over,))
    assert row.id == situation_id(ITS.id)


def test_where_two_become_one_the_older_stays_and_each_has_its_own_again() -> None:
    one, two = fact("closure work:P1", road(0)), fact("closure work:P2", road(4), at=1)
    clash = fact("clash clash:1", road(0), works=["P1", "P2"], at=2)
    apart = [row.id for row in board(one, two)]
    assert [row.id for row in board(one, two, clash)] == apart[:1]
    over = (replace(clash, over_ms=NOW_MS + 9 * MINUTE_MS),)
    assert [row.id for row in board(one, two, over=over)] == apart


def ack(of: Fact, severity: Severity = Severity.WARNING) -> dict[str, Acknowledgement]:
    return {of.id: Acknowledgement(of.id, "김", "", NOW_MS, severity)}


def test_all_its_alerts_acknowledged_is_a_situation_acknowledged() -> None:
    [half] = board(ITS, UTIC, acknowledgements=ack(ITS))
    [whole] = board(ITS, UTIC, acknowledgements=ack(ITS) | ack(UTIC))
    assert half.acknowledged is None
    assert whole.acknowledged is not None
    [less] = board(ITS, acknowledgements=ack(ITS, Severity.NOTICE))
    assert less.acknowledged is None


def act(of: Situation, kind: ActKind, **more: Any) -> dict[str, ActLog]:
    own = {"by": "kim", "at_ms": NOW_MS, "severity": of.severity, **more}
    episodes = tuple(fact.id for fact in of.facts)
    made = SituationAct(situation=of.id, act=kind, episodes=episodes, **own)
    return {of.id: ActLog((made,))}


def test_an_act_holds_for_what_joins_later_and_not_for_what_is_graver() -> None:
    [row] = board(ITS)
    done = act(row, ActKind.ACKNOWLEDGE)
    [joined] = board(ITS, UTIC, acts=done)
    assert joined.acknowledged is not None
    [graver] = board(replace(ITS, severity=Severity.CRITICAL), acts=done)
    assert graver.acknowledged is None


def test_a_snoozed_one_is_back_at_its_time() -> None:
    [row] = board(ITS)
    [asleep] = board(ITS, acts=act(row, ActKind.SNOOZE, until_ms=NOW_MS + MINUTE_MS))
    assert [asleep.is_open(NOW_MS), asleep.is_open(NOW_MS + MINUTE_MS)] == [False, True]


def test_acts_go_with_their_alerts_where_the_story_has_another_id() -> None:
    one, two = fact("closure work:P1", road(0)), fact("closure work:P2", road(4), at=1)
    clash = fact("clash clash:1", road(0), works=["P1", "P2"], at=2)
    [row] = board(one, two, clash)
    done = act(row, ActKind.ASSIGN, to="lee")
    [left] = board(two, over=(replace(one, over_ms=NOW_MS),), acts=done)
    assert left.id != row.id
    assert left.assigned is not None
    assert left.assigned.to == "lee"


def test_a_rule_of_another_version_is_left_out() -> None:
    alerts = {"riddle link:X": Episode(NOW_MS, Severity.NOTICE, {})}
    assert list(facts_of(alerts, lambda _: None, {})) == []

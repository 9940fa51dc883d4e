"""Situations are the same in any order of their facts, and each fact is in one of them."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import Severity
from streams.contract.records import Acknowledgement
from streams.contract.situation import ActKind, SituationAct
from streams.contract.times import MINUTE_MS
from streams.domain.situations.acts import ActLog
from streams.domain.situations.fact import Fact
from streams.domain.situations.parts import Parts
from streams.domain.situations.situation import KnownFacts, situations
from tests.cities.builder import town
from tests.cities.told import NOW_MS, crash, fact, jam
from tests.unit.laws.profile import tried

CITY = town(4, 3)
LINKS = [link.id for link in CITY.links]
LINK = st.sampled_from(LINKS)
AT = st.integers(0, 30)
PERMIT = st.sampled_from(["P1", "P2", "P3", "P4"])
GRAVE = st.sampled_from(["critical", "warning", "notice"])
KIND = st.sampled_from(["accident", "control", "work", "weather"])
FACTS = st.one_of(
    st.builds(
        lambda p, x, at, g: fact(f"closure work:{p}", x, at=at, grave=g), PERMIT, LINK, AT, GRAVE
    ),
    st.builds(
        lambda n, x, f, at, k: crash(f"{f}-{n}", x, f, at=at, kind_of=k),
        st.integers(1, 3),
        LINK,
        st.sampled_from(["its", "utic"]),
        AT,
        KIND,
    ),
    st.builds(lambda x, at: jam(x, at=at), LINK, AT),
    st.builds(
        lambda a, b, x, at: fact(f"clash clash:{a}{b}", x, at=at, works=[a, b]),
        PERMIT,
        PERMIT,
        LINK,
        AT,
    ),
    st.builds(lambda x, p, at: fact(f"slowdown link:{x}", x, at=at, works=[p]), LINK, PERMIT, AT),
    st.builds(lambda x, at: fact(f"reports report:{x}", x, at=at), LINK, AT),
    st.builds(lambda x, at: fact(f"detour detour:{x}", x, at=at, cause=""), LINK, AT),
)
MANY = st.lists(FACTS, max_size=14, unique_by=lambda each: each.id)


def split(facts: list[Fact], ended: set[int]) -> tuple[list[Fact], list[Fact]]:
    """Those that stand, and those that have ended a while after they began."""
    over = [
        replace(x, over_ms=x.since_ms + 20 * MINUTE_MS) for i, x in enumerate(facts) if i in ended
    ]
    return [x for i, x in enumerate(facts) if i not in ended], over


@given(MANY, st.sets(st.integers(0, 13)), st.randoms(use_true_random=False))
@tried(150)
def test_the_order_in_which_facts_came_leaves_no_trace(
    facts: list[Fact], ended: set[int], chance: Random
) -> None:
    standing, over = split(facts, ended)
    before = situations(KnownFacts(CITY, NOW_MS, standing, over))
    chance.shuffle(standing)
    chance.shuffle(over)
    assert situations(KnownFacts(CITY, NOW_MS, standing, over)) == before


@given(MANY, st.sets(st.integers(0, 13)))
@tried(150)
def test_each_fact_is_in_one_situation_and_no_two_have_one_id(
    facts: list[Fact], ended: set[int]
) -> None:
    standing, over = split(facts, ended)
    found = situations(KnownFacts(CITY, NOW_MS, standing, over))
    names = [each.id for row in found.values() for each in row.facts]
    assert sorted(names) == sorted(each.id for each in standing)
    assert all(name == row.id for name, row in found.items())


@given(MANY, FACTS)
@tried(150)
def test_one_more_fact_parts_nothing_and_the_oldest_id_stays(facts: list[Fact], more: Fact) -> None:
    """Roots that were together stay so, but for clashes: what only one permit of was there, the
    other may be there now. The oldest story of those that become one gives its id.
    """
    late = replace(
        more, since_ms=NOW_MS + 60 * MINUTE_MS, told_ms=NOW_MS + 60 * MINUTE_MS, id="alrt_late"
    )
    before = situations(KnownFacts(CITY, NOW_MS, facts))
    after = situations(KnownFacts(CITY, NOW_MS, [*facts, late]))
    place = {each.id: row for row in after.values() for each in row.facts}
    for row in before.values():
        roots = [x for x in row.facts if x.rule in ("closure", "reports")]
        assert len({place[x.id].id for x in roots}) <= 1
        if roots:
            now = place[roots[0].id]
            older = [x for x in before.values() if any(place[f.id] is now for f in x.facts)]
            assert now.id in {x.id for x in older}


@given(
    st.lists(FACTS, max_size=24, unique_by=lambda each: each.id),
    st.lists(
        st.tuples(
            st.sets(st.integers(0, 23)),  # that stand
            st.sets(st.integers(0, 23)),  # that have ended
            st.integers(0, 60),  # the minute
            st.sets(st.integers(0, 23), max_size=3),  # acknowledged
            st.sets(st.integers(0, 23), max_size=2),  # on whose situation somebody acted
        ),
        max_size=6,
    ),
)
@tried(150)
def test_situations_kept_from_change_to_change_are_those_made_from_nothing(
    facts: list[Fact], history: list[tuple[set[int], set[int], int, set[int], set[int]]]
) -> None:
    """What stands, what has ended, the time, and what people did change in any way; ends are later
    than what they end, and the same fact is the same object from step to step.
    """
    parts = Parts(CITY)
    ended = [replace(each, over_ms=each.since_ms + 20 * MINUTE_MS) for each in facts]
    before: list[str] = []
    for standing, over, minute, seen, acted in history:
        known = KnownFacts(
            CITY,
            NOW_MS + minute * MINUTE_MS,
            [each for i, each in enumerate(facts) if i in standing - over],
            [each for i, each in enumerate(ended) if i in over],
            {each.id: _seen(each, minute) for i, each in enumerate(facts) if i in seen},
            _acted([facts[i] for i in acted if i < len(facts)], before, minute),
        )
        fresh = situations(known)
        assert list(parts.situations(known).items()) == list(fresh.items())
        before = list(fresh)


def _seen(each: Fact, minute: int) -> Acknowledgement:
    at_ms = NOW_MS + minute * MINUTE_MS
    return Acknowledgement(each.id, "kim", "", at_ms, Severity.CRITICAL)


def _acted(facts: list[Fact], names: list[str], minute: int) -> dict[str, ActLog]:
    """A note on what there was, and an act on what has no such name any more."""
    episodes = tuple(each.id for each in facts)
    act = SituationAct(
        situation="sit_gone",
        episodes=episodes,
        act=ActKind.SNOOZE,
        by="lee",
        at_ms=NOW_MS + minute * MINUTE_MS,
        until_ms=NOW_MS + 90 * MINUTE_MS,
        severity=Severity.CRITICAL,
    )
    logs = {"sit_gone": ActLog((act,))} if facts else {}
    return logs | {name: ActLog((replace(act, act=ActKind.NOTE),)) for name in names[:1]}

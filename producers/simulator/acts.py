"""What desks say of a work and what it really is: the table both the permits and the roads follow.

The table is played in rounds of `ROUND_MIN` minutes, one place of each line after the other, so
that whoever looks in later finds other works at odds with their permits. A crew that forgets tells
nobody: no permit of the table ever says when it really began or ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from producers.simulator.clock import DayClock, kst
from producers.simulator.traffic import Manner, Obstacle
from producers.simulator.works import AuthoredPermit, link_named
from streams.contract.enums import Closure
from streams.contract.times import DAY_MS
from streams.geo.network import Link, Network

ROUND_MIN = 30
ROUNDS = range(-3, 3 * 24 * 60 // ROUND_MIN)  # three days, and the past before the opening
LISTED_BEFORE_MIN = 20
LISTED_AFTER_MIN = 25
SLOW_KMH = 10.0
LINGERS_MIN = 4  # so long after a closure some buses still go round
_SIDES = "<>"
Span = tuple[float, float]


class Effect(StrEnum):
    """What really stands in the road: nothing, something on a lane, a crawl past it, a barrier."""

    NONE = "none"
    LANE = "lane"
    SLOW = "slow"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Act:
    """One line: declared closure and hours, real effect and hours (minutes of the round), places.

    A place is `A>B`, or `A<>B` for both directions; `... really C>D` where the work is not where
    its permit says; `turn ...` or `wait ...` where buses do not go round: those turn back before
    it, these wait for a short closure to end. Without a declared closure there is no permit.
    """

    kind: str
    declared: Closure | None
    hours: Span
    effect: Effect
    really: Span
    places: tuple[str, ...]


_NEVER = (0.0, 0.0)
ACTS = (
    Act(
        *("no_effect", Closure.FULL, (-17, 14), Effect.NONE, _NEVER),
        ("정부합동청사>기계공고", "명동입구>중앙로터리", "풍물시장>온의금호1차"),
    ),
    Act(
        *("overdeclared", Closure.FULL, (-9, 22), Effect.SLOW, (-8, 22)),
        ("시청입구>중앙로터리", "춘천초등학교>중앙로입구", "동광오거리>정부합동청사"),
    ),
    Act(
        *("undeclared", None, (-2, 19), Effect.FULL, (-2, 19)),
        ("중앙로입구<>명동입구", "온의사거리>남춘천역", "중앙로터리>명동입구"),
    ),
    Act(
        *("late_start", Closure.FULL, (0, 27), Effect.FULL, (13, 27)),
        ("온의사거리>남춘천역", "시청입구>육림고개", "남춘천역>온의사거리"),
    ),
    Act(
        *("early_end", Closure.FULL, (-14, 27), Effect.FULL, (-13, 2)),
        ("팔호광장>육림고개", "세경3차>신성교회", "중앙로입구>명동입구"),
    ),
    Act(
        *("overrun", Closure.FULL, (-16, 1), Effect.FULL, (-15, 18)),
        (
            "turn 공단입구>강동농협장학지점",
            "동광오거리>정부합동청사",
            "육림고개>시청입구",
        ),
    ),
    Act(
        *("elsewhere", Closure.FULL, (-1, 23), Effect.FULL, (0, 22)),
        (
            "동광오거리>정부합동청사 really 정부합동청사>동광오거리",
            "명동입구>중앙로입구 really 중앙로터리>명동입구",
            "한국전력공사>크로바A really 한국전력공사>동광오거리",
        ),
    ),
    Act(
        *("honest", Closure.FULL, (6, 11), Effect.FULL, (6, 11)),
        ("wait 풍물시장>온의금호1차", "wait 석사사거리>교육대학교", "wait 무릉공원>중앙하이츠"),
    ),
    Act(
        *("no_effect", Closure.PARTIAL, (-5, 24), Effect.NONE, _NEVER),
        ("조각공원>온의금호1차", "동보빌리지>세경3차", "강원대후문>강원대병원"),
    ),
    Act(
        *("undeclared", None, (5, 26), Effect.SLOW, (5, 26)),
        ("향교>춘천시청별관", "교육대학교>로데오거리", "소양강처녀상>당간지주"),
    ),
)
_JOBS = (
    ("상수도관 교체공사", "상수도", "춘천시 상하수도사업본부"),
    ("하수관로 정비공사", "하수도", "춘천시 상하수도사업본부"),
    ("도시가스 공급관 매설공사", "도시가스", "강원도시가스(주)"),
    ("통신관로 굴착공사", "통신", "(주)KT 강원광역본부"),
    ("지중배전선로 보수공사", "전기", "한국전력공사 강원본부"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RealWork:
    """One work of a round; minutes from the opening, places `A>B`, no number without a permit."""

    kind: str
    number: str
    declared: Closure | None
    hours_min: Span
    where: tuple[str, ...]
    effect: Effect
    really_min: Span
    really_where: tuple[str, ...]
    manner: Manner


def real_works(rounds: Sequence[int] = ROUNDS) -> list[RealWork]:
    """Every work of the table in these rounds; round 0 begins with the opening."""
    return [_played(number, line, act) for number in rounds for line, act in enumerate(ACTS)]


def _played(number: int, line: int, act: Act) -> RealWork:
    place = act.places[number % len(act.places)]
    said, _, really = place.partition(" really ")
    manner, _, where = said.rpartition(" ")
    from_min = number * ROUND_MIN
    serial = 2000 + (number - ROUNDS.start) * len(ACTS) + line
    return RealWork(
        kind=act.kind,
        number=f"굴착-{serial}" if act.declared else "",
        declared=act.declared,
        hours_min=(from_min + act.hours[0], from_min + act.hours[1]),
        where=_directions(where),
        effect=act.effect,
        really_min=(from_min + act.really[0], from_min + act.really[1]),
        really_where=_directions(really or where),
        manner=Manner(manner or Manner.ROUND),
    )


def _directions(place: str) -> tuple[str, ...]:
    if _SIDES not in place:
        return (place,)
    a, b = place.split(_SIDES)
    return f"{a}>{b}", f"{b}>{a}"


def permits_of(
    works: Sequence[RealWork], network: Network, clock: DayClock
) -> list[AuthoredPermit]:
    """The permits of these works as their desks file them: by minutes of digging, or by daily hours
    of one day, each in turn.
    """
    return [_permit(work, network, clock) for work in works if work.declared]


def _permit(work: RealWork, network: Network, clock: DayClock) -> AuthoredPermit:
    serial = int(work.number.rpartition("-")[2])
    title, purpose, organisation = _JOBS[serial % len(_JOBS)]
    link = link_named(network, work.where[0])
    spot, towards = link.name.split(" → ")
    first, last = (clock.minute_ms(minute) for minute in work.hours_min)
    unlisted_min = max(work.hours_min[1], work.really_min[1]) + LISTED_AFTER_MIN
    ends = (first, clock.minute_ms(unlisted_min))  # none is overdue only as midnight passes
    days = [(at_ms - clock.day_ms(0)) // DAY_MS for at_ms in ends]
    has_hours = (serial + serial // len(ACTS)) % 2 == 0  # another way in the next round
    window = f"{kst(first):%H:%M}-{kst(last):%H:%M}"
    return AuthoredPermit(
        number=work.number,
        title=f"{link.road_name} {spot} {title}",
        organisation=organisation,
        place=f"강원특별자치도 춘천시 {link.road_name} {spot} 부근",
        where=work.where,
        purpose=purpose,
        closure=work.declared or Closure.NONE,
        lanes=link.lanes if work.declared is Closure.FULL else 1,
        days=(days[0], days[1]),
        hours=window if has_hours else "",
        dig_min=None if has_hours else work.hours_min,
        listed_min=(work.hours_min[0] - LISTED_BEFORE_MIN, unlisted_min),
        has_link_ids=serial % 3 == 0,
        length_m=40 + serial % 7 * 20,
        direction="양방향" if len(work.where) > 1 else f"{towards} 방면",
    )


def obstacles_of(works: Sequence[RealWork], network: Network, clock: DayClock) -> list[Obstacle]:
    """What these works really do to the streets, whatever their permits say."""
    return [
        Obstacle(
            network.index[link.id],
            Closure.FULL if work.effect is Effect.FULL else Closure.PARTIAL,
            clock.minute_ms(work.really_min[0]),
            clock.minute_ms(work.really_min[1]),
            cap_kmh=SLOW_KMH if work.effect is Effect.SLOW else None,
            manner=work.manner,
            lingers_ms=LINGERS_MIN * 60_000,
        )
        for work in works
        if work.effect is not Effect.NONE
        for link in real_links(work, network)
    ]


def real_links(work: RealWork, network: Network) -> list[Link]:
    return [link_named(network, place) for place in work.really_where]

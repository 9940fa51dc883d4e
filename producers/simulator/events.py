"""What the traffic centre and the police report: authored events and small accidents."""

from dataclasses import dataclass

from producers.simulator import noise
from producers.simulator.clock import DayClock
from producers.simulator.streets import measured
from producers.simulator.traffic import Obstacle
from producers.simulator.works import link_named
from streams.contract.enums import Closure
from streams.geo.network import Network

ACCIDENT_EVERY_MIN = 7
ACCIDENT_SPAN_MIN = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event on a link over a period (minutes from the opening, the end exclusive).

    `listed_after_min`: how long the centre forgets to take it off its list.
    """

    key: str
    where: str
    kind: str
    detail: str
    text: str
    span_min: tuple[float, float]
    road_type: str = "시군도"
    lanes: str = ""
    block: str = ""  # lanesBlockType, where the centre fills it in
    is_both: bool = False  # both directions
    closure: Closure = Closure.PARTIAL
    has_link: bool = True
    utic_type: str = ""  # 1 accident, 2 works, 5 control; "" the police do not report it
    listed_after_min: float = 0.0
    has_start_time: bool = True

    def is_listed(self, clock: DayClock, at_ms: int) -> bool:
        first, last = self.span_min
        return clock.minute_ms(first) <= at_ms < clock.minute_ms(last + self.listed_after_min)

    def sides(self) -> list[str]:
        """The directions it stands on, as "stop>stop"."""
        a, b = self.where.split(">")
        return [self.where, f"{b}>{a}"] if self.is_both else [self.where]


EVENTS = (
    Event(
        key="A1",
        where="퇴계농공단지>퇴계우성A",
        kind="작업",
        detail="작업",
        text="(2차로)노면보수작업중",
        span_min=(-96, 210),
        road_type="국도",
        lanes="2차로 차단",
        block="2",
    ),
    Event(
        key="A2",
        where="부강연립>공지사거리",
        kind="공사",
        detail="시설물보수작업",
        text="",
        span_min=(-340, 600),
        road_type="국도",
        lanes="1 차로",
        has_start_time=False,
        utic_type="2",
    ),
    Event(
        key="A3",
        where="크로바A>한국전력공사",
        kind="공사",
        detail="",
        text="<공사>::춘천로::봉의중학교::한국전력공사::2차로::[공사/통제] 상수도관 세척",
        span_min=(-200, 300),
        has_link=False,
        has_start_time=False,
    ),
    Event(
        key="A4",
        where="강원도청>중앙로터리",
        kind="공사",
        detail="",
        text="<공사>::중앙로::강원도청::중앙로터리::1차로::[집회] 장소 : 강원도청 앞 광장",
        span_min=(-25, 35),
        has_link=False,
    ),
    Event(
        key="A5",
        where="가압펌프장>칠전동",
        kind="작업",
        detail="작업",
        text="(갓길)표지판교체작업 종료",
        span_min=(-180, -15),
        road_type="국도",
        closure=Closure.SHOULDER,
        listed_after_min=400,
    ),
    Event(
        key="A6",
        where="*거두교차로>*만천교차로",
        kind="기타돌발",
        detail="고장",
        text="(갓길)소형화물차고장처리중",
        span_min=(-8, 14),
        block="1",
        closure=Closure.SHOULDER,
        utic_type="7",
    ),
    Event(
        key="B1",
        where="소양강처녀상>사우사거리",
        kind="교통사고",
        detail="추돌사고",
        text="<사고>::영서로::소양강처녀상::사우사거리::1차로::3중 추돌, 소양2교 북단 방향 정체",
        span_min=(-6, 9),
        lanes="1차로 차단",
        utic_type="1",
    ),
    Event(
        key="B2",
        where="남부사거리>남부시장",
        kind="교통사고",
        detail="",
        text="<사고>::공지로::남부사거리::남부시장::2차로::승용차 대 이륜차",
        span_min=(4, 17),
        utic_type="1",
    ),
    Event(
        key="B3",
        where="중앙로입구>춘천초등학교",
        kind="기타돌발",
        detail="행사",
        text="<통제>::중앙로::중앙로입구::춘천초등학교::1차로::[행사] 거리공연 무대 설치",
        span_min=(20, 80),
        utic_type="5",
    ),
    Event(
        key="B4",
        where="소양1교>강변코아루A",
        kind="기타돌발",
        detail="통제",
        text="<통제>::소양1교길::소양1교::강변코아루A::전차선::교량 안전점검, 양방향 차단",
        span_min=(-30, 25),
        closure=Closure.FULL,
        is_both=True,
        has_link=False,
        utic_type="5",
    ),
)
_ACCIDENTS = (
    ("1차로", "승용차 추돌", Closure.PARTIAL),
    ("갓길", "화물차 고장, 갓길 정차", Closure.SHOULDER),
    ("2차로", "접촉사고 처리중, 2차로 중 1차로 통제", Closure.PARTIAL),
    ("1차로", "이륜차 전도, 1개 차로 차단", Closure.PARTIAL),
    ("노면", "단순 접촉, 통제없음", Closure.NONE),
)
"""Where on the road, what the centre writes, and what it really takes."""


def accidents(network: Network, seed: int) -> list[Event]:
    """Small accidents, one about every `ACCIDENT_EVERY_MIN`, for a day from the opening on."""
    places = measured(network)
    first = -60 // ACCIDENT_EVERY_MIN
    return [
        _accident(network, places, seed, slot)
        for slot in range(first, ACCIDENT_SPAN_MIN // ACCIDENT_EVERY_MIN)
    ]


def _accident(network: Network, places: list[int], seed: int, slot: int) -> Event:
    link = network.links[places[int(noise.unit(seed, "accident", slot) * len(places))]]
    begins = slot * ACCIDENT_EVERY_MIN + 6 * noise.unit(seed, "minute", slot)
    lasts = 6 + 10 * noise.unit(seed, "clears", slot)
    a, b = link.name.split(" → ")
    lane, text, closure = _ACCIDENTS[slot % len(_ACCIDENTS)]
    return Event(
        key=f"C{slot + 100:04d}",
        where=f"{a}>{b}",
        kind="교통사고",
        detail="",
        text=f"<사고>::{link.road_name}::{a}::{b}::{lane}::{text}",
        span_min=(begins, begins + lasts),
        closure=closure,
        utic_type="1" if slot % 3 == 0 else "",
    )


def obstacles(events: list[Event], network: Network, clock: DayClock) -> list[Obstacle]:
    """What the events do to their links."""
    return [
        Obstacle(
            network.index[link_named(network, pair).id],
            event.closure,
            clock.minute_ms(event.span_min[0]),
            clock.minute_ms(event.span_min[1]),
        )
        for event in events
        for pair in event.sides()
    ]

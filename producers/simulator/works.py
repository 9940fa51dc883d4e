"""The works of the simulated city: authored permits placed around the opening, and urgent repairs.

Times are whole minutes relative to the opening of the picture, days relative to its date.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from producers.simulator import noise
from producers.simulator.clock import MINUTE_MS, DayClock, kst
from producers.simulator.traffic import Obstacle
from streams.contract.enums import Closure
from streams.contract.times import DAY_MS
from streams.geo.network import Link, Network

HALF_HOUR_MS = 30 * MINUTE_MS
URGENT_EVERY_MIN = 12
URGENT_SPAN_MIN = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredPermit:
    """One permit as authored. `where` are "stop>stop" pairs; without one it is on no road."""

    number: str
    title: str
    organisation: str
    place: str
    where: tuple[str, ...] = ()
    purpose: str = ""
    phone: str = ""
    closure: Closure = Closure.UNKNOWN
    lanes: int | None = None
    days: tuple[int, int] = (-3, 10)  # occupation, both days included
    dig_days: tuple[int, int] | None = None  # both days included
    dig_min: tuple[float, float] | None = None
    hours: str = ""
    hours_min: tuple[float, float] | None = None
    listed_min: tuple[float, float] | None = None  # when the desk has it on its list
    status: str = "진행중"
    has_link_ids: bool = False
    has_degrees: bool = False
    point: tuple[float, float] | None = None  # away from the city's roads
    length_m: int | None = None
    is_twice: bool = False  # the feed repeats the row
    has_one_point: bool = False  # one row for all of it
    is_open_ended: bool = False  # its desk writes 미정 as the end
    says_in_title: bool = False  # closure and hours stand nowhere else
    direction: str = ""  # as the desk writes it; "" says nothing
    also: tuple[Closure, ...] = ()  # closed beside the carriageway
    width_left_m: float | None = None
    restore_days: tuple[int, int] | None = None  # both days included
    began_min: float | None = None  # really begun and done, once the desk knows of it
    done_min: float | None = None
    extended: tuple[float, int] | None = None  # from this minute its last day is that one
    withdrawn_min: float | None = None  # from then on the desk lists it as withdrawn
    stays_days: int = 0  # it stands in the road so many days past its end

    def last_day(self, clock: DayClock, at_ms: int) -> int:
        """The last day of the occupation as the desk has it at a time."""
        if self.extended and at_ms >= clock.minute_ms(self.extended[0]):
            return self.extended[1]
        return self.days[1]

    def status_at(self, clock: DayClock, at_ms: int) -> str:
        is_withdrawn = self.withdrawn_min is not None and at_ms >= clock.minute_ms(
            self.withdrawn_min
        )
        return "취하" if is_withdrawn else self.status

    def daily_hours(self, clock: DayClock) -> str:
        """The daily window as HH:MM-HH:MM KST, or ""."""
        if self.hours_min is None:
            return self.hours
        first, last = (clock.minute_ms(minute) // HALF_HOUR_MS for minute in self.hours_min)
        return f"{kst(first * HALF_HOUR_MS):%H:%M}-{kst(last * HALF_HOUR_MS):%H:%M}"

    def dig_period(self, clock: DayClock) -> tuple[int, int]:
        """When the road is dug up, ms, the end exclusive; the occupation where not told apart."""
        if self.dig_min is not None:
            return clock.minute_ms(self.dig_min[0]), clock.minute_ms(self.dig_min[1])
        first, last = self.dig_days or self.days
        return clock.day_ms(first), clock.day_ms(last + 1 + self.stays_days)

    def is_listed(self, clock: DayClock, at_ms: int) -> bool:
        if self.listed_min is None:
            return True
        first, last = (clock.minute_ms(minute) for minute in self.listed_min)
        return first <= at_ms < last


def periods(work: AuthoredPermit, clock: DayClock) -> list[tuple[int, int]]:
    """When the work really stands in the road, from two days before the opening to three after;
    one that is withdrawn or done leaves it then. The last night lasts until its morning.
    """
    starts_ms, ends_ms = work.dig_period(clock)
    gone = [m for m in (work.withdrawn_min, work.done_min) if m is not None]
    gone_ms = min((clock.minute_ms(minute) for minute in gone), default=ends_ms + DAY_MS)
    hours = work.daily_hours(clock)
    if not hours:
        windows = [(starts_ms, ends_ms)]
    else:
        times = ((int(text[:2]) * 60 + int(text[3:])) * MINUTE_MS for text in hours.split("-"))
        first, last = times
        last += DAY_MS if last <= first else 0
        days = [clock.day_ms(day) for day in range(-2, 4)]
        windows = [(day_ms + first, day_ms + last) for day_ms in days]
    found = [(a, min(b, gone_ms)) for a, b in windows if starts_ms <= a < ends_ms]
    return [(first, last) for first, last in found if first < last]


def obstacles(works: list[AuthoredPermit], network: Network, clock: DayClock) -> Iterator[Obstacle]:
    """What the works do to the links they stand on."""
    for work in works:
        for link in links_of(work, network):
            for starts_ms, ends_ms in periods(work, clock):
                yield Obstacle(network.index[link.id], work.closure, starts_ms, ends_ms)


def links_of(work: AuthoredPermit, network: Network) -> list[Link]:
    return [link_named(network, pair) for pair in work.where]


def link_named(network: Network, pair: str) -> Link:
    """The link of "stop>stop"; raises KeyError naming the pair when the city has none."""
    name = " → ".join(part.lstrip("*") for part in pair.split(">"))
    for link in network.links:
        if link.name == name:
            return link
    raise KeyError(f"no link {pair!r} in the simulated city")


def urgent_repairs(network: Network, seed: int) -> list[AuthoredPermit]:
    """A burst pipe every `URGENT_EVERY_MIN`: reported, dug up 12 to 30 minutes, forgotten."""
    served = [link for link in network.links if link.road_class in ("city", "metropolitan")]
    found = []
    for slot in range(-2, URGENT_SPAN_MIN // URGENT_EVERY_MIN):
        begins = slot * URGENT_EVERY_MIN + 9 * noise.unit(seed, "urgent", slot)
        lasts = 12 + 18 * noise.unit(seed, "lasts", slot)
        link = served[int(noise.unit(seed, "where", slot) * len(served))]
        found.append(_urgent(slot, link, begins, lasts))
    return found


def _urgent(slot: int, link: Link, begins: float, lasts: float) -> AuthoredPermit:
    kind, organisation = _URGENT[slot % len(_URGENT)]
    return replace(
        _URGENT_FORM,
        number=f"긴급-{slot + 103:04d}",
        title=f"{link.road_name} {link.name.split(' → ')[0]} {kind} 긴급복구",
        organisation=organisation,
        place=f"강원특별자치도 춘천시 {link.road_name} {link.name.split(' → ')[0]} 부근",
        where=(link.name.replace(" → ", ">"),),
        closure=Closure.SIDEWALK if slot % 4 == 3 else Closure.PARTIAL,
        dig_min=(begins, begins + lasts),
        listed_min=(begins - 4, begins + lasts + 20),
    )


_URGENT = (
    ("상수도 누수", "춘천시 상하수도사업본부"),
    ("도시가스 누출 점검", "강원도시가스(주)"),
    ("하수관 막힘", "춘천시 상하수도사업본부"),
    ("통신맨홀 침하", "(주)KT 강원광역본부"),
)
_URGENT_FORM = AuthoredPermit(
    number="",
    title="",
    organisation="",
    place="",
    purpose="긴급복구",
    lanes=1,
    days=(-1, 1),
    status="긴급",
)

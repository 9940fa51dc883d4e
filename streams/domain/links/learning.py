"""When what is usual is learned, and of what: quarter hours that are over, from what was judged.

A quarter hour is learned at a fixed time, once all inputs have passed it and its windows take
nothing more (`learned_ms`); what is learned is what a judgement at that time finds. Rules judge
before and after it, never across: so how the inputs interleave leaves no trace. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.contract.derived import Passage
from streams.domain.links.columns import NONE
from streams.domain.links.factors import Factors
from streams.domain.links.fold import FoldSettings
from streams.domain.links.quarters import (
    QUARTER_MS,
    IsHoliday,
    learned_ms,
    no_holiday,
    place_of,
    running,
)
from streams.domain.links.quarters_told import QuarterEntry, entry_of
from streams.domain.links.service import MARKS, PAIRS, RUNNING, SERVICE, RoutesOf, Service
from streams.domain.links.table import LinkTable
from streams.domain.links.usual import PLACES, USUAL, Rung, Standing, UsualCells, UsualSpeed
from streams.domain.stage import Effects, State
from streams.geo.network import Network

TABLES = (USUAL, PLACES, SERVICE, PAIRS, RUNNING, MARKS)


class Habits:
    """What learning stands on: the links, their routes, the windows and the calendar."""

    def __init__(
        self, network: Network, rules: FoldSettings, is_holiday: IsHoliday = no_holiday
    ) -> None:
        self.rules = rules
        self.is_holiday = is_holiday
        self.links = network.by_id
        self.routes = RoutesOf(network)


class Lesson(NamedTuple):
    """A quarter hour to be learned, and when."""

    at_ms: int
    number: int


class _Now(NamedTuple):
    """What is usual at a time."""

    at_ms: int
    standing: Standing


class UsualAt(NamedTuple):
    """What is usual of links at a time, in tenths of km/h; NONE where nothing is."""

    learning: "Learning"
    at_ms: int

    def __call__(self, link_id: str) -> int:
        found = self.learning.speed_at(link_id, self.at_ms)
        return NONE if found is None else found.dkmh

    def of_all(self, links: Sequence[str]) -> Sequence[int]:
        dkmh: list[int] = self.learning.standing(self.at_ms).dkmh_of_all(links).tolist()
        return dkmh


class Learning:
    """What is usual, in the midst of a message."""

    def __init__(self, habits: Habits, state: State, effects: Effects) -> None:
        self._habits = habits
        self.usual = UsualCells(state, effects)
        self.service = Service(state, effects, habits.is_holiday)
        self._now: _Now | None = None

    def take(self, passage: Passage) -> None:
        self.service.count(passage, self._habits.routes)

    def speed_at(self, link_id: str, at_ms: int) -> UsualSpeed | None:
        """The usual speed of a link at this time of such a day, for a judgement at `at_ms`; none
        that is only known of other hours.
        """
        return self.standing(at_ms).of(link_id)

    def standing(self, at_ms: int) -> Standing:
        """What is usual at this time of such a day."""
        if self._now is None or self._now.at_ms != at_ms:
            number = running(at_ms, self._habits.rules.grid)
            place = place_of(number, self._habits.is_holiday)
            self._now = _Now(at_ms, self.usual.standing(place, Rung.HOUR))
        return self._now.standing

    def is_another(self, before_ms: int, now_ms: int) -> bool:
        """Whether another quarter hour runs than before."""
        grid = self._habits.rules.grid
        return running(before_ms, grid) != running(now_ms, grid)

    def lessons(self, links: LinkTable, before_ms: int, now_ms: int) -> Iterator[Lesson]:
        """The lessons after `before_ms` and up to `now_ms`, in order: of each quarter hour that
        anything is known of. Years without an observation cost nothing.
        """
        grid = self._habits.rules.grid
        first, end = running(before_ms, grid), running(now_ms, grid)
        if first == end:
            return
        reach = (self._habits.rules.fresh_ms + grid.size_ms + grid.grace_ms) // QUARTER_MS + 2
        numbers = {each + step for each in links.quarters() for step in range(-reach, reach)}
        for number in sorted(numbers | self.service.waiting()):
            if first <= number < end:
                yield Lesson(learned_ms(number, grid), number)

    def learn(self, links: LinkTable, lesson: Lesson, factors: Factors) -> QuarterEntry | None:
        """Learn a quarter hour: the speeds of links that nothing closes, but none of before, and
        the passages. What the history is told of it: of closed links too.
        """
        found = links.lesson(lesson.at_ms, factors.of)
        self._now = None
        self.usual.learn(place_of(lesson.number, self._habits.is_holiday), found.speeds_dkmh)
        passages = self.service.learn(lesson.number, found.closed)
        speeds = found.speeds_dkmh | found.hindered_dkmh
        return entry_of(lesson.number, speeds, passages, links.places())

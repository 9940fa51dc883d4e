"""The score of the works: begins that somebody verified, and how late the clock took up hours."""

from typing import NamedTuple

from streams.contract.enums import Reporter
from streams.contract.times import DAY_MS, MINUTE_MS
from streams.domain.scores import Delays, day_of, put_day
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.domain.works.phases import is_in_force, opens_ms, phase_at
from streams.domain.works.rows import Work

LONGEST_MIN = DAY_MS // MINUTE_MS  # so far back a declared hour is looked for


class WorkDay(NamedTuple):
    """The works of one day: `begun` are those that opened on it and came into force, `verified`
    those of them whose begin a crew or an office has reported. `opened` and `closed` are delays
    from a declared hour until its closure was shown, and shown no more.
    """

    begun: int = 0
    verified: int = 0
    opened: Delays = Delays()
    closed: Delays = Delays()

    def plus(self, other: "WorkDay") -> "WorkDay":
        return WorkDay(
            self.begun + other.begun,
            self.verified + other.verified,
            self.opened.plus(other.opened),
            self.closed.plus(other.closed),
        )


class WorkStart(NamedTuple):
    """A begin that is counted: on which day, of which revision, and whether it is verified."""

    day: str
    revision: int
    is_verified: bool


WORK_SCORES = StageTable("work_scores", WorkDay)  # by day
STARTS = StageTable("work_starts", WorkStart)  # by permit


class WorksScorer:
    """Counts what becomes of works in the midst of a message."""

    def __init__(self, state: State, effects: Effects) -> None:
        self._days = Rows(WORK_SCORES, state, effects)
        self._starts = Rows(STARTS, state, effects)

    def changed(self, before: Work | None, work: Work, now_ms: int, *, is_by_clock: bool) -> None:
        """A work is another than before; `is_by_clock`: nothing but time did it."""
        self._begin(work, now_ms)
        if is_by_clock and before is not None and before.is_in_force != work.is_in_force:
            day = self._day(day_of(now_ms))
            delay_ms = now_ms - _since_ms(work, now_ms)
            if work.is_in_force:
                day = day._replace(opened=day.opened.add(delay_ms))
            else:
                day = day._replace(closed=day.closed.add(delay_ms))
            put_day(self._days, day_of(now_ms), day)

    def forgotten(self, work: Work) -> None:
        self._starts.put(work.permit_id, None)

    def _begin(self, work: Work, now_ms: int) -> None:
        """Count a begin on the day it opened, once; what verifies it later counts on that day."""
        known = self._starts.get(work.permit_id)
        is_verified = work.started is not None and work.started.by is not Reporter.FEED
        if known is None or known.revision != work.revision:
            if not work.is_in_force:
                return
            known = WorkStart(day_of(min(opens_ms(work), now_ms)), work.revision, is_verified)
            self._count(known.day, WorkDay(1, int(is_verified)))
        elif is_verified and not known.is_verified:
            known = known._replace(is_verified=True)
            self._count(known.day, WorkDay(0, 1))
        else:
            return
        self._starts.put(work.permit_id, known)

    def _count(self, day: str, more: WorkDay) -> None:
        put_day(self._days, day, self._day(day).plus(more))

    def _day(self, day: str) -> WorkDay:
        return self._days.get(day) or WorkDay()


def _since_ms(work: Work, at_ms: int) -> int:
    """The first minute from which on a work has been in force, or not in force, as it is now; a day
    before where it is longer. Hours are whole minutes.
    """
    since_ms = at_ms - at_ms % MINUTE_MS
    for _ in range(LONGEST_MIN):
        before_ms = since_ms - MINUTE_MS
        if is_in_force(work, phase_at(work, before_ms), before_ms) != work.is_in_force:
            break
        since_ms = before_ms
    return since_ms

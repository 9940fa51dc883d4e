"""The score of what traffic says: how late closures showed, and whether promises were kept.

When a road was really closed nobody tells the product. It was after the last bus that drove it and
before the first that went round had left its line, so each delay is counted twice: from the latest
begin that can be, and from the earliest. Shown is when the fold had the evidence, by the time of
its input. All counts are of links (a closure of three links counts three times), of a partition's
own alone. Pure.
"""

from typing import NamedTuple

from streams.contract.derived import Sighting
from streams.contract.times import MINUTE_MS
from streams.domain.observed.belief import FORGET_MS, Belief
from streams.domain.scores import Delays, added, day_of, put_day
from streams.domain.stage import Rows, StageTable

PROMISED_S = (600, 1200, 1800, 3600, 7200)
"""Upper ends of the classes of promises."""
_NONE = (0,) * len(PROMISED_S)


class DayScore(NamedTuple):
    """The closures of one day on the links of one partition.

    `shown` are delays until a link was shown closed from when the first bus round was last on its
    line, `shown_most` from when the last bus had driven it, where one had. `cleared` are delays
    from the first clean passage until it was shown open. `dropped`: one bus or more went round, and
    the next drove through. `faded`: shown closed until no bus had come for long, or its declared
    end had passed. `promised` counts closures shown by class of what their link had promised,
    `kept` those in time by `shown`, `kept_surely` those by `shown_most` too; `unpromised` had too
    few buses for a promise.
    """

    shown: Delays = Delays()
    shown_most: Delays = Delays()
    cleared: Delays = Delays()
    dropped: int = 0
    faded: int = 0
    unpromised: int = 0
    promised: tuple[int, ...] = _NONE
    kept: tuple[int, ...] = _NONE
    kept_surely: tuple[int, ...] = _NONE

    def plus(self, other: "DayScore") -> "DayScore":
        return DayScore(
            self.shown.plus(other.shown),
            self.shown_most.plus(other.shown_most),
            self.cleared.plus(other.cleared),
            self.dropped + other.dropped,
            self.faded + other.faded,
            self.unpromised + other.unpromised,
            added(self.promised, other.promised),
            added(self.kept, other.kept),
            added(self.kept_surely, other.kept_surely),
        )

    def with_shown(self, least_ms: int, most_ms: int | None, promise_s: int) -> "DayScore":
        """With a closure more that was shown after `least_ms` at least and `most_ms` at most (None:
        nobody knows), where so many seconds were promised (0: nothing).
        """
        most = self.shown_most if most_ms is None else self.shown_most.add(most_ms)
        after = self._replace(shown=self.shown.add(least_ms), shown_most=most)
        if not promise_s:
            return after._replace(unpromised=self.unpromised + 1)
        at = min(sum(promise_s > end_s for end_s in PROMISED_S), len(PROMISED_S) - 1)
        own = tuple(int(place == at) for place in range(len(PROMISED_S)))
        is_kept = least_ms <= promise_s * 1000
        is_surely = most_ms is not None and most_ms <= promise_s * 1000
        return after._replace(
            promised=added(self.promised, own),
            kept=added(self.kept, own) if is_kept else self.kept,
            kept_surely=added(self.kept_surely, own) if is_surely else self.kept_surely,
        )


class Wait(NamedTuple):
    """A link that buses go round, times in ms: when the first of them was last on its line, what
    was promised then (s, 0: nothing), the last of them; and where it is shown closed, when a bus
    first drove it again (0: none has).
    """

    first_ms: int
    promise_s: int
    last_ms: int
    clean_ms: int = 0

    def is_over(self, at_ms: int) -> bool:
        """Whether the last bus round is so long ago that another one belongs to another closure."""
        return at_ms - self.last_ms > FORGET_MS


WAITS = StageTable("observed_waits", Wait)  # by link
SCORES = StageTable("observed_scores", DayScore)  # by day


class ScoreChange(NamedTuple):
    """What one event at `at_ms` did to a link."""

    link_id: str
    before: Belief
    after: Belief
    at_ms: int


class Scorer:
    """Counts what becomes of the links of one partition in the midst of a message."""

    def __init__(self, waits: Rows[Wait], scores: Rows[DayScore], beliefs: Rows[Belief]) -> None:
        self._waits, self._scores, self._beliefs = waits, scores, beliefs

    def went_round(self, change: ScoreChange, seen: Sighting, promise_s: int | None) -> None:
        """A bus went round a link, where so many seconds were promised."""
        wait = self._waits.get(change.link_id)
        if wait is None or (wait.is_over(change.at_ms) and not change.before.is_closed):
            wait = Wait(seen.from_ms, promise_s or 0, change.at_ms)
        else:
            first_ms = min(wait.first_ms, seen.from_ms)
            wait = wait._replace(first_ms=first_ms, last_ms=change.at_ms, clean_ms=0)
        self._waits.put(change.link_id, wait)
        if change.after.is_closed and not change.before.is_closed:
            at_ms, driven_ms = change.at_ms, change.before.through_ms
            most_ms = at_ms - driven_ms if driven_ms else None
            day = self._day(at_ms).with_shown(at_ms - wait.first_ms, most_ms, wait.promise_s)
            self._put(at_ms, day)

    def drove_through(self, change: ScoreChange, seen: Sighting) -> None:
        """A bus drove a link: a suspicion is dropped, a closure is cleared or begins to be."""
        wait = self._waits.get(change.link_id)
        is_clean = change.after.through_ms > change.before.through_ms
        if wait is None or not is_clean:
            return
        clean_ms = wait.clean_ms or seen.at_ms
        if change.after.is_closed:
            self._waits.put(change.link_id, wait._replace(clean_ms=clean_ms))
            return
        self._waits.put(change.link_id, None)
        day = self._day(change.at_ms)
        if change.before.is_closed:
            delay_ms = change.at_ms - clean_ms
            self._put(change.at_ms, day._replace(cleared=day.cleared.add(delay_ms)))
        elif not wait.is_over(change.at_ms):
            self._put(change.at_ms, day._replace(dropped=day.dropped + 1))

    def faded(self, link_id: str, at_ms: int) -> None:
        """A closure is not known any more: no bus has shown anything of it for long, or it was
        declared over.
        """
        self._waits.put(link_id, None)
        day = self._day(at_ms)
        self._put(at_ms, day._replace(faded=day.faded + 1))

    def forget(self, at_ms: int) -> None:
        """What went round long ago, and was never shown, waits no more; asked once an hour."""
        if at_ms % (60 * MINUTE_MS):
            return
        for link_id, wait in self._waits.all().items():
            is_shown = (self._beliefs.get(link_id) or Belief()).is_closed
            if wait.is_over(at_ms) and not is_shown:
                self._waits.put(link_id, None)

    def _day(self, at_ms: int) -> DayScore:
        return self._scores.get(day_of(at_ms)) or DayScore()

    def _put(self, at_ms: int, day: DayScore) -> None:
        put_day(self._scores, day_of(at_ms), day)

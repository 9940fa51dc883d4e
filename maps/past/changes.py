"""What has changed since a shift began: works, incidents, closures by hand and feeds. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeVar

from maps.desk.facts.blockings import as_incident
from maps.desk.saying.names import feed_name, work_name
from maps.desk.saying.times import moment
from maps.past.pictures import CLOSURE, FEED, INCIDENT, WORK
from maps.picture.text import short
from streams.contract.enums import Closure, FeedStatus, Phase
from streams.domain.closures import closure_name
from streams.domain.stages.closures import ClosureRow
from streams.domain.stages.feeds import REMEMBER_MS, FeedState, status
from streams.domain.stages.incidents import RunningIncident
from streams.domain.unknown_times import unknown_time
from streams.domain.works.rows import Work
from streams.geo.addresses import without_city
from streams.state.kinds import Remembered
from streams.words.catalogue import Phrase, Value, joined, phrase

MOST = 500
KINDS = (WORK, INCIDENT, CLOSURE, FEED)
WELL = (FeedStatus.LIVE, FeedStatus.EMPTY)
_SILENCE_MS = 5_000  # beyond two periods: the rule of `streams.domain.stages.feeds.status`
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Change:
    """One line: what happened to a subject ("work:ID") when, with the links it concerns."""

    at_ms: int
    subject: str
    kinds: tuple[str, ...]
    text: Phrase
    links: tuple[str, ...] = ()


class Happened(NamedTuple):
    """What happened: a kind for programs, a text for people."""

    kind: str
    text: Phrase


def changes(
    before: Mapping[str, Remembered],
    since: Mapping[str, Sequence[Remembered]],
    *,
    since_ms: int,
    until_ms: int,
    now_ms: int,
) -> list[Change]:
    """Every change after `since_ms` up to `until_ms` in time order.

    `before` is what was known of each subject at the beginning, `since` what came after.
    """
    found: list[Change] = []
    for subject, entries in since.items():
        run = [before.get(subject, (0, None)), *(each for each in entries if each[0] <= until_ms)]
        if subject.startswith(FEED):
            found += _feed_changes(subject, _rows(run, FeedState), since_ms, until_ms)
        elif subject.startswith(WORK):
            for (_, old), (at_ms, new) in pairwise(_rows(run, Work)):
                found += _line(at_ms, subject, new or old, _of_work(old, new, now_ms))
        else:
            for (_, was), (at_ms, now) in pairwise(_incidents(subject, run)):
                found += _line(at_ms, subject, now or was, _of_incident(was, now))
    return sorted(found, key=lambda change: (change.at_ms, change.subject))


def _incidents(subject: str, run: Iterable[Remembered]) -> list[tuple[int, RunningIncident | None]]:
    """The rows of an incident; a closure by hand is told of like one."""
    if not subject.startswith(CLOSURE):
        return _rows(run, RunningIncident)
    rows = _rows(run, ClosureRow)
    return [(at_ms, None if row is None else as_incident(row)) for at_ms, row in rows]


def _rows(run: Iterable[Remembered], row_type: type[R]) -> list[tuple[int, R | None]]:
    return [(at_ms, row if isinstance(row, row_type) else None) for at_ms, row in run]


def _line(
    at_ms: int, subject: str, row: Work | RunningIncident | None, found: Iterable[Happened]
) -> Iterator[Change]:
    happened = tuple(found) if row else ()
    if row is None or not happened:
        return
    name: Value = short(row.title)
    place = without_city(short(row.place if isinstance(row, Work) else row.road_name))
    if isinstance(row, Work):
        name = work_name(row)
    title = phrase("changed.placed", title=name, place=place) if place else name
    what = joined((text for _, text in happened), ", ")
    text = phrase("changed.line", title=title, what=what)
    yield Change(at_ms, subject, tuple(kind for kind, _ in happened), text, row.links)


def _of_work(old: Work | None, new: Work | None, now_ms: int) -> Iterator[Happened]:
    """What became of a work; that it is forgotten a week after its end is no news."""
    if new is None:
        return
    if old is None:
        yield Happened("work_new", phrase("changed.work_new"))
    elif new.revision > old.revision:
        yield Happened("work_reissued", phrase("changed.work_reissued"))
    if old is None or old.phase is not new.phase:
        name = phrase("changed.phase", phase=phrase(f"phase.{new.phase}"))
        yield Happened(f"work_{new.phase}", name)
    if old is not None:
        yield from _of_end(old, new, now_ms)
        yield from _of_begin(old, new, now_ms)
        if new.unlisted_ms and not old.unlisted_ms:
            yield Happened("work_unlisted", phrase("changed.work_unlisted"))
    yield from _of_closure(_closure_of(old), _closure_of(new))


def _of_end(old: Work, new: Work, now_ms: int) -> Iterator[Happened]:
    """Another end, the first that is known, or none any more (which is an extension)."""
    if new.ends_ms == old.ends_ms:
        return
    if new.ends_ms is None:
        why = unknown_time("ends_ms", new.flags)
        yield Happened("work_extended", phrase("changed.time_unknown", why=why))
        return
    at = moment(new.ends_ms, now_ms)
    if old.ends_ms is None:
        yield Happened("work_end_known", phrase("changed.end_known", at=at))
    elif new.ends_ms > old.ends_ms:
        yield Happened("work_extended", phrase("changed.extended", at=at))
    else:
        yield Happened("work_shortened", phrase("changed.shortened", at=at))


def _of_begin(old: Work, new: Work, now_ms: int) -> Iterator[Happened]:
    if new.starts_ms == old.starts_ms:
        return
    if new.starts_ms is None:
        why = unknown_time("starts_ms", new.flags)
        yield Happened("work_moved", phrase("changed.time_unknown", why=why))
    else:
        at = moment(new.starts_ms, now_ms)
        yield Happened("work_moved", phrase("changed.moved", at=at))


def _of_incident(old: RunningIncident | None, new: RunningIncident | None) -> Iterator[Happened]:
    was_over = old is not None and old.phase is Phase.FINISHED
    if new is None or new.phase is Phase.FINISHED:
        if not was_over:
            yield Happened("incident_ended", phrase("changed.incident_ended"))
    elif old is None or old.phase is not new.phase:
        kind = "incident_announced" if new.phase is Phase.PLANNED else "incident_began"
        yield Happened(kind, phrase(f"changed.{kind}"))
    yield from _of_closure(_closure_of(old), _closure_of(new))


def _closure_of(row: Work | RunningIncident | None) -> Closure:
    return row.closure if row is not None and row.is_in_force else Closure.NONE


def _of_closure(old: Closure, new: Closure) -> Iterator[Happened]:
    if old is new:
        return
    kind = "closure_began" if old is Closure.NONE else "closure_changed"
    if new is Closure.NONE:
        kind = "closure_ended"
    name = closure_name(old if new is Closure.NONE else new)
    yield Happened(kind, phrase(f"changed.{kind}", closure=name))


def _feed_changes(
    subject: str, run: Sequence[tuple[int, FeedState | None]], since_ms: int, until_ms: int
) -> Iterator[Change]:
    """Where a feed's status changes; that it is STALE no report brings. From a full list to an
    empty one is no change of the feed: what came and went is listed by itself.
    """
    name = feed_name(subject.removeprefix(FEED))
    was: FeedStatus | None = None
    for from_ms, now in feed_statuses(run, until_ms):
        is_news = was not in WELL or now not in WELL
        was = now
        if from_ms > since_ms and is_news:
            text = phrase("changed.line", title=name, what=phrase(f"status.{now}"))
            yield Change(from_ms, subject, (f"feed_{now}",), text)


def feed_statuses(
    run: Sequence[tuple[int, FeedState | None]], until_ms: int
) -> Iterator[tuple[int, FeedStatus]]:
    """Since when a feed was how, the oldest first: each status once, until it is another."""
    known: FeedStatus | None = None
    for (at_ms, state), (next_ms, _) in pairwise([*run, (until_ms, None)]):
        for from_ms, now in _statuses(state, at_ms, next_ms) if state else ():
            if now is not known:
                yield from_ms, now
            known = now


def _statuses(state: FeedState, at_ms: int, next_ms: int) -> Iterator[tuple[int, FeedStatus]]:
    """A report's status, and STALE once the next is overdue (kept once a minute at least)."""
    yield at_ms, status(state, at_ms)
    silent_ms = at_ms + REMEMBER_MS + 2 * state.last.poll_ms + _SILENCE_MS
    if silent_ms < next_ms and not state.last.is_stopped:
        yield silent_ms, FeedStatus.STALE


def first_page(found: Sequence[Change], most: int = MOST) -> tuple[list[Change], int | None]:
    """The oldest changes, at most so many, and where to ask on from (None: these are all).

    A page ends between two moments, so that what is asked on from it misses and repeats nothing;
    a moment with more than `most` changes is cut.
    """
    if len(found) <= most:
        return list(found), None
    page, cut_ms = list(found[:most]), found[most].at_ms
    whole = [change for change in page if change.at_ms < cut_ms]
    page = whole or page
    return page, page[-1].at_ms


def subjects_of(names: Iterable[str]) -> list[str]:
    """The subjects whose changes are listed; of a link they are those of what closes it."""
    return [name for name in names if name.startswith(KINDS)]

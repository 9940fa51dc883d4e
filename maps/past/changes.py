"""What has changed since a shift began: works, incidents and feeds, line by line. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from maps.desk.plain import plain_row
from maps.desk.saying.times import moment_en, moment_ko
from maps.desk.saying.words import closure_words, short_words, source_name, status_word, work_name
from maps.past.pictures import FEED, INCIDENT, WORK
from maps.picture.text import short
from streams.contract.enums import Closure, Phase
from streams.domain.stages.feeds import REMEMBER_MS, FeedState, status
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import Work
from streams.state.decoding import Remembered
from streams.words.particles import with_particle

R = TypeVar("R")
MOST = 500
KINDS = (WORK, INCIDENT, FEED)
_PHASES = {
    Phase.PLANNED: ("시작 전", "planned"),
    Phase.ACTIVE: ("공사 중", "under way"),
    Phase.PAUSED: ("쉬는 중", "paused"),
    Phase.OVERDUE: ("기한 지남", "overdue"),
    Phase.FINISHED: ("끝남", "finished"),
    Phase.CANCELLED: ("취소됨", "cancelled"),
}
_SILENCE_MS = 5_000  # beyond two periods: the rule of `streams.domain.stages.feeds.status`


@dataclass(frozen=True, slots=True)
class Change:
    """One line: what happened to a subject ("work:ID") when, with the links it concerns."""

    at_ms: int
    subject: str
    kinds: tuple[str, ...]
    ko: str
    en: str
    links: tuple[str, ...] = ()


Word = tuple[str, str, str]
"""What happened: a kind for programs, Korean and English for people."""


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
        first = before.get(subject, (0, None))
        run = [first, *(entry for entry in entries if entry[0] <= until_ms)]
        if subject.startswith(FEED):
            found += _feed_changes(subject, run, since_ms, until_ms)
        else:
            found += _row_changes(subject, run, now_ms)
    return sorted(found, key=lambda change: (change.at_ms, change.subject))


def _row_changes(subject: str, run: Sequence[Remembered], now_ms: int) -> Iterator[Change]:
    for (_, old), (at_ms, new) in pairwise(run):
        row = new or old
        if isinstance(row, Work):
            words = tuple(_work_words(_as(Work, old), _as(Work, new), now_ms))
        elif isinstance(row, RunningIncident):
            was, now = _as(RunningIncident, old), _as(RunningIncident, new)
            words = tuple(_incident_words(was, now))
        else:
            continue
        if words:
            yield _line(at_ms, subject, row, words)


def _as(kind: type[R], row: object) -> R | None:
    return row if isinstance(row, kind) else None


def _line(at_ms: int, subject: str, row: Work | RunningIncident, words: Sequence[Word]) -> Change:
    is_work = isinstance(row, Work)
    name = work_name(plain_row(row)) if is_work else short(row.title)
    place = short(row.place if isinstance(row, Work) else row.road_name)
    title = f"{name} ({place})" if place else name
    return Change(
        at_ms,
        subject,
        tuple(kind for kind, _, _ in words),
        f"{title}: {', '.join(ko for _, ko, _ in words)}",
        f"{title}: {', '.join(en for _, _, en in words)}",
        row.links,
    )


def _work_words(old: Work | None, new: Work | None, now_ms: int) -> Iterator[Word]:
    """What became of a work; that it is forgotten a week after its end is no news."""
    if new is None:
        return
    if old is None:
        yield "work_new", "새 공사", "new works"
    elif new.revision > old.revision:
        yield "work_reissued", "다시 허가됨", "permit issued again"
    if old is None or old.phase != new.phase:
        ko, en = _PHASES[new.phase]
        yield f"work_{new.phase}", ko, en
    if old is not None:
        yield from _period_words(old, new, now_ms)
    yield from _closure_words(_in_force(old), _in_force(new))


def _period_words(old: Work, new: Work, now_ms: int) -> Iterator[Word]:
    yield from _end_words(old, new, now_ms)
    yield from _begin_words(old, new, now_ms)
    if new.unlisted_ms and not old.unlisted_ms:
        yield "work_unlisted", "허가 자료에서 빠짐", "no longer listed by its feed"


def _end_words(old: Work, new: Work, now_ms: int) -> Iterator[Word]:
    """Another end, the first that is known, or none any more (which is an extension)."""
    before_ms, ends_ms = old.ends_ms, new.ends_ms
    if ends_ms == before_ms:
        return
    if ends_ms is None:
        ko, en = short_words("ends_ms", new.flags)
        yield "work_extended", f"{with_particle(ko, '으로/로')} 변경", f"now: {en}"
        return
    ko, en = moment_ko(ends_ms, now_ms), moment_en(ends_ms, now_ms)
    if before_ms is None:
        yield "work_end_known", f"{ko}까지로 정해짐", f"to end {en}"
    elif ends_ms > before_ms:
        yield "work_extended", f"{ko}까지 연장", f"extended until {en}"
    else:
        yield "work_shortened", f"{ko}까지로 단축", f"shortened until {en}"


def _begin_words(old: Work, new: Work, now_ms: int) -> Iterator[Word]:
    starts_ms = new.starts_ms
    if starts_ms == old.starts_ms:
        return
    if starts_ms is None:
        ko, en = short_words("starts_ms", new.flags)
        yield "work_moved", f"{with_particle(ko, '으로/로')} 변경", f"now: {en}"
        return
    ko, en = moment_ko(starts_ms, now_ms), moment_en(starts_ms, now_ms)
    yield "work_moved", f"시작을 {with_particle(ko, '으로/로')} 변경", f"begins {en} instead"


def _in_force(row: Work | RunningIncident | None) -> Closure:
    return row.closure if row is not None and row.is_in_force else Closure.NONE


def _incident_words(old: RunningIncident | None, new: RunningIncident | None) -> Iterator[Word]:
    if new is None:
        yield "incident_ended", "상황 종료", "over"
    elif old is None or old.phase != new.phase:
        is_planned = new.phase is Phase.PLANNED
        kind = "incident_announced" if is_planned else "incident_began"
        yield kind, "예고" if is_planned else "발생", "announced" if is_planned else "began"
    yield from _closure_words(_in_force(old), _in_force(new))


def _closure_words(old: Closure, new: Closure) -> Iterator[Word]:
    if old == new:
        return
    if new is Closure.NONE:
        ko, en = closure_words(old)
        yield "closure_ended", f"{ko} 해제", f"over: {en}"
    else:
        ko, en = closure_words(new)
        kind = "closure_began" if old is Closure.NONE else "closure_changed"
        yield (
            kind,
            f"{ko} 시작" if old is Closure.NONE else f"{with_particle(ko, '으로/로')} 바뀜",
            f"now: {en}",
        )


def _feed_changes(
    subject: str, run: Sequence[Remembered], since_ms: int, until_ms: int
) -> Iterator[Change]:
    """Where a feed's word changes; silence is a word that no report brings."""
    told = ""
    for (at_ms, row), (next_ms, _) in pairwise([*run, (until_ms, None)]):
        if not isinstance(row, FeedState):
            continue
        for word_ms, word in _words_of(row, at_ms, next_ms):
            if word != told and word_ms > since_ms:
                yield _feed_line(word_ms, subject, word)
            told = word


def _words_of(state: FeedState, at_ms: int, next_ms: int) -> Iterator[tuple[int, str]]:
    """A report's word, and "stale" once the next is overdue (remembered once a minute at least)."""
    word = status(state, at_ms).value
    yield at_ms, word
    silent_ms = at_ms + REMEMBER_MS + 2 * state.last.poll_ms + _SILENCE_MS
    if silent_ms < next_ms and not state.last.is_stopped:
        yield silent_ms, "stale"


def _feed_line(at_ms: int, subject: str, word: str) -> Change:
    (name_ko, name_en), (ko, en) = source_name(subject.removeprefix(FEED)), status_word(word)
    return Change(at_ms, subject, (f"feed_{word}",), f"{name_ko}: {ko}", f"{name_en}: {en}")


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
    """The subjects whose changes are told; of a link they are those of what closes it."""
    return [name for name in names if name.startswith(KINDS)]

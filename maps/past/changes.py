"""What has changed since a shift began: works, incidents and feeds, line by line. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec

from maps.desk.saying.times import moment_en, moment_ko
from maps.desk.saying.words import closure_words, short_words, source_name, status_word, work_name
from maps.past.pictures import FEED, INCIDENT, WORK, Remembered
from maps.picture.text import short
from streams.domain.stages.feeds import REMEMBER_MS, FeedState, status
from streams.words.particles import with_particle

Json = dict[str, Any]
MOST = 500
KINDS = (WORK, INCIDENT, FEED)
_PHASES = {
    "planned": ("시작 전", "planned"),
    "active": ("공사 중", "under way"),
    "paused": ("쉬는 중", "paused"),
    "overdue": ("기한 지남", "overdue"),
    "finished": ("끝남", "finished"),
    "cancelled": ("취소됨", "cancelled"),
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
    words_of = _work_words if subject.startswith(WORK) else _incident_words
    for (_, old), (at_ms, new) in pairwise(run):
        row = new or old
        words = tuple(words_of(old, new, now_ms)) if row else ()
        if row and words:
            yield _line(at_ms, subject, row, words)


def _line(at_ms: int, subject: str, row: Json, words: Sequence[Word]) -> Change:
    name = work_name(row) if subject.startswith(WORK) else short(row.get("title"))
    place = short(row.get("place") or row.get("road_name") or "")
    title = f"{name} ({place})" if place else name
    return Change(
        at_ms,
        subject,
        tuple(kind for kind, _, _ in words),
        f"{title}: {', '.join(ko for _, ko, _ in words)}",
        f"{title}: {', '.join(en for _, _, en in words)}",
        tuple(row.get("links") or ()),
    )


def _work_words(old: Json | None, new: Json | None, now_ms: int) -> Iterator[Word]:
    """What became of a work; that it is forgotten a week after its end is no news."""
    if new is None:
        return
    if old is None:
        yield "work_new", "새 공사", "new works"
    elif new.get("revision", 1) > old.get("revision", 1):
        yield "work_reissued", "다시 허가됨", "permit issued again"
    if old is None or old["phase"] != new["phase"]:
        ko, en = _PHASES.get(new["phase"], _PHASES["planned"])
        yield f"work_{new['phase']}", ko, en
    if old is not None:
        yield from _period_words(old, new, now_ms)
    yield from _closure_words(_in_force(old), _in_force(new))


def _period_words(old: Json, new: Json, now_ms: int) -> Iterator[Word]:
    yield from _end_words(old, new, now_ms)
    yield from _begin_words(old, new, now_ms)
    if new.get("unlisted_ms") and not old.get("unlisted_ms"):
        yield "work_unlisted", "허가 자료에서 빠짐", "no longer listed by its feed"


def _end_words(old: Json, new: Json, now_ms: int) -> Iterator[Word]:
    """Another end, the first that is known, or none any more (which is an extension)."""
    before_ms, ends_ms = old.get("ends_ms"), new.get("ends_ms")
    if ends_ms == before_ms:
        return
    if ends_ms is None:
        ko, en = short_words("ends_ms", new.get("flags") or ())
        yield "work_extended", f"{with_particle(ko, '으로/로')} 변경", f"now: {en}"
        return
    ko, en = moment_ko(ends_ms, now_ms), moment_en(ends_ms, now_ms)
    if before_ms is None:
        yield "work_end_known", f"{ko}까지로 정해짐", f"to end {en}"
    elif ends_ms > before_ms:
        yield "work_extended", f"{ko}까지 연장", f"extended until {en}"
    else:
        yield "work_shortened", f"{ko}까지로 단축", f"shortened until {en}"


def _begin_words(old: Json, new: Json, now_ms: int) -> Iterator[Word]:
    starts_ms = new.get("starts_ms")
    if starts_ms == old.get("starts_ms"):
        return
    if starts_ms is None:
        ko, en = short_words("starts_ms", new.get("flags") or ())
        yield "work_moved", f"{with_particle(ko, '으로/로')} 변경", f"now: {en}"
        return
    ko, en = moment_ko(starts_ms, now_ms), moment_en(starts_ms, now_ms)
    yield "work_moved", f"시작을 {with_particle(ko, '으로/로')} 변경", f"begins {en} instead"


def _in_force(work: Json | None) -> str:
    return str(work["closure"]) if work is not None and work.get("is_in_force") else "none"


def _incident_words(old: Json | None, new: Json | None, _now_ms: int) -> Iterator[Word]:
    if new is None:
        yield "incident_ended", "상황 종료", "over"
    elif old is None or old.get("phase") != new.get("phase"):
        is_planned = new.get("phase") == "planned"
        kind = "incident_announced" if is_planned else "incident_began"
        yield kind, "예고" if is_planned else "발생", "announced" if is_planned else "began"
    yield from _closure_words(_effect(old), _effect(new))


def _effect(incident: Json | None) -> str:
    is_active = incident is not None and incident.get("phase") == "active"
    return str(incident["closure"]) if incident is not None and is_active else "none"


def _closure_words(old: str, new: str) -> Iterator[Word]:
    if old == new:
        return
    if new == "none":
        ko, en = closure_words(old)
        yield "closure_ended", f"{ko} 해제", f"over: {en}"
    else:
        ko, en = closure_words(new)
        kind = "closure_began" if old == "none" else "closure_changed"
        yield (
            kind,
            f"{ko} 시작" if old == "none" else f"{with_particle(ko, '으로/로')} 바뀜",
            f"now: {en}",
        )


def _feed_changes(
    subject: str, run: Sequence[Remembered], since_ms: int, until_ms: int
) -> Iterator[Change]:
    """Where a feed's word changes; silence is a word that no report brings."""
    told = ""
    for (at_ms, row), (next_ms, _) in pairwise([*run, (until_ms, None)]):
        if row is None:
            continue
        state = msgspec.convert(row, FeedState)
        for word_ms, word in _words_of(state, at_ms, next_ms):
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

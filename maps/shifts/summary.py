"""The sheet of a shift: what happened in it, what is handed over, and what the next shift must
know, each line in every language. Pure.

The sheet holds no place and no number of a call: the call-back list at the desk has them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from maps.desk.saying.names import work_name
from maps.past.changes import feed_statuses
from maps.picture.situations import title_of
from maps.picture.text import short, shown
from streams.contract.enums import FeedStatus, Phase
from streams.contract.shift import (
    MAX_DONE,
    MAX_LINES,
    MAX_TEXT,
    Sheet,
    SheetDone,
    SheetLine,
    SheetNote,
    SheetPart,
    SheetSection,
)
from streams.contract.situation import ActKind, SituationAct
from streams.contract.times import MINUTE_MS
from streams.domain.closures import closure_name
from streams.domain.situations.fact import GRAVITY
from streams.domain.situations.situation import Situation
from streams.domain.stages.calls import CallRow
from streams.domain.stages.closures import ClosureRow, version_of
from streams.domain.stages.feeds import FeedState
from streams.domain.works.phases import OVER, end_ms, is_in_force, opens_ms, phase_at
from streams.domain.works.rows import Work
from streams.geo.addresses import without_city
from streams.words.catalogue import (
    Translatable,
    Value,
    has_word,
    joined,
    languages,
    name_of,
    phrase,
)

STEP_MS = 15 * MINUTE_MS
"""So finely is looked for when a work takes its road."""
AWAY = frozenset(
    {
        FeedStatus.STALE,
        FeedStatus.STOPPED,
        FeedStatus.UNKNOWN,
        FeedStatus.FROZEN,
        FeedStatus.AHEAD,
    }
)
"""How a feed is that does not answer, or not with anything of now."""
BRIEF_MS = MINUTE_MS
"""An outage that is over is told of when it was not as short as this."""
Run = Sequence[tuple[int, FeedState | None]]


class ShiftFacts(NamedTuple):
    """What a sheet is made of. `feeds`: how each was at the begin, and since; `situations` are
    those that stand, and those that ended in the shift.
    """

    from_ms: int
    until_ms: int
    next_ms: int
    situations: Mapping[str, Situation]
    closures: Mapping[str, ClosureRow]
    calls: Mapping[str, CallRow]
    works: Mapping[str, Work]
    feeds: Mapping[str, Run]
    notes: tuple[SheetNote, ...] = ()
    is_simulated: bool = False


def sheet_of(facts: ShiftFacts) -> Sheet:
    """The sheet of a shift up to a time."""
    standing, ended = _by_end(facts)
    outages = list(_outages(facts))
    closures = [row for row in facts.closures.values() if _is_of_shift(row, facts)]
    sections = (
        _section(SheetPart.AHEAD, sorted(_ahead(facts), key=_by_time)),
        _section(SheetPart.STANDING, [_of_situation(each) for each in standing]),
        _section(SheetPart.ENDED, [_of_situation(each) for each in ended]),
        _section(SheetPart.CLOSURES, _of_closures(closures, facts)),
        _section(SheetPart.OUTAGES, sorted(outages, key=lambda x: (x.until_ms > 0, x.at_ms))),
    )
    return Sheet(
        facts.from_ms,
        facts.until_ms,
        facts.next_ms,
        _figures(facts, standing, ended),
        sections,
        facts.notes,
        facts.is_simulated,
    )


def _section(part: SheetPart, lines: Sequence[SheetLine]) -> SheetSection:
    return SheetSection(part, len(lines), tuple(lines[:MAX_LINES]))


def _figures(
    facts: ShiftFacts, standing: Sequence[Situation], ended: Sequence[Situation]
) -> dict[str, int]:
    calls = facts.calls.values()
    waiting = [each for each in calls if not each.done_ms]
    figures = {
        "situations_begun": sum(x.since_ms >= facts.from_ms for x in (*standing, *ended)),
        "situations_ended": len(ended),
        "situations_standing": len(standing),
        "situations_unseen": sum(x.acknowledged is None for x in standing),
        "calls_taken": sum(_is_in(x.received_ms, facts) for x in calls),
        "calls_done": sum(_is_in(x.done_ms, facts) for x in calls),
        "calls_waiting": len(waiting),
    }
    if waiting:
        figures["calls_oldest_ms"] = min(each.received_ms for each in waiting)
    return figures


def _is_in(at_ms: int, facts: ShiftFacts) -> bool:
    return facts.from_ms < at_ms <= facts.until_ms


def _by_end(facts: ShiftFacts) -> tuple[list[Situation], list[Situation]]:
    """The situations that stand and those that are over, the gravest first, of these the newest."""
    asked = sorted(
        (each for each in facts.situations.values() if each.is_alert),
        key=lambda x: (GRAVITY.index(x.severity), -x.since_ms, x.id),
    )
    ended = [each for each in asked if _over_ms(each)]
    return [each for each in asked if not _over_ms(each)], ended


def _over_ms(row: Situation) -> int:
    """When all of it that asked for somebody was over; 0: it is not."""
    ends = [fact.over_ms for fact in row.asking]
    return max(ends, default=0) if all(ends) else 0


def _of_situation(row: Situation) -> SheetLine:
    done = []
    if row.acknowledged is not None:
        seen = row.acknowledged
        done.append(_done(ActKind.ACKNOWLEDGE, seen.by, seen.at_ms, seen.comment))
    if row.assigned is not None:
        done.append(_of_act(row.assigned))
    done += [_of_act(each) for each in row.notes]
    return _line(row.since_ms, title_of(row), until_ms=_over_ms(row), mark=row.severity, done=done)


def _of_act(act: SituationAct) -> SheetDone:
    return _done(act.act, act.by, act.at_ms, act.note, act.to)


def _done(act: str, by: str, at_ms: int, words: str = "", to: str = "") -> SheetDone:
    return SheetDone(act, shown(by), at_ms, short(words, MAX_TEXT), shown(to))


def _line(
    at_ms: int,
    text: Translatable,
    *,
    until_ms: int = 0,
    mark: str = "",
    done: Sequence[SheetDone] = (),
) -> SheetLine:
    said = {language: short(text.to(language), MAX_TEXT) for language in languages()}
    return SheetLine(max(at_ms, 0), said, until_ms, mark, tuple(done[-MAX_DONE:]))


def _by_time(line: SheetLine) -> tuple[int, str]:
    return line.at_ms, str(line.text)


def _is_of_shift(row: ClosureRow, facts: ShiftFacts) -> bool:
    """Whether a closure by hand stands, or something was done with it in the shift."""
    if row.phase is Phase.ACTIVE or _is_in(row.over_ms, facts):
        return True
    return any(_is_in(each.at_ms, facts) for each in (*row.versions, row))


def _of_closures(rows: Sequence[ClosureRow], facts: ShiftFacts) -> list[SheetLine]:
    """Those that stand first, the newest of each first."""
    ordered = sorted(rows, key=lambda x: (x.phase is Phase.FINISHED, -x.starts_ms, x.closure_id))
    return [_of_closure(each, facts) for each in ordered]


def _of_closure(row: ClosureRow, facts: ShiftFacts) -> SheetLine:
    versions = [each for each in (*row.versions, version_of(row)) if _is_in(each.at_ms, facts)]
    done = [_done(each.act, each.by, each.at_ms, each.reason) for each in versions]
    ends_ms = row.over_ms or row.ends_ms or 0
    return _line(row.starts_ms, _closure_text(row), until_ms=ends_ms, mark=row.phase, done=done)


def _closure_text(row: ClosureRow) -> Translatable:
    """What is closed, how, and why."""
    parts: list[Value] = [short(row.title), closure_name(row.closure), short(row.lanes)]
    return joined((*parts, name_of("cause", row.cause)), " · ")


def _ahead(facts: ShiftFacts) -> Iterator[SheetLine]:
    """What the next shift must know: works that take their road, closures that begin or end."""
    for row in facts.closures.values():
        yield from _closure_ahead(row, facts)
    for work in facts.works.values():
        at_ms = work_begins(work, facts.until_ms, facts.next_ms)
        if at_ms is not None:
            yield _line(at_ms, phrase("book.begins", what=_work_text(work)), mark="begins")


def _closure_ahead(row: ClosureRow, facts: ShiftFacts) -> Iterator[SheetLine]:
    if row.phase is Phase.FINISHED:
        return
    what = _closure_text(row)
    if row.phase is Phase.PLANNED and _is_next(row.starts_ms, facts):
        yield _line(row.starts_ms, phrase("book.begins", what=what), mark="begins")
    if row.ends_ms is not None and _is_next(row.ends_ms, facts):
        yield _line(row.ends_ms, phrase("book.ends", what=what), mark="ends")


def _is_next(at_ms: int, facts: ShiftFacts) -> bool:
    return facts.until_ms < at_ms <= facts.next_ms


def _work_text(work: Work) -> Translatable:
    place = without_city(short(work.place))
    name = work_name(work)
    title = phrase("changed.placed", title=name, place=place) if place else name
    return joined((title, closure_name(work.closure)), " · ")


def work_begins(work: Work, after_ms: int, until_ms: int) -> int | None:
    """When a work first takes its road between two times, if it does not now: with its period, or
    with its hours of that day.
    """
    if opens_ms(work) > until_ms or end_ms(work) <= after_ms or _takes(work, after_ms):
        return None
    first = after_ms // STEP_MS + 1
    steps = [number * STEP_MS for number in range(first, until_ms // STEP_MS + 1)]
    own = [each for each in (opens_ms(work),) if after_ms < each <= until_ms]
    return next((at_ms for at_ms in sorted(steps + own) if _takes(work, at_ms)), None)


def _takes(work: Work, at_ms: int) -> bool:
    phase = phase_at(work, at_ms)
    return phase not in OVER and is_in_force(work, phase, at_ms)


def _outages(facts: ShiftFacts) -> Iterator[SheetLine]:
    for feed, run in sorted(facts.feeds.items()):
        for since_ms, until_ms in away_spans(run, facts.until_ms):
            is_brief = until_ms and until_ms - since_ms < BRIEF_MS
            if not is_brief and (not until_ms or until_ms > facts.from_ms):
                yield _line(since_ms, _outage_text(feed), until_ms=until_ms, mark="outage")


def away_spans(run: Run, until_ms: int) -> Iterator[tuple[int, int]]:
    """When a feed did not answer: from when, and until when (0: still)."""
    since_ms: int | None = None
    for at_ms, status in feed_statuses(run, until_ms):
        if status in AWAY:
            since_ms = at_ms if since_ms is None else since_ms
        elif since_ms is not None:
            yield since_ms, at_ms
            since_ms = None
    if since_ms is not None:
        yield since_ms, 0


def _outage_text(feed: str) -> Translatable:
    code = f"outage.{feed.rpartition('.')[2]}"
    return phrase(
        "book.outage",
        feed=name_of("feed", shown(feed)),
        what=phrase(code if has_word(code) else "outage.other"),
    )


def situations_of(
    standing: Mapping[str, Situation], since: Iterable[tuple[str, Situation]]
) -> dict[str, Situation]:
    """Those that stand as they are, and of the others those of which all is over."""
    asking = {name: row for name, row in standing.items() if row.is_alert}
    ended = {name: row for name, row in since if name not in asking and _over_ms(row)}
    return {**ended, **asking}

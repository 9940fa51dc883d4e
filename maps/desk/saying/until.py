"""The clause that says until when: today's end of daily hours, an extension, or nobody knows."""

from maps.desk.facts.blockings import Blocking, real_end_ms
from maps.desk.facts.gather import CardFacts
from maps.desk.saying.clauses import Clause, ClauseName
from maps.desk.saying.names import cause_name, title_of
from maps.desk.saying.sources import Sources
from maps.desk.saying.times import daily_hours, last_day, until
from streams.contract.enums import Closure, Phase
from streams.contract.times import EVER_MS
from streams.domain.unknown_times import why_unknown
from streams.words.catalogue import Phrase, Translatable, joined, phrase


def until_clause(facts: CardFacts, sources: Sources) -> Clause | None:
    """Until when the gravest cause goes on; what is past its end says so, and a permit whose list
    gives no end that can be read says that.
    """
    cause = next(iter(facts.causes), None)
    if cause is None:
        return None
    used, today_ms = (sources.notice(cause),), sources.scene.reader_ms
    if cause.until_ms is None and cause.work:
        return Clause(ClauseName.UNTIL, why_unknown("ends_ms", cause.row.flags), used)
    hours, is_past = daily_hours(cause.hours), _is_past(cause)
    if hours and cause.until_ms and cause.until_ms != cause.last_ms and not is_past:
        end = until(cause.until_ms, today_ms)
        text, aloud = _daily(cause, end, hours, today_ms)
        return Clause(ClauseName.UNTIL, text, used, aloud)
    code, values = _whole(cause, today_ms)
    text = phrase(f"answer.{code}", **values)
    return Clause(ClauseName.UNTIL, text, used, phrase(f"answer.{code}.joined", **values))


def outlasting(facts: CardFacts, sources: Sources) -> Clause | None:
    """What keeps the road closed as much after the end that the first cause has: who asks until
    when is not to come back to a closed road.
    """
    first = facts.causes[0]
    if first.until_ms is None or _is_past(first):
        return None
    after = [
        cause
        for cause in facts.causes[1:]
        if cause.closure is facts.closure
        and not set(cause.links).isdisjoint(first.links)
        and (cause.until_ms is None or cause.until_ms > first.until_ms)
    ]
    if not after:
        return None
    last = max(after, key=lambda cause: (cause.until_ms or EVER_MS, cause.id))
    name = cause_name(last) or title_of(last)
    used = (sources.notice(last),)
    if last.until_ms is None:
        return Clause(ClauseName.UNTIL, phrase("answer.outlasts_unknown", name=name), used)
    end = until(last.until_ms, sources.scene.reader_ms)
    return Clause(ClauseName.UNTIL, phrase("answer.outlasts", name=name, end=end), used)


def _is_past(cause: Blocking) -> bool:
    return cause.row.phase is Phase.OVERDUE and real_end_ms(cause.row) is not None


def _whole(cause: Blocking, today_ms: int) -> tuple[str, dict[str, Phrase]]:
    """The code and the values of an end that is no end of daily hours."""
    if cause.until_ms is None:
        return "until_unknown", {}
    if _is_past(cause):
        return "overdue", {"end": until(real_end_ms(cause.row) or 0, today_ms)}
    end = until(cause.last_ms or 0, today_ms)
    if cause.first_end_ms and cause.stated_ms == cause.row.ends_ms:
        return "extended", {"first": last_day(cause.first_end_ms, today_ms), "end": end}
    is_stated = cause.closure is not Closure.UNKNOWN
    return "until" if is_stated else "until_unstated", {"end": end}


def _daily(
    cause: Blocking, end: Phrase, hours: Phrase, today_ms: int
) -> tuple[Translatable, Phrase]:
    """Today's end, then on which days and hours the work goes on; and today's end alone."""
    values = {"end": end, "hours": hours}
    aloud = phrase("answer.until_today.joined", end=end)
    if cause.stated_ms is None:
        text = phrase("answer.until_today", **values)
        return joined((text, why_unknown("ends_ms", cause.row.flags)), " "), aloud
    values["last"] = last_day(cause.stated_ms, today_ms)
    if cause.first_end_ms and cause.stated_ms == cause.row.ends_ms:
        values["first"] = last_day(cause.first_end_ms, today_ms)
        return phrase("answer.until_today.extended", **values), aloud
    return phrase("answer.until_today.days", **values), aloud

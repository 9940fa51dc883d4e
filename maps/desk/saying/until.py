"""The clause that says until when: today's end of daily hours, an extension, or nobody knows."""

from maps.desk.facts.blockings import Blocking, first_end_ms, real_end_ms
from maps.desk.facts.gather import CardFacts
from maps.desk.saying import times
from maps.desk.saying.clauses import Clause
from maps.desk.saying.evidence import Evidence
from maps.desk.saying.times import until_en, until_ko
from maps.desk.saying.words import said_words
from streams.words.particles import with_particle

_UNKNOWN_KO = "언제 끝날지는 아직 알려지지 않았"


def until(facts: CardFacts, evidence: Evidence) -> Clause | None:
    """Until when the gravest cause goes on; what is past its end says so, and a permit whose list
    gives no end that can be read says that.
    """
    cause = next(iter(facts.causes), None)
    if cause is None:
        return None
    said_ms = evidence.scene.said_ms
    if cause.until_ms is None and cause.kind == "work":
        ko, en = said_words("ends_ms", cause.row.get("flags") or ())
        return Clause("until", f"{ko}.", f"{en.capitalize()}.", (evidence.notice(cause),))
    if cause.until_ms is None:
        ko, en = _UNKNOWN_KO, "No end is known yet."
    elif cause.phase == "overdue" and (end_ms := real_end_ms(cause.row)) is not None:
        ko, en = _overdue(end_ms, said_ms)
    elif cause.until_ms != cause.last_ms:
        return _daily(cause, evidence)
    elif first_end_ms(cause.row) and cause.stated_ms == cause.row.get("ends_ms"):
        ko, en = _extended(cause, said_ms)
    else:
        return _planned(cause, evidence)
    return Clause("until", f"{ko}습니다.", en, (evidence.notice(cause),), f"{ko}으며,")


def _overdue(end_ms: int, said_ms: int) -> tuple[str, str]:
    at_ko, at_en = until_ko(end_ms, said_ms), until_en(end_ms, said_ms)
    ko = f"예정된 기한인 {with_particle(at_ko, '을/를')} 넘겼지만 끝났다는 소식은 아직 없"
    return ko, f"Due {at_en}, not said to have ended."


def _extended(cause: Blocking, said_ms: int) -> tuple[str, str]:
    first, last = first_end_ms(cause.row) or 0, cause.last_ms or 0
    before_ko, before_en = (
        until_ko(first, said_ms, is_day=True),
        until_en(first, said_ms, is_day=True),
    )
    ko = f"{before_ko}까지였던 기한이 {until_ko(last, said_ms)}까지로 늘어났"
    return ko, f"Put off from {before_en} to {until_en(last, said_ms)}."


def _planned(cause: Blocking, evidence: Evidence) -> Clause:
    said_ms, last_ms = evidence.scene.said_ms, cause.last_ms or 0
    ko, en = (
        f"{until_ko(last_ms, said_ms)}까지 예정",
        f"Planned until {until_en(last_ms, said_ms)}.",
    )
    return Clause("until", f"{ko}입니다.", en, (evidence.notice(cause),), f"{ko}이며,")


def _daily(cause: Blocking, evidence: Evidence) -> Clause:
    """Today's end first, then on which days and hours the work goes on."""
    said_ms, hours = evidence.scene.said_ms, str(cause.row.get("hours") or "")
    today_ms = cause.until_ms or 0
    head_ko, head_en = until_ko(today_ms, said_ms), until_en(today_ms, said_ms)
    days_ko, days_en = _days(cause, said_ms)
    ko = f"{head_ko}까지이며, 공사는 {days_ko}{times.hours_ko(hours)} 이어집니다."
    en = f"Until {head_en}; the works go on {times.hours_en(hours)}{days_en}."
    if cause.stated_ms is None:
        why_ko, why_en = said_words("ends_ms", cause.row.get("flags") or ())
        ko, en = f"{ko} {why_ko}.", f"{en} {why_en.capitalize()}."
    return Clause("until", ko, en, (evidence.notice(cause),))


def _days(cause: Blocking, said_ms: int) -> tuple[str, str]:
    """("11월 27일까지 ", " until 27 Nov"), the last day on which its hours begin; ("", "") where no
    end is known.
    """
    last_ms, first = cause.stated_ms, first_end_ms(cause.row)
    if last_ms is None:
        return "", ""
    ko, en = until_ko(last_ms, said_ms, is_day=True), until_en(last_ms, said_ms, is_day=True)
    if first and last_ms == cause.row.get("ends_ms"):
        return f"{until_ko(first, said_ms, is_day=True)}에서 {ko}까지로 연장되어 ", f" until {en}"
    return f"{ko}까지 ", f" until {en}"

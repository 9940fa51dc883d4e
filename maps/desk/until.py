"""The clause that says until when: today's end of daily hours, an extension, or nobody knows."""

from maps.desk import times
from maps.desk.blockings import Blocking
from maps.desk.clauses import Clause
from maps.desk.evidence import Evidence, first_end_ms
from maps.desk.gather import Facts
from maps.desk.times import until_en, until_ko
from streams.domain.particles import with_particle

_UNKNOWN_KO = "언제 끝날지는 아직 알려지지 않았"


def until(facts: Facts, evidence: Evidence) -> Clause | None:
    """Until when the gravest cause goes on; what is past its end says so."""
    cause = next(iter(facts.causes), None)
    if cause is None:
        return None
    said_ms = evidence.scene.said_ms
    if cause.until_ms is None:
        ko, en = _UNKNOWN_KO, "No end is known yet."
    elif cause.phase == "overdue":
        ko, en = _overdue(cause, said_ms)
    elif cause.until_ms != cause.last_ms:
        return _daily(cause, evidence)
    elif first_end_ms(cause.row) and cause.last_ms == cause.row.get("ends_ms"):
        ko, en = _extended(cause, said_ms)
    else:
        return _planned(cause, evidence)
    return Clause("until", f"{ko}습니다.", en, (evidence.notice(cause),), f"{ko}으며,")


def _overdue(cause: Blocking, said_ms: int) -> tuple[str, str]:
    end_ms = int(cause.row.get("ends_ms") or 0)
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
    today_ms, last_ms = cause.until_ms or 0, cause.last_ms or 0
    last_ko, last_en = (
        until_ko(last_ms, said_ms, is_day=True),
        until_en(last_ms, said_ms, is_day=True),
    )
    first = first_end_ms(cause.row)
    until_when = f"{last_ko}까지"
    if first and last_ms == cause.row.get("ends_ms"):
        until_when = f"{until_ko(first, said_ms, is_day=True)}에서 {last_ko}까지로 연장되어"
    ko = (
        f"{until_ko(today_ms, said_ms)}까지이며, "
        f"공사는 {until_when} {times.hours_ko(hours)} 이어집니다."
    )
    en = (
        f"Until {until_en(today_ms, said_ms)}; the works go on "
        f"{times.hours_en(hours)} until {last_en}."
    )
    return Clause("until", ko, en, (evidence.notice(cause),))

"""What a report says of itself: its number, its days, the time of its figures. Pure."""

from datetime import UTC, date, datetime, timedelta

from streams.contract.enums import ReportKind
from streams.contract.times import KST_MS
from streams.reports import kinds
from streams.reports.asking import Known
from streams.reports.filling import About
from streams.statistics.period import Period
from streams.words.catalogue import word


def about(
    kind: ReportKind,
    period: Period,
    knows: Known,
    city: str,
    language: str,
    *,
    is_simulated: bool = False,
) -> About:
    """Of a report whose figures are known for this time of the log, not the machine's. One that is
    made before its days are over says that its figures are provisional; one of days on which the
    history began says since when it knows them, one that lacks days names them, and one of a
    simulated city says so.
    """
    until_ms = min(knows.last_ms, period.until_ms)
    year, number = kinds.serial(kind, period)
    first = period.first
    names = {
        "city": city,
        "year": str(first.year),
        "month": str(first.month),
        "quarter": str(kinds.quarter(first)),
        "week": str(first.isocalendar().week),
        "day": str(first.day),
        "date": day_text(first, language),
        "period": period_text(period, language),
        "before": period_text(kinds.before(kind, period), language),
        "number": word(language, "reports.number", year=str(year), number=str(number)),
        "days": str(period.days),
    }
    is_over = knows.last_ms >= period.until_ms
    basis = word(
        language,
        "reports.basis.whole" if is_over else "reports.basis.partial",
        time=time_text(until_ms, language),
    )
    if knows.first_ms > period.from_ms:
        begun = time_text(knows.first_ms, language)
        basis = word(language, "reports.basis.begun", basis=basis, time=begun)
    if is_simulated:
        basis = word(language, "reports.basis.simulated", basis=basis)
    facts: tuple[tuple[str, str], ...] = (
        (word(language, "reports.period"), names["period"]),
        (word(language, "reports.basis"), basis),
        (word(language, "reports.compared"), names["before"]),
    )
    if knows.missing:
        days = days_text(knows.missing, language)
        facts += ((word(language, "reports.missing"), days),)
    return About(city, names, facts, until_ms)


def day_text(day: date, language: str) -> str:
    """`2026. 11. 28.(토)`."""
    weekday = word(language, f"time.day.{day.isoweekday() % 7}")
    return word(
        language,
        "reports.day",
        year=str(day.year),
        month=str(day.month),
        day=str(day.day),
        weekday=weekday,
    )


def days_text(days: tuple[date, ...], language: str) -> str:
    """Days in words, those that follow each other as a period."""
    runs: list[Period] = []
    for day in days:
        if runs and runs[-1].last + timedelta(days=1) == day:
            runs[-1] = Period(runs[-1].first, day)
        else:
            runs.append(Period(day, day))
    return ", ".join(period_text(run, language) for run in runs)


def period_text(period: Period, language: str) -> str:
    first, last = day_text(period.first, language), day_text(period.last, language)
    return first if period.first == period.last else f"{first} ~ {last}"


def time_text(at_ms: int, language: str) -> str:
    """`2026. 11. 28.(토) 14:00`; midnight is 24:00 of the day that ends with it."""
    at = datetime.fromtimestamp((at_ms + KST_MS) / 1000, UTC)
    if (at.hour, at.minute) == (0, 0):
        ended = date.fromordinal(at.date().toordinal() - 1)
        return f"{day_text(ended, language)} 24:00"
    return f"{day_text(at.date(), language)} {at:%H:%M}"

"""Which reports are made, wait or are overdue, by the log's clock alone."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import ReportFormat, ReportKind
from streams.contract.publication import KEPT, Publication
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS, midnight_ms
from streams.history.clock import clock_of
from streams.history.reading import QueryError
from streams.reports.about import about
from streams.reports.asking import Known
from streams.reports.health import KeptReports, reason
from streams.reports.history_days import first_day, history_days, missing_days
from streams.reports.keeping import (
    OVERDUE_MS,
    SETTLED_MS,
    days_of,
    decided,
    due_at,
    newest,
    overdue,
)
from streams.reports.kinds import DueReport, period_of, stem
from streams.reports.making import own_template, template_of
from streams.reports.shelf import ReportShelf, files_of
from streams.reports.template import TemplateError
from streams.words.catalogue import word
from tests.cities.archive import keep, made_up

PERSON = "성춘향 010-2345-6789"
NOVEMBER = DueReport(ReportKind.MONTHLY, period_of(ReportKind.MONTHLY, date(2026, 11, 5)))
DAYS = days_of(NOVEMBER.period)
END_MS = NOVEMBER.period.until_ms


def test_a_report_is_due_an_hour_after_its_last_day_and_not_before() -> None:
    def names(at_ms: int) -> set[str]:
        return {stem(x.kind, x.period) for x in due_at(at_ms, midnight_ms(DAYS[0]))}

    settled_ms = END_MS + SETTLED_MS
    assert "monthly-2026-11" not in names(settled_ms - 1)
    assert names(settled_ms) - names(settled_ms - 1) == {"monthly-2026-11", "daily-2026-11-30"}


def test_nothing_is_due_of_days_before_the_history() -> None:
    first_ms = midnight_ms(date(2026, 11, 29))
    due = due_at(END_MS + SETTLED_MS, first_ms)
    assert {stem(x.kind, x.period) for x in due} == {
        "daily-2026-11-29",
        "daily-2026-11-30",
        "weekly-2026-W48",
        "monthly-2026-11",
    }


def test_days_without_rows_are_named_and_a_period_of_none_has_no_report() -> None:
    lacking = decided(NOVEMBER, END_MS + HOUR_MS, set(DAYS) - {DAYS[2], DAYS[3]}, set())
    assert (lacking.is_made, lacking.missing) == (True, (DAYS[2], DAYS[3]))
    nothing = decided(NOVEMBER, END_MS + HOUR_MS, set(), set())
    assert (nothing.is_made, nothing.missing) == (False, DAYS)


def test_damaged_days_are_waited_for_a_day_and_then_named() -> None:
    waits = decided(NOVEMBER, END_MS + DAY_MS, set(DAYS), {DAYS[7]})
    assert (waits.is_made, waits.missing) == (False, ())
    assert "2026-11-08" in waits.why
    late = decided(NOVEMBER, END_MS + SETTLED_MS + DAY_MS, set(DAYS), {DAYS[7]})
    assert (late.is_made, late.missing) == (True, (DAYS[7],))


def test_what_stays_out_for_six_hours_is_overdue() -> None:
    at_ms = END_MS + SETTLED_MS + OVERDUE_MS
    assert overdue([NOVEMBER], at_ms - 1) == 0
    assert overdue([NOVEMBER], at_ms) == 1


@given(
    steps=st.lists(st.integers(1, 32 * HOUR_MS), min_size=1, max_size=30),
    first=st.integers(0, 40),
)
def test_however_the_clock_goes_each_report_becomes_due_once_and_in_order(
    steps: list[int], first: int
) -> None:
    """Thirty steps stay within the days that are looked back over."""
    first_ms = midnight_ms(date(2026, 9, 1) + timedelta(days=first))
    at_ms, seen = first_ms, list[str]()
    for step in steps:
        at_ms += step
        due = [stem(each.kind, each.period) for each in due_at(at_ms, first_ms)]
        seen += [name for name in due if name not in seen]
    assert seen == due


def test_a_folder_says_its_days_and_its_clock(tmp_path: Path) -> None:
    begin = date(2026, 10, 26)
    rows = dict(made_up(3, begin, 2))
    gone = midnight_ms(begin + timedelta(days=2))
    rows["link_minutes"] = [r for r in rows["link_minutes"] if not gone <= r[0] < gone + DAY_MS]
    keep(rows, tmp_path, 123_456)
    period = period_of(ReportKind.WEEKLY, begin)
    assert clock_of(tmp_path) == 123_456
    assert first_day(tmp_path) == begin
    assert set(days_of(period)) - history_days(tmp_path, period).known == {date(2026, 10, 28)}
    assert missing_days(tmp_path, period, period.until_ms) == (date(2026, 10, 28),)
    assert missing_days(tmp_path, period, gone) == ()
    assert missing_days(tmp_path / "elsewhere", period, period.until_ms) == ()
    says = tmp_path / "days" / f"{begin}.json"
    (says.parent / "copies").mkdir(exist_ok=True)
    (says.parent / "copies" / says.name).write_bytes(says.read_bytes())
    (says.parent / "2026.json").write_bytes(b"{}")  # no day
    says.write_bytes(b"{")
    assert first_day(tmp_path) == begin
    assert begin in history_days(tmp_path, period).known, "the copy is believed"


@pytest.mark.parametrize(
    "said",
    [b"", b"\xb1", b'{"clock_ms":"\xb1"}', b'{"clock_ms":-5}', b'{"clock_ms":9223372036854775807}'],
)
def test_a_clock_that_is_no_time_makes_nothing_due(tmp_path: Path, said: bytes) -> None:
    (tmp_path / "clock.json").write_bytes(said)
    assert clock_of(tmp_path) == 0


def test_a_copy_beside_the_manifests_is_no_day(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    for name in ("2026-10-26 (copy)", "2026-10-27", "notes"):
        (tmp_path / "days" / f"{name}.json").write_bytes(b"{}")
    assert first_day(tmp_path) == date(2026, 10, 27)


def test_what_is_no_manifest_keeps_no_shelf_shut(tmp_path: Path) -> None:
    (tmp_path / "daily-2026-10-26.json").mkdir()
    (tmp_path / "daily-2026-10-27.json").write_bytes(b'{"version":"\xb1"}')
    (tmp_path / "daily-2026-10-28.json").symlink_to("daily-2026-10-28.json")
    assert ReportShelf(tmp_path, lambda _: None).manifests == {}


def test_a_report_names_the_days_that_it_lacks() -> None:
    lacks = (DAYS[2], DAYS[3], DAYS[9])
    knows = Known(NOVEMBER.period.from_ms, END_MS, lacks)
    facts = dict(about(ReportKind.MONTHLY, NOVEMBER.period, knows, "봄내", "ko").facts)
    assert facts["자료 없는 날"] == "2026. 11. 3.(화) ~ 2026. 11. 4.(수), 2026. 11. 10.(화)"
    whole = about(ReportKind.MONTHLY, NOVEMBER.period, Known(0, END_MS), "봄내", "ko").facts
    assert "자료 없는 날" not in dict(whole)


class DiedError(Exception):
    """The process was killed."""


def dying(point: str) -> object:
    def passed(name: str) -> None:
        if name == point:
            raise DiedError(name)

    return passed


MADE = {ReportFormat.HTML: b"<p>1</p>", ReportFormat.PDF: b"%PDF-1"}


def published(day: date) -> Publication:
    text = str(day)
    return Publication(f"daily-{text}", ReportKind.DAILY, text, text, 1, files_of(MADE))


@pytest.mark.parametrize(
    ("point", "is_there", "is_told"),
    [
        ("after_report_file", False, False),
        ("after_report", True, False),
        ("after_publication", True, False),
        ("", True, True),
    ],
)
def test_wherever_it_ends_a_report_is_there_whole_or_not(
    tmp_path: Path,
    point: str,
    is_there: bool,  # noqa: FBT001
    is_told: bool,  # noqa: FBT001
) -> None:
    row = published(DAYS[0])
    try:
        shelf = ReportShelf(tmp_path, dying(point))  # type: ignore[arg-type]
        shelf.put(row, MADE)
        shelf.told(row.report, "log")
    except DiedError:
        (tmp_path / ".daily-2026-11-01.pdf.0a1b2c3d").write_bytes(b"%PD")
    found = ReportShelf(tmp_path, lambda _: None).manifests
    assert (row.report in found) == is_there
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    if is_there:
        assert (found[row.report].publication, found[row.report].is_told) == (row, is_told)


def test_a_manifest_that_cannot_be_read_or_names_another_is_none(tmp_path: Path) -> None:
    shelf = ReportShelf(tmp_path, lambda _: None)
    shelf.put(published(DAYS[0]), MADE)
    raw = (tmp_path / "daily-2026-11-01.json").read_bytes()
    (tmp_path / "daily-2026-11-02.json").write_bytes(raw)
    (tmp_path / "daily-2026-11-03.json").write_bytes(raw[:40])
    (tmp_path / "daily-2026-11-04.json").write_bytes(
        raw.replace(b"daily-2026-11-01", b"../../etc/passwd")
    )
    assert ReportShelf(tmp_path, lambda _: None).manifests.keys() == {"daily-2026-11-01"}


def test_a_name_that_is_no_reports_is_not_looked_at(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the name of a file nor what stands in a manifest is told: both may name a person."""
    shelf = ReportShelf(tmp_path, lambda _: None)
    shelf.put(published(DAYS[0]), MADE)
    raw = (tmp_path / "daily-2026-11-01.json").read_bytes()
    (tmp_path / f"{PERSON}-2026.json").write_bytes(b"{}")
    (tmp_path / "daily-2026-11-02.json").write_bytes(
        raw.replace(b"daily-2026-11-01", PERSON.encode())
    )
    assert ReportShelf(tmp_path, lambda _: None).manifests.keys() == {"daily-2026-11-01"}
    [record] = caplog.records
    assert vars(record)["file"] == "daily-2026-11-02.json"
    assert PERSON not in str(vars(record))


def test_what_is_taken_away_or_swapped_is_seen(tmp_path: Path) -> None:
    shelf = ReportShelf(tmp_path, lambda _: None)
    for day in DAYS[:3]:
        shelf.put(published(day), MADE)
    assert shelf.look() == []
    (tmp_path / "daily-2026-11-01.pdf").write_bytes(b"%PDF-1 and more")
    (tmp_path / "daily-2026-11-02.html").unlink()
    (tmp_path / "daily-2026-11-03.json").unlink()
    assert shelf.look() == ["daily-2026-11-01.pdf", "daily-2026-11-02.html"]
    assert "daily-2026-11-03" not in shelf.manifests, "it is made anew"


def test_a_log_that_was_made_anew_has_no_report(tmp_path: Path) -> None:
    shelf = ReportShelf(tmp_path, lambda _: None)
    row = published(DAYS[0])
    shelf.put(row, MADE)
    assert not shelf.manifests[row.report].is_known_to("first")
    shelf.told(row.report, "first")
    [kept] = ReportShelf(tmp_path, lambda _: None).manifests.values()
    assert [kept.is_known_to(log) for log in ("first", "second", "")] == [True, False, True]


def test_what_is_told_of_a_fault_has_no_text_of_a_template_or_a_row(tmp_path: Path) -> None:
    template = tmp_path / "daily.md"
    text = own_template(ReportKind.DAILY)
    template.write_text(f"{text}{PERSON} {{{PERSON}}}\n", encoding="utf-8")
    line = text.count("\n") + 1
    with pytest.raises(TemplateError) as fault:
        template_of(ReportKind.DAILY, template)
    assert PERSON in str(fault.value), "who asks by command sees it"
    assert fault.value.told == f"{template}: faults in line {line}; `report check` says which"
    error = QueryError("sql_wrong", f"Could not convert string '{PERSON}' to INT64")
    assert PERSON not in error.told


def test_the_oldest_of_a_kind_go_with_their_files(tmp_path: Path) -> None:
    shelf = ReportShelf(tmp_path, lambda _: None)
    begin = date(2025, 1, 1)
    for at in range(KEPT + 2):
        row = published(begin + timedelta(days=at))
        shelf.put(row, {ReportFormat.HTML: b"1"})
    assert shelf.forget() == ["daily-2025-01-01", "daily-2025-01-02"]
    assert shelf.forget() == []
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) == 2 * KEPT
    assert not any("2025-01-01" in name for name in names)


def test_when_the_health_complains() -> None:
    at_ms = 10 * DAY_MS
    assert reason(KeptReports(at_ms - 5 * MINUTE_MS), at_ms) == ""
    assert reason(None, at_ms) == "no report was kept here yet"
    assert "901 s ago" in reason(KeptReports(at_ms - 901_000), at_ms)
    full = KeptReports(at_ms, 2, "monthly-2026-11: /reports: No space left on device")
    assert reason(full, at_ms).startswith(
        "2 reports are overdue: monthly-2026-11: /reports: No space"
    )


def test_the_newest_of_each_kind_is_the_one_that_ends_last() -> None:
    due = due_at(midnight_ms(date(2026, 11, 30)) + 2 * HOUR_MS, midnight_ms(date(2026, 9, 1)))
    names = [stem(each.kind, each.period) for each in newest(due)]
    assert sorted(names) == ["daily-2026-11-29", "monthly-2026-10", "weekly-2026-W48"]


def test_a_report_of_a_simulated_city_says_so_in_every_language() -> None:
    for language, said in (("ko", word("ko", "simulated")), ("en", "simulated data")):
        facts = [
            about(
                ReportKind.MONTHLY,
                NOVEMBER.period,
                Known(0, END_MS),
                "봄내",
                language,
                is_simulated=is_simulated,
            ).facts
            for is_simulated in (True, False)
        ]
        assert [said in str(each) for each in facts] == [True, False]

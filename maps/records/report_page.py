"""The monthly check as people get it: a page for A4 paper, and a table for a spreadsheet."""

from collections.abc import Iterable, Iterator

from maps.pages.pages import environment
from maps.picture.exports import csv_file
from maps.picture.text import kst
from maps.records.chain import Fault
from maps.records.report import Line, Report, Section
from streams.contract.access import AccessRecord
from streams.words.catalogue import FIRST, Joined, Phrase, joined, languages, name_of, phrase, word

LINES = 200  # of a section on the page; the table has them all
FAULTS = 100
_TIMES = ("first_ms", "last_ms")
_FINDING = (
    "section",
    "account",
    "action",
    "does",
    "address",
    "subject",
    "first_ms",
    "last_ms",
    "records",
    "subjects",
    "offset",
    "note",
)
_RECORD = (
    "offset",
    "at_ms",
    "account",
    "address",
    "action",
    "subject_kind",
    "subject",
    "count",
    "reason",
    "writer",
    "number",
)


def page_of(report: Report, city: str) -> str:
    """The page, whole in itself: kept as a file, printed or saved as PDF by a browser."""
    return (
        environment()
        .get_template("records_report.html")
        .render(
            report=report,
            city=city,
            lines=LINES,
            faults=report.faults[:FAULTS],
            languages=languages(),
            t=phrase,
            kst=kst,
            shown=_shown,
        )
    )


def table_of(report: Report) -> bytes:
    """Every finding, a row each: UTF-8 with a BOM, no cell is a formula."""
    rows = [_row(section, line) for section in report.sections for line in section.lines]
    rows += [_fault_row(fault) for fault in report.faults]
    return csv_file([word(FIRST, f"csv.records.{name}") for name in _FINDING], rows)


def records_table(rows: Iterable[tuple[int, AccessRecord]]) -> bytes:
    """Records as they are, with their offset on the log, for a spreadsheet."""
    heads = [word(FIRST, f"csv.records.{name}") for name in _RECORD]
    return csv_file(heads, (_record_row(offset, record) for offset, record in rows))


def _row(section: Section, line: Line) -> list[object]:
    given = {name: _value(line, name) for name in _FINDING[1:-1]}
    return [phrase(f"records.report.{section.code}").to(FIRST), *given.values(), ""]


def _fault_row(fault: Fault) -> list[object]:
    row: dict[str, object] = dict.fromkeys(_FINDING, "")
    row["section"] = phrase("records.report.chain").to(FIRST)
    row["subject"] = fault.record
    row["offset"] = fault.offset if fault.offset >= 0 else ""
    row["note"] = fault.what.to(FIRST)
    return list(row.values())


def _record_row(offset: int, record: AccessRecord) -> Iterator[object]:
    for name in _RECORD:
        if name == "offset":
            yield offset
        elif name == "at_ms":
            yield kst(record.at_ms)
        elif name == "action":
            yield name_of("access", record.action).to(FIRST)
        else:
            yield getattr(record, name)


def _value(line: Line, name: str) -> object:
    value = getattr(line, name)
    if name in _TIMES:
        return kst(value)
    if name == "action":
        return "" if value is None else name_of("access", value).to(FIRST)
    return value


def _shown(line: Line, name: str) -> str | Phrase | Joined:
    """A cell of the page."""
    value = getattr(line, name)
    if name in _TIMES:
        return kst(value)
    if name == "action" and value is not None:
        return name_of("access", value)
    if name == "does":
        return name_of("does", value)
    if name == "account" and not value:
        return phrase("records.nobody")
    return joined((str(value),), "")

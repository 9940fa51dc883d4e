"""A checked file for people: a table, what was refused, what is odd, and a line that sums up."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from producers.checking.checked_files import CheckedFile, refused_json
from streams.words.catalogue import FIRST, has_word, in_all, word


def why(code: str, detail: str) -> str:
    """The code of a refusal in plain words, with what exactly was met."""
    said = in_all(f"code.{code}") if has_word(f"code.{code}") else code
    return f"{said} ({detail})" if detail else said


def of_flag(flag: str) -> str:
    """A row's flag in a few words, else as the screens say it, else itself."""
    codes = (f"check.flag.{flag}", f"flag.{flag}")
    return next((in_all(code) for code in codes if has_word(code)), flag)


MAX_SHOWN = 40
COLUMNS = (
    ("id", 14),
    ("title", 26),
    ("place", 24),
    ("period", 23),
    ("hours", 11),
    ("closure", 6),
    ("spot", 7),
)


def report_lines(file: CheckedFile, rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The whole report; `rows` are the file's as JSON has them."""
    yield f"{file.file} ({file.feed})"
    if rows:
        yield table_line(word(FIRST, f"check.column.{name}") for name, _ in COLUMNS)
        for row in rows[:MAX_SHOWN]:
            yield table_line(cells_of(row))
            if row["flags"]:
                yield "    ! " + "; ".join(of_flag(flag) for flag in row["flags"])
            for moment, holds in row["in_force"].items():
                yield f"    {moment}: {in_all('check.in_force' if holds else 'check.not_in_force')}"
    yield from more("check.more_rows", rows)
    yield from refusal_lines(file)
    flags = Counter(flag for row in rows for flag in row["flags"])
    yield from (f"  {count:>5}  {of_flag(flag)}" for flag, count in flags.most_common())
    yield summary(file, rows)


def more(code: str, listed: Sequence[object]) -> Iterator[str]:
    """The line that says how many are not shown, where some are not."""
    if len(listed) > MAX_SHOWN:
        yield f"  ... {in_all(code, count=len(listed) - MAX_SHOWN)}"


def cells_of(row: dict[str, Any]) -> Iterable[str]:
    """A row's cells; its last day is that of the exclusive end, of a midnight the day before."""
    end = "?"
    if row["ends"] is not None:
        end = (datetime.fromisoformat(row["ends"]) - timedelta(seconds=1)).date().isoformat()
    spot = "-" if row["lon"] is None else word(FIRST, "check.point")
    if row["links"]:
        spot = word(FIRST, "check.links", count=len(row["links"]))
    return (
        row["id"],
        row["title"],
        row["place"],
        f"{(row['starts'] or '?')[:10]}~{end}",
        ",".join(row["hours"]),
        word(FIRST, f"check.closure.{row['closure'] or 'unknown'}"),
        spot,
    )


def refusal_lines(file: CheckedFile) -> Iterator[str]:
    """What was refused, and the values that were left out of listed rows, each by its row."""
    for refusal in file.refused[:MAX_SHOWN]:
        shown = refused_json(refusal, why(refusal.code, refusal.detail))
        count = shown["row"]
        place = in_all("check.row", count=count) if count else in_all("check.file")
        named = f" {shown['field']}={shown['value']!r}" if shown["field"] else ""
        yield f"  x {place}: {shown['code']}{named} {shown['why']}"
    yield from more("check.more_refused", file.refused)
    for each in file.left_out[:MAX_SHOWN]:
        yield f"  ? {in_all('check.row', count=each.row)}: {each.detail}"
    yield from more("check.more_left_out", file.left_out)


def summary(file: CheckedFile, rows: Sequence[dict[str, Any]]) -> str:
    counts = {
        "check.read": file.read,
        "check.listed": len(rows),
        "check.placed": sum(bool(row["links"]) or row["lon"] is not None for row in rows),
        "check.refused": len(file.refused),
    }
    others = {
        "check.skipped": file.skipped,
        "check.outside": file.outside,
        "check.over": file.over,
    }
    counts |= {code: count for code, count in others.items() if count}
    return "  = " + ", ".join(in_all(code, count=count) for code, count in counts.items())


def table_line(cells: Iterable[str]) -> str:
    """The cells in the columns of a terminal, where Korean letters take two; cut with a mark."""
    line = []
    for text, (_, width) in zip(cells, COLUMNS, strict=True):
        taken, kept = 0, ""
        for letter in text:
            wide = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
            if taken + wide > width - 1 and len(kept) < len(text) - 1:
                kept, taken = kept + "…", taken + 1
                break
            kept, taken = kept + letter, taken + wide
        line.append(kept + " " * (width - taken))
    return "  ".join(line).rstrip()

"""`python -m producers check`: what a file would come to, before it is dropped in. It needs neither
Kafka nor Redis, and writes nothing but what it is told to.
"""

import argparse
import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from producers.checking import checked_files as checking
from producers.checking.checked_files import Checked, City
from producers.checking.words import every, of_flag, why
from producers.feeds import FEEDS
from producers.feeds.permits import folder
from producers.feeds.permits.points import known_addresses
from producers.reading.answers import Exchange
from producers.recording import recorder as recording
from streams.contract.errors import RecordRefusedError
from streams.contract.settings import Settings
from streams.contract.times import KST, now_ms
from streams.domain.works.directions import Directions
from streams.geo.loading import load_network
from streams.words.catalogue import FIRST, word

ALL_READ, SOME_REFUSED, NOTHING_READABLE = 0, 1, 2
MAX_SHOWN = 40
_COLUMNS = (
    ("id", 14),
    ("title", 26),
    ("place", 24),
    ("period", 23),
    ("hours", 11),
    ("closure", 6),
    ("spot", 7),
)
EXAMPLES = """examples:
  python -m producers check permits.xlsx                  a table: what is read, what not, and why
  python -m producers check a.csv b.csv --moment 2026-09-01T23:00 --json
  python -m producers check permits.csv --network network --map permits.geojson
  python -m producers check city.jsonl.gz                 the answers of a recording
Exit codes: 0 all read, 1 some refused, 2 nothing readable. BOMNAE_PERMITS_EPSG, BOMNAE_BBOX and
BOMNAE_GAZETTEER count as for `producers run`. A time without an offset is KST."""


def add_to(sub: Any) -> None:
    check = sub.add_parser(
        "check",
        help="show what a file would come to, without Kafka or Redis",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="list, answer, recording"
    )
    check.add_argument("--feed", choices=sorted(FEEDS), help="whose file it is (by its content)")
    check.add_argument("--at", type=_moment, metavar="ISO", help="time of the answer (now)")
    check.add_argument(
        "--moment", action="append", default=[], metavar="ISO", type=_told, help="in force then?"
    )
    check.add_argument("--network", metavar="DIR", help="place the rows on this network")
    check.add_argument("--json", action="store_true", help="one JSON object a file")
    check.add_argument("--map", type=Path, metavar="OUT", help="write the placed rows as GeoJSON")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Check each file by itself; the exit code is that of all of them."""
    network = load_network(args.network) if args.network else None
    directions = None if network is None else Directions(network)
    city = City(network, directions, known_addresses(settings.gazetteer))
    at_ms = args.at or now_ms()
    found = [_checked(path, args.feed or "", at_ms, settings) for path in args.files]
    features: list[dict[str, Any]] = []
    for file in found:
        rows = [checking.row_json(row, city, dict(args.moment), at_ms) for row in file.rows]
        lines = (
            [json.dumps(_object(file, rows), ensure_ascii=False)]
            if args.json
            else _told_all(file, rows)
        )
        sys.stdout.writelines(f"{line}\n" for line in lines)
        features += checking.features(zip(file.rows, rows, strict=True), city)
    if args.map:
        whole = {"type": "FeatureCollection", "features": features}
        args.map.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return _exit_code(found)


def _exit_code(found: Sequence[Checked]) -> int:
    if not any(file.is_readable for file in found):
        return NOTHING_READABLE
    return SOME_REFUSED if any(file.refused for file in found) else ALL_READ


def _moment(words: str) -> int:
    """UTC ms of an ISO 8601 time, KST without an offset."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{words!r} is no ISO 8601 time") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=KST)
    return int(moment.timestamp() * 1000)


def _told(words: str) -> tuple[str, int]:
    """A moment by the words it was given in."""
    return words, _moment(words)


def _checked(path: Path, feed: str, at_ms: int, settings: Settings) -> Checked:
    """The outcome of one file, whatever it is."""
    if path.is_dir() or not path.exists():
        why_not = "a folder: name its files" if path.is_dir() else "no such file"
        return checking.unreadable(str(path), feed or "permits", "NO-ANSWER", why_not)
    if path.name.endswith((".jsonl", ".jsonl.gz")) and (held := list(_recorded(path, feed))):
        return checking.checked(str(path), held, settings)
    exchange = folder.exchange_of(path, at_ms)
    known = feed or checking.feed_of(exchange.body)
    part = FEEDS[known].part  # which route an answer is of, only its request says
    url = f"{exchange.url}?{part}={quote(path.stem)}" if part else exchange.url
    return checking.checked(str(path), [replace(exchange, feed=known, url=url)], settings)


def _recorded(path: Path, feed: str) -> Iterator[Exchange]:
    """The exchanges of a recording, of one feed where it is named; none of any other file."""
    for line in recording.lines_of(path):
        try:
            exchange = recording.exchange_of(line)
        except RecordRefusedError:
            continue
        if exchange.feed in FEEDS and feed in {"", exchange.feed}:
            yield exchange


def _object(file: Checked, rows: list[dict[str, Any]]) -> dict[str, Any]:
    refused = [checking.refused_json(r, why(r.code, r.detail)) for r in file.refused]
    return {
        "file": file.file,
        "feed": file.feed,
        "read": file.read,
        "refused": refused,
        "rows": rows,
    }


def _told_all(file: Checked, rows: list[dict[str, Any]]) -> Iterator[str]:
    """The file for people: a table, what was refused, what is odd, and a last line that sums up."""
    yield f"{file.file} ({file.feed})"
    if rows:
        yield "  ".join(
            _padded(word(FIRST, f"check.column.{name}"), width) for name, width in _COLUMNS
        ).rstrip()
        for row in rows[:MAX_SHOWN]:
            cells = zip(_cells(row), (width for _, width in _COLUMNS), strict=True)
            yield "  ".join(_padded(cell, width) for cell, width in cells).rstrip()
            yield from _remarks(row)
    if len(rows) > MAX_SHOWN:
        yield f"  ... {every('check.more_rows', count=len(rows) - MAX_SHOWN)}"
    yield from _refusals(file)
    yield from _left_out(file)
    yield from _counted(rows)
    yield _summary(file, rows)


def _cells(row: dict[str, Any]) -> Iterable[str]:
    begin, end = (row["starts"] or "?")[:10], _last_day(row["ends"])
    spot = "-" if row["lon"] is None else word(FIRST, "check.point")
    if row["links"]:
        spot = word(FIRST, "check.links", count=len(row["links"]))
    closure = word(FIRST, f"check.closure.{row['closure']}")
    return (
        row["id"],
        row["title"],
        row["place"],
        f"{begin}~{end}",
        ",".join(row["hours"]),
        closure,
        spot,
    )


def _last_day(ends: str | None) -> str:
    """The last day of an exclusive end: of a midnight the day before it."""
    if ends is None:
        return "?"
    return (datetime.fromisoformat(ends) - timedelta(seconds=1)).date().isoformat()


def _remarks(row: dict[str, Any]) -> Iterator[str]:
    if row["flags"]:
        yield "    ! " + "; ".join(of_flag(flag) for flag in row["flags"])
    for moment, holds in row["in_force"].items():
        yield f"    {moment}: {every('check.in_force' if holds else 'check.not_in_force')}"


def _refusals(file: Checked) -> Iterator[str]:
    for refusal in file.refused[:MAX_SHOWN]:
        shown = checking.refused_json(refusal, why(refusal.code, refusal.detail))
        count = shown["row"]
        place = every("check.row", count=count) if count else every("check.file")
        named = f" {shown['field']}={shown['value']!r}" if shown["field"] else ""
        yield f"  x {place}: {shown['code']}{named} {shown['why']}"
    if len(file.refused) > MAX_SHOWN:
        yield f"  ... {every('check.more_refused', count=len(file.refused) - MAX_SHOWN)}"


def _left_out(file: Checked) -> Iterator[str]:
    """The values that were left out of listed rows, by the row and in its own words."""
    for each in file.left_out[:MAX_SHOWN]:
        yield f"  ? {every('check.row', count=each.row)}: {each.detail}"
    if len(file.left_out) > MAX_SHOWN:
        yield f"  ... {every('check.more_left_out', count=len(file.left_out) - MAX_SHOWN)}"


def _counted(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    flags = Counter(flag for row in rows for flag in row["flags"])
    for flag, count in flags.most_common():
        yield f"  {count:>5}  {of_flag(flag)}"


def _summary(file: Checked, rows: Sequence[dict[str, Any]]) -> str:
    placed = sum(bool(row["links"]) or row["lon"] is not None for row in rows)
    counts = {
        "check.read": file.read,
        "check.listed": len(rows),
        "check.placed": placed,
        "check.refused": len(file.refused),
    }
    others = {
        "check.skipped": file.skipped,
        "check.outside": file.outside,
        "check.over": file.over,
    }
    counts |= {code: count for code, count in others.items() if count}
    return "  = " + ", ".join(every(code, count=count) for code, count in counts.items())


def _padded(words: str, width: int) -> str:
    """The words in so many columns of a terminal, where Korean letters take two; cut with a
    mark.
    """
    taken, kept = 0, ""
    for letter in words:
        wide = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if taken + wide > width - 1 and len(kept) < len(words) - 1:
            kept, taken = kept + "…", taken + 1
            break
        kept, taken = kept + letter, taken + wide
    return kept + " " * (width - taken)

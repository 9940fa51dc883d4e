"""`python -m producers check`: what a file would come to, before it is dropped in. It needs neither
Kafka nor Redis, and writes nothing but what it is told to.
"""

import argparse
import json
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from producers.checking import checked_files as checking
from producers.checking.checked_files import CheckedFile, City
from producers.checking.report import report_lines, why
from producers.feeds import FEEDS
from producers.feeds.permits import folder
from producers.feeds.permits.points import known_addresses
from producers.recording.poll_ends import RecordedExchange, read_line
from producers.recording.recorder import lines_of
from streams.contract.settings import Settings
from streams.contract.times import KST, now_ms
from streams.domain.works.directions import Directions
from streams.geo.loading import load_network

ALL_READ, SOME_REFUSED, NOTHING_READABLE = 0, 1, 2
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
    check.add_argument("--at", type=moment_ms, metavar="ISO", help="time of the answer (now)")
    check.add_argument(
        "--moment",
        action="append",
        default=[],
        metavar="ISO",
        type=lambda text: (text, moment_ms(text)),
        help="in force then?",
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
    found = [checked_file(path, args.feed or "", at_ms, settings) for path in args.files]
    features: list[dict[str, Any]] = []
    for file in found:
        rows = [checking.row_json(row, city, dict(args.moment), at_ms) for row in file.rows]
        lines = [json_line(file, rows)] if args.json else report_lines(file, rows)
        sys.stdout.writelines(f"{line}\n" for line in lines)
        features += checking.features(zip(file.rows, rows, strict=True), city)
    if args.map:
        whole = {"type": "FeatureCollection", "features": features}
        args.map.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    if not any(file.is_readable for file in found):
        return NOTHING_READABLE
    return SOME_REFUSED if any(file.refused for file in found) else ALL_READ


def moment_ms(text: str) -> int:
    """UTC ms of an ISO 8601 time, KST without an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO 8601 time") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=KST)
    return int(moment.timestamp() * 1000)


def checked_file(path: Path, feed: str, at_ms: int, settings: Settings) -> CheckedFile:
    """The outcome of one file, whatever it is."""
    if path.is_dir() or not path.exists():
        why_not = "a folder: name its files" if path.is_dir() else "no such file"
        return checking.unreadable(str(path), feed or "permits", "NO-ANSWER", why_not)
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        items = (read_line(number, line) for number, line in enumerate(lines_of(path)))
        held = [item.exchange for item in items if isinstance(item, RecordedExchange)]
        if of_feed := [exchange for exchange in held if feed in {"", exchange.feed}]:
            return checking.checked(str(path), of_feed, settings)
    exchange = folder.exchange_of(path, at_ms)
    known = feed or checking.feed_of(exchange.body)
    part = FEEDS[known].part  # which route an answer is of, only its request says
    url = f"{exchange.url}?{part}={quote(path.stem)}" if part else exchange.url
    return checking.checked(str(path), [replace(exchange, feed=known, url=url)], settings)


def json_line(file: CheckedFile, rows: list[dict[str, Any]]) -> str:
    refused = [checking.refused_json(r, why(r.code, r.detail)) for r in file.refused]
    body = {"file": file.file, "feed": file.feed, "read": file.read, "refused": refused}
    return json.dumps({**body, "rows": rows}, ensure_ascii=False)

"""`python -m maps export`: the map of now, or of another time, as a file."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from redis.exceptions import RedisError

from maps.export.map_file import map_file, sheet_of
from maps.past.archived import archived_picture
from maps.past.moments import AHEAD_MS, BitemporalMoment
from maps.past.pictures import past_picture
from maps.picture.picture import Picture, picture_of
from maps.picture.text import kst
from streams.contract import cli
from streams.contract.errors import BomnaeError
from streams.contract.settings import Settings
from streams.contract.terminal import add_by
from streams.contract.times import DAY_MS, KST, day_of, midnight_ms, now_ms
from streams.contract.whole_files import write_whole
from streams.domain.works.rows import Work
from streams.geo.loading import load_network
from streams.geo.network import Network
from streams.history.files import days_of
from streams.kafka.intake import Intake
from streams.kafka.terminal import Terminal
from streams.state.asked import account_of
from streams.state.store import Store
from streams.topology.holidays import korean_holidays
from streams.words.catalogue import FIRST, languages

AWAY = 8
HELP = """Writes the map as one HTML file that opens without a server and without internet: to
mail, to keep, to print. Roads with level and speed, closures, works and incidents, each with its
facts on a click, and a list of them.

  python -m maps export --html now.html --why "for the mayor's office"
  python -m maps export --html then.html --at "2026-11-28 08:10" --why "request 1234"
  python -m maps export --html weekend.html --at "2026-12-05 22:00" --why "notice"

Times are Korean. A time ahead shows works as permitted and the speeds usual at such a time; --known
leaves out what came in later. An access record says who took it, and why."""
EXIT_CODES = (
    "exit codes: 0 done · 2 something cannot be so · 8 Kafka or Redis away, nothing written"
)


class ExportError(BomnaeError):
    """A time or a file that cannot be."""

    exit_code = cli.USAGE


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "export",
        help="the map as a file",
        description=HELP,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--html", required=True, type=Path, metavar="FILE", help="where to")
    for name, text in (
        ("--at", "the time it shows; now without it"),
        ("--known", "only what had come in by then; now without it"),
    ):
        parser.add_argument(name, type=_time, metavar='"2026-11-28 08:10"', help=text)
    parser.add_argument("--language", choices=languages(), default=FIRST, help="default: ko")
    parser.add_argument("--why", required=True, help="for the access record; 200 characters")
    add_by(parser)


def _time(text: str) -> int:
    """Unix ms of a Korean time."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=KST).timestamp()) * 1000
    except ValueError:
        message = f'{text[:40]!r} is no time: "2026-11-28 08:10" is one'
        raise argparse.ArgumentTypeError(message) from None


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Write the file; the exit code. Raises BomnaeError for what cannot be."""
    if not options.why.strip():
        raise ExportError("--why is empty: the access record needs a reason")
    if not options.html.absolute().parent.is_dir():
        raise ExportError(f"{options.html}: there is no such folder")
    first_ms = first_archived_ms(settings)
    moment = moment_of(options, now_ms(), settings.history_days, first_ms)
    network = load_network(settings.network)
    try:
        picture = asyncio.run(_recorded_picture(settings, network, moment, options))
    except (RedisError, OSError) as error:
        sys.stderr.write(f"bomnae: {type(error).__name__}; nothing was written\n")
        return AWAY
    shown = moment or BitemporalMoment(picture.clock_ms or now_ms(), picture.clock_ms or now_ms())
    sheet = sheet_of(shown, settings, network, options.language, now_ms())
    text = map_file(sheet, picture, network, options.language)
    write_whole(options.html, text.encode(), mode=0o644)
    sys.stdout.write(f"{options.html}: {sheet.of}, {len(text.encode()) / 1e6:.1f} MB\n")
    return cli.OK


def moment_of(
    options: argparse.Namespace, at_ms: int, days: int, archived_from_ms: int | None = None
) -> BitemporalMoment | None:
    """The moment of --at and --known, None for now; ExportError outside what is remembered."""
    if options.at is None and options.known is None:
        return None
    known_ms = at_ms if options.known is None else options.known
    valid_ms = known_ms if options.at is None else options.at
    earliest_ms = at_ms - days * DAY_MS
    if archived_from_ms is not None and archived_from_ms <= valid_ms < earliest_ms:
        if options.known is not None:
            raise ExportError("--known: the history on disk has what was known at --at alone")
        return BitemporalMoment(valid_ms, valid_ms, is_archived=True)
    if known_ms > at_ms or min(known_ms, valid_ms) < earliest_ms or valid_ms > at_ms + AHEAD_MS:
        raise ExportError(
            f"--at goes from {days} days back (BOMNAE_HISTORY_DAYS), or from the first day of "
            "BOMNAE_HISTORY on, to a year ahead, --known as far back and to now"
        )
    return BitemporalMoment(valid_ms, known_ms)


def first_archived_ms(settings: Settings) -> int | None:
    """When the history on disk begins, None where there is none."""
    days = days_of(Path(settings.history)) if settings.history else {}
    return midnight_ms(date.fromisoformat(min(days))) if days else None


def archived(
    settings: Settings, network: Network, at_ms: int, permits: Mapping[str, Work]
) -> Picture:
    """The picture of a moment of the history; ExportError where it has none."""
    try:
        from streams.history.past_reading import PastReader  # noqa: PLC0415 - an extra
    except ImportError:
        raise ExportError("what reads the history is not installed: the extra history") from None
    folder = Path(settings.history)
    with closing(PastReader(folder)) as reader:
        links = [link.id for link in network.links]
        day = reader.read(days_of(folder), day_of(at_ms), links)
    if not day.is_recorded(at_ms):
        raise ExportError(f"--at: the history has no record of {kst(at_ms)}")
    return archived_picture(day, network, at_ms, permits)


async def _recorded_picture(
    settings: Settings,
    network: Network,
    moment: BitemporalMoment | None,
    options: argparse.Namespace,
) -> Picture:
    """The picture, once the access record stands; LogAwayError where the log is away."""
    store, intake = Store.connect(settings), Intake(settings)
    try:
        terminal = Terminal(settings, intake, by=options.by, ask=account_of(settings))
        await terminal.write("export.map", options.html.name, reason=options.why)
        now = picture_of(await store.picture(settings.partitions), network)
        if moment is None:
            return now
        if moment.is_archived:
            return archived(settings, network, moment.valid_ms, now.works)
        return await past_picture(
            store,
            network,
            moment,
            calls=now.calls,
            fresh_ms=settings.fresh_ms,
            is_holiday=korean_holidays(),
        )
    finally:
        await intake.close()
        await store.close()

"""The positions of buses in recordings, for what is learned from them without a log."""

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from producers.feeds import FEEDS
from producers.publishing.poll import Poll
from producers.reading.privacy import with_plate_key
from producers.recording.poll_ends import BadLine, read_line
from producers.recording.recorder import lines_of
from streams.contract import topics
from streams.contract.errors import SettingsError
from streams.contract.records import BusPosition
from streams.contract.settings import Settings


def positions_in(recordings: Iterable[Path], settings: Settings) -> Iterator[BusPosition]:
    """The positions, recording after recording in the order given; a line that is no exchange and
    an answer that cannot be read have none. Raises SettingsError where a recording does not exist.

    Plates get a key that nobody keeps: the positions are for this process alone.
    """
    settings = with_plate_key(settings, secrets.token_hex())
    for path in recordings:
        if not path.is_file():
            raise SettingsError(f"recording {path} does not exist")
        for number, line in enumerate(lines_of(path), start=1):
            yield from _positions(number, line, settings)


def _positions(number: int, line: str, settings: Settings) -> Iterator[BusPosition]:
    item = read_line(number, line)
    if isinstance(item, BadLine):
        return
    feed = item.exchange.feed
    if FEEDS[feed].topic is topics.BUS_POSITIONS:
        answer, _ = Poll(feed, settings).interpret(item.exchange)
        yield from (row for row in answer.rows if isinstance(row, BusPosition))

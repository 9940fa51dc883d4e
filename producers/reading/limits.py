"""How large an answer may be, judged on its bytes before anything is made of them.

Bytes alone do not bound memory: `{},{},...` of 5 MiB is 1.7 million rows, three hundred megabytes
and a minute of work. So the marks of structure are counted as well, which costs milliseconds.
"""

from collections.abc import Mapping

from producers.feeds import gtfs_rt, its_events, utic
from producers.feeds import its_speeds as its
from producers.feeds.permits import rows as permits
from producers.feeds.tago import positions as tago
from producers.reading import permit_files
from producers.reading.answers import Exchange, unknown

MAX_BYTES: Mapping[str, int] = {
    tago.FEED: tago.MAX_BYTES,
    gtfs_rt.FEED: gtfs_rt.MAX_BYTES,
    its.FEED: its.MAX_BYTES,
    its_events.FEED: its_events.MAX_BYTES,
    utic.FEED: utic.MAX_BYTES,
    permits.FEED: permit_files.MAX_PAGE_BYTES,
}
"""What a portal's answer may have, bytes: reading stops there."""

_ANSWER = {b"{": 50_000, b"[": 500_000, b",": 500_000, b"<": 500_000, b"\n": 500_000}
_ROUTE = {mark: most // 10 for mark, most in _ANSWER.items()}  # of buses, one route an answer
_PROTOBUF = {bytes([tag]): 500_000 for tag in (0x0A, 0x12, 0x22, 0x2A, 0x5A)}  # lists of parts
_FILE = {b"{": 200_000, b"[": 4_000_000, b"<": 8_000_000, b"\n": 400_000}
"""How often each mark may stand in it: ten times what the largest city's lists have."""


def check(exchange: Exchange) -> None:
    """Raise R002 or R015 as an unknown answer for a body no list can have."""
    max_bytes, marks = MAX_BYTES[exchange.feed], _ANSWER
    if exchange.is_file:
        max_bytes, marks = permit_files.MAX_FILE_BYTES, _FILE
    elif exchange.feed == tago.FEED:
        marks = _ROUTE
    elif exchange.feed == gtfs_rt.FEED and not gtfs_rt.is_json(exchange.body):
        marks = _PROTOBUF
    if len(exchange.body) > max_bytes:
        raise unknown("R002", f"more than {max_bytes} bytes")
    for mark, most in marks.items():
        if (found := exchange.body.count(mark)) > most:
            raise unknown("R015", f"{found} times {mark.decode('latin-1')!r}, at most {most}")

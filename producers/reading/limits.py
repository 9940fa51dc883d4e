"""How large an answer may be, judged on its bytes before anything is made of them.

Bytes alone do not bound memory: `{},{},...` of 5 MiB is 1.7 million rows, three hundred megabytes
and a minute of work. So the marks of structure are counted as well, which costs milliseconds.
"""

from collections.abc import Mapping

from producers.reading.answers import Exchange, unknown

MIB = 1 << 20
MAX_FILE_BYTES = 64 * MIB
MAX_PAGE_BYTES = 5 * MIB  # a city's links are about 2 MB

ANSWER = {b"{": 50_000, b"[": 500_000, b",": 500_000, b"<": 500_000, b"\n": 500_000}
ROUTE = {mark: most // 10 for mark, most in ANSWER.items()}  # of buses, one route an answer
PROTOBUF = {bytes([tag]): 500_000 for tag in (0x0A, 0x12, 0x22, 0x2A, 0x5A)}  # lists of parts
FILE = {b"{": 200_000, b"[": 4_000_000, b"<": 8_000_000, b"\n": 400_000}
"""How often each mark may stand in it: ten times what the largest city's lists have."""


def check(exchange: Exchange, max_bytes: int, marks: Mapping[bytes, int]) -> None:
    """Raise R002 or R015 as an unknown answer for a body no list can have."""
    if exchange.is_file:
        max_bytes, marks = MAX_FILE_BYTES, FILE
    if len(exchange.body) > max_bytes:
        raise unknown("R002", f"more than {max_bytes} bytes")
    for mark, most in marks.items():
        if (found := exchange.body.count(mark)) > most:
            raise unknown("R015", f"{found} times {mark.decode('latin-1')!r}, at most {most}")

"""The log's clock as far as the history is on disk: the time that all places have passed, and all
rows before it are written. A small file beside the rows, for whoever waits for a day to be over.
"""

from pathlib import Path

import msgspec

from streams.contract.bounds import MAX_TIME_MS
from streams.contract.whole_files import write_whole

FILE = "clock.json"


class _Clock(msgspec.Struct):
    clock_ms: int


_CLOCK = msgspec.json.Decoder(_Clock)


def put_clock(folder: Path, clock_ms: int) -> None:
    """Say how far the rows reach; raises OSError."""
    write_whole(folder / FILE, msgspec.json.encode(_Clock(clock_ms)), mode=0o640)


def clock_of(folder: Path) -> int:
    """How far the rows reach; 0 where nobody has said so yet, or what was said is no time. Raises
    OSError.
    """
    try:
        found = _CLOCK.decode((folder / FILE).read_bytes()).clock_ms
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
        return 0
    return found if 0 <= found <= MAX_TIME_MS else 0

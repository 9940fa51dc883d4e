"""Access records are laid where they were, whole, however often a restore was interrupted."""

from typing import Any

import pytest

from streams.contract.settings import Settings
from streams.snapshot import laying
from streams.snapshot.frames import Messages
from streams.snapshot.laying import RECORDS, Laid

FIRST, COUNT = 7, 25
STAMP = 1_700_000_000_000
ROWS: list[tuple[int, bytes | None]] = [(FIRST + n, b"record %d" % n) for n in range(COUNT)]


class Log:
    """What a topic holds from an offset on."""

    def __init__(self, begin: int = 0, held: list[bytes] | None = None) -> None:
        self.begin, self.held = begin, list(held or [])

    @property
    def end(self) -> int:
        return self.begin + len(self.held)

    async def lay(self, place: tuple[str, int], rows: list[bytes], stamps: list[int]) -> int:
        assert place == RECORDS
        assert stamps == [STAMP] * len(rows)
        at = self.end
        self.held += rows
        return at

    def delete_before(self, offset: int) -> None:
        self.held = self.held[max(0, offset - self.begin) :]
        self.begin = max(self.begin, offset)


def parts(size: int) -> list[Messages]:
    cut = [ROWS[n : n + size] for n in range(0, len(ROWS), size)]
    return [Messages(*RECORDS, rows=rows, stamps=[STAMP] * len(rows)) for rows in cut]


async def laid(log: Log, monkeypatch: pytest.MonkeyPatch, size: int = 10) -> Laid:
    async def last_of(*_: Any) -> bytes | None:
        return log.held[-1] if log.held else None

    async def stands(_: Settings, row: tuple[int, bytes | None]) -> bool:
        at = row[0] - log.begin
        return 0 <= at < len(log.held) and log.held[at] == row[1]

    monkeypatch.setattr(laying, "last_of", last_of)
    monkeypatch.setattr(laying, "_stands", stands)
    monkeypatch.setattr(laying, "_delete_before", lambda _, offset: log.delete_before(offset))
    done = Laid()
    await laying._lay_records(Settings(), log, log.end, parts(size), done)  # type: ignore[arg-type]
    return done


def interrupted() -> list[Log]:
    """Every way in which an interrupted restore may have left the topic."""
    whole = [payload or b"" for _, payload in ROWS]
    filling = [Log(0, [b""] * n) for n in range(FIRST + 1)]
    after = [Log(FIRST, whole[:n]) for n in range(COUNT + 1)]
    return [*filling, *after]


@pytest.mark.parametrize("size", [1, 10, 100])
async def test_all_stand_once_whatever_stood(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for log in interrupted():
        stood = (log.begin, len(log.held))
        done = await laid(log, monkeypatch, size)
        assert not done.without_records, stood
        assert [(log.begin + n, held) for n, held in enumerate(log.held)] == ROWS, stood


@pytest.mark.parametrize(
    "log",
    [
        Log(0, [b"another"]),  # below the first of the snapshot's
        Log(FIRST, [b"record 0", b"another"]),
        Log(FIRST + 3, []),  # their offsets are gone
    ],
)
async def test_a_log_with_records_of_its_own_keeps_them(
    monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    before = log.begin, list(log.held)
    done = await laid(log, monkeypatch)
    assert done.without_records
    assert (log.begin, log.held) == before


async def test_what_an_interrupted_restore_laid_whole_and_recorded_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = Log(FIRST, [payload or b"" for _, payload in ROWS] + [b"the record of that restore"])
    before = list(log.held)
    done = await laid(log, monkeypatch)
    assert (done.without_records, log.held) == (False, before)


async def test_a_snapshot_without_records_leaves_none_out(monkeypatch: pytest.MonkeyPatch) -> None:
    log, done = Log(0, [b"its own"]), Laid()

    async def last_of(*_: Any) -> bytes:
        return log.held[-1]

    monkeypatch.setattr(laying, "last_of", last_of)
    await laying._lay_records(Settings(), log, log.end, [], done)  # type: ignore[arg-type]
    assert not done.without_records

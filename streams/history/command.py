"""`python -m streams history sql|check|rebuild`, and the archive's own command."""

import argparse
import asyncio
import csv
import os
import re
import resource
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from streams.contract.cli import OK
from streams.contract.errors import SettingsError
from streams.contract.failpoints import ARCHIVE_POINTS, from_env
from streams.contract.metrics import serve_metrics
from streams.contract.running import stop_signal
from streams.contract.settings import Settings
from streams.contract.text import as_cell
from streams.contract.tls import kept_tls
from streams.contract.whole_files import only_one
from streams.geo.loading import load_network
from streams.history.archive import archive, folder_of
from streams.history.files import HistoryFileError
from streams.history.reading import QueryError, Table, open_history
from streams.history.remaking import Damage, all_tables, damage_of, remake, set_aside
from streams.history.shelf import Shelf
from streams.kafka.cluster import LogReader

EXIT_DAMAGED, EXIT_REFUSED = 7, 2
LATER_S = 5.0
MIB = 1 << 20
RESULT_BYTES = 512 * MIB
"""For the rows of an answer, which are Python's."""


def run_archive(settings: Settings) -> int:
    """Write the history until SIGTERM or SIGINT."""

    async def run() -> None:
        network = load_network(settings.network)
        fail = from_env(os.environ, ARCHIVE_POINTS)
        await archive(settings, network, stop_signal(), fail)

    serve_metrics(settings, kept_tls(settings, settings.metrics))
    asyncio.run(run())
    return OK


def run_history(options: argparse.Namespace, settings: Settings) -> int:
    """Ask, check or make again."""
    if options.act == "sql":
        return _sql(options, settings)
    if options.act == "check":
        return _check(options, settings)
    return _rebuild(options, settings)


def _sql(options: argparse.Namespace, settings: Settings) -> int:
    history = open_history(folder_of(settings), options.memory)
    with _bounds_of_process(options.within, options.memory):
        try:
            table = history.table(options.sql, within_s=options.within)
        finally:
            history.close()
    if options.json:
        names = [column.name for column in table.columns]
        rows = [dict(zip(names, row, strict=True)) for row in table.rows]
        sys.stdout.buffer.write(msgspec.json.encode(rows, enc_hook=str) + b"\n")
    else:
        _write(table, "," if options.csv else "\t")
    return OK


@contextmanager
def _bounds_of_process(within_s: float, memory_mb: int) -> Iterator[None]:
    """What DuckDB heeds at the next chunk of rows alone: of one value of a gigabyte it counts no
    byte and hears no interrupt. So the process has bounds of its own, a little wider.
    """

    def end() -> None:
        sys.stderr.write(f"bomnae: too_long: more than {within_s:g} s\n")
        sys.stderr.flush()
        os._exit(EXIT_REFUSED)

    timer = threading.Timer(within_s + LATER_S, end)
    timer.daemon = True
    before = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _data_bytes() + 2 * memory_mb * MIB + RESULT_BYTES
    most = min([wanted, *(x for x in before if x != resource.RLIM_INFINITY)])
    try:
        timer.start()
        resource.setrlimit(resource.RLIMIT_DATA, (most, before[1]))
        yield
    except MemoryError:
        raise QueryError("too_much_memory", f"more than {memory_mb} MB") from None
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
        timer.cancel()


def _data_bytes() -> int:
    """What the process has of memory of its own by now."""
    try:
        found = re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    except OSError:
        found = None
    return int(found[1]) * 1024 if found else RESULT_BYTES


def _write(table: Table, between: str) -> None:
    out = csv.writer(sys.stdout, delimiter=between, lineterminator="\n")
    out.writerow([column.name for column in table.columns])
    out.writerows([_text(value) for value in row] for row in table.rows)


def _text(value: Any) -> Any:
    """A value as a cell, never a formula: lists by blanks, true and false as SQL has them."""
    if isinstance(value, bool):
        return str(value).lower()
    found = " ".join(map(str, value)) if isinstance(value, list) else value
    return as_cell(found) if isinstance(found, str) else found


def _check(options: argparse.Namespace, settings: Settings) -> int:
    """Name what is damaged; with `--repair` set it aside and make it again from the log."""
    folder = folder_of(settings)
    if options.repair:
        with only_one(folder):
            shelf = Shelf(folder)
            spoilt = list(shelf.spoilt.values())
            damage = set_aside(shelf, is_whole=True)
            _say([*spoilt, *(f"{each.day} {each.table}: {each.reason}" for each in damage)])
            return _remade(settings, shelf, damage)
    shelf = Shelf(folder)
    found = damage_of(shelf, is_whole=True)
    waiting = [f"{d} {t}: set aside" for d, m in shelf.manifests.items() for t in m.damaged]
    files = sum(len(each) for m in shelf.manifests.values() for each in m.files.values())
    lines = [*shelf.spoilt.values(), *(damage.reason for damage, _ in found), *waiting]
    _say([*lines, f"{len(shelf.manifests)} days, {files} files, {len(lines)} damaged"])
    return EXIT_DAMAGED if lines else OK


def _rebuild(options: argparse.Namespace, settings: Settings) -> int:
    folder = folder_of(settings)
    with only_one(folder):
        shelf = Shelf(folder)
        days = options.day or sorted(shelf.manifests)
        if unknown := [day for day in days if day not in shelf.manifests]:
            raise SettingsError(f"{', '.join(unknown)}: the history has no such day")
        return _remade(settings, shelf, all_tables(days))


def _remade(settings: Settings, shelf: Shelf, damage: list[Damage]) -> int:
    async def run() -> list[str]:
        network = load_network(settings.network)
        async with LogReader(settings) as reader:
            return await remake(settings, network, shelf, reader, damage)

    if damage:
        _say(asyncio.run(run()))
    left = [day for day, known in shelf.manifests.items() if known.damaged]
    if left:
        raise HistoryFileError(f"not made again: {', '.join(left)}")
    return OK


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")

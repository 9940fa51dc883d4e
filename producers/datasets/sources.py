"""What lies in a folder and in a database, as rows of a dataset. Nothing here asks a portal."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from producers.datasets.descriptor import Descriptor, Files
from producers.datasets.opening import Opened, Opening, Raw, UnreadableFileError, heading
from producers.datasets.unpacking import COMPANIONS, SHAPES, TABLES, TEXTS
from producers.datasets.wanted import Wanted
from producers.datasets.whole import Whole
from streams.contract.errors import BomnaeError

NO_FILES, UNREADABLE, NO_ANSWER = "NO-FILES", "UNREADABLE", "NO-ANSWER"
NO_EXTRA, DATABASE, NO_KEY, CHANGING = "NO-EXTRA", "DATABASE", "NO-DATASET-KEY", "CHANGING"
EXTRA_WHY = "a database needs the extra `databases`: pip install 'bomnae[databases]'"
SUFFIXES = frozenset({*SHAPES, *TABLES, *TEXTS, ".zip"})
_BATCH = 1_000
Signature = tuple[tuple[str, int, int], ...]
"""(name, mtime ns, size) of every file, oldest first."""


class SourceError(BomnaeError):
    """A source that brought nothing whole; `code` for programs, the text for people."""

    def __init__(self, code: str, detail: str = "", *, is_stopped: bool = False) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.is_stopped = is_stopped


@dataclass(frozen=True, slots=True)
class DatasetFolder:
    """The folder of a dataset's files."""

    path: Path
    files: Files = Files.NEWEST

    def signature(self) -> Signature:
        """What lies there; () when there is no folder or no file of a known form. Hidden files do
        not count, nor those that a spreadsheet lays beside one that is open, nor what is no file: a
        pipe may never say a byte.
        """
        try:
            found = [
                p for p in self.path.iterdir() if not p.name.startswith((".", "~$")) and p.is_file()
            ]
            rows = [
                (p.name, p.stat().st_mtime_ns, p.stat().st_size)
                for p in found
                if p.suffix.lower() in SUFFIXES or p.suffix.lower() in COMPANIONS
            ]
        except OSError:
            return ()
        if all(Path(name).suffix.lower() in COMPANIONS for name, _, _ in rows):
            return ()
        return tuple(sorted(rows, key=lambda row: (row[1], row[0])))

    def chosen(self, signature: Signature) -> list[Path]:
        """The files that are the dataset: the newest, or all in the order of their names."""
        names = [row[0] for row in signature if Path(row[0]).suffix.lower() in SUFFIXES]
        picked = names[-1:] if self.files is Files.NEWEST else sorted(names)
        return [self.path / name for name in picked]

    def read(self, whole: Whole) -> None:
        """Read the files; SourceError where they cannot be read, or changed meanwhile."""
        before = self.signature()
        paths = self.chosen(before)
        if not paths:
            raise SourceError(NO_FILES, f"no file in the folder {self.path.name}")
        for path in paths:
            take_file(whole, path)
        if self.signature() != before:
            raise SourceError(CHANGING, "a file changed while it was read")
        whole.stated_ms = max(row[1] for row in before) // 1_000_000


def take_file(whole: Whole, path: Path, seal: Any = None) -> int:
    """The rows of a file; how many its source listed in it. A `seal` (of hashlib) takes them in."""
    try:
        with ExitStack() as stack:
            opened = opening_of(whole.descriptor).open(path, stack)
            if seal is not None:
                opened.rows = _sealed(opened.rows, seal)
            return whole.take(opened)
    except UnreadableFileError as error:
        raise SourceError(UNREADABLE, f"{path.name}: {error}") from None
    except OSError as error:
        raise SourceError(NO_ANSWER, f"{path.name}: {error.strerror}") from None


def _sealed(rows: Iterator[tuple[int, Raw]], seal: Any) -> Iterator[tuple[int, Raw]]:
    for number, raw in rows:
        seal.update(repr(sorted(raw.items(), key=str)).encode("utf-8", "replace"))
        yield number, raw


def opening_of(descriptor: Descriptor) -> Opening:
    """How files of a descriptor are opened."""
    return Opening(Wanted(descriptor), descriptor.format)


def read_database(whole: Whole, url: str) -> None:
    """All rows of the table that a descriptor names, a thousand at a time.

    Only the columns that it declares are asked for. SourceError where that fails; the errors of
    drivers may quote a URL, and are told by their class alone.
    """
    try:
        import sqlalchemy  # noqa: F401, PLC0415 an extra
    except ImportError:
        raise SourceError(NO_EXTRA, EXTRA_WHY, is_stopped=True) from None
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    try:
        with _table(whole.descriptor, url) as opened:
            whole.take(opened)
    except SQLAlchemyError as error:
        raise SourceError(DATABASE, type(error).__name__) from None
    except ImportError as error:
        raise SourceError(NO_EXTRA, f"no driver: {error.name}", is_stopped=True) from None


@contextmanager
def _table(descriptor: Descriptor, url: str) -> Iterator[Opened]:
    import sqlalchemy as sa  # noqa: PLC0415 an extra

    schema, _, name = descriptor.source.table.rpartition(".")
    engine = sa.create_engine(url)
    try:
        there = [each["name"] for each in sa.inspect(engine).get_columns(name, schema or None)]
        wanted = _wanted(descriptor, there)
        table = sa.table(name, *map(sa.column, wanted), schema=schema or None)
        with engine.connect().execution_options(stream_results=True, yield_per=_BATCH) as line:
            found = line.execute(sa.select(*table.columns)) if wanted else ()
            yield Opened(tuple(there), _numbered(found))
    finally:
        engine.dispose()


def _wanted(descriptor: Descriptor, there: list[str]) -> list[str]:
    """The columns of a table that a descriptor reads: what leaves, keys, places, rules of rows."""
    names = {x for column in descriptor.columns for x in column.sources}
    for place in descriptor.places:
        names |= {*place.lon, *place.lat, *place.lat_lon, *place.x, *place.y}
    names |= {rule.column for rule in (*descriptor.keep, *descriptor.leave_out)}
    wanted, columns = {heading(name) for name in names}, Wanted(descriptor)
    return [name for name in there if heading(name) in wanted or columns.is_wide(name)]


def _numbered(found: Any) -> Iterator[tuple[int, Raw]]:
    for number, row in enumerate(found, start=1):
        yield number, {name: _plain(value) for name, value in row._mapping.items()}  # noqa: SLF001


def _plain(value: Any) -> Any:
    """A value of a database as a file would have it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return None if isinstance(value, bytes | memoryview) else value

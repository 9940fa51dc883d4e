"""`python -m producers datasets`: what a descriptor makes of a file, before it is used."""

import argparse
import json
import secrets
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from producers.datasets.agreement import Agreement, Verdict, gazetteer_of
from producers.datasets.city import NOWHERE, City, city_for
from producers.datasets.descriptor import Descriptor, Example, Treatment
from producers.datasets.drafting import draft_of
from producers.datasets.loading import (
    SHIPPED,
    DescriptorError,
    Fault,
    away_of,
    load,
    load_all,
    place_of_column,
    place_of_rule,
)
from producers.datasets.opening import Opening, UnreadableFileError, heading
from producers.datasets.placing import ShapeNote
from producers.datasets.reading import Outcome, Reading, Refused, Taken
from producers.datasets.wanted import Wanted
from streams.contract.settings import Settings
from streams.geo.measures import distance_m

OK, FAULTS, UNREADABLE = 0, 1, 2
SAID_OF_SHAPES: Mapping[ShapeNote, str] = {
    ShapeNote.CLOSED: "with an open ring, which was closed",
    ShapeNote.MENDED: "cross themselves, and were taken apart",
    ShapeNote.SWAPPED: "with their axes swapped, which were put right",
    ShapeNote.OUTSIDE: "lie outside Korea in part, and are not drawn",
    ShapeNote.EMPTY: "without a point (or with more than 200,000), not drawn",
    ShapeNote.FLAT: "are areas of no extent, and are not drawn",
}
EXAMPLES = """examples:
  python -m producers datasets draft lamps.csv > lamps.toml      a first descriptor of a file
  python -m producers datasets check cctv.toml                   the descriptor alone
  python -m producers datasets check cctv.toml cctv_2026.csv     and what it makes of a file
  python -m producers datasets check wifi.toml page1.json page2.json --json
  python -m producers datasets run                               poll all, until SIGTERM
  python -m producers datasets run --once benches.toml           poll one, once
  python -m producers datasets list                              every descriptor that is shipped
  python -m producers datasets list DIR                          and those of a folder
Exit codes: 0 all fits; 1 a fault of the descriptor, a row refused, an example that fails, or fewer
rows than the source says it has; 2 a file that cannot be read. The guide: docs/datasets.md."""


DRAFT = """Prints a descriptor to begin with, made of a file and its first 2,000 rows.

  1. python -m producers datasets draft lamps.csv > lamps.toml
  2. Go through the lines marked DECIDE: licence, grade, owner, people's data, key, places.
  3. python -m producers datasets check lamps.toml lamps.csv
  4. Put lamps.toml into the folder of BOMNAE_DATASETS, and the file into lamps/ beside it: running
     producers take it up within seconds.

Whatever looks like a person's data is dropped, and the grade is internal, until you decide. Metres
of a plane lie nowhere until you keep one of the systems that are listed. No value of the file is
printed. Writes nothing; 2: the file cannot be read."""


def add_to(sub: Any) -> None:
    datasets = sub.add_parser(
        "datasets",
        help="descriptors of datasets: check one against a file, list them, poll them",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parts = datasets.add_subparsers(dest="part", required=True, metavar="COMMAND")
    check = parts.add_parser("check", help="what a descriptor makes of a file; writes nothing")
    check.add_argument("descriptor", type=Path, help="FILE.toml, or the id of one that is shipped")
    check.add_argument(
        "files", type=Path, nargs="*", metavar="FILE", help="all pages of one answer"
    )
    check.add_argument("--json", action="store_true", help="one JSON object")
    polls = parts.add_parser("run", help="poll the datasets of BOMNAE_DATASETS into Kafka")
    polls.add_argument(
        "descriptors", type=Path, nargs="*", metavar="DESCRIPTOR", help="these alone: files or ids"
    )
    polls.add_argument("--once", action="store_true", help="each once, then end")
    draft = parts.add_parser(
        "draft",
        help="a first descriptor of a file: columns, types, key, places, what you must decide",
        description=DRAFT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    draft.add_argument("file", type=Path, help="CSV, XLSX, JSON, XML, GeoJSON or .shp")
    draft.add_argument(
        "others", type=Path, nargs="*", metavar="FILE", help="of other years: how they call columns"
    )
    draft.add_argument("--id", default="", help="the id of the dataset (of the file's name)")
    listing = parts.add_parser("list", help="the descriptors: id, field, grade, period, columns")
    listing.add_argument("folders", type=Path, nargs="*", metavar="DIR", help="beside the shipped")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace, settings: Settings) -> int:
    if args.part == "check":
        return check(args, settings)
    return draft(args) if args.part == "draft" else show_list(args)


def draft(args: argparse.Namespace) -> int:
    """Print a first descriptor of a file."""
    try:
        sys.stdout.write(draft_of(args.file, args.id, args.others))
    except UnreadableFileError as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        return UNREADABLE
    return OK


def check(args: argparse.Namespace, settings: Settings) -> int:
    """Check a descriptor, and what it makes of files."""
    path = args.descriptor
    if not path.suffix and not path.exists():
        path = SHIPPED / f"{path.name}.toml"
    try:
        descriptor = load(path)
        folders = [path.parent, *([Path(settings.datasets)] if settings.datasets else [])]
        city = city_for(descriptor, gazetteer_of(settings.gazetteer), folders)
        checked = check_files(descriptor, args.files, city)
    except DescriptorError as error:
        _say_faults(error.faults, path, is_json=args.json)
        return FAULTS
    except UnreadableFileError as error:
        _say_unreadable(str(error), path, is_json=args.json)
        return UNREADABLE
    except OSError as error:
        why = f"{Path(str(error.filename)).name}: {error.strerror}"
        _say_unreadable(why, path, is_json=args.json)
        return UNREADABLE
    lost = [place_of_rule(path, *each) for each in checked.lost]
    lies = [place_of_column(path, *each) for each in checked.lies()]
    away = None if args.files else away_of(path, descriptor, folders)
    sys.stderr.writelines(f"{x.words()}\n" for x in (*lost, *lies, *([away] if away else [])))
    if args.json:
        sys.stdout.write(json.dumps(body_of(descriptor, checked), ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines_of(descriptor, checked))
    sys.stderr.writelines(f"{line}\n" for line in notes_of(checked) if args.json)
    return FAULTS if checked.is_faulty or away else OK


@dataclass(slots=True)
class Checked:
    """What a descriptor made of files, and the examples that did not come out."""

    outcome: Outcome
    failed: list[Refused] = field(default_factory=list)
    agreement: Agreement | None = None
    lost: list[tuple[str, int, str]] = field(default_factory=list)
    is_nowhere: bool = False  # no file has the columns of its places
    named: list[tuple[str, int, int]] = field(default_factory=list)  # columns of names, with counts

    @property
    def is_faulty(self) -> bool:
        return bool(self.outcome.refused_count or self.failed or self.outcome.is_short)

    def lies(self) -> Iterator[tuple[str, str]]:
        """The columns of which a descriptor says what is not so: one that the file lacks, one at
        which most rows are refused.
        """
        outcome = self.outcome
        yield from ((x.column, x.why) for x in outcome.refused if x.column and x.row is None)
        rows = Counter(x.column for x in outcome.refused if x.column and x.row is not None)
        if outcome.refused_count > outcome.rows:
            for name, count in rows.items():
                if count * 2 > len(outcome.refused):
                    yield name, f"{count} of the first {len(outcome.refused)} refusals: its type?"


def check_files(descriptor: Descriptor, files: Sequence[Path], city: City = NOWHERE) -> Checked:
    """Read every file as a page of one answer. Raises UnreadableFileError, naming the file."""
    opening = Opening(Wanted(descriptor), descriptor.format)
    # a key of this run: it shows that a pseudonym is made, and can never be joined with another
    reading = Reading(descriptor, secrets.token_bytes(32), city)
    trial = Trial(descriptor)
    for path in files:
        with ExitStack() as stack:
            try:
                opened = opening.open(path, stack)
            except UnreadableFileError as error:
                raise UnreadableFileError(f"{path.name}: {error}") from None
            for taken in reading.rows_of(opened):
                reading.count(taken)
                trial.look(taken)
    reading.end()
    failed = list(trial.failed()) if files else []
    return Checked(
        reading.outcome,
        failed,
        reading.agreement,
        reading.lost,
        reading.is_nowhere,
        list(reading.lone_names.found()),
    )


class Trial:
    """The examples of a descriptor against the rows that come by."""

    def __init__(self, descriptor: Descriptor) -> None:
        self._waiting = list(enumerate(descriptor.examples, start=1))
        self._sources = {c.name: c.sources for c in descriptor.columns}
        self._failed: list[Refused] = []

    def look(self, taken: Taken) -> None:
        for number, example in list(self._waiting):
            if self._is_it(example, taken):
                self._waiting.remove((number, example))
                self._failed += _differences(number, example, taken)

    def failed(self) -> Iterator[Refused]:
        yield from self._failed
        for number, example in self._waiting:
            where = example.row or json.dumps(example.where, ensure_ascii=False)
            yield Refused(None, None, None, f"example {number}: no row {where}")

    def _is_it(self, example: Example, taken: Taken) -> bool:
        if example.row:
            return taken.number == example.row
        return all(self._has(taken, name, wanted) for name, wanted in example.where.items())

    def _has(self, taken: Taken, name: str, wanted: Any) -> bool:
        """By its value, or as it is written in the file."""
        raw = [taken.raw.get(heading(source)) for source in self._sources.get(name, (name,))]
        return str(taken.values.get(name)) == str(wanted) or str(wanted) in map(str, raw)


def _differences(number: int, example: Example, taken: Taken) -> Iterator[Refused]:
    for name, wanted in example.expect.items():
        if (got := taken.values.get(name)) != wanted or type(got) is bool is not type(wanted):
            why = f"example {number}: expected {wanted!r}"
            yield Refused(taken.number, name, str(got), why)
    for name in example.unknown:
        if (got := taken.values.get(name)) is not None:
            yield Refused(taken.number, name, str(got), f"example {number}: expected nothing known")
    if example.lon is not None and example.lat is not None:
        off_m = _off_m(example, taken)
        if off_m is None or off_m > example.within_m:
            said = "nowhere" if off_m is None else f"{off_m:.1f} m off"
            why = f"example {number}: lies {said}, at most {example.within_m:g} m"
            yield Refused(taken.number, "place", None, why)


def _off_m(example: Example, taken: Taken) -> float | None:
    lon, lat = taken.placed.lon, taken.placed.lat
    if lon is None or lat is None or example.lon is None or example.lat is None:
        return None
    return distance_m((lon, lat), (example.lon, example.lat))


def body_of(descriptor: Descriptor, checked: Checked) -> dict[str, Any]:
    """What `--json` prints."""
    outcome = checked.outcome
    return {
        "id": descriptor.id,
        "rows": outcome.rows,
        "refused": [asdict(each) for each in (*outcome.refused, *checked.failed)],
        "sample": [_sample(taken) for taken in outcome.sample],
        "sums": outcome.sums,
        "lon_lat_box": outcome.box,
        "dropped_columns": list(outcome.dropped),
    }


def _sample(taken: Taken) -> Mapping[str, Any]:
    placed = taken.placed
    where = {"lon": placed.lon, "lat": placed.lat} if placed.is_known else {}
    return {**taken.values, **({"geometry": placed.shape} if placed.shape else {}), **where}


def notes_of(checked: Checked) -> Iterator[str]:
    """What is worth knowing and is no refusal."""
    outcome = checked.outcome
    for why, count in outcome.left_out.items():
        yield f"left out: {count} ({why})"
    if outcome.is_short:
        came = f"{outcome.listed} of {outcome.total} rows"
        yield f"incomplete: {came}: it replaces nothing that is known"
    for name, named, said in checked.named:
        choices = ", ".join(Treatment)
        yield f"people: {name}: {named} of {said} cells look like names; personal = {choices}?"
    if checked.is_nowhere:
        yield "place: no [[place]] has its columns in the file: nothing lies on the map"
    for note, rows in outcome.shapes.items():
        first = ", ".join(map(str, rows.first)) + (", ..." if rows.count > len(rows.first) else "")
        yield f"shapes: {rows.count} {SAID_OF_SHAPES[note]}: row {first}"
    if checked.agreement is not None:
        yield from _addresses(checked.agreement, outcome.verdicts)
    if outcome.refused_count > len(outcome.refused):
        yield f"refused: {outcome.refused_count} in all, the first {len(outcome.refused)} are shown"


def _addresses(agreement: Agreement, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """How positions lie to their addresses, and the rows that lie far from their own."""
    for verdict in verdicts:
        if not verdict.fits:
            yield f"addresses: {verdict.words()}"
    if agreement.far and not any(verdict.fits for verdict in verdicts):
        rows = ", ".join(f"row {row} ({away_m:,.0f} m)" for row, away_m in agreement.listed)
        more = ", ..." if agreement.far > len(agreement.listed) else ""
        count = f"{agreement.far} of {agreement.compared} rows"
        yield f"far: {count} lie more than {agreement.far_m:g} m from their address: {rows}{more}"


def lines_of(descriptor: Descriptor, checked: Checked) -> Iterator[str]:
    """The outcome for people."""
    outcome = checked.outcome
    yield f"{descriptor.id}  {descriptor.name}  ({descriptor.field}, {descriptor.grade})"
    yield f"rows: {outcome.rows}, of them on the map: {outcome.on_map}"
    yield from notes_of(checked)
    summed = {column.name for column in descriptor.columns if column.is_summed}
    for name in (each for each in outcome.sums if each in summed):
        total = outcome.sums[name]
        yield f"sum of {name}: {total:,}"
    if outcome.box:
        yield "within: " + ", ".join(f"{each:.6f}" for each in outcome.box)
    if outcome.dropped:
        yield f"columns that stay behind: {', '.join(outcome.dropped)}"
    for taken in outcome.sample:
        yield f"row {taken.number}: {json.dumps(_sample(taken), ensure_ascii=False)}"
    yield from (f"refused, {_said(each)}" for each in outcome.refused)
    yield from (f"example that failed, {_said(each)}" for each in checked.failed)


def _said(each: Refused) -> str:
    where = f"row {each.row}" if each.row is not None else "file"
    said = f" {each.value!r}" if each.value is not None else ""
    return f"{where}, {each.column or '-'}{said}: {each.why}"


def _say_unreadable(why: str, path: Path, *, is_json: bool) -> None:
    sys.stderr.write(f"{why}\n")
    if is_json:
        _say_nothing(path, [{"row": None, "column": None, "value": None, "why": why}])


def _say_faults(faults: Sequence[Fault], path: Path, *, is_json: bool) -> None:
    sys.stderr.writelines(f"{fault.words()}\n" for fault in faults)
    if is_json:
        refused = [
            {"row": fault.line, "column": None, "value": None, "why": fault.words()}
            for fault in faults
        ]
        _say_nothing(path, refused)


def _say_nothing(path: Path, refused: Sequence[Mapping[str, Any]]) -> None:
    """What `--json` prints where nothing was read."""
    body = {"id": path.stem, "rows": 0, "refused": refused, "sample": [], "sums": {}}
    body |= {"lon_lat_box": None, "dropped_columns": []}
    sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")


def show_list(args: argparse.Namespace) -> int:
    """Every descriptor, and the faults of those that are none."""
    found, faults = load_all([SHIPPED, *args.folders])
    for each in found:
        row = {"id": each.id, "name": each.name, "field": each.field, "grade": str(each.grade)}
        if args.json:
            more = {"period": str(each.period), "columns": [c.name for c in each.columns]}
            sys.stdout.write(json.dumps({**row, **more}, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write("  ".join([*row.values(), f"{len(each.columns)} columns"]) + "\n")
    sys.stderr.writelines(f"{fault.words()}\n" for fault in faults)
    return FAULTS if faults else OK

"""A descriptor from its file, or each fault in it with its line and column."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from pyproj import CRS
from pyproj.exceptions import CRSError

from producers.datasets.descriptor import (
    Column,
    Descriptor,
    Example,
    Form,
    Format,
    Long,
    Part,
    Period,
    Place,
    Rows,
    Source,
    SourceKind,
    Treatment,
    ValueType,
)
from producers.reading.encodings import sayable
from streams.contract.dataset import DatasetDraw, DatasetGrade

MAX_BYTES = 1 << 20
MOST_FAULTS = 100
"""Of a file: who mends so many looks again."""
SHIPPED = Path(__file__).parent / "catalogue"
FIELDS = (
    "민원",
    "예산·재정",
    "도로·교통",
    "인구",
    "민간데이터",
    "안전·재난",
    "도시시설·환경",
    "복지·문화·경제",
)
"""The fields of a smart administrative data platform; a city may name others."""
_PERSONAL = re.compile(
    r"성명|이름$|민원인|신청인|연락처|휴대|핸드폰|전화|이메일|e-?mail|주민(?:등록)?번호|담당자|"
    r"(?<!발)생년월일|^대표자(?:명|$)|운전자 ?(?:성별|연령|나이)|소유자|사용자$|"
    r"신고자(?!수)|접수자|작성자|USR$|(?<!평균)(?<!평균 )나이$",
    re.IGNORECASE,
)
_AT = re.compile(r" - at `(?:key in )?\$?(?P<where>[^`]*)`")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a descriptor, and where."""

    file: str
    line: int
    column: int
    why: str
    dataset: str = ""  # where it is known

    def words(self) -> str:
        return sayable(f"{self.file}:{self.line}:{self.column}: {self.why}")


class DescriptorError(Exception):
    """A descriptor that cannot be used; its faults say why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(fault.words() for fault in faults))
        self.faults = faults


def load(path: Path) -> Descriptor:
    """The descriptor in a file.

    Raises DescriptorError with every fault that can be told at once; OSError for no file.
    """
    with path.open("rb") as stream:
        body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise DescriptorError([Fault(path.name, 1, 1, f"more than {MAX_BYTES} bytes")])
    try:
        words = body.decode("utf-8-sig")
        tree = tomllib.loads(words)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        why = "no UTF-8: save it as UTF-8"
        raise DescriptorError([Fault(path.name, line, 1, why)]) from None
    except tomllib.TOMLDecodeError as error:
        raise DescriptorError([_of_toml(path.name, words, str(error))]) from None
    except RecursionError:
        raise DescriptorError([Fault(path.name, 1, 1, "lists or tables nested too deep")]) from None
    if faults := list(islice(_of_shapes(path.name, words, tree), MOST_FAULTS)):
        raise DescriptorError(faults)
    found = msgspec.convert(tree, Descriptor)
    wrong = islice(_wrong(found), MOST_FAULTS)
    if faults := [Fault(path.name, *_spot(words, name), why) for name, why in wrong]:
        raise DescriptorError(faults)
    return found


def load_all(folders: list[Path]) -> tuple[list[Descriptor], list[Fault]]:
    """Every sound descriptor of some folders by id, and the faults of the others."""
    found, faults = load_each(sorted(file for x in folders for file in x.glob("*.toml")))
    return [descriptor for _, descriptor in found], faults


def load_each(paths: Sequence[Path]) -> tuple[list[tuple[Path, Descriptor]], list[Fault]]:
    """Every sound descriptor of some files by id, and the faults of the others.

    Two of one id are both left out: neither is the right one.
    """
    found: dict[str, list[tuple[Path, Descriptor]]] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            descriptor = load(path)
        except DescriptorError as error:
            faults += error.faults
        except OSError as error:
            faults.append(Fault(path.name, 1, 1, str(error.strerror)))
        else:
            found.setdefault(descriptor.id, []).append((path, descriptor))
    for name, rows in found.items():
        if len(rows) > 1:
            others = ", ".join(path.name for path, _ in rows)
            why = f"id {name!r} stands in {others}"
            faults += [Fault(path.name, 1, 1, why, name) for path, _ in rows]
    return [rows[0] for _, rows in sorted(found.items()) if len(rows) == 1], faults


def _of_toml(name: str, words: str, said: str) -> Fault:
    match = re.search(r"\(at line (\d+), column (\d+)\)", said)
    line, column = (int(match[1]), int(match[2])) if match else (words.rstrip().count("\n") + 1, 1)
    return Fault(name, line, column, re.sub(r" \(at .*\)$", "", said))


_PARTS: Mapping[str, type[msgspec.Struct]] = {
    "column": Column,
    "place": Place,
    "keep": Rows,
    "leave_out": Rows,
    "example": Example,
}


def _of_shapes(name: str, words: str, tree: Mapping[str, Any]) -> Iterator[Fault]:
    """Every value that does not fit: of each table of a list by itself, then of the whole."""
    is_sound = True
    for key, part in _PARTS.items():
        rows = tree.get(key)
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            try:
                msgspec.convert(row, part)
            except msgspec.ValidationError as error:
                is_sound = False
                said = str(error)
                yield _of_shape(name, words, said, _line_of(words, key, number), part)
    own = {key: value for key, value in tree.items() if key not in _PARTS}
    rest = tree if is_sound else {**own, "column": []}
    try:
        msgspec.convert(rest, Descriptor)
    except msgspec.ValidationError as error:
        yield _of_shape(name, words, str(error), 0, _part_of(str(error)))


def _line_of(words: str, key: str, number: int) -> int:
    """How many lines stand before the n-th table of a list: `[[key]]` or `key = [{...}]`."""
    lines = words.splitlines()
    heads = [at for at, line in enumerate(lines) if line.strip() == f"[[{key}]]"]
    if not heads:
        begins = (at for at, line in enumerate(lines) if re.match(rf"{key}\s*=", line))
        first = next(begins, 0)
        heads = [at for at, line in enumerate(lines) if at >= first and "{" in line]
    return heads[number] if number < len(heads) else 0


def _part_of(said: str) -> type[msgspec.Struct]:
    """The table at which an error of the whole lies."""
    match = re.search(r"`\$\.(format|long|source)", said)
    return _TABLES[match[1]] if match else Descriptor


_TABLES: Mapping[str, type[msgspec.Struct]] = {"format": Format, "long": Long, "source": Source}


def keys_of(part: type[msgspec.Struct]) -> list[str]:
    """The keys of a table, as they are written."""
    return [each.encode_name for each in msgspec.structs.fields(part)]


def _in_toml(said: str) -> str:
    """What is wrong with a value in the words of TOML."""
    match = re.match(r"Expected `([^`]*)`(?:, got `([^`]*)`)?(.*)", said)
    if match is None:
        return said
    wanted = " or ".join(_TOML.get(x, x) for x in match[1].split(" | ") if x != "null")
    got = f", not {_TOML.get(match[2], match[2])}" if match[2] else ""
    return f"needs {wanted}{got}{match[3].replace(' >= ', ' of at least ')}"


_TOML = {
    "object": "a table { ... }",
    "array": "a list [ ... ]",
    "str": 'a text "..."',
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
}


def _unknown_key(key: str, part: type[msgspec.Struct]) -> str:
    """There is no such key: the nearest ones, else all that there are."""
    keys = keys_of(part)
    near = get_close_matches(key, keys, 2, 0.7)
    there = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(keys)}"
    return f"there is no field `{key}`; {there}"


def _of_shape(name: str, words: str, said: str, after: int, part: type[msgspec.Struct]) -> Fault:
    """A value that does not fit, at its key, in words that say what would fit."""
    match = _AT.search(said)
    steps = re.findall(r"[A-Za-z_]+", match["where"]) if match else []
    named = re.search(r"`([A-Za-z_]+)`$", _AT.sub("", said))
    key = named[1] if named and "field" in said else steps[-1] if steps else ""
    is_missing = "missing required field" in said
    spot = (after + 1, 1) if is_missing or not key else _spot(words, key, after)
    choices = ", ".join(_CHOICES.get(key, ()))
    why = _in_toml(_AT.sub("", said))
    if why.startswith("Object contains unknown field"):
        why = _unknown_key(key, part)
    why = why.replace("Object missing required field", "missing:")
    why = why.replace("matching regex '^[a-z][a-z0-9_]{1,62}$'", "of a-z, 0-9 and _, 2 to 63 long")
    return Fault(name, *spot, f"{key}: {why}" + (f" (one of {choices})" if choices else ""))


_CHOICES: Mapping[str, Iterable[str]] = {
    "type": ValueType,
    "personal": Treatment,
    "part": Part,
    "grade": DatasetGrade,
    "period": Period,
    "kind": Form,
    "draw": DatasetDraw,
}


def place_of_rule(path: Path, table: str, at: int, column: str) -> Fault:
    """Where the rule of a table stands in its file, whose column is not there."""
    words = path.read_text(encoding="utf-8-sig")
    spot = _spot(words, column, _line_of(words, table, at))
    return Fault(path.name, *spot, f"{table}: no column {column!r} in the file, and none declared")


def place_of_column(path: Path, column: str, why: str) -> Fault:
    """Where a column stands in its file, of which a file of data shows that it is not so."""
    words = path.read_text(encoding="utf-8-sig")
    return Fault(path.name, *_spot(words, column), f"column {column!r}: {why}")


def away_of(path: Path, found: Descriptor, folders: Sequence[Path]) -> Fault | None:
    """That the folder which a source names is not there."""
    named = found.source.path if found.source.kind is SourceKind.FOLDER else ""
    if not named or any((folder / named).is_dir() for folder in folders):
        return None
    spot = _spot(path.read_text(encoding="utf-8-sig"), named)
    return Fault(path.name, *spot, f"path: no folder {named!r} beside the descriptor")


def _spot(words: str, name: str, after: int = 0) -> tuple[int, int]:
    """Line and column, from 1, where a key or a value stands first; a value in its quotes."""
    for mark in "\"'":
        if (found := _found(words, f"{mark}{name}{mark}", after)) is not None:
            return found[0], found[1] + 1
    return _found(words, name, after) or (after + 1, 1)


def _found(words: str, name: str, after: int) -> tuple[int, int] | None:
    for number, line in enumerate(words.splitlines()[after:], start=after + 1):
        bare = line.partition("#")[0] if '"' not in line else line
        if (at := bare.find(name)) >= 0:
            return number, at + 1
    return None


def _wrong(found: Descriptor) -> Iterator[tuple[str, str]]:
    """What is wrong with a descriptor whose shape is right: the word it stands at, and why."""
    names = [column.name for column in found.columns]
    if not names:
        yield found.id, "no [[column]]: only what is declared leaves"
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        yield name, f"column {name!r} is declared twice"
    for key, words in (("key", found.key), ("address", found.address)):
        for name in words:
            if name not in names:
                yield name, f"{key} {name!r} is no declared column"
    yield from _wrong_people(found)
    yield from _wrong_source(found.source)
    yield from _wrong_places(found)
    yield from _wrong_draw(found)
    yield from _wrong_examples(found, names)
    yield from _wrong_form(found)


def _wrong_form(found: Descriptor) -> Iterator[tuple[str, str]]:
    if found.long is not None:
        yield from _wrong_long(found, found.long)
    if not found.format.header_lines and found.long is not None:
        yield "header_lines", "[long] needs a line of names: header_lines = 1"
    name = found.format.sheet_name
    if name and name not in {each for column in found.columns for each in column.sources}:
        yield name, f"sheet_name {name!r} is no declared column"
    for column in found.columns:
        if column.units and not (column.unit and column.is_number):
            yield column.name, "units say how many of its unit they are: a number with a unit"
        if column.is_filled and (why := _wrong_fill(found, column)):
            yield column.name, f"fill takes the cell above: {why}"


def _wrong_fill(found: Descriptor, column: Column) -> str:
    if found.source.kind in (SourceKind.DATABASE, SourceKind.KAFKA):
        return f"the rows of a {found.source.kind} have no order"
    return "not of parts, which are several cells" if column.parts else ""


def _wrong_long(found: Descriptor, long: Long) -> Iterator[tuple[str, str]]:
    if ("{measure}" in long.columns) is bool(long.value):
        yield (
            long.columns,
            "[long] names its numbers by either {measure} in columns, or value = a column",
        )
    known = {name for column in found.columns for name in column.sources}
    braces = Counter(re.findall(r"\{([^{}]+)\}", long.columns))
    if twice := [name for name, count in braces.items() if count > 1]:
        yield long.columns, f"{twice[0]!r} stands twice in columns of [long]"
    for name in (*re.findall(r"\{([^{}]+)\}", long.columns), long.value):
        if name and name != "measure" and name not in known:
            yield "[long]", f"{name!r} of [long] is no declared column"
        if name and name != "measure" and not name.isidentifier():
            yield "[long]", f"{name!r} of [long]: a name without blanks and signs (use an alias)"


def _wrong_people(found: Descriptor) -> Iterator[tuple[str, str]]:
    for column in found.columns:
        if column.personal is None and looks_personal(column):
            choices = ", ".join(Treatment)
            yield column.name, f"column {column.name!r} looks personal: personal = {choices}?"
        if column.personal is Treatment.GENERALISE and column.type not in _GENERAL:
            yield column.name, f"a {column.type} cannot be generalised (whole, number, date can)"
        if column.personal is Treatment.PSEUDONYM and found.grade is DatasetGrade.OPEN:
            yield column.name, "pseudonyms are no open data: grade = internal or personal"


_NEEDED = {SourceKind.URL: "url", SourceKind.DATABASE: "url", SourceKind.KAFKA: "topic"}
_SECRETS = re.compile(r"://[^/@{}]*:[^/@{}]+@|(?:service|api|auth)?key=[^{&]{8}", re.IGNORECASE)


def _wrong_source(source: Source) -> Iterator[tuple[str, str]]:
    needed = _NEEDED.get(source.kind)
    if needed is not None and not getattr(source, needed):
        yield "[source]", f"a source of kind {source.kind} names its {needed}"
    if source.kind is SourceKind.URL and not source.url.startswith(("http://", "https://")):
        yield source.url or "[source]", "url: must begin with http:// or https://"
    if source.kind is SourceKind.DATABASE and not source.table:
        yield "[source]", "a source of kind database names its table"
    if _SECRETS.search(source.url):
        yield "url", "no key or password stands here: {key}, and its value in BOMNAE_DATASET_KEYS"
    if source.header and "{key}" not in source.header:
        yield "header", "a header is `name: {key}`, its key in BOMNAE_DATASET_KEYS"
    if source.path and (Path(source.path).is_absolute() or ".." in Path(source.path).parts):
        yield source.path, "path: a folder beside the descriptor"


def looks_personal(column: Column) -> bool:
    """Whether a column looks like a person's by its name; a number is a count, unless an age."""
    names = " ".join(column.sources)
    is_count = column.is_number and not re.search(r"연령|나이", names)
    return not is_count and any(_PERSONAL.search(name) for name in column.sources)


_GENERAL = frozenset({ValueType.WHOLE, ValueType.NUMBER, ValueType.DATE})


def _wrong_places(found: Descriptor) -> Iterator[tuple[str, str]]:
    for place in found.places:
        if place.crs and not is_crs(place.crs):
            yield place.crs, f"crs {place.crs!r} is no reference system that is known"
        is_degrees, is_plane = bool(place.lon and place.lat), bool(place.x and place.y)
        if is_degrees + is_plane + bool(place.lat_lon) != 1:
            yield "[[place]]", "a place has either lon and lat, or lat_lon, or x, y and crs"
        elif is_plane and not place.crs:
            yield "[[place]]", "a place with x and y names its crs"


def _wrong_draw(found: Descriptor) -> Iterator[tuple[str, str]]:
    if found.draw is DatasetDraw.DONG and all(c.type is not ValueType.DONG for c in found.columns):
        yield "draw", 'draw = "dong" needs a column of type dong'
    numbers = [column.name for column in found.columns if column.is_number]
    if found.shade and found.shade not in numbers:
        yield found.shade, f"shade {found.shade!r} is no declared number"


def is_crs(words: str) -> bool:
    try:
        CRS.from_user_input(words)
    except CRSError:
        return False
    return True


def _wrong_examples(found: Descriptor, names: list[str]) -> Iterator[tuple[str, str]]:
    for example in found.examples:
        if bool(example.where) == bool(example.row):
            yield "[[example]]", "an example names its row by either where or row"
        for name in (*example.where, *example.expect, *example.unknown):
            if name not in names:
                yield name, f"example: {name!r} is no declared column"

"""A report's template as a clerk writes it: Markdown of a few forms below TOML between `+++`. Pure.

What is not one of the forms is a fault with its line and what stands there; all faults of a file
are found in one reading, and none passes for text.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import get_args

from streams.contract.errors import BomnaeError
from streams.reports.writers.document import Mark
from streams.words.particles import Pair

MAX_BYTES = 200_000
MAX_FAULTS = 20
NEAR = 40
_ITEM = re.compile(r"( *)[-*] +(.*)")
_HEADING = re.compile(r"(#+) +(.*)")
_SHOWN = re.compile(r"!\[(.*)\]\((\w+):([^()]*)\)\s*")
_INLINE = re.compile(r"\\(.)|\*\*|\{([^{}]*)\}|[{}]")
_PLACE = re.compile(
    r"(?:(before|change)\.)?([a-z][a-z0-9_]*)(?:\.([a-z][a-z0-9_]*))?(?:\?([^|?]*))?(?:\|([^|]+))?"
)
_ONLY_IF = re.compile(r"\{([?!])([a-z][a-z0-9_]*)\}\s*")
_OTHER_FORMS = (
    (re.compile(r"\|"), "a table drawn with | is no form of a template; write ![...](table:...)"),
    (re.compile(r"```|~~~"), "code is no form of a template"),
    (re.compile(r"(-\s*){3,}$|(\*\s*){3,}$|={3,}$"), "a rule is no form of a template"),
    (re.compile(r"!\["), "no whole table or chart; write ![caption](table:jam_roads)"),
    (re.compile(r"[！＃]|!［"), "a wide sign begins no form; write #, ! and [ of the keyboard"),
    (re.compile(r"<[a-zA-Z/!]"), "HTML is no form of a template; write \\< for a <"),
)
_RANKS = (Mark.ITEM, Mark.SUB_ITEM, Mark.DETAIL)
_ESCAPED = frozenset("\\*{}<#->|!")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line of a template, and what stands there."""

    line: int
    what: str
    near: str

    def of(self, name: str) -> str:
        near = f", near {self.near[:NEAR]!r}" if self.near else ""
        return f"{name}:{self.line}: {self.what}{near}"


class TemplateError(BomnaeError):
    """A template that cannot be used; the message has a line for each fault."""

    def __init__(self, name: str, faults: list[Fault]) -> None:
        ordered = sorted(faults, key=lambda fault: fault.line)
        more = len(ordered) - MAX_FAULTS
        lines = [fault.of(name) for fault in ordered[:MAX_FAULTS]]
        super().__init__("\n".join([*lines, *([f"{name}: {more} more"] if more > 0 else [])]))
        self.faults = tuple(ordered)
        self._name = name

    @property
    def told(self) -> str:
        """The lines alone: what stands there is a clerk's text."""
        lines = ", ".join(str(fault.line) for fault in self.faults[:MAX_FAULTS])
        return f"{self._name}: faults in line {lines}; `report check` says which"


class Of(StrEnum):
    """Which figures a place takes: those of the period, of the one before, or the change."""

    NOW = "now"
    BEFORE = "before"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a sentence that a figure fills: `{jam_roads.road?pick=first|이/가}`."""

    line: int
    near: str
    of: Of
    name: str
    column: str
    options: Mapping[str, str]
    particle: Pair | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Text, or a place."""

    what: str | Place
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A heading (`level` 1 or 2) or a line. With `only_if` it stands only where that statistic has
    rows, or has none (`is_unless`).
    """

    line: int
    level: int
    mark: Mark
    pieces: tuple[Piece, ...]
    only_if: str = ""
    is_unless: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A table or a chart of a statistic."""

    line: int
    near: str
    is_chart: bool
    caption: tuple[Piece, ...]
    name: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """What a file says. `name` is the file's, for messages."""

    name: str
    title: tuple[Piece, ...]
    subtitle: tuple[Piece, ...]
    office: str
    serial: tuple[Piece, ...]
    approvals: tuple[str, ...]
    attachments: tuple[tuple[Piece, ...], ...]
    language: str
    blocks: tuple[Text | Shown, ...]


_FRONT: Mapping[str, type] = {
    "title": str,
    "subtitle": str,
    "office": str,
    "serial": str,
    "approvals": list,
    "attachments": list,
    "language": str,
}
MAX_APPROVALS = 6


@dataclass(slots=True)
class _Reader:
    name: str
    languages: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, what: str, near: str) -> None:
        self.faults.append(Fault(line, what, near.strip()))

    def pieces(self, line: int, text: str) -> tuple[Piece, ...]:
        """A text with its places and what is strong in it."""
        found: list[Piece] = []
        is_strong, at = False, 0
        if wide := re.search("[｛｝]", text):
            self.fault(line, f"{wide[0]} is a wide sign; write {{ and }}", text)
        for match in _INLINE.finditer(text):
            found.append(Piece(text[at : match.start()], is_strong))
            at = match.end()
            if match[0] == "**":
                is_strong = not is_strong
            else:
                found.append(Piece(self._inline(line, match), is_strong))
        found.append(Piece(text[at:], is_strong))
        if is_strong:
            self.fault(line, "** begins and does not end", text)
        return _joined(found)

    def _inline(self, line: int, match: re.Match[str]) -> str | Place:
        if match[1]:
            return match[1] if match[1] in _ESCAPED else f"\\{match[1]}"
        if match[2] is not None:
            return self.place(line, match[2].strip(), match[0])
        self.fault(line, f"{match[0]} stands alone; write \\{match[0]}", match.string)
        return ""

    def place(self, line: int, text: str, near: str) -> str | Place:
        match = _PLACE.fullmatch(text)
        if match is None:
            self.fault(line, "no place for a figure; {jam_roads.road} is one", near)
            return ""
        of, name, column, options, particle = match.groups()
        if particle and particle not in get_args(Pair):
            self.fault(line, f"no particle; there are {', '.join(get_args(Pair))}", near)
            particle = None
        read = self.options(line, options or "", near)
        return Place(line, near, Of(of or "now"), name, column or "", read, _pair(particle))

    def options(self, line: int, text: str, near: str) -> dict[str, str]:
        """`top=10&columns=road,jam_h`; a key stands once."""
        found: dict[str, str] = {}
        for part in filter(None, text.split("&")):
            key, has_value, value = part.partition("=")
            if not has_value or not key.strip() or not value.strip():
                self.fault(line, f"{part!r} must be NAME=VALUE", near)
            elif key.strip() in found:
                self.fault(line, f"{key.strip()!r} stands twice", near)
            found[key.strip()] = value.strip()
        return found

    def front(self, text: str) -> Mapping[str, object]:
        """The lines between `+++` as TOML, of known names and types; else faults."""
        try:
            given = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = int(found[1]) if (found := re.search(r"at line (\d+)", str(error))) else 1
            lines = text.splitlines()
            near = lines[line - 1] if line <= len(lines) else ""
            self.fault(line + 1, f"no TOML: {str(error).partition(' (at')[0]}", near)
            return {}
        for name, value in given.items():
            self._known(_line_of(text, name), name, value)
        if not given.get("title"):
            self.fault(1, 'title is missing: title = "..."', "+++")
        return {name: value for name, value in given.items() if name in _FRONT}

    def _known(self, line: int, name: str, value: object) -> None:
        if name not in _FRONT:
            close = difflib.get_close_matches(name, _FRONT, 1)
            meant = f"; meant {close[0]!r}?" if close else f"; there are {', '.join(_FRONT)}"
            self.fault(line, f"no such name{meant}", name)
        elif not isinstance(value, _FRONT[name]):
            self.fault(line, f"{name} must be a {_FRONT[name].__name__}", str(value))
        elif isinstance(value, list) and not all(isinstance(each, str) for each in value):
            self.fault(line, f"{name} must be a list of texts", str(value))
        elif name == "language" and value not in self.languages:
            self.fault(line, f"no such language; there are {', '.join(self.languages)}", str(value))
        elif name == "approvals" and isinstance(value, list) and len(value) > MAX_APPROVALS:
            self.fault(line, f"at most {MAX_APPROVALS} approvals", str(value))

    def blocks(self, lines: list[tuple[int, str]]) -> Iterator[Text | Shown]:
        """The body's blocks; a line that begins no form goes on with the one before."""
        for line, text in _whole(lines):
            block = self.block(line, text)
            if block is not None:
                yield block

    def block(self, line: int, text: str) -> Text | Shown | None:
        for form, read in _FORMS:
            match = form.fullmatch(text)
            if match is not None:
                return read(self, line, match)
        for other, what in _OTHER_FORMS:
            if other.match(text.lstrip()):
                self.fault(line, what, text)
                return None
        return self.text(line, 0, Mark.PLAIN, text.strip())

    def text(self, line: int, level: int, mark: Mark, text: str) -> Text:
        condition = _ONLY_IF.match(text)
        rest = text[condition.end() :] if condition else text
        pieces = self.pieces(line, rest)
        if condition is None:
            return Text(line, level, mark, pieces)
        return Text(line, level, mark, pieces, condition[2], condition[1] == "!")

    def heading(self, line: int, match: re.Match[str]) -> Text | None:
        if len(match[1]) > 2:
            self.fault(line, "headings are # and ##", match[0])
            return None
        return self.text(line, len(match[1]), Mark.PLAIN, match[2].strip())

    def item(self, line: int, match: re.Match[str]) -> Text | None:
        rank = len(match[1]) // 2
        if len(match[1]) % 2 or rank >= len(_RANKS):
            self.fault(line, "an item stands 0, 2 or 4 spaces in", match[0])
            return None
        return self.text(line, 0, _RANKS[rank], match[2].strip())

    def note(self, line: int, match: re.Match[str]) -> Text:
        return self.text(line, 0, Mark.NOTE, match[1].strip())

    def shown(self, line: int, match: re.Match[str]) -> Shown | None:
        caption, kind, what = match.groups()
        if kind not in {"table", "chart"}:
            self.fault(line, "what is shown is table: or chart:", match[0])
            return None
        name, _, options = what.partition("?")
        read = self.options(line, options, match[0])
        return Shown(
            line, match[0], kind == "chart", self.pieces(line, caption), name.strip(), read
        )


_Read = Callable[[_Reader, int, re.Match[str]], "Text | Shown | None"]
_FORMS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (_HEADING, _Reader.heading),
    (_SHOWN, _Reader.shown),
    (re.compile(r"> ?(.*)"), _Reader.note),
    (_ITEM, _Reader.item),
)


def read(text: str, name: str, languages: tuple[str, ...]) -> Template:
    """The template of a file's text; TemplateError with all that is wrong in it."""
    reader = _Reader(name, languages)
    front, body = _parted(reader, text.removeprefix("\ufeff"))
    given = reader.front(front)
    blocks = tuple(reader.blocks(body))

    def said(key: str) -> tuple[Piece, ...]:
        value = given.get(key, "")
        return reader.pieces(_line_of(front, key), value) if isinstance(value, str) else ()

    attached = _texts(given.get("attachments"))
    at = _line_of(front, "attachments")
    made = Template(
        name=name,
        title=said("title"),
        subtitle=said("subtitle"),
        office=str(given.get("office", "")),
        serial=said("serial"),
        approvals=_texts(given.get("approvals")),
        attachments=tuple(reader.pieces(at, each) for each in attached),
        language=str(given.get("language", languages[0])),
        blocks=blocks,
    )
    if not blocks and not reader.faults:
        reader.fault(1, "nothing stands below the second +++", "")
    if reader.faults:
        raise TemplateError(name, reader.faults)
    return made


def _parted(reader: _Reader, text: str) -> tuple[str, list[tuple[int, str]]]:
    """What stands between the two `+++`, and the numbered lines below."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "+++":
        reader.fault(1, "the first line must be +++", lines[0] if lines else "")
        raise TemplateError(reader.name, reader.faults)
    for at, line in enumerate(lines[1:], 1):
        if line.strip() == "+++":
            return "\n".join(lines[1:at]), [*enumerate(lines[at + 1 :], at + 2)]
    reader.fault(1, "a second +++ must end the settings", "+++")
    raise TemplateError(reader.name, reader.faults)


def _whole(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines that go on joined to the one they go on from; comments and empty ones left out."""
    held: tuple[int, str] | None = None
    for line, text in lines:
        stripped = text.strip()
        is_comment = stripped.startswith("<!--") and stripped.endswith("-->")
        goes_on = held and stripped and not is_comment and _goes_on(held[1], text)
        if goes_on and held:
            held = (held[0], f"{held[1]} {stripped}")
            continue
        if held:
            yield held
        held = (line, text.rstrip()) if stripped and not is_comment else None
    if held:
        yield held


def _goes_on(before: str, text: str) -> bool:
    """Whether a line belongs to the one before: no form begins there, and none ended there."""
    begins = any(form.fullmatch(text) for form, _ in _FORMS)
    other = any(form.match(text.lstrip()) for form, _ in _OTHER_FORMS)
    ended = _HEADING.fullmatch(before) or _SHOWN.fullmatch(before)
    return not (begins or other or ended)


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbouring texts as one, empty ones left out."""
    found: list[Piece] = []
    for piece in pieces:
        if piece.what == "":
            continue
        last = found[-1] if found else None
        if (
            last
            and isinstance(last.what, str)
            and isinstance(piece.what, str)
            and last.is_strong == piece.is_strong
        ):
            found[-1] = Piece(last.what + piece.what, piece.is_strong)
        else:
            found.append(piece)
    return tuple(found)


def _pair(text: str | None) -> Pair | None:
    return next((pair for pair in get_args(Pair) if pair == text), None)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _line_of(front: str, name: str) -> int:
    """The line of the file on which a name of the settings stands."""
    for at, line in enumerate(front.splitlines(), 2):
        if line.partition("=")[0].strip().strip("\"'") == name:
            return at
    return 1

"""The files of a report: its template, its figures, its four writers, put down whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from streams.contract.enums import ReportKind
from streams.contract.errors import NetworkError, ReportError
from streams.contract.whole_files import write_whole
from streams.geo.loading import load_network
from streams.reports import template
from streams.reports.about import about
from streams.reports.asking import HistoryFacts, Known
from streams.reports.filling import fill
from streams.reports.kinds import DueReport
from streams.reports.options import FORMATS
from streams.reports.template import Template
from streams.reports.writers.document import Document
from streams.statistics.statistic import Reading
from streams.words.catalogue import languages

FILE_MODE = 0o640


@dataclass(frozen=True, slots=True)
class City:
    """Whose report it is: its name, which road each link is part of, whether it is simulated."""

    name: str
    roads: Mapping[str, str]
    is_simulated: bool = False


def roads_of(network: str) -> Mapping[str, str]:
    """Link -> the road it is part of; of a network that is not set ("") and not there, none."""
    try:
        links = load_network(network).links
    except NetworkError:
        if network:
            raise
        return {}
    return {link.id: link.road_name for link in links if link.road_name}


def template_of(kind: ReportKind, path: Path | None) -> Template:
    """The template of a file, or Bomnae's own; TemplateError, or ReportError for no file."""
    if path is None:
        return template.read(own_template(kind), f"{kind}.md", languages())
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ReportError(f"--template {path}: {error.strerror}") from None
    if len(raw) > template.MAX_BYTES:
        raise ReportError(f"--template {path}: {len(raw)} bytes, at most {template.MAX_BYTES}")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ReportError(f"--template {path}:{line}: not UTF-8; save it as UTF-8") from None
    return template.read(text, str(path), languages())


def own_template(kind: ReportKind) -> str:
    """The text of Bomnae's own template."""
    file = files("streams.reports").joinpath("templates", f"{kind}.md")
    return file.read_text(encoding="utf-8")


def document_of(
    made_of: Template, due: DueReport, reading: Reading, knows: Known, city: City
) -> Document:
    """The report of a period, as far as the history knows it."""
    facts = HistoryFacts(reading, due.kind, due.period, city.roads, knows)
    said = about(
        due.kind,
        due.period,
        knows,
        city.name,
        made_of.language,
        is_simulated=city.is_simulated,
    )
    return fill(made_of, facts, said)


def written(document: Document, formats: Iterable[str], fonts: str) -> dict[str, bytes]:
    """The files by format. Fonts are looked for only where a format needs them: HTML does not."""
    from streams.reports.writers import html, hwpx, pdf, xlsx  # noqa: PLC0415 - an extra's libraries
    from streams.reports.writers.fonts import find  # noqa: PLC0415 - the same

    asked = [each for each in FORMATS if each in set(formats)]
    if asked == ["html"]:
        return {"html": html.write(document)}
    lettering = find(fonts)
    needs_pictures = {"xlsx", "hwpx"} & set(asked)
    pictures = pdf.pictures(document.charts, lettering) if needs_pictures else []
    writers: Mapping[str, Callable[[], bytes]] = {
        "html": lambda: html.write(document),
        "pdf": lambda: pdf.write(document, lettering),
        "xlsx": lambda: xlsx.write(document, pictures),
        "hwpx": lambda: hwpx.write(document, pictures),
    }
    return {each: writers[each]() for each in asked}


def put(folder: Path, name: str, made: Mapping[str, bytes]) -> list[Path]:
    """The files below a folder, each whole or not at all; ReportError says which could not be."""
    paths = []
    for form, raw in made.items():
        path = folder / f"{name}.{form}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, raw, mode=FILE_MODE)
        except OSError as error:
            raise ReportError(f"{path}: {error.strerror}") from None
        paths.append(path)
    return paths

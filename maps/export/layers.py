"""The layers of the exported map: GeoJSON with the lines of each popup. Pure.

Folium writes the values of a popup as HTML: every text is escaped here, whoever wrote it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import msgspec

from maps.picture import shapes
from maps.picture.exports import Feature, GeoLine, GeoPoint, rounded
from maps.picture.picture import Picture
from maps.picture.text import hours_text, kst, period_text, shown
from streams.contract.enums import Certainty, Closure, Level
from streams.domain.closures import GRAVITY, closure_name
from streams.domain.links.fold import LinkView
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.phases import OVER
from streams.domain.works.rows import Work
from streams.geo.measures import Point
from streams.geo.network import Link, Network
from streams.words.catalogue import name_of, word

_LOOKS: Mapping[Level, tuple[str, int]] = {
    Level.UNKNOWN: ("#858d98", 2),
    Level.FREE: ("#2b9a55", 3),
    Level.SLOW: ("#d98d00", 5),
    Level.JAM: ("#cf2431", 7),
}
"""Colour and width in pixels, the lowest first: the colour is not the only sign."""
_CLOSURE_COLOURS = {Closure.FULL: "#8f0d22", Closure.PARTIAL: "#7a3d00"}
_OTHER_CLOSURE, _WORK, _INCIDENT = "#5c5200", "#8a5300", "#7a2bbf"
_DASHED, _DOTTED = "8 6", "2 6"
_SURE = (Certainty.CONFIRMED, Certainty.REPORTED)

Style = dict[str, Any]
"""Options of a path, as Leaflet has them."""
Lines = list[tuple[str, str]]
"""Label and value of each line of a popup, as text."""


class Popup(msgspec.Struct):
    """What a click on a thing shows, and how it lies: HTML, escaped."""

    title: str
    lines: str


@dataclass(frozen=True, slots=True)
class MapLayer:
    """Things of one look: its name, Leaflet's style, and what is drawn so; points are discs."""

    name: str
    style: Style
    features: list[Feature[Popup]]
    is_of_points: bool = False

    @property
    def collection(self) -> dict[str, Any]:
        """As GeoJSON."""
        return {"type": "FeatureCollection", "features": msgspec.to_builtins(self.features)}


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A line of the list under the map, as text."""

    kind: str
    title: str
    phase: str
    closure: str
    period: str


def layers_of(picture: Picture, network: Network, language: str) -> list[MapLayer]:
    """What is drawn, the lowest first; a layer without anything is left out."""
    works = list(_works(picture, network, language))
    incidents = list(_incidents(picture, network, language))
    found = [
        *_levels(picture, network, language),
        *_closures(picture, network, language),
        MapLayer(word(language, "works.title"), _disc(_WORK), works, is_of_points=True),
        MapLayer(word(language, "incidents.title"), _disc(_INCIDENT), incidents, is_of_points=True),
    ]
    return [layer for layer in found if layer.features]


def rows_of(picture: Picture, language: str) -> list[ListedRow]:
    """Works that are not over and incidents: what is in force first, of that the gravest."""
    things: list[tuple[str, Work | RunningIncident]] = [
        ("kind.work", work) for work in picture.works.values() if work.phase not in OVER
    ]
    things += [("kind.incident", incident) for incident in picture.incidents.values()]
    return [
        ListedRow(
            kind=word(language, kind),
            title=shown(row.title),
            phase=name_of("phase", row.phase).to(language),
            closure=closure_name(row.closure).to(language),
            period=period_text(row).to(language),
        )
        for kind, row in sorted(things, key=_gravest_first)
    ]


def _gravest_first(thing: tuple[str, Work | RunningIncident]) -> tuple[bool, int, int, str]:
    row = thing[1]
    return not row.is_in_force, GRAVITY.index(row.closure), row.starts_ms or 0, row.title


def _levels(picture: Picture, network: Network, language: str) -> Iterator[MapLayer]:
    """The roads, a layer a level, and one for what is not sure of it, which is dashed."""
    found: dict[tuple[Level, bool], list[Feature[Popup]]] = {}
    for place, link in enumerate(network.links):
        if not link.is_drawn:
            continue
        view = picture.links.get(place) or LinkView()
        is_sure = view.level is Level.UNKNOWN or view.certainty in _SURE
        feature = _road(link, view, language)
        found.setdefault((view.level, is_sure), []).append(feature)
    for level, (colour, width) in _LOOKS.items():
        name = name_of("level", level).to(language)
        style: Style = {"color": colour, "weight": width}
        yield MapLayer(name, style, found.get((level, True), []))
        doubtful = f"{name} · {word(language, 'map_file.doubtful')}"
        yield MapLayer(doubtful, style | {"dashArray": _DASHED}, found.get((level, False), []))


def _closures(picture: Picture, network: Network, language: str) -> Iterator[MapLayer]:
    """Closed links, a layer a closure, the gravest on top: dark dashes on the road's colour."""
    found: dict[Closure, list[Feature[Popup]]] = {}
    for place, view in sorted(picture.links.items()):
        if view.closure is not Closure.NONE:
            feature = _road(network.links[place], view, language)
            found.setdefault(view.closure, []).append(feature)
    for closure in reversed(GRAVITY):
        style: Style = {
            "color": _CLOSURE_COLOURS.get(closure, _OTHER_CLOSURE),
            "weight": 3,
            "dashArray": _DASHED if closure is Closure.FULL else _DOTTED,
        }
        yield MapLayer(closure_name(closure).to(language), style, found.get(closure, []))


def _works(picture: Picture, network: Network, language: str) -> Iterator[Feature[Popup]]:
    for name, work in sorted(picture.works.items()):
        row = shapes.work_row(name, work, network)
        if work.phase not in OVER and row.lon is not None and row.lat is not None:
            lines = _common(work, language)
            lines += [
                (word(language, "map_file.hours"), hours_text(row.hours).to(language)),
                (word(language, "map_file.organisation"), row.organisation),
                (word(language, "map_file.id"), row.id),
            ]
            yield _disc_at((row.lon, row.lat), row.id, row.title, lines)


def _incidents(picture: Picture, network: Network, language: str) -> Iterator[Feature[Popup]]:
    for name, incident in sorted(picture.incidents.items()):
        row = shapes.incident_row(name, incident, network)
        if row.lon is not None and row.lat is not None:
            kind = (word(language, "map_file.kind"), name_of("incident", row.kind).to(language))
            lines = [kind, *_common(incident, language)]
            yield _disc_at((row.lon, row.lat), row.id, row.title, lines)


def _common(row: Work | RunningIncident, language: str) -> Lines:
    return [
        (word(language, "map_file.phase"), name_of("phase", row.phase).to(language)),
        (word(language, "map_file.closure"), closure_name(row.closure).to(language)),
        (word(language, "map_file.period"), period_text(row).to(language)),
    ]


def _road(link: Link, view: LinkView, language: str) -> Feature[Popup]:
    lines = [(word(language, "map_file.level"), name_of("level", view.level).to(language))]
    if view.speed_kmh is not None:
        lines.append((word(language, "map_file.speed"), f"{view.speed_kmh:.0f} km/h"))
    if view.usual_kmh is not None:
        lines.append((word(language, "map_file.usual"), f"{view.usual_kmh:.0f} km/h"))
    if view.observed_ms is not None:
        certainty = name_of("certainty", view.certainty).to(language)
        lines.append((word(language, "map_file.certainty"), certainty))
        lines.append((word(language, "map_file.seen"), kst(view.observed_ms)))
    if view.closure is not Closure.NONE:
        lines.append((word(language, "map_file.closure"), closure_name(view.closure).to(language)))
    lines.append((word(language, "map_file.length"), f"{link.length_m:,.0f} m"))
    return Feature(link.id, GeoLine(rounded(link.geometry)), _popup(link.name, lines))


def _disc_at(at: Point, name: str, title: str, lines: Lines) -> Feature[Popup]:
    return Feature(name, GeoPoint(*rounded([at])), _popup(title, lines))


def _popup(title: str, lines: Iterable[tuple[str, str]]) -> Popup:
    said = [f"{escape(label)} <b>{escape(shown(value))}</b>" for label, value in lines if value]
    return Popup(f"<strong>{escape(shown(title))}</strong>", "<br>".join(said))


def _disc(colour: str) -> Style:
    return {"color": "#ffffff", "weight": 2, "fillColor": colour, "fillOpacity": 1, "radius": 7}

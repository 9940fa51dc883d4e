"""The roads of a map file, drawn by Folium without anything from outside.

Folium asks other hosts for its scripts; here Leaflet stands in the page. The same layers give the
same bytes.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

import folium

from maps.export.layers import MapLayer
from maps.pages.page import PageParts, Shell
from maps.picture.network_file import bounds
from streams.geo.network import Network

LEAFLET = Path(__file__).parents[1] / "static" / "vendor" / "leaflet"
_PICTURE = re.compile(r"url\((images/[a-z0-9-]+\.png)\)")


def map_parts(layers: Iterable[MapLayer], network: Network) -> PageParts:
    """Folium's three parts of a page with the layers; their switches are the legend."""
    west, south, east, north = bounds(network)
    page = Shell(lambda path: path, tiles=None, prefer_canvas=True, zoom_snap=0.25)
    page.options["attributionControl"] = False
    page.default_js, page.default_css = [], []
    page.fit_bounds([[south, west], [north, east]])
    for layer in layers:
        page.add_child(_drawn(layer))
    page.add_child(folium.LayerControl(collapsed=False))
    figure: Any = page.get_root()  # Folium's Figure, which its stubs call an Element
    _number(page, count())
    figure.render()
    return PageParts(figure.header.render(), figure.html.render(), figure.script.render())


def leaflet() -> tuple[str, str]:
    """Script and style of Leaflet, its pictures within."""
    script = (LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    style = (LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    return script.partition("//# sourceMappingURL")[0], _PICTURE.sub(_inlined, style)


def _drawn(layer: MapLayer) -> folium.GeoJson:
    return folium.GeoJson(
        layer.collection,
        name=_legend(layer),
        marker=folium.CircleMarker(**layer.style) if layer.is_of_points else None,
        style_function=None if layer.is_of_points else lambda _: dict(layer.style),
        popup=folium.GeoJsonPopup(fields=["title", "lines"], labels=False, localize=False),
    )


def _legend(layer: MapLayer) -> str:
    """The layer's sign, name and count: HTML, for Leaflet writes it as such."""
    look = layer.style
    if layer.is_of_points:
        sign = f'<circle cx="14" cy="6" r="5" fill="{look["fillColor"]}"/>'
    else:
        dashes = look.get("dashArray", "none")
        sign = (
            f'<path d="M0 6H28" stroke="{look["color"]}" stroke-width="{look["weight"]}"'
            f' stroke-dasharray="{dashes}"/>'
        )
    drawn = f'<svg viewBox="0 0 28 12" aria-hidden="true">{sign}</svg>'
    return f"{drawn} {escape(layer.name)} <b>{len(layer.features)}</b>"


def _number(element: Any, numbers: Iterator[int]) -> None:
    """Give every element within an id by its place: Folium's are random."""
    for child in element._children.values():  # noqa: SLF001
        child._id = f"{next(numbers):04}"  # noqa: SLF001
        _number(child, numbers)


def _inlined(found: re.Match[str]) -> str:
    picture = base64.b64encode((LEAFLET / found[1]).read_bytes()).decode()
    return f"url(data:image/png;base64,{picture})"

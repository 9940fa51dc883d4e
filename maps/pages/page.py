"""The Folium shell of the operator page: a map and one live layer; no road, no outside address.

Folium draws random element ids and asks four outside hosts for scripts; here the ids are fixed (the
page is the same bytes at every render, so hashes and ETag hold) and every file is our own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import folium
from folium.elements import JSCSSMixin
from folium.template import Template

from maps.picture.network_file import bounds
from streams.contract.settings import Settings
from streams.geo.network import Network

ZOOM = 13


class Shell(folium.Map):
    """A Folium map with our Leaflet only; the lists of folium.Map stay as they are."""

    # Folium's header forbids zooming on phones and styles the whole page; ours is the map's box.
    _template = Template("""
        {% macro header(this, kwargs) %}
            <style>#{{ this.get_name() }} { width: 100%; height: 100%; }</style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <div class="folium-map" id="{{ this.get_name() }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                { center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }} }
            );
        {% endmacro %}
    """)

    def __init__(self, asset: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self._id = "main"
        self.default_js = [("leaflet", asset("vendor/leaflet/leaflet.js"))]
        self.default_css = [("leaflet_css", asset("vendor/leaflet/leaflet.css"))]


class LiveLayer(JSCSSMixin):
    """Calls `start(map, opts)` of /static/map/live.js, which the page's module imports."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            start({{ this._parent.get_name() }}, {{ this.opts|tojavascript }});
        {% endmacro %}
    """)

    def __init__(self, **opts: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "LiveLayer"
        self._id = "main"
        self.opts = opts


@dataclass(frozen=True, slots=True)
class PageParts:
    """Folium's three parts of a page, for a template to put in their places."""

    header: str
    html: str
    script: str


def shell(
    network: Network,
    settings: Settings,
    asset: Callable[[str], str],
    basemap: str = "",
    *,
    is_large: bool = False,
) -> PageParts:
    """The shell of a city; the same network and settings give the same bytes. `basemap` is the
    address of the ground, "" without one. `is_large`: the page reads its network in tiles.
    """
    west, south, east, north = bounds(network)
    center = [round((south + north) / 2, 6), round((west + east) / 2, 6)]
    page = Shell(asset, location=center, zoom_start=ZOOM, tiles=None, prefer_canvas=True)
    if settings.tiles:
        _add_tiles(page, settings)
    page.add_child(
        LiveLayer(
            network=f"/api/v1/network/{network.version}.json",
            index=f"/api/v1/network/{network.version}/index.json" if is_large else "",
            snapshot="/api/v1/snapshot",
            stream="/api/v1/stream",
            city=settings.city,
            simulated=is_simulated(network, settings),
            tiles=bool(settings.tiles),
            basemap=basemap,
            center=center,
            bounds=[[south, west], [north, east]],
        )
    )
    figure: Any = page.get_root()  # Folium's Figure, which its stubs call an Element
    figure.render()
    return PageParts(figure.header.render(), figure.html.render(), figure.script.render())


def is_simulated(network: Network, settings: Settings) -> bool:
    """Whether the screens must say so: the roads or the feeds are made up."""
    return network.is_simulated or settings.simulated


def _add_tiles(page: Shell, settings: Settings) -> None:
    layer = folium.TileLayer(tiles=settings.tiles, attr=settings.tiles_attribution or " ")
    layer._id = "background"  # noqa: SLF001  a random id would change the page at every render
    page.add_child(layer)

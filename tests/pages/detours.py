"""Detours that a test puts on the map of a city, and what a screen shows of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page

from streams.contract.times import now_ms
from tests.cities.stage import City
from tests.pages.screen import Screen

Json = dict[str, Any]
LINK, BESIDE_DEG = 30, 0.0012


@contextmanager
def going_round(city: City, **more: Any) -> Iterator[str]:
    """Buses of route 300 go round a link of the city, without its stops S3 and S4."""
    link = city.network.links[LINK]
    row: Json = {
        "route_id": "R1",
        "links": [link.id],
        "way": [[lon, lat + BESIDE_DEG] for lon, lat in link.geometry[1:-1]],
        "stops": ["S3", "S4"],
        "cause": "",
        "since_ms": now_ms() - 1_500_000,
        "last_ms": now_ms() - 240_000,
        "buses": 3,
    }
    name = f"R1|{link.id}"
    city.say(g={name: row | more})
    yield name
    city.say(g={name: None})


class DetoursShown:
    """The layer, the list and the card of detours on an operator's screen."""

    def __init__(self, screen: Screen) -> None:
        self.page: Page = screen.page

    @property
    def rows(self) -> Locator:
        return self.page.locator("#incidents-list .row[data-kind=detour]")

    @property
    def card(self) -> Locator:
        return self.page.locator("#card")

    @property
    def box(self) -> Locator:
        return self.page.locator("#show-detours")

    @property
    def count(self) -> Locator:
        return self.page.locator("label[data-name=detours] .count")

    def marks(self) -> int:
        marks: int = self.page.evaluate(
            "() => bomnae.marks.marks.filter((mark) => mark.kind === 'detour').length"
        )
        return marks

    def show_way(self) -> None:
        """Moves the map there, without choosing anything."""
        self.page.evaluate(
            """() => { const [row] = bomnae.picture.rows.detour.values();
            bomnae.map.setView([row.lat, row.lon], 16, { animate: false }); }"""
        )

    def dashes(self) -> int:
        """How many stretches of the detours' colour lie along the way: dashes, not one line."""
        dashes: int = self.page.evaluate(
            """() => {
            const { canvas } = bomnae.marks, { view, element, ctx } = canvas;
            const [row] = bomnae.picture.rows.detour.values();
            const ratio = element.width / view.width, wanted = [27, 42, 107];
            const at = row.path.map(([lon, lat]) => bomnae.map.latLngToContainerPoint([lat, lon]))
              .map(({ x, y }) => [x - view.shift.x, y - view.shift.y]);
            let runs = 0, was = false;
            for (let k = 1; k < at.length - 2; k++) {
              for (let part = 0; part < 1; part += 0.005) {
                const x = at[k][0] + part * (at[k + 1][0] - at[k][0]);
                const y = at[k][1] + part * (at[k + 1][1] - at[k][1]);
                const pixel = [x, y].map((px) => Math.round(px * ratio));
                const [r, g, b, a] = ctx.getImageData(pixel[0], pixel[1], 1, 1).data;
                const is = a > 200 && Math.hypot(r - wanted[0], g - wanted[1], b - wanted[2]) < 40;
                if (is && !was) runs += 1;
                was = is;
              }
            }
            return runs;
            }"""
        )
        return dashes

    def click_way(self) -> None:
        """Clicks on the line of the way, away from its mark."""
        x, y = self.page.evaluate(
            """() => { const [row] = bomnae.picture.rows.detour.values();
            const [a, b] = row.path.slice(1);
            const middle = [(a[1] + b[1]) / 2, (a[0] + b[0]) / 2];
            const point = bomnae.map.latLngToContainerPoint(middle);
            const box = bomnae.map.getContainer().getBoundingClientRect();
            return [point.x + box.left, point.y + box.top]; }"""
        )
        self.page.mouse.click(x, y)

"""The permit API: Anyang's columns, and those a city that knows more would add."""

import re
from collections.abc import Mapping
from typing import Any

from pyproj import Transformer

from producers.simulator import tago
from producers.simulator.answers import PortalAnswer, enveloped
from producers.simulator.clock import DayClock, kst
from producers.simulator.day import Day
from producers.simulator.spellings import Clerk
from producers.simulator.works import AuthoredPermit, links_of
from streams.contract.enums import Closure
from streams.geo.measures import Point
from streams.geo.network import Network

_CLOSES = re.compile(r"통제|점용|금지")
_BESIDE = (
    ("SIDEWALK", Closure.SIDEWALK),
    ("BICYCLE", Closure.BICYCLE),
    ("BUS_STOP", Closure.BUS_STOP),
)


class PermitDesk:
    """Writes the rows; holds the projection, which is slow to make."""

    def __init__(self) -> None:
        self._project = Transformer.from_crs(4326, 5186, always_xy=True)

    def construction_list(self, day: Day, query: Mapping[str, str], at_ms: int) -> PortalAnswer:
        """One row a dig spot of every permit on the desk's list."""
        rows = self.rows(day, at_ms)
        body = tago.page(rows, query)
        shown = body["items"] and body["items"]["item"]
        items: Any = shown if isinstance(shown, list) else [shown]
        wants_xml = query.get("type") == "xml"
        if shown == "":
            items = ""
        body["items"] = {"item": items} if wants_xml and shown else items
        return enveloped(tago.SUCCESS, body, wants_xml=wants_xml)

    def rows(self, day: Day, at_ms: int) -> list[dict[str, Any]]:
        found = []
        for work in day.works_listed(at_ms):
            spots = _spots(work, day.streets)
            rows = [self._row(work, spot, day, at_ms) for spot in spots]
            found += rows * (2 if work.is_twice else 1)
        return found

    def _row(
        self, work: AuthoredPermit, spot: Point | None, day: Day, at_ms: int
    ) -> dict[str, Any]:
        clock = day.clock
        clerk = Clerk(work.number or work.title)
        last = kst(clock.day_ms(work.last_day(clock, at_ms)))
        row: dict[str, Any] = self._centre(spot)
        row |= {
            "CNT_NAM": work.title,
            "JYG_LOC": work.place,
            "COM_NAM": work.organisation,
            "TEL_NUM": work.phone,
            "CCS_YMD": clerk.day(kst(clock.day_ms(work.days[0]))),
            "CCE_YMD": "미정" if work.is_open_ended else clerk.day(last),
            "PRMISN_NO": f"{kst(clock.opens_ms):%Y}-{work.number}",
            "JYG_PUR": work.purpose,
            **_taken(work, clerk, clock),
            "STATUS": work.status_at(clock, at_ms),
            "DRC": work.direction,
            "RMN_WID": f"{work.width_left_m}m" if work.width_left_m else "",
            **{name: "Y" if closure in work.also else "" for name, closure in _BESIDE},
            **_digging(work, clock, clerk),
            **_observed(work, clock, at_ms, clerk),
        }
        if not work.number:
            del row["PRMISN_NO"]
        if work.length_m:
            row["DIG_LEN"] = f"{work.length_m:,}m"
        if work.has_link_ids:
            row["LINK_IDS"] = ",".join(link.id for link in links_of(work, day.streets))
        if work.has_degrees and spot:
            row |= {"LON": f"{spot[0]:.6f}", "LAT": f"{spot[1]:.6f}"}
        return row

    def _centre(self, spot: Point | None) -> dict[str, float | None]:
        """CENTER_X, CENTER_Y in EPSG:5186 metres; null for an address without a point."""
        if spot is None:
            return {"CENTER_X": None, "CENTER_Y": None}
        x, y = self._project.transform(*spot)
        return {"CENTER_X": round(x, 3), "CENTER_Y": round(y, 3)}


def _spots(work: AuthoredPermit, network: Network) -> list[Point | None]:
    """The points dug at: the middle of each link, the authored point, or one row without any."""
    if not work.where:
        return [work.point]
    spots: list[Point | None] = [x.geometry[len(x.geometry) // 2] for x in links_of(work, network)]
    return spots[:1] if work.has_one_point else spots


def _taken(work: AuthoredPermit, clerk: Clerk, clock: DayClock) -> dict[str, str]:
    """The closure, its lanes and its hours: in columns, or in the title alone."""
    words, hours = clerk.closure(work.closure, work.lanes), clerk.hours(work.daily_hours(clock))
    if not work.says_in_title:
        return {"CLOSURE": words, "LANES": str(work.lanes or ""), "HOURS": hours}
    whole = words if _CLOSES.search(words) else f"{words}통제"
    said = ", ".join(filter(None, (whole, hours and f"작업시간 {hours}")))
    return {"CNT_NAM": f"{work.title}({said})", "CLOSURE": "", "LANES": "", "HOURS": ""}


def _digging(work: AuthoredPermit, clock: DayClock, clerk: Clerk) -> dict[str, str]:
    """DIG_S and DIG_E: minutes where known (end exclusive), else days (end inclusive); RST_S and
    RST_E are days.
    """
    restored = _days(work.restore_days, clock, clerk)
    if work.dig_min is not None:
        digging = tuple(clerk.minute(kst(clock.minute_ms(minute))) for minute in work.dig_min)
    else:
        digging = _days(work.dig_days, clock, clerk)
    return dict(zip(("DIG_S", "DIG_E", "RST_S", "RST_E"), (*digging, *restored), strict=True))


def _days(days: tuple[int, int] | None, clock: DayClock, clerk: Clerk) -> tuple[str, ...]:
    if days is None:
        return "", ""
    return tuple(clerk.day(kst(clock.day_ms(day))) for day in days)


def _observed(work: AuthoredPermit, clock: DayClock, at_ms: int, clerk: Clerk) -> dict[str, str]:
    """ACT_S and ACT_E: when it really began and was done, as soon as that has happened."""
    return {
        name: clerk.minute(kst(clock.minute_ms(minute)))
        if minute is not None and clock.minute_ms(minute) <= at_ms
        else ""
        for name, minute in (("ACT_S", work.began_min), ("ACT_E", work.done_min))
    }

"""Which portal answers what: the feeds, their paths, and the answer at a moment."""

from collections.abc import Mapping

from producers.simulator import answers, its, misbehaviour, mishaps, tago, utic
from producers.simulator.answers import PortalAnswer
from producers.simulator.day import Day
from producers.simulator.permit_api import PermitDesk

PATHS = {
    "/1613000/BusLcInfoInqireService/getRouteAcctoBusLcList": "tago.positions",
    "/its/trafficInfo": "its.speeds",
    "/its/eventInfo": "its.events",
    "/utic/guide/imsOpenData.do": "utic.incidents",
    "/3830000/roadExcavation/getConstructionList": "permits",
}
KEY_NAMES = {
    "tago.positions": "serviceKey",
    "its.speeds": "apiKey",
    "its.events": "apiKey",
    "utic.incidents": "key",
    "permits": "serviceKey",
}


class SimulatedPortal:
    """The answers of all portals for one day of the city."""

    def __init__(self, day: Day, *, refresh_s: int = 10) -> None:
        self.day = day
        self._refresh_ms = refresh_s * 1000
        self._permits = PermitDesk()

    def answer(self, feed: str, query: Mapping[str, str], at_ms: int) -> PortalAnswer:
        """The well-behaved answer; a missing or empty key gets the portal's refusal."""
        if not query.get(KEY_NAMES[feed], "").strip():
            return _no_key(feed, query)
        return self.content(feed, query, at_ms)

    def content(self, feed: str, query: Mapping[str, str], at_ms: int) -> PortalAnswer:
        """What the feed holds at `at_ms`, whoever asks."""
        if feed == "its.speeds":
            return its.traffic_info(self.day, query, at_ms, self._refresh_ms)
        if feed == "its.events":
            return its.event_info(self.day, query, at_ms)
        if feed == "utic.incidents":
            return utic.incidents(self.day, at_ms)
        if feed == "permits":
            return self._permits.construction_list(self.day, query, at_ms)
        self.day.advance(at_ms)
        if mishaps.is_silent(self.day.clock, at_ms):
            return misbehaviour.PLAIN["plain-500"]
        return tago.bus_positions(self.day, query)


def _no_key(feed: str, query: Mapping[str, str]) -> PortalAnswer:
    if feed.startswith("its."):
        return answers.its_unknown_key()
    if feed == "utic.incidents":
        return PortalAnswer(403, answers.TEXT, "Forbidden")
    wants_xml = "json" not in (query.get("_type"), query.get("type"))
    return answers.unknown_key(wants_xml=wants_xml)

"""Bus positions of TAGO (getRouteAcctoBusLcList), asked for route by route: a sweep over all
routes, a few requests at a time, at an even pace, within its period. They carry no time: event time
is the response's.
"""

import asyncio
import re
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from producers.feeds.feed import (
    Asker,
    Feed,
    PollUnderWay,
    Request,
    buses_change_within_s,
    request_to,
)
from producers.network.importing import read_network
from producers.reading import bodies, envelopes
from producers.reading.answers import Answer, Exchange, Harvest, UnknownAnswerError
from producers.reading.bodies import MIB, ROUTE, Row, take_each
from producers.reading.envelopes import harvest_of
from producers.reading.fields import plain_number, spot, text
from producers.reading.privacy import pseudonym
from streams.contract.errors import RecordRefusedError, SettingsError
from streams.contract.grammars import Bounds
from streams.contract.records import BusPosition
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.domain.links.runs import MASKED, SCATTER_M, SHARED
from streams.geo.measures import distance_m

NAME = "tago.positions"
MAX_BYTES = MIB  # a route's answer is about 20 kB
COLUMNS = frozenset(
    {"ROUTEID", "ROUTENM", "ROUTETP", "NODEID", "NODENM", "NODEORD", "GPSLATI", "GPSLONG"}
)
_MASK = re.compile(r"[*＊∗✱※○●◯〇⚪□■#?•]|[xX]{2}|[ㅇo]{2}|_{2}")


def route_of(url: str) -> str:
    """The routeId a position request asked for, "" without one."""
    return parse_qs(urlsplit(url).query).get("routeId", [""])[0]


def parse_positions(exchange: Exchange, settings: Settings) -> Answer:
    """The buses of one route. A vehicle listed twice counts once, where it is furthest along, and
    has a flag when it stands for several buses.
    """
    try:
        body = bodies.read(exchange, max_bytes=MAX_BYTES)
        envelope = envelopes.opened(body.tree, exchange, envelopes.TAGO)
    except UnknownAnswerError as error:
        return error.answer
    harvest = harvest_of(envelope, body.flags)
    bounds = settings.bbox

    def take(row: Row) -> None:
        _add(harvest, _position(row, exchange, settings, bounds, body.flags))

    take_each(envelope.rows, harvest, COLUMNS, take)
    return harvest.answer()


def _add(harvest: Harvest, bus: BusPosition) -> None:
    known = harvest.rows.get(bus.vehicle)
    if isinstance(known, BusPosition):
        harvest.repaired += 1
        if _are_several(known, bus):
            bus, known = (replace(row, flags=(*row.flags, SHARED)) for row in (bus, known))
        bus = max(known, bus, key=lambda row: row.stop_order)
    elif bus.flags:
        harvest.repaired += 1
    harvest.rows[bus.vehicle] = bus


def _are_several(one: BusPosition, other: BusPosition) -> bool:
    """Whether two rows of one answer under one plate are two buses: they stand apart, or the plate
    hides which they are.
    """
    if SHARED in one.flags or MASKED in one.flags:
        return True
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return False
    return distance_m((one.lon, one.lat), (other.lon, other.lat)) > SCATTER_M


def _position(
    row: Row, exchange: Exchange, settings: Settings, bounds: Bounds, flags: tuple[str, ...]
) -> BusPosition:
    """One bus; raises R005, R008 or R012 when it lacks an identity or its place in the route."""
    plate = text(row.get("vehicleno"), 40)
    route_id = text(row.get("routeid"), 40) or route_of(exchange.url)
    if not plate or not route_id:
        raise RecordRefusedError("R012", "row without vehicleno or routeId")
    point = spot(row.get("gpslong"), row.get("gpslati"), bounds)
    return BusPosition(
        vehicle=pseudonym(plate, settings, exchange.at_ms),
        route_id=route_id,
        route_no=text(row.get("routenm"), 60),
        stop_id=text(row.get("nodeid"), 40),
        stop_order=_order(row.get("nodeord")),
        observed_ms=exchange.at_ms,
        lon=point.lon,
        lat=point.lat,
        flags=(*flags, *point.flags, *((MASKED,) if _MASK.search(plate) else ())),
    )


def _order(value: Any) -> int:
    order = plain_number(value)
    if order is None or order != int(order):
        raise RecordRefusedError("R005", f"nodeord {text(value, 40)!r} is not a whole number")
    if not 0 <= order <= 1000:
        raise RecordRefusedError("R008", f"nodeord {order:.0f}, within 0..1000")
    return int(order)


MAX_ROWS = 100  # a larger page may be refused with an empty body
MAX_PER_S = 8.0  # nine requests a second on one key drew refusals
SWEEP_PERIODS = 1.5  # a sweep ends after so many periods, asked or not


class HopelessError(Exception):
    """Asking the portal on is pointless in this sweep."""


class Pacer:
    """Lets one caller through per `interval_s`."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._next_s = 0.0

    async def turn(self) -> None:
        loop = asyncio.get_running_loop()
        at_s = max(loop.time(), self._next_s)
        self._next_s = at_s + self._interval_s
        await asyncio.sleep(at_s - loop.time())

    def hold(self, seconds: float) -> None:
        """Let nobody through for that long."""
        until_s = asyncio.get_running_loop().time() + seconds
        self._next_s = max(self._next_s, until_s)


def route_request(route_id: str, settings: Settings) -> Request:
    """The request for the buses of one route."""
    return request_to(
        NAME,
        f"{settings.tago_url}/BusLcInfoInqireService/getRouteAcctoBusLcList",
        {
            "cityCode": settings.tago_city,
            "routeId": route_id,
            "_type": "json",
            "numOfRows": MAX_ROWS,
            "pageNo": 1,
        },
        key_name="serviceKey",
        key=settings.tago_key,
    )


@dataclass(slots=True)
class Sweeper(Asker):
    """Asks for every route, a few at a time. A sweep that ran out of time is taken up where it
    ended; the routes it did not come to count as unanswered.
    """

    routes: list[str]
    settings: Settings
    start: int = 0

    @classmethod
    def over_network(cls, settings: Settings) -> "Sweeper":
        """Over the routes of the settings' network; raises SettingsError where there is none."""
        if not settings.network:
            raise SettingsError("BOMNAE_NETWORK must name the folder of network.json to poll TAGO")
        network = read_network(Path(settings.network))
        return cls([route.id for route in network.routes], settings)

    def first_request(self) -> Request | None:
        return route_request(self.routes[0], self.settings) if self.routes else None

    async def ask(self, poll: PollUnderWay) -> None:
        poll_s = self.settings.tago_poll_s
        pacer = Pacer(min(1 / MAX_PER_S, 0.8 * poll_s / max(1, len(self.routes))))
        left = deque(self.routes[self.start :] + self.routes[: self.start])
        flying: list[str] = []
        try:
            async with asyncio.timeout(SWEEP_PERIODS * poll_s), asyncio.TaskGroup() as group:
                for _ in range(self.settings.tago_parallel):
                    group.create_task(self._work(poll, left, flying, pacer))
        except TimeoutError:
            pass
        except ExceptionGroup as failed:
            _, others = failed.split(HopelessError)
            if others is not None:
                raise others.exceptions[0] from None
        unasked = [*flying, *left]
        self.start = self.routes.index(unasked[0]) if unasked else 0
        if not poll.is_stopped:
            for route_id in unasked:
                shown = route_request(route_id, self.settings).shown
                await poll.take(Exchange(NAME, now_ms(), shown, 0, b""))

    async def _work(
        self, poll: PollUnderWay, left: deque[str], flying: list[str], pacer: Pacer
    ) -> None:
        """Ask until no route is left; raises HopelessError."""
        while left and not poll.is_stopped:
            if poll.retry_after_s:
                pacer.hold(poll.retry_after_s)
                poll.retry_after_s = 0.0
            await pacer.turn()
            if not left:
                return
            route_id = left.popleft()
            flying.append(route_id)
            await poll.ask(route_request(route_id, self.settings))
            flying.remove(route_id)
            if self._is_hopeless(poll):
                raise HopelessError

    def _is_hopeless(self, poll: PollUnderWay) -> bool:
        """Whether as many silences came in a row as requests are in flight, or three times as many
        refusals.
        """
        parallel = self.settings.tago_parallel
        tail = poll.exchanges[-parallel:]
        is_silent = len(tail) == parallel and all(exchange.status == 0 for exchange in tail)
        return is_silent or poll.in_a_row >= 3 * parallel


FEED = Feed(
    name=NAME,
    row=BusPosition,
    parse=parse_positions,
    asker=Sweeper.over_network,
    switch="tago_key",
    key="tago_key",
    period="tago_poll_s",
    quota="tago_quota",
    change_within_s=lambda rows, settings: buses_change_within_s(
        rows, settings.tago_poll_s, settings
    ),
    max_bytes=MAX_BYTES,
    marks=lambda _: ROUTE,
    columns=COLUMNS,
    plate="VEHICLENO",
    signs=("vehicleno",),
    part="routeId",
)

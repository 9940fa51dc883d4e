"""TAGO's bus positions: one request a route."""

from producers.feeds.feed import Feed, buses_change_within_s
from producers.feeds.tago.positions import COLUMNS, MAX_BYTES, NAME, parse_positions
from producers.feeds.tago.sweeping import Sweeper
from producers.reading.limits import ROUTE
from streams.contract.records import BusPosition

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

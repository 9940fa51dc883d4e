"""Which requests the settings ask for, feed by feed."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from producers.feeds import gtfs_rt, its_events, utic
from producers.feeds import its_speeds as its
from producers.feeds.permits import rows as permits
from producers.feeds.tago import positions as tago
from producers.polling.fetching import Request, request_to
from producers.publishing.tempo import poll_s_of
from producers.reading.privacy import may_take_plates
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings

TAGO_ROWS = 100  # a larger page may be refused with an empty body
PERMIT_ROWS = 100
MAX_PAGES = 50
FEEDS = (tago.FEED, gtfs_rt.FEED, its.FEED, its_events.FEED, utic.FEED, permits.FEED)
OF_PLATES = frozenset({tago.FEED, gtfs_rt.FEED})
"""Feeds that name vehicles: read only under a key for their pseudonyms."""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, its key's name among the quotas, and its period."""

    feed: str
    key: str
    poll_s: int
    quota: int


def sources(settings: Settings, only: tuple[str, ...] = ()) -> list[Source]:
    """The feeds to poll: those with a key or folder set (every one of a simulated city), narrowed
    to `only` (feed names or their part before the dot). Raises SettingsError for an unknown name.
    """
    known = {name for feed in FEEDS for name in (feed, feed.partition(".")[0])}
    if strange := sorted(set(only) - known):
        raise SettingsError(f"unknown feed {strange[0]!r}; known: {', '.join(sorted(known))}")
    is_simulated = bool(settings.simulated)
    rows = (
        (bool(settings.tago_key or is_simulated), _tago(settings)),
        (bool(settings.gtfs_url), _source(gtfs_rt.FEED, "gtfs", settings)),
        (bool(settings.its_key or is_simulated), _its(its.FEED, settings)),
        (bool(settings.its_key or is_simulated), _its(its_events.FEED, settings)),
        (bool(settings.utic_url), _source(utic.FEED, "utic", settings)),
        (bool(settings.permits), _source(permits.FEED, "permits", settings)),
    )
    return [source for is_set, source in rows if is_set and _is_wanted(source.feed, only)]


def polled_of(asked: list[Source], settings: Settings) -> list[Source]:
    """Those of the feeds that may be polled: not such as name vehicles where there is no key."""
    may = may_take_plates(settings)
    return [source for source in asked if may or source.feed not in OF_PLATES]


def _is_wanted(feed: str, only: tuple[str, ...]) -> bool:
    return not only or feed in only or feed.partition(".")[0] in only


def _source(feed: str, key: str, settings: Settings) -> Source:
    """A feed whose portal states no number of calls a day."""
    return Source(feed, key, poll_s_of(feed, settings), 100_000)


def _tago(settings: Settings) -> Source:
    return Source(tago.FEED, "tago", settings.tago_poll_s, settings.tago_quota)


def _its(feed: str, settings: Settings) -> Source:
    return Source(feed, "its", settings.its_poll_s, settings.its_quota)


def route_request(route_id: str, settings: Settings) -> Request:
    """The request for the buses of one route."""
    return request_to(
        tago.FEED,
        f"{settings.tago_url}/BusLcInfoInqireService/getRouteAcctoBusLcList",
        {
            "cityCode": settings.tago_city,
            "routeId": route_id,
            "_type": "json",
            "numOfRows": TAGO_ROWS,
            "pageNo": 1,
        },
        key_name="serviceKey",
        key=settings.tago_key,
    )


def its_request(feed: str, settings: Settings) -> Request:
    """The request for all link speeds or all events of the city's box: one call, never one a
    link.
    """
    parts = settings.its_bbox.split(",")
    if len(parts) != 4:
        raise SettingsError(
            f"BOMNAE_ITS_BBOX must be minX,minY,maxX,maxY, got {settings.its_bbox!r}"
        )
    box: dict[str, str | int] = dict(zip(("minX", "minY", "maxX", "maxY"), parts, strict=True))
    operation, kind = ("trafficInfo", "drcType") if feed == its.FEED else ("eventInfo", "eventType")
    return request_to(
        feed,
        f"{settings.its_url}/{operation}",
        {"type": "all", kind: "all", **box, "getType": "json"},
        key_name="apiKey",
        key=settings.its_key,
    )


def utic_request(settings: Settings) -> Request:
    """The request for every incident of the country."""
    return request_to(utic.FEED, settings.utic_url, {}, key_name="key", key=settings.utic_key)


def gtfs_request(settings: Settings) -> Request:
    """The request for every vehicle of a GTFS Realtime feed, its key in the query or a header."""
    name, key = settings.gtfs_key_name, settings.gtfs_key
    if name.startswith("?") or not key:
        return request_to(
            gtfs_rt.FEED, settings.gtfs_url, {}, key_name=name[1:] if key else "", key=key
        )
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", name) or not key.isprintable():
        raise SettingsError(
            f"BOMNAE_GTFS_KEY_NAME must be ?name or a header's name, got {name[:40]!r}"
        )
    request = request_to(gtfs_rt.FEED, settings.gtfs_url, {})
    return replace(request, headers=((name, key),))


def permit_request(page: int, settings: Settings) -> Request:
    """The request for one page of the permit list."""
    parameters: dict[str, str | int] = {"type": "json", "status": "all"}
    pages: dict[str, str | int] = {"numOfRows": PERMIT_ROWS, "pageNo": page}
    is_paged = "{key}" not in urlsplit(settings.permits).path
    return request_to(
        permits.FEED,
        settings.permits,
        {**parameters, **pages} if is_paged else {},
        key_name="serviceKey",
        key=settings.permits_key,
    )


def is_url(place: str) -> bool:
    """Whether the permit setting names an API rather than a folder."""
    return place.startswith(("http://", "https://"))

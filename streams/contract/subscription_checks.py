"""What a subscription may hold: each refusal names the field, what it was and its bound. Pure."""

import re
from collections.abc import Collection
from dataclasses import replace

from streams.contract.endpoint_url import check_url_text
from streams.contract.enums import OF_ROADS, ReportKind, RuleName, Severity
from streams.contract.errors import SubscriptionError
from streams.contract.rings import Ring, is_simple
from streams.contract.subscription import Subscription

RULES = (
    *(rule.value for rule in OF_ROADS),
    *(f"{RuleName.REPORT}.{kind}" for kind in ReportKind),
)
"""What `rules` may name: the rules of alerts, and the kinds of published reports."""
MAX_ENDPOINTS = 500
MAX_TITLE = 80
MAX_LISTED = 500
MAX_ORGANISATION = 80
VERTICES = (3, 200)
KOREA = (124.0, 33.0, 132.0, 39.0)  # west, south, east, north, degrees
MAX_TIME_MS = 4_102_444_800_000
_ENDPOINT = re.compile(r"ep_[a-z0-9]{8,40}")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)


def tidied(subscription: Subscription) -> Subscription:
    """The subscription in one spelling: texts trimmed, nothing twice, the ring open."""
    area = subscription.area
    return replace(
        subscription,
        title=subscription.title.strip(),
        url=subscription.url.strip(),
        rules=_once(subscription.rules),
        severities=_once(subscription.severities),
        links=_once(subscription.links),
        organisations=_once(subscription.organisations),
        routes=_once(subscription.routes),
        weekdays=tuple(sorted(set(subscription.weekdays))),
        area=area[:-1] if len(area) > 1 and area[0] == area[-1] else area,
    )


def _once(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts))


def check_subscription(subscription: Subscription) -> None:
    """Raise SubscriptionError for the first field that cannot be; needs neither network nor DNS."""
    if not _ENDPOINT.fullmatch(subscription.endpoint):
        raise SubscriptionError("endpoint", subscription.endpoint, "ep_ and 8 to 40 of a-z 0-9")
    if not 0 < len(subscription.title) <= MAX_TITLE or not subscription.title.isprintable():
        bound = f"1 to {MAX_TITLE} printable characters"
        raise SubscriptionError("title", subscription.title, bound)
    check_url_text(subscription.url)
    _check_words("rules", subscription.rules, RULES)
    _check_words("severities", subscription.severities, [each.value for each in Severity])
    _check_texts("links", subscription.links)
    _check_texts("organisations", subscription.organisations)
    _check_texts("routes", subscription.routes)
    for day in subscription.weekdays:
        if not 0 <= day <= 6:
            raise SubscriptionError("weekdays", day, "0 (Monday) to 6 (Sunday)")
    _check_hours("hours", subscription.hours)
    _check_hours("quiet_hours", subscription.quiet_hours)
    if subscription.area:
        _check_area(subscription.area)
    _check_numbers(subscription)


def check_room(endpoints: int) -> None:
    """Raise SubscriptionError when there are as many endpoints as there may be."""
    if endpoints >= MAX_ENDPOINTS:
        raise SubscriptionError("endpoint", f"{endpoints} of them", f"at most {MAX_ENDPOINTS}")


def _check_words(field: str, given: Collection[str], known: Collection[str]) -> None:
    for word in given:
        if word not in known:
            raise SubscriptionError(field, word, "one of " + " ".join(known))


def _check_texts(field: str, given: Collection[str]) -> None:
    if len(given) > MAX_LISTED:
        raise SubscriptionError(field, f"{len(given)} of them", f"at most {MAX_LISTED}")
    for text in given:
        if not 0 < len(text) <= MAX_ORGANISATION or not text.isprintable():
            bound = f"1 to {MAX_ORGANISATION} printable characters each"
            raise SubscriptionError(field, text, bound)


def _check_hours(field: str, hours: str) -> None:
    begin, _, end = hours.partition("-")
    if hours and (not _HOURS.fullmatch(hours) or begin == end):
        raise SubscriptionError(field, hours, "HH:MM-HH:MM, Korean time, the two not the same")


def _check_area(area: Ring) -> None:
    low, high = VERTICES
    if not low <= len(area) <= high:
        raise SubscriptionError("area", f"{len(area)} points", f"{low} to {high} points")
    west, south, east, north = KOREA
    for lon, lat in area:
        if not (west <= lon <= east and south <= lat <= north):  # so NaN is outside as well
            bound = f"lon, lat within {west}..{east}, {south}..{north} degrees"
            raise SubscriptionError("area", f"{lon}, {lat}", bound)
    if not is_simple(area):
        raise SubscriptionError("area", f"{len(area)} points", "a ring that does not cross itself")


def _check_numbers(subscription: Subscription) -> None:
    if not 1 <= subscription.secret_generation <= 1_000_000:
        bound = "1 to 1000000"
        raise SubscriptionError("secret_generation", subscription.secret_generation, bound)
    for field in ("previous_until_ms", "changed_ms", "created_ms"):
        time_ms = getattr(subscription, field)
        if not 0 <= time_ms <= MAX_TIME_MS:
            raise SubscriptionError(field, time_ms, f"0 to {MAX_TIME_MS} ms")

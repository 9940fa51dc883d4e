"""Whether an alert is for an endpoint, and whether it may disturb now. Pure."""

from collections.abc import Sequence

from streams.contract.enums import RuleName
from streams.contract.rings import contains
from streams.contract.subscription import Subscription
from streams.contract.times import DAY_MS, KST_MS, MINUTE_MS
from streams.domain.alerts import Alert
from streams.domain.overlaps import daily, within_hours
from streams.geo.network import Network


def matches(subscription: Subscription, alert: Alert, network: Network) -> bool:
    """Whether every filter of a subscription lets an alert through; an empty one does.

    `is_enabled` plays no part. An alert that grows graver may match from its second event on; an
    endpoint that was sent an event of an episode must be sent the rest, match or not, or the
    episode never ends there. A published report is for those who name its kind: it lies nowhere,
    and no hour of the day is its own.
    """
    if alert.rule is RuleName.REPORT:
        return f"{alert.rule}.{alert.facts.get('kind')}" in subscription.rules
    return (
        (not subscription.rules or alert.rule in subscription.rules)
        and (not subscription.severities or alert.severity.value in subscription.severities)
        and _is_of(subscription.organisations, alert)
        and is_within(subscription, alert.began_ms)
        and _is_there(subscription, alert, network)
        and _is_on_route(subscription.routes, alert, network)
    )


def is_quiet(subscription: Subscription, at_ms: int) -> bool:
    """Whether a time lies in the quiet hours, Korean time, their end exclusive."""
    return bool(subscription.quiet_hours) and within_hours(subscription.quiet_hours, at_ms)


def quiet_until_ms(subscription: Subscription, at_ms: int) -> int:
    """When the quiet hours that a time lies in end; the time itself when it lies in none."""
    windows = daily(subscription.quiet_hours).windows
    if not windows or not is_quiet(subscription, at_ms):
        return at_ms
    minute_ms = at_ms - at_ms % MINUTE_MS
    now = (minute_ms + KST_MS) % DAY_MS // MINUTE_MS
    return minute_ms + min((end - now - 1) % 1440 + 1 for _, end in windows) * MINUTE_MS


def is_within(subscription: Subscription, at_ms: int) -> bool:
    """Whether a time lies in the weekdays and hours; a night is of the weekday it begins on."""
    hours = subscription.hours
    if hours and not within_hours(hours, at_ms):
        return False
    if not subscription.weekdays:
        return True
    local_ms = at_ms + KST_MS
    if hours and local_ms % DAY_MS // MINUTE_MS < daily(hours).morning:
        local_ms -= DAY_MS
    return (local_ms // DAY_MS + 3) % 7 in subscription.weekdays  # 1970 began on a Thursday


def _is_of(organisations: Sequence[str], alert: Alert) -> bool:
    """Whether it is of one of these offices; a clash is of several, joined with a dot."""
    named = alert.facts.get("organisation")
    if not isinstance(named, str):
        return not organisations
    parts = (part.strip() for part in (named, *named.split(" · ")))
    return not organisations or not set(parts).isdisjoint(organisations)


def _is_there(subscription: Subscription, alert: Alert, network: Network) -> bool:
    """Whether it lies in the area or on one of the links; one without a place is nowhere."""
    if not subscription.area and not subscription.links:
        return True
    links = links_of(alert)
    if not set(links).isdisjoint(subscription.links):
        return True
    if not subscription.area:
        return False
    lon, lat = alert.facts.get("lon"), alert.facts.get("lat")
    points = [point for link_id in links if (point := network.midpoint(link_id))]
    if isinstance(lon, float | int) and isinstance(lat, float | int):
        points.append((lon, lat))
    return any(contains(subscription.area, point) for point in points)


def _is_on_route(routes: Sequence[str], alert: Alert, network: Network) -> bool:
    if not routes:
        return True
    over = network.routes_over
    return any(not over.get(link_id, _NONE).isdisjoint(routes) for link_id in links_of(alert))


_NONE: frozenset[str] = frozenset()


def links_of(alert: Alert) -> list[str]:
    """The ids of an alert's links; what is no list of texts has none."""
    links = alert.facts.get("links")
    return [each for each in links if isinstance(each, str)] if isinstance(links, list) else []

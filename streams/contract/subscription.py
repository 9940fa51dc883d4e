"""Subscriptions: an endpoint, which alerts it wants, and when; kept by the log like all else.

A change is the whole subscription written again. Secrets are no part of it: an endpoint's secret
is made of a master key, the endpoint and `secret_generation` whenever it is needed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An endpoint and its filter; an empty filter lets every alert through. A published report is
    sent to who names its kind in `rules` (`report.monthly`), and no other filter holds for it.

    `area` is a polygon of (lon, lat), not closed by its first point. An alert is where it should
    be when it lies in `area` or on one of `links`. `routes` are numbers or ids of bus routes.
    `weekdays` (0 is Monday) and `hours` ("22:00-05:00", end exclusive) are Korean time, and judged
    by when an episode began: the events of one episode go together or not at all. What falls into
    `quiet_hours` waits for their end. `previous_until_ms` is until when the secret before this
    `secret_generation` signs too.
    """

    endpoint: str
    url: str
    title: str
    rules: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    area: tuple[tuple[float, float], ...] = ()
    links: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: str = ""
    quiet_hours: str = ""
    coalesce: bool = False
    is_enabled: bool = True
    secret_generation: int = 1
    previous_until_ms: int = 0
    changed_ms: int = 0
    created_ms: int = 0  # kept by the stage: alerts before it are none of the endpoint's business
    is_removed: bool = False

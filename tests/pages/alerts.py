"""Alerts that a test raises in a city, and what a screen's list shows of them."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page, Route

from streams.contract.times import now_ms
from streams.delivery.deciding.keys import DISPATCHERS, SUBSCRIPTIONS, UNDELIVERED
from streams.domain.alerts import episode_id
from streams.state.keys import key
from tests.cities.stage import City

Json = dict[str, Any]


@contextmanager
def left_quiet(city: City) -> Iterator[None]:
    """No alert, acknowledgement or sign is left for the next test."""
    yield
    rules: Any = city.client.hkeys(key("work-episodes", 0))
    city.say(a={name.decode(): None for name in rules})
    city.client.delete(key("acknowledgements", 0), UNDELIVERED, SUBSCRIPTIONS, DISPATCHERS)


def alert(severity: str = "critical", *, ago_s: int = 60, **facts: Any) -> Json:
    since_ms = now_ms() - ago_s * 1000
    return {"since_ms": since_ms, "severity": severity, "facts": facts, "told": 1, "over_ms": 0}


def raise_alert(city: City, number: int, row: Json, rule: str = "closure") -> str:
    """Says an alert of an incident; answers its episode."""
    subject = f"incident:{number}"
    city.say(a={f"{rule} {subject}": row})
    return episode_id(rule, subject, row["since_ms"])


def acknowledge(city: City, episode: str, **more: Any) -> None:
    """What the fold makes of an acknowledgement."""
    row = {"episode": episode, "by": "김상황", "comment": "", "at_ms": now_ms()}
    city.say(y={episode: {**row, "severity": "critical", **more}})


def take_posts(city: City, page: Page) -> list[Json]:
    """Takes what a page says of situations and alerts as log and worker would; what was sent."""
    sent: list[Json] = []

    def take(route: Route) -> None:
        body: Json = json.loads(route.request.post_data or "{}")
        sent.append(body)
        for episode in episodes_of(route.request.url, body["situations"]):
            acknowledge(city, episode, by=body["by"], comment=body.get("note", ""))
        route.fulfill(status=202, json={"situations": body["situations"], "left": []})

    def judge(route: Route) -> None:
        body: Json = json.loads(route.request.post_data or "{}")
        sent.append(body)
        acknowledge(city, route.request.url.split("/")[-2], **body)
        route.fulfill(status=202, json={})

    page.route("**/situations/acts", take)
    page.route("**/acknowledge", judge)
    return sent


def episodes_of(url: str, names: list[str]) -> list[str]:
    """The alerts of situations, by the server of an address."""
    address = urljoin(url, "/api/v1/situations?show=all")
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - the server of the test
        rows: list[Json] = json.load(answer)["situations"]
    return [fact["id"] for row in rows if row["id"] in names for fact in row["facts"]]


def rows(page: Page) -> Locator:
    return page.locator("#alerts-list li.alert")


def titles(page: Page) -> Locator:
    return page.locator("#alerts-list .title")

"""The crew's page on a phone: its link, its buttons, and the log behind them."""

import json
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, Route, expect

from streams.contract.keys import Purpose, keys_of_settings
from streams.contract.times import now_ms
from streams.delivery.deciding.crew_links import make_token
from tests.cities.chuncheon import WORK, Chuncheon
from tests.cities.seed import Json
from tests.pages.screen import Screen

MASTER = "master-secret-of-the-tests-0123456789"
CREW_KEY = keys_of_settings(MASTER, "").current(Purpose.CREW).secret
REPORTS = f"**/api/v1/works/{quote(WORK)}/reports"


class Log:
    """Stands for the log and the fold behind the server: what a POST says is in the row at once."""

    def __init__(self, city: Chuncheon, page: Page) -> None:
        self.city = city
        self.bodies: list[Json] = []
        self.is_down = False
        self.refusal: tuple[int, str, str] | None = None
        self.row: Json = {"reports": []}
        page.route(REPORTS, self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        body = json.loads(route.request.post_data or "{}")
        self.bodies.append(body)
        if self.is_down:
            route.abort()
        elif self.refusal:
            status, code, message = self.refusal
            error = {"error": {"code": code, "message": message}}
            route.fulfill(status=status, json=error)
        else:
            self._take(body)
            report = {"id": body["report_id"], "outcome": "waiting", "code": "", "ko": "", "en": ""}
            route.fulfill(status=202, json={"site": None, "report": report})

    def _take(self, body: Json) -> None:
        said = {"at_ms": now_ms(), "by": "crew"}
        words: Json = {
            "start": {"started": said},
            "end": {"ended": said, "phase": "finished", "is_in_force": False},
            "not_yet": {"started": None, "not_begun_ms": now_ms(), "phase": "planned"},
            "extend": {"extended_to_ms": body.get("until_ms"), "not_ended_ms": now_ms()},
        }
        self.row |= words[body["word"]]
        self.row["reports"] = [*self.row["reports"], body["report_id"]]
        self.city.dig("full", **self.row)


def token_of(work: str = WORK, *, in_s: int = 3600) -> str:
    return make_token(CREW_KEY, work, expires_s=now_ms() // 1000 + in_s)


def open_link(phone: Screen, token: str | None = None) -> Page:
    """Opens the link of the message."""
    phone.page.goto(f"{phone.url}/w/{quote(WORK)}?t={token or token_of()}")
    return phone.page


def told(page: Page, state: str, text: str = "") -> None:
    line = page.locator("#tap-state")
    expect(line).to_have_attribute("data-state", state, timeout=10_000)
    expect(line).to_contain_text(text)


def word(page: Page, name: str) -> Any:
    return page.locator(f"#words [data-word={name}]")

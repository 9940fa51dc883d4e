"""The crew's page on a phone: its link, its buttons, and the log behind them."""

import json
from typing import Any
from urllib.parse import quote

import msgspec
from playwright.sync_api import Page, Route, expect

from streams.contract.crew_link import CrewLink
from streams.contract.keys import Purpose, keys_of_settings
from streams.contract.times import DAY_MS, now_ms
from streams.delivery.deciding.crew_links import make_token
from streams.domain.stages.crew_links import CREW_LINKS, WorkLinks
from streams.state.kinds import hash_of
from tests.cities.chuncheon import WORK, Chuncheon
from tests.cities.seed import Json
from tests.pages.screen import Screen

MASTER = "master-secret-of-the-tests-0123456789"
KEY = keys_of_settings(MASTER, "").current(Purpose.CREW).secret
LINK = "A" * 22
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


def link_of(work: str = WORK, *, in_s: int = 3600, **more: Any) -> CrewLink:
    """A link that was made a day ago and lasts so long from now."""
    now = now_ms()
    given = {"link": LINK, "work": work, "holder": "하수 시공사", "made_ms": now - DAY_MS, **more}
    return CrewLink(**given, expires_ms=now + in_s * 1000)


def token_of(work: str = WORK, *, in_s: int = 3600, key: bytes = KEY, **more: Any) -> str:
    return make_token(key, link_of(work, in_s=in_s, **more))


def show_links(client: Any, *links: CrewLink, work: str = WORK) -> None:
    """Puts them into the store, as the fold of the log does."""
    client.hset(hash_of(CREW_LINKS, 0), work, msgspec.json.encode(WorkLinks(links)))


def open_link(phone: Screen, token: str | None = None) -> Page:
    """Opens the link of the message."""
    phone.page.goto(f"{phone.url}/w/{quote(WORK)}#t={token or token_of()}")
    return phone.page


def told(page: Page, state: str, text: str = "") -> None:
    line = page.locator("#tap-state")
    expect(line).to_have_attribute("data-state", state)
    expect(line).to_contain_text(text)


def word(page: Page, name: str) -> Any:
    return page.locator(f"#words [data-word={name}]")

"""The scoreboard: reached from the map, read without a script, printed, and the same as JSON."""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import expect

from streams.contract.times import MINUTE_MS, now_ms
from streams.domain.links.overlap import AGREEMENTS, Agreement
from streams.domain.observed.score import SCORES, DayScore
from streams.domain.scores import day_of
from streams.domain.stages.acknowledgements import VERDICTS, Verdicts
from streams.domain.stages.feeds import FEED_SCORES
from streams.domain.works.score import WORK_SCORES, WorkDay
from streams.state.kinds import hash_of
from tests.cities.stage import City
from tests.pages import servers
from tests.pages.alerts import alert, left_quiet, raise_alert, rows, take_posts
from tests.pages.kwcag import fits
from tests.pages.screen import Screen

LEFT_MS = 3 * MINUTE_MS
TABLES = (SCORES, AGREEMENTS, VERDICTS, WORK_SCORES, FEED_SCORES)


@pytest.fixture
def counted(city: City) -> Iterator[None]:
    """A city that has counted today, closures in two of its partitions; today lasts a while yet."""
    while day_of(now_ms()) != day_of(now_ms() + LEFT_MS):
        time.sleep(1)
    day = day_of(now_ms())
    given: list[tuple[Any, int, str, Any]] = [
        (SCORES, 0, day, DayScore().with_shown(200_000, 700_000, 600)),
        (SCORES, 3, day, DayScore().with_shown(900_000, 950_000, 1200)),
        (AGREEMENTS, 1, day, Agreement(40, 30, 20)),
        (WORK_SCORES, 0, day, WorkDay(4, 3)),
        (VERDICTS, 0, f"{day} jam", Verdicts(1, 2)),
        (FEED_SCORES, 0, f"{day} its.speeds", {"live": 54, "stale": 6}),
    ]
    for table, partition, row_id, row in given:
        city.client.hset(hash_of(table, partition), row_id, msgspec.json.encode(row))
    yield
    for table in TABLES:
        for partition in range(4):
            city.client.delete(hash_of(table, partition))


@pytest.mark.usefixtures("counted")
def test_the_map_leads_to_the_scoreboard_and_its_figures_are_those_of_the_api(
    screen: Screen, server: servers.MapServer
) -> None:
    page = screen.open()
    expect(page.locator('a[href="/truth"]')).to_have_text("정확도")
    page.goto(f"{server.url}/truth")
    expect(page.locator("h1")).to_contain_text("정확도")
    expect(page.locator("#works tbody td").first).to_have_text("3 / 4 (75 %)")
    expect(page.locator("#closures tbody td").first).to_contain_text("절반은 5분 안")
    expect(page.locator("#closures tbody td").first).to_contain_text("2건")
    expect(page.locator("#promise tbody td").first).to_contain_text("2 / 2 (100 %)")
    expect(page.locator("#alerts tbody tr")).to_contain_text("2 / 3 (67 %)")
    expect(page.locator("#feeds tbody tr")).to_contain_text("6 / 60 (10 %)")
    expect(page.locator("#days tbody tr")).to_have_count(1)
    expect(page.locator("#works tbody td").nth(1)).to_contain_text("아직 없음")
    body = page.request.get(f"{server.url}/api/v1/truth").json()
    today = body["periods"][0]
    assert (today["shown"]["count"], today["its_within"]) == (2, {"count": 30, "of": 40})
    assert (today["kept"], today["kept_surely"]) == ({"count": 2, "of": 2}, {"count": 1, "of": 2})


@pytest.mark.usefixtures("counted")
def test_the_scoreboard_fits_the_paper(screen: Screen, server: servers.MapServer) -> None:
    page = screen.page
    page.goto(f"{server.url}/truth")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1040, "height": 700})  # A4 on its side without the margins
    expect(page.locator(".crumb a").first).to_be_hidden()
    fits(page)


def test_an_operator_says_that_an_alert_was_false_and_says_so_later_too(
    screen: Screen, city: City
) -> None:
    with left_quiet(city):
        raise_alert(city, 1, alert(title="중앙로"))
        page = screen.open()
        sent = take_posts(city, page)
        rows(page).locator(".do-ack").click()
        page.fill("#act-by", "김상황")
        page.click("#act-send")
        expect(page.locator("#act-dialog")).to_be_hidden()
        rows(page).locator(".row").click()
        page.locator("#card .other", has_text="중앙로").first.click()
        page.locator("#card").get_by_role("button", name="맞았는지 적기").click()
        page.select_option("#ack-verdict", "false")
        page.click("#ack-send")
        expect(page.locator("#card")).to_contain_text("틀림 (헛경보)")
        assert [body.get("verdict") for body in sent] == [None, "false"]

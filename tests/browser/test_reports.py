"""The page of the published reports: by kind and year, one that the address names, files."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import expect

from streams.contract.enums import ReportFormat, ReportKind
from streams.contract.publication import Publication
from streams.contract.times import HOUR_MS
from streams.domain.stages.publications import PUBLISHED, PublishedReport
from streams.reports.kinds import period_of, stem
from streams.reports.shelf import files_of
from streams.state.keys import key
from tests.cities.stage import City
from tests.pages import servers
from tests.pages.kwcag import axe, fits, stop_faults
from tests.pages.screen import NewScreen

NAMES = key(PUBLISHED.name, 0)


def row_of(kind: ReportKind, day: date, folder: Path, revision: int = 1) -> PublishedReport:
    period = period_of(kind, day)
    name = stem(kind, period)
    made = {form: f"{name} {form}".encode() * 9_000 for form in ReportFormat}
    for form, raw in made.items():
        (folder / f"{name}.{form}").write_bytes(raw)
    missing = ("2026-11-03", "2026-11-04") if kind is ReportKind.MONTHLY else ()
    publication = Publication(
        name,
        kind,
        str(period.first),
        str(period.last),
        period.until_ms + HOUR_MS,
        files_of(made),
        missing,
    )
    return PublishedReport(publication, revision)


@pytest.fixture(scope="module")
def reporting(city: City, folder: Path) -> Iterator[servers.MapServer]:
    """A map server whose folder has reports of some weeks, as the worker would list them."""
    published = folder / "published"
    published.mkdir()
    days = [date(2026, 11, 28) - timedelta(days=at) for at in range(12)]
    rows = [row_of(ReportKind.DAILY, day, published) for day in days]
    rows += [row_of(ReportKind.WEEKLY, date(2026, 11, 16), published)]
    rows += [row_of(ReportKind.MONTHLY, date(2026, 11, 1), published, revision=2)]
    rows += [row_of(ReportKind.QUARTERLY, date(2025, 12, 1), published)]
    named = {row.publication.report: msgspec.json.encode(row) for row in rows}
    with servers.running_map(city.client, folder, folder, reports=str(published)) as running:
        city.client.hset(NAMES, mapping={k.encode(): row for k, row in named.items()})
        yield running
        city.client.delete(NAMES)


def test_reports_are_listed_narrowed_and_found_by_the_address_of_a_message(
    reporting: servers.MapServer, new_screen: NewScreen
) -> None:
    page = new_screen(reporting.url).page
    page.goto(f"{reporting.url}/reports#monthly-2026-11")
    rows = page.locator("#rp-list tbody tr")
    expect(rows).to_have_count(15)
    monthly = page.locator('[id="monthly-2026-11"]')
    expect(monthly).to_have_class("asked")
    expect(monthly).to_be_in_viewport()
    expect(monthly).to_contain_text("2026-11-01 ~ 2026-11-30")
    expect(monthly).to_contain_text("수정본 2판")
    expect(monthly.locator(".rp-missing")).to_have_text("2일: 2026-11-03, 2026-11-04")
    expect(monthly.locator(".rp-files a")).to_have_count(4)
    page.get_by_role("radio", name="주간 보고서").check()
    expect(rows).to_have_count(1)
    expect(page.locator("#rp-said")).to_have_text("전체 15건 중 1건")
    page.get_by_role("radio", name="전체").check()
    page.locator("#rp-year").select_option("2025")
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("id", "quarterly-2025-Q4")
    page.locator("#rp-year").select_option("")
    monthly.locator("summary").click()
    with page.expect_download() as download:
        monthly.get_by_role("link", name="PDF").click()
    raw = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "monthly-2026-11.pdf"
    expect(monthly.locator("details")).to_contain_text(hashlib.sha256(raw).hexdigest())


def test_the_page_is_for_whoever_reads_by_ear_sees_little_or_holds_a_telephone(
    reporting: servers.MapServer, new_screen: NewScreen
) -> None:
    page = new_screen(reporting.url).page
    page.goto(f"{reporting.url}/reports")
    expect(page.locator("#rp-list tbody tr").first).to_be_visible()
    for width, height in ((1600, 900), (390, 844), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        page.locator("#tool-dark").click()
        page.locator("#tool-lang").click()
        assert axe(page) == [], width
        fits(page)
    assert stop_faults(page) == []
    expect(page).to_have_title(re.compile("^Reports"))


def test_a_city_without_reports_is_told_so_and_what_fails_is_said(
    city: City, server: servers.MapServer, new_screen: NewScreen
) -> None:
    city.client.delete(NAMES)
    page = new_screen(server.url).page
    page.goto(f"{server.url}/reports")
    said = page.locator("#rp-said")
    expect(said).to_contain_text("아직 게시된 보고서가 없습니다")
    expect(said).to_contain_text("BOMNAE_REPORTS")
    page.route("**/api/v1/reports", lambda route: route.abort())
    page.reload()
    expect(page.locator("#rp")).to_have_attribute("data-state", "failed")
    expect(said).to_contain_text("읽지 못했습니다")
    page.unroute("**/api/v1/reports")
    page.goto(f"{server.url}/reports#monthly-1999-01")
    expect(said).to_contain_text("‘monthly-1999-01’ 보고서는 게시되어 있지 않습니다")

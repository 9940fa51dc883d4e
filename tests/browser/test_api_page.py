"""The page of the API: readable offline, within the page's policy, as whole as the document."""

from playwright.sync_api import expect

from tests.pages import servers
from tests.pages.screen import Screen


def test_the_page_lists_every_operation_and_opens_one(
    screen: Screen, server: servers.MapServer
) -> None:
    page = screen.page
    page.goto(f"{server.url}/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    document = page.request.get(f"{server.url}/api/v1/openapi.json").json()
    operations = sum(len(methods) for methods in document["paths"].values())
    expect(page.locator(".opblock")).to_have_count(operations)
    page.get_by_text("One link", exact=True).click()
    expect(page.get_by_text("link id", exact=True)).to_be_visible()

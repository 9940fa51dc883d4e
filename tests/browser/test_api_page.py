"""The page of the API: readable offline, within the page's policy, as whole as the document."""

from playwright.sync_api import expect

from tests.pages import servers
from tests.pages.screen import Screen

LISTED = """() => [...document.querySelectorAll(".opblock")].map((each) => each.id)"""
DRAWN = """() => {
  const list = document.querySelector(".operations-virtual")?.getBoundingClientRect();
  const drawn = [...document.querySelectorAll(".operations-virtual__item")];
  if (!list || !drawn.length) return false;
  const { top } = drawn[0].getBoundingClientRect();
  const { bottom } = drawn[drawn.length - 1].getBoundingClientRect();
  return top <= Math.max(0, list.top) + 1 && bottom >= Math.min(innerHeight, list.bottom) - 1;
}"""
AT_END = "() => scrollY + innerHeight >= document.scrollingElement.scrollHeight - 1"


def test_the_page_lists_every_operation_and_opens_one(
    screen: Screen, server: servers.MapServer
) -> None:
    page = screen.page
    page.emulate_media(color_scheme="dark")
    page.goto(f"{server.url}/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    expect(page.locator("html")).to_have_css("background-color", "rgb(28, 32, 34)")
    document = page.request.get(f"{server.url}/api/v1/openapi.json").json()
    operations = sum(len(methods) for methods in document["paths"].values())
    listed = set[str]()
    while True:  # it draws what is in view alone
        page.wait_for_function(DRAWN)
        listed.update(page.evaluate(LISTED))
        if page.evaluate(AT_END):
            break
        page.evaluate("() => scrollBy(0, innerHeight / 2)")
    assert len(listed) == operations
    page.evaluate("() => scrollTo(0, 0)")
    page.get_by_text("One link", exact=True).click()
    expect(page.get_by_text("link id", exact=True)).to_be_visible()

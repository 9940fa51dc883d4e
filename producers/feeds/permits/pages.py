"""The permit list of an API, page by page."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from producers.feeds.feed import Asker, PollUnderWay, Request, request_to
from producers.feeds.permits.rows import NAME
from producers.reading.answers import BUG
from streams.contract.enums import PollOutcome
from streams.contract.settings import Settings

PAGE_ROWS = 100
MAX_PAGES = 50


def page_request(page: int, settings: Settings) -> Request:
    """The request for one page of the permit list."""
    parameters: dict[str, str | int] = {
        "type": "json",
        "status": "all",
        "numOfRows": PAGE_ROWS,
        "pageNo": page,
    }
    is_paged = "{key}" not in urlsplit(settings.permits).path
    return request_to(
        NAME,
        settings.permits,
        parameters if is_paged else {},
        key_name="serviceKey",
        key=settings.permits_key,
    )


@dataclass(frozen=True, slots=True)
class PermitPages(Asker):
    """Asks for every page, until all rows came or a page says nothing."""

    settings: Settings

    def first_request(self) -> Request:
        return page_request(1, self.settings)

    async def ask(self, poll: PollUnderWay) -> None:
        listed = 0
        for page in range(1, MAX_PAGES + 1):
            await poll.ask(page_request(page, self.settings))
            answer = poll.last
            if answer is not None and answer.code == BUG:  # the portal is well: one page is lost
                listed += PAGE_ROWS
                continue
            if answer is None or answer.outcome is PollOutcome.UNKNOWN or not answer.listed:
                return
            listed += answer.listed
            if answer.total is None or listed >= answer.total:
                return

"""Lists of excavation and occupation permits: an API's pages, a folder's files, what is pushed."""

from pathlib import Path

from producers.feeds.feed import Asker, Feed
from producers.feeds.permits.folder import PermitFolder
from producers.feeds.permits.identity import joined
from producers.feeds.permits.pages import PermitPages
from producers.feeds.permits.rows import NAME, parse_permits
from producers.reading.bodies import MAX_PAGE_BYTES
from streams.contract.records import Permit
from streams.contract.settings import Settings


def asker(settings: Settings) -> Asker:
    """The pages of an API, or the files of a folder, whichever the setting names."""
    place = settings.permits
    is_url = place.startswith(("http://", "https://"))
    return PermitPages(settings) if is_url else PermitFolder(Path(place))


FEED = Feed(
    name=NAME,
    row=Permit,
    parse=parse_permits,
    asker=asker,
    switch="permits",
    key="permits_key",
    period="permits_poll_s",
    max_bytes=MAX_PAGE_BYTES,
    joined=joined,
)

"""The links that messages give to crews: each is listed on the log before a message carries it."""

from collections.abc import Awaitable, Callable
from typing import Self

from streams.contract import topics
from streams.contract.records import Message
from streams.contract.settings import Settings
from streams.delivery.deciding.crew_links import Keys, crew_keys, crew_url, sent_link
from streams.state.store import Store

MAX_TURNS = 50  # ended ones of one holder, work and day; no crew needs so many
Write = Callable[[topics.Topic, Message], Awaitable[int]]


class CrewLinks:
    """Makes and lists links; `write` waits until the log has what it is given."""

    def __init__(self, public_url: str, keys: Keys, store: Store, write: Write) -> None:
        self._public_url = public_url
        self._keys = keys
        self._store = store
        self._write = write

    @classmethod
    def of(cls, settings: Settings, store: Store, write: Write) -> Self | None:
        """None without a public address or a master secret: then no link can be."""
        keys = crew_keys(settings)
        if not settings.public_url or not keys:
            return None
        return cls(settings.public_url, keys, store, write)

    async def url_for(
        self, work: str, holder: str, made_ms: int, ends_ms: int | None
    ) -> str | None:
        """The address of the holder's link of a work, as of a message of `made_ms`: the same one
        until somebody ends it, then the next. Raises what Redis does when it is away.
        """
        known = await self._store.crew_links(work)
        for turn in range(MAX_TURNS):
            link = sent_link(work, holder, made_ms, ends_ms, turn)
            listed = known.get(link.link)
            if listed is None:
                await self._write(topics.CREW_LINKS, link)
            if listed is None or not listed.ended_ms:
                return crew_url(self._public_url, self._keys, link)
        return None

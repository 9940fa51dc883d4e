"""The links that messages give to crews: each is listed on the log before a message carries it."""

from collections.abc import Awaitable, Callable
from typing import Self

from streams.contract import topics
from streams.contract.key_file import keys_now
from streams.contract.keys import Purpose
from streams.contract.records import Message
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.delivery.deciding.crew_links import crew_url, sent_link
from streams.state.store import Store

MAX_TURNS = 50  # ended ones of one holder, work and day; no crew needs so many
Write = Callable[[topics.Topic, Message], Awaitable[int]]


class CrewLinks:
    """Makes and lists links; `key_of` is the key that was current at a time, or came next, so that
    a message sent again carries the same link. `write` waits until the log has what it is given.
    """

    def __init__(
        self, public_url: str, key_of: Callable[[int], bytes | None], store: Store, write: Write
    ) -> None:
        self._public_url = public_url
        self._key_of = key_of
        self._store = store
        self._write = write

    @classmethod
    def of(cls, settings: Settings, store: Store, write: Write) -> Self | None:
        """None without a public address: then no link can be."""

        def key_of(made_ms: int) -> bytes | None:
            found = keys_now(settings).current_at(Purpose.CREW, made_ms, now_ms=now_ms())
            return found.secret if found else None

        return cls(settings.public_url, key_of, store, write) if settings.public_url else None

    async def url_for(
        self, work: str, holder: str, made_ms: int, ends_ms: int | None
    ) -> str | None:
        """The address of the holder's link of a work, as of a message of `made_ms`: the same one
        until somebody ends it, then the next. None without a key for crews. Raises what Redis does
        when it is away.
        """
        key = self._key_of(made_ms)
        if key is None:
            return None
        known = await self._store.crew_links(work)
        for turn in range(MAX_TURNS):
            link = sent_link(work, holder, made_ms, ends_ms, turn)
            listed = known.get(link.link)
            if listed is None:
                await self._write(topics.CREW_LINKS, link)
            if listed is None or not listed.ended_ms:
                return crew_url(self._public_url, key, link)
        return None

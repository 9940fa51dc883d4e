"""Whether a crew's link counts while Redis is away, or the state in it is made again."""

from pathlib import Path

import msgspec
import pytest

from maps.api.crew_door import CrewDoor
from maps.http.refusals import RequestRefusedError
from streams.contract.crew_link import CrewLink
from streams.contract.settings import Settings
from streams.domain.stages.crew_links import CREW_LINKS, WorkLinks
from streams.state.keys import REBUILDING
from streams.state.kinds import hash_of
from streams.state.store import Store
from tests import redis_server

MADE = CrewLink(link="a" * 22, work="W1", holder="하수 시공사", made_ms=1, expires_ms=2)
LINKS = WorkLinks((MADE,))


async def refused(door: CrewDoor, work: str) -> str:
    with pytest.raises(RequestRefusedError) as caught:
        await door.links_of(work)
    assert caught.value.status == 503
    return caught.value.code


async def test_what_was_known_last_counts_and_nothing_else_is_guessed(tmp_path: Path) -> None:
    with redis_server.running(tmp_path) as server:
        store = Store.connect(Settings(redis=server.url))
        door = CrewDoor(lambda _at_ms: (), store)
        try:
            with server.client as client:
                client.hset(hash_of(CREW_LINKS, 0), "W1", msgspec.json.encode(LINKS))
                client.hset(hash_of(CREW_LINKS, 0), "W2", msgspec.json.encode(LINKS))
                assert await door.links_of("W1") == LINKS
                assert await door.links_of("none") == WorkLinks()
                client.delete(hash_of(CREW_LINKS, 0))
                client.hset(REBUILDING, "crew-links/0", 9)
            assert await door.links_of("W1") == LINKS
            assert await refused(door, "W2") == "store_away"
            server.kill()
            assert await door.links_of("W1") == LINKS
            assert await refused(door, "W2") == "store_away"
        finally:
            await store.close()

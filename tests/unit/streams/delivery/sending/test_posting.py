import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from streams.contract import topics
from streams.contract.crew_link import CrewLink
from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.errors import SettingsError, SubscriptionError
from streams.contract.grammars import networks
from streams.contract.key_file import save
from streams.contract.keys import Purpose, keys_of_settings, rotated
from streams.contract.records import Message
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.delivery.deciding.crew_links import Check, check_token
from streams.delivery.deciding.outcomes import Kind
from streams.delivery.deciding.waiting import Waiting
from streams.delivery.sending.links import CrewLinks
from streams.delivery.sending.posting import Poster, error_class
from streams.domain.alerts import Alert
from streams.domain.stages.crew_links import WorkLinks
from tests.receivers import MASTER, subscription

KEY = aiohttp.client_reqrep.ConnectionKey("x", 443, True, True, None, None, None)  # noqa: FBT003
NOW_MS = 1_795_000_000_000
ALERT = Alert(
    "alrt_a.1",
    "alrt_a",
    RuleName.CLOSURE,
    "work:W/1",
    AlertEvent.BEGIN,
    Severity.CRITICAL,
    1,
    2,
    {"title": "a"},
)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (aiohttp.ClientConnectorDNSError(KEY, OSError(1, "secret.example?key=x")), "dns"),
        (aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError()), "tls"),
        (aiohttp.ClientConnectorError(KEY, OSError(13, "address not allowed")), "refused"),
        (aiohttp.ClientConnectorError(KEY, OSError(111, "refused")), "connect"),
        (aiohttp.ServerDisconnectedError(), "connect"),
        (SubscriptionError("url", "x", "y"), "url"),
    ],
)
def test_why_there_was_no_answer_is_one_word(error: BaseException, word: str) -> None:
    assert error_class(error) == word


class Listed:
    """The links of works as the store has them, and what was written to the log."""

    def __init__(self) -> None:
        self.rows = WorkLinks()
        self.written: list[CrewLink] = []

    async def crew_links(self, _work: str) -> WorkLinks:
        return self.rows

    async def write(self, topic: topics.Topic, message: Message) -> int:
        assert topic is topics.CREW_LINKS
        assert isinstance(message, CrewLink)
        self.written.append(message)
        self.rows = WorkLinks((*self.rows.links, message))
        return 0

    @property
    def links(self) -> CrewLinks:
        store: Any = self
        return CrewLinks("https://map.example", lambda _made_ms: b"k" * 32, store, self.write)


async def test_the_link_of_a_message_is_listed_once_and_stays_until_it_is_ended() -> None:
    listed = Listed()
    first = await listed.links.url_for("W/1", "ep_a", NOW_MS, None)
    assert first is not None
    assert first.startswith("https://map.example/w/W%2F1#t=")
    assert await listed.links.url_for("W/1", "ep_a", NOW_MS + 1, None) == first
    [link] = listed.written
    assert (link.work, link.holder, link.made_by) == ("W/1", "ep_a", "")
    other = await listed.links.url_for("W/1", "ep_b", NOW_MS, None)
    listed.rows = WorkLinks((replace(link, ended_ms=NOW_MS), *listed.rows.links[1:]))
    later = await listed.links.url_for("W/1", "ep_a", NOW_MS, None)
    assert len({first, other, later, None}) == 4
    assert await listed.links.url_for("W/1", "ep_a", NOW_MS, None) == later
    assert [each.holder for each in listed.written] == ["ep_a", "ep_b", "ep_a"]


ABOUT = "discrepancy:late_start:work:W/1:1"
ASKED = {"title": "a", "works": ["W/1"], "kind": "late_start", "through": 2}


@pytest.mark.parametrize(
    ("more", "is_linked"),
    [
        ({}, True),
        (
            {"rule": RuleName.DISCREPANCY, "subject": ABOUT, "facts": {**ASKED, "asks": "open"}},
            True,
        ),
        ({"rule": RuleName.DISCREPANCY, "subject": ABOUT, "facts": ASKED}, False),
    ],
)
async def test_an_alert_of_a_work_or_that_asks_a_crew_carries_its_link(
    more: dict[str, Any], *, is_linked: bool
) -> None:
    listed = Listed()
    got: list[bytes] = []

    async def receive(request: web.Request) -> web.Response:
        got.append(await request.read())
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", receive)
    settings = Settings(secret=MASTER, webhook_networks=networks("127.0.0.0/8"))
    poster = Poster(settings, listed.links)
    try:
        async with TestServer(app, host="127.0.0.1") as server:
            alert = replace(ALERT, at_ms=NOW_MS, **more)
            sent = subscription("ep_a", str(server.make_url("/")))
            for _ in range(2):  # the second attempt has the same bytes
                outcome = await poster.post(sent, Waiting(alert.id, (alert,), 9, 2))
                assert outcome.kind is Kind.DELIVERED
    finally:
        await poster.close()
    assert len(listed.written) == is_linked
    assert (b'"work_url":"https://map.example/w/W%2F1#t=' in got[0]) is is_linked
    assert got[0] == got[1]


async def test_nothing_is_sent_without_a_key_for_webhooks() -> None:
    with pytest.raises(SettingsError, match="no key for webhooks"):
        Poster(Settings())


async def test_the_link_in_a_message_is_the_same_after_a_rotation(tmp_path: Path) -> None:
    """A message that is tried again is the same, and its link counts as long as that key does."""
    file = tmp_path / "keys"
    keys = keys_of_settings(MASTER, "")
    save(file, keys)
    listed: Any = Listed()
    settings = Settings(keys=str(file), public_url="https://map.example")
    links = CrewLinks.of(settings, listed, listed.write)
    assert links is not None
    then_ms = now_ms()
    before = await links.url_for("W/1", "ep_a", then_ms, None)
    after = rotated(keys, Purpose.CREW, secret=b"n" * 32, now_ms=then_ms + 1)
    save(file, after)
    assert await links.url_for("W/1", "ep_a", then_ms, None) == before
    next_one = await links.url_for("W/1", "ep_a", then_ms + 9_000, None)
    assert next_one is not None
    token = next_one.partition("#t=")[2]
    key = after.current(Purpose.CREW).secret
    assert check_token((key,), "W/1", token, now_ms=then_ms).check is Check.VALID

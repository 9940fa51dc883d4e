import ssl
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.errors import SettingsError, SubscriptionError
from streams.contract.key_file import save
from streams.contract.keys import Purpose, keys_of_settings, rotated
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.delivery.deciding.crew_links import Check, check_token
from streams.delivery.deciding.waiting import Waiting
from streams.delivery.sending.posting import Poster, error_class
from streams.domain.alerts import Alert
from tests.receivers import MASTER, subscription

KEY = aiohttp.client_reqrep.ConnectionKey("x", 443, True, True, None, None, None)  # noqa: FBT003
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


async def test_an_alert_of_a_work_carries_the_crews_link() -> None:
    poster = Poster(Settings(secret=MASTER, public_url="https://map.example"))
    try:
        message = Waiting(ALERT.id, (ALERT,), 9, 2)
        body = poster.body(subscription("ep_a", "https://x"), message)
        assert b'"work_url":"https://map.example/w/W%2F1?t=' in body
        assert body == poster.body(subscription("ep_b", "https://y"), message)
    finally:
        await poster.close()


async def test_an_alert_that_asks_a_crew_carries_its_link_and_one_that_does_not_carries_none() -> (
    None
):
    poster = Poster(Settings(secret=MASTER, public_url="https://map.example"))
    try:
        facts = {"title": "a", "works": ["W/1"], "kind": "late_start", "through": 2}
        for more, is_linked in (({"asks": "open"}, True), ({}, False)):
            subject = "discrepancy:late_start:work:W/1:1"
            alert = replace(
                ALERT, rule=RuleName.DISCREPANCY, subject=subject, facts={**facts, **more}
            )
            message = Waiting(alert.id, (alert,), 9, 2)
            body = poster.body(subscription("ep_a", "https://x"), message)
            assert (b"https://map.example/w/W%2F1?t=" in body) is is_linked
    finally:
        await poster.close()


async def test_nothing_is_sent_without_a_key_for_webhooks() -> None:
    with pytest.raises(SettingsError, match="no key for webhooks"):
        Poster(Settings())


async def test_the_link_in_a_message_is_the_same_after_a_rotation(tmp_path: Path) -> None:
    """A message that is tried again is the same, and its link counts as long as that key does."""
    file = tmp_path / "keys"
    keys = keys_of_settings(MASTER, "")
    save(file, keys)
    poster = Poster(Settings(keys=str(file), public_url="https://map.example"))
    try:
        message = Waiting(ALERT.id, (ALERT,), 9, 2)
        before = poster.body(subscription("ep_a", "https://x"), message)
        later = replace(message, alerts=(replace(ALERT, at_ms=now_ms() + 9_000),))
        after = rotated(keys, Purpose.CREW, secret=b"n" * 32, now_ms=now_ms())
        save(file, after)
        assert poster.body(subscription("ep_a", "https://x"), message) == before
        next_one = poster.body(subscription("ep_a", "https://x"), later)
        token = next_one.split(b"?t=")[1].split(b'"')[0].decode()
        key = after.current(Purpose.CREW).secret
        assert check_token([key], "W/1", token, now_ms=now_ms()) is Check.VALID
    finally:
        await poster.close()

import ssl
from dataclasses import replace

import aiohttp
import pytest

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.errors import SettingsError, SubscriptionError
from streams.contract.settings import Settings
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


async def test_a_master_key_that_is_too_short_is_refused_unseen() -> None:
    with pytest.raises(SettingsError, match="has 5 characters") as refused:
        Poster(Settings(secret="short"))  # noqa: S106
    assert "short" not in str(refused.value)

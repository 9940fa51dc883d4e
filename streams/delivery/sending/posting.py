"""One POST to one endpoint, and what came of it."""

import asyncio
import logging
import ssl
import time

import aiohttp
import msgspec
from redis.exceptions import RedisError

from streams.contract.enums import RuleName
from streams.contract.errors import SignatureError, SubscriptionError
from streams.contract.key_file import check_keys, keys_now
from streams.contract.keys import Purpose
from streams.contract.settings import Settings
from streams.contract.subscription import Subscription
from streams.contract.times import now_ms
from streams.delivery.deciding import outcomes
from streams.delivery.deciding.message import digest_of, message_of, report_message
from streams.delivery.deciding.outcomes import Kind, PostOutcome
from streams.delivery.deciding.secrets import active_secrets
from streams.delivery.deciding.signing import sign
from streams.delivery.deciding.waiting import Waiting
from streams.delivery.sending import guard
from streams.delivery.sending.links import CrewLinks
from streams.domain.alerts import Alert

log = logging.getLogger(__name__)
TIMEOUT_S = 10.0
GLOBAL_CAP = 256  # POSTs on their way at once: far more than the endpoints that can hang together
UNSENT = (aiohttp.ClientError, OSError, SubscriptionError)
UNSAYABLE = (ValueError, TypeError, LookupError, ArithmeticError)  # facts nobody thought of


class Poster:
    """Signs and posts; `links` gives a work's crew its link, None: there are none to give.

    Raises SettingsError where the key for webhooks is missing, or networks are none.
    """

    def __init__(self, settings: Settings, links: CrewLinks | None = None) -> None:
        check_keys(settings, "dispatch")
        keys_now(settings).current(Purpose.WEBHOOKS)
        self._settings = settings
        self._links = links
        self._public_url = settings.public_url
        self._is_simulated = settings.simulated
        self._session = guard.session(settings.webhook_networks)
        self._slots = asyncio.Semaphore(GLOBAL_CAP)

    async def close(self) -> None:
        await self._session.close()

    async def post(self, subscription: Subscription, message: Waiting) -> PostOutcome:
        """Post once, within 10 s; whatever goes wrong is an outcome. A link that it carries is on
        the log before: this waits until it is.
        """
        start = time.monotonic()
        try:
            work_url = await self._work_url(subscription, message)
        except (RedisError, OSError):
            return _failed("store", start)
        async with self._slots:
            start, at_ms = time.monotonic(), now_ms()
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    body = self.body(subscription, message, work_url)
                    keys = keys_now(self._settings).accepted(Purpose.WEBHOOKS, at_ms)
                    secrets = active_secrets(keys, subscription, at_ms)
                    headers = sign(secrets, message.id, at_ms // 1000, body)
                    headers["Content-Type"] = "application/json"
                    reply = await guard.post(self._session, subscription.url, headers, body)
            except TimeoutError:
                return _failed("timeout", start)
            except SignatureError:
                return _failed("secret", start)
            except UNSENT as error:
                return _failed(error_class(error), start)
            except UNSAYABLE:
                log.exception("no message of an alert")
                return _failed("body", start)
            return outcomes.judge(reply.status, reply.retry_after, at_ms, _since_ms(start))

    def body(
        self, subscription: Subscription, message: Waiting, work_url: str | None = None
    ) -> bytes:
        """The bytes of a message; the same for every attempt while its link is."""
        if message.is_digest:
            return digest_of(
                message.alerts,
                endpoint=subscription.endpoint,
                at_ms=message.due_ms,
                expires_ms=message.expires_ms,
                public_url=self._public_url,
                is_simulated=self._is_simulated,
            )
        alert = message.alerts[0]
        if alert.rule is RuleName.REPORT:
            report = report_message(
                alert,
                expires_ms=message.expires_ms,
                public_url=self._public_url,
                is_simulated=self._is_simulated,
            )
            return msgspec.json.encode(report)
        body = message_of(
            alert,
            expires_ms=message.expires_ms,
            public_url=self._public_url,
            work_url=work_url,
            is_simulated=self._is_simulated,
            situation=message.situation,
        )
        return msgspec.json.encode(body)

    async def _work_url(self, subscription: Subscription, message: Waiting) -> str | None:
        """The crew's link where the alert is about a work, or asks its crew something."""
        if self._links is None or message.is_digest:
            return None
        alert = message.alerts[0]
        work = asked_work(alert)
        if not work:
            return None
        ends_ms = alert.facts.get("ends_ms")
        until_ms = ends_ms if isinstance(ends_ms, int) else None
        return await self._links.url_for(work, subscription.endpoint, alert.at_ms, until_ms)


def asked_work(alert: Alert) -> str:
    """The work that an alert is about, or whose crew it asks; "" none."""
    kind, _, work = alert.subject.partition(":")
    if kind == "work":
        return work
    works = alert.facts.get("works") if alert.facts.get("asks") else None
    return str(works[0]) if isinstance(works, list) and works else ""


def error_class(error: BaseException) -> str:
    """The class of why there was no answer; never the error's text, which holds the URL."""
    if guard.is_forbidden(error):
        return "refused"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "dns"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return "tls"
    if isinstance(error, SubscriptionError | aiohttp.InvalidURL):
        return "url"
    return "connect"


def _failed(error: str, start: float) -> PostOutcome:
    return PostOutcome(Kind.FAILED, error=error, took_ms=_since_ms(start))


def _since_ms(start: float) -> int:
    return int((time.monotonic() - start) * 1000)

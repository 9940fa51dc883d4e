"""`python -m streams subscriptions`: what people at a terminal do with endpoints."""

import argparse
import asyncio
import secrets as random
import sys
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
from redis.exceptions import RedisError

from streams.contract import topics
from streams.contract.endpoint_url import check_url
from streams.contract.errors import EndpointError, IntakeError
from streams.contract.grammars import Networks
from streams.contract.key_file import keys_now
from streams.contract.keys import Purpose
from streams.contract.settings import Settings
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import check_room
from streams.contract.times import now_ms
from streams.delivery.command.options import given_of
from streams.delivery.deciding import message, signing
from streams.delivery.deciding.secrets import active_secrets, endpoint_secret
from streams.delivery.sending import guard
from streams.domain.subscriptions.changes import added, changed, checked, removed, rotated
from streams.geo.loading import load_network
from streams.kafka.intake import Intake
from streams.kafka.terminal import Terminal
from streams.state.asked import account_of
from streams.state.folded import is_folded
from streams.state.store import Store

EXIT_NOT_TAKEN, EXIT_UNSETTLED, EXIT_UNKNOWN, EXIT_AWAY = 1, 5, 7, 8
SETTLED_WITHIN_S = 10.0


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Do what the options ask for; the exit code. Raises BomnaeError for what cannot be."""
    if options.action == "secret":
        _print(random.token_urlsafe(32))
        return 0
    try:
        return asyncio.run(_Office(settings).act(options))
    except EndpointError as error:
        return _failed(error, EXIT_UNKNOWN)
    except (IntakeError, RedisError, OSError) as error:
        return _failed(error, EXIT_AWAY)


def _failed(error: Exception, code: int) -> int:
    reason = str(error) if isinstance(error, EndpointError | IntakeError) else type(error).__name__
    sys.stderr.write(f"bomnae: {reason}\n")
    return code


class _Office:
    """The actions, on one deployment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._allowed = settings.webhook_networks

    async def act(self, options: argparse.Namespace) -> int:
        store, intake = Store.connect(self._settings), Intake(self._settings)
        ask = account_of(self._settings)
        terminal = Terminal(self._settings, intake, by=options.by, ask=ask)
        try:
            rows = await store.subscriptions()
            if options.action == "list":
                await terminal.write("endpoint.list", count=len(rows))
                return _list(rows)
            if options.action == "test":
                known = _row(rows, options.endpoint)
                await terminal.write("endpoint.test", known.endpoint)
                return await self._test(known)
            written = self._written(rows, options)
            await terminal.write(f"endpoint.{options.action}", written.endpoint)
            await intake.send(topics.SUBSCRIPTIONS, 0, written)
            if options.action in ("add", "rotate"):
                self._hand_out(written)
            return await _settled(store, written)
        finally:
            await intake.close()
            await store.close()

    def _written(
        self, rows: Mapping[str, Subscription], options: argparse.Namespace
    ) -> Subscription:
        """What goes into the log for an action."""
        at_ms = now_ms()
        if options.action == "add":
            check_room(len(rows))
            keys_now(self._settings).current(Purpose.WEBHOOKS)
            endpoint = f"ep_{random.token_hex(8)}"
            return self._checked(added(endpoint, given_of(options), at_ms))
        known = _row(rows, options.endpoint)
        if options.action == "change":
            return self._checked(changed(known, given_of(options), at_ms))
        if options.action == "rotate":
            keys_now(self._settings).current(Purpose.WEBHOOKS)
            return rotated(known, at_ms, is_leaked=options.leaked)
        return removed(known, at_ms)

    def _checked(self, subscription: Subscription) -> Subscription:
        return checked(subscription, load_network(self._settings.network), self._allowed)

    def _hand_out(self, written: Subscription) -> None:
        """Print the secret, the only time it is shown."""
        key = keys_now(self._settings).current(Purpose.WEBHOOKS)
        _print(f"endpoint {written.endpoint}")
        secret = endpoint_secret(key.secret, written.endpoint, written.secret_generation)
        _print(f"secret   {secret}")
        sys.stderr.write("keep the secret now: it is not shown again\n")

    async def _test(self, known: Subscription) -> int:
        check_url(known.url, self._allowed)
        at_ms = now_ms()
        message_id = f"test_{random.token_hex(8)}"
        body = message.trial_of(message_id, at_ms=at_ms, is_simulated=self._settings.simulated)
        keys = keys_now(self._settings)
        keys.current(Purpose.WEBHOOKS)
        secrets = active_secrets(keys.accepted(Purpose.WEBHOOKS, at_ms), known, at_ms)
        headers = signing.sign(secrets, message_id, at_ms // 1000, body)
        return await _post(known.url, headers, body, self._allowed)


async def _post(url: str, headers: dict[str, str], body: bytes, allowed: Networks) -> int:
    """Post a test message and print what became of it: never what the endpoint answered besides."""
    begun = time.monotonic()
    try:
        async with guard.session(allowed) as client:
            reply = await guard.post(client, url, headers, body)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        why = "the address is not allowed" if guard.is_forbidden(error) else type(error).__name__
        _print(f"not delivered: {why}")
        return EXIT_NOT_TAKEN
    took_ms = round((time.monotonic() - begun) * 1000)
    is_taken = 200 <= reply.status < 300
    _print(f"{'delivered' if is_taken else 'refused'}: status {reply.status} in {took_ms} ms")
    return 0 if is_taken else EXIT_NOT_TAKEN


async def _settled(store: Store, written: Subscription) -> int:
    """0 once the worker has folded what was written; it is in the log either way."""
    if await is_folded(lambda: store.shows(written), within_s=SETTLED_WITHIN_S):
        _print(f"{written.endpoint} {'is removed' if written.is_removed else 'is as said'}")
        return 0
    sys.stderr.write(f"{written.endpoint}: in the log; no worker has taken it up yet\n")
    return EXIT_UNSETTLED


def _list(rows: Mapping[str, Subscription]) -> int:
    for row in sorted(rows.values(), key=lambda each: (each.title, each.endpoint)):
        state = "on " if row.is_enabled else "off"
        _print(f"{row.endpoint} {state} secret {row.secret_generation}  {row.title}  {row.url}")
        for name, value in filters_of(row).items():
            _print(f"    {name}: {value}")
    return 0


def filters_of(row: Subscription) -> dict[str, str]:
    """The filters that let not everything through, as one would type them."""
    lists = ("rules", "severities", "links", "organisations", "routes", "weekdays")
    found = {name: ",".join(map(str, getattr(row, name))) for name in lists}
    found["area"] = " ".join(f"{lon:g},{lat:g}" for lon, lat in row.area)
    found |= {"hours": row.hours, "quiet-hours": row.quiet_hours}
    return {name: text for name, text in found.items() if text}


def _row(rows: Mapping[str, Subscription], endpoint: str) -> Subscription:
    if endpoint not in rows:
        raise EndpointError(f"no endpoint {endpoint[:60]!r}; `subscriptions list` names them")
    return rows[endpoint]


def _print(line: Any) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

"""`python -m streams sink`: a receiver that believes nothing, to see what arrives."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from streams.contract.errors import SettingsError, SignatureError
from streams.contract.grammars import Address
from streams.contract.key_file import keys_now
from streams.contract.keys import Purpose
from streams.contract.running import run_until_signal
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.delivery.command.ledger import FORGED, UNREADABLE, Ledger, LedgerEntry
from streams.delivery.deciding.message import MAX_BYTES
from streams.delivery.deciding.secrets import endpoint_secret
from streams.delivery.deciding.signing import sign, verify
from streams.delivery.deciding.wording import one_line

EXIT_WRONG = 4
_STATUSES = {FORGED: 401, UNREADABLE: 400}


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Receive until SIGTERM or SIGINT, then print the summary; 4 when anything was wrong."""
    secrets = secrets_of(settings, options)
    ledger = Ledger(opened_ms=now_ms())
    try:
        asyncio.run(_serve(ledger, secrets, options))
    except OSError as error:
        raise SettingsError(f"--listen {options.listen}: {error.strerror}") from None
    _say("\n".join(ledger.summary()))
    return 0 if ledger.counts.keys() <= {"ok", *options.allow} else EXIT_WRONG


def secrets_of(settings: Settings, options: argparse.Namespace) -> list[str]:
    """The secrets to verify with: a file's lines (`-`: standard input) or an endpoint's own."""
    if options.endpoint:
        endpoint, _, generation = options.endpoint.partition("/")
        if generation and not generation.isdigit():
            raise SettingsError(
                f"--endpoint must be ID or ID/GENERATION, got {options.endpoint[:60]!r}"
            )
        keys = keys_now(settings)
        keys.current(Purpose.WEBHOOKS)
        known = keys.accepted(Purpose.WEBHOOKS, now_ms())
        return [endpoint_secret(each.secret, endpoint, int(generation or 1)) for each in known]
    try:
        file = Path(options.secrets)
        text = sys.stdin.read() if options.secrets == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--secrets: cannot be read: {type(error).__name__}") from None
    secrets = [line.split()[-1] for line in text.splitlines() if "whsec_" in line]
    if not secrets:
        raise SettingsError("--secrets: no line with whsec_...")
    sign(secrets, "msg", 0, b"")  # raises SignatureError for one that is none
    return secrets


async def _serve(ledger: Ledger, secrets: Sequence[str], options: argparse.Namespace) -> None:
    runner = web.AppRunner(make_app(ledger, secrets), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, *options.listen).start()
        _say(f"sink on http://{Address(*runner.addresses[0][:2])}/")
        await run_until_signal()
    finally:
        await runner.cleanup()


def make_app(ledger: Ledger, secrets: Sequence[str]) -> web.Application:
    """The receiver; it takes a POST to any path."""

    async def receive(request: web.Request) -> web.Response:
        at_ms, why = now_ms(), ""
        try:
            raw = await request.read()
            signed = verify(secrets, request.headers, raw, now_s=at_ms // 1000)
            entry = ledger.take(signed.message_id, raw, at_ms)
        except SignatureError as error:
            entry, why = ledger.refuse(FORGED), str(error)
        except web.HTTPRequestEntityTooLarge:
            entry, why = ledger.refuse(UNREADABLE), f"more than {MAX_BYTES} bytes"
        _say(line_of(entry, at_ms, why))
        status = next((_STATUSES[fault] for fault in entry.wrong if fault in _STATUSES), 204)
        return web.Response(status=status)

    app = web.Application(client_max_size=MAX_BYTES)
    app.router.add_post("/{path:.*}", receive)
    return app


def line_of(entry: LedgerEntry, now_ms: int, why: str = "") -> str:
    """What is printed of a message: local time, what is wrong, its text."""
    clock = time.strftime("%H:%M:%S", time.localtime(now_ms / 1000))
    delay = f"{(now_ms - entry.at_ms) / 1000:7.1f} s" if entry.at_ms else " " * 9
    text = one_line(why or entry.text, 160)
    return f"{clock} {entry.verdict:<8} {delay} {one_line(entry.message_id, 60):<34} {text}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

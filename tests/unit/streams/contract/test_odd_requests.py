"""What is no HTTP is counted and said once, and nothing of it gets into the log."""

import asyncio
import logging

import pytest
from aiohttp import web

from streams.contract.odd_requests import ODD, quiet_odd_requests

SENT = b"GET /\x00<forged line> HTTP/1.1\r\n\r\n"


def counted() -> float:
    return next(s.value for m in ODD.collect() for s in m.samples if s.name.endswith("_total"))


async def _send(port: int, content: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(content)
    answer = await reader.read()
    writer.close()
    return answer


async def test_what_is_no_http_is_counted_and_never_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    quiet_odd_requests()
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    caplog.set_level(logging.DEBUG)
    before = counted()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        odd = [SENT, b"forged line\r\n\r\n", b"GET / HTTP/1.1\r\nforged line\r\n\r\n", SENT]
        answers = [await _send(port, content) for content in odd]
    finally:
        await runner.cleanup()
    assert all(answer.startswith(b"HTTP/1.0 400") for answer in answers)
    assert counted() == before + len(odd)
    (line,) = (each for each in caplog.records if each.name == "aiohttp.server")
    assert (line.getMessage(), line.levelname, vars(line)["count"]) == ("no HTTP came", "INFO", 1)
    assert "forged" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_fault_of_ours_is_still_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    quiet_odd_requests()
    bug = ValueError("a bug")
    logging.getLogger("aiohttp.server").error("Unhandled exception", exc_info=bug)
    assert "a bug" in caplog.text

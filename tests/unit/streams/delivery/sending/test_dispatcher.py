"""How a dispatcher ends, and what becomes of a crash meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Never

import pytest

from streams.contract.settings import Settings
from streams.delivery.sending.dispatcher import Dispatcher


async def for_ever(*_: object) -> Never:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.fixture
async def dispatcher(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Dispatcher]:
    """One whose duties do nothing."""
    network: Any = None
    made = Dispatcher(Settings(secret="s" * 32), network)
    monkeypatch.setattr(made, "_for_ever", for_ever)
    monkeypatch.setattr(made._receipts, "follow", for_ever)
    yield made
    await made._close()


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


async def test_a_crash_ends_it(dispatcher: Dispatcher, stop: asyncio.Event) -> None:
    asyncio.get_running_loop().call_later(0.01, dispatcher._crashed, LookupError("a bug"))
    with pytest.raises(LookupError, match="a bug"):
        await asyncio.wait_for(dispatcher._work(stop), 5)


@pytest.mark.parametrize("turns", range(8))
async def test_a_crash_about_when_it_is_stopped_is_raised_or_logged(
    dispatcher: Dispatcher, stop: asyncio.Event, caplog: pytest.LogCaptureFixture, turns: int
) -> None:
    working = asyncio.create_task(dispatcher._work(stop))
    await asyncio.sleep(0.01)
    stop.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    dispatcher._crashed(LookupError("a bug"))
    (raised,) = await asyncio.gather(working, return_exceptions=True)
    assert isinstance(raised, LookupError) or [r for r in caplog.records if r.exc_info]


async def test_a_crash_while_it_ends_is_logged(
    dispatcher: Dispatcher,
    stop: asyncio.Event,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def end(_: float) -> None:
        dispatcher._crashed(LookupError("a late bug"))

    monkeypatch.setattr(dispatcher._duties, "end", end)
    stop.set()
    await asyncio.wait_for(dispatcher._work(stop), 5)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "a late bug"

"""Access records on a real log: several writers, a log that is away, days signed, commands."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.services import Process
from local.stack import Stack
from maps.records.chain import Fault, Verifier, hash_of
from maps.records.heads import make_key, public_keys, public_text, sign_due
from maps.records.writing import AccessLog
from streams.contract import topics, wire
from streams.contract.access import AccessHead, AccessRecord
from streams.contract.enums import AccessAction
from streams.contract.errors import IntakeError, RecordRefusedError
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, HOUR_MS
from streams.kafka.access_log import opened
from streams.kafka.intake import Intake
from tests.cities.looks import D0_MS, MORNING_MS

NOW_MS = D0_MS + 2 * DAY_MS + 2 * HOUR_MS


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "records.pem"
    public = tmp_path / "records.pub"
    public.write_text(public_text(make_key(path)), encoding="ascii")
    return path


@pytest.fixture
def settings(city: Stack, key: Path) -> Settings:
    city.env["BOMNAE_RECORDS_KEY"] = str(key)
    return Settings(kafka=(city.env["BOMNAE_KAFKA"],), records_key=str(key))


@pytest.fixture
async def intake(settings: Settings) -> AsyncIterator[Intake]:
    intake = Intake(settings)
    yield intake
    await intake.close()


class Clock:
    at_ms = MORNING_MS

    def __call__(self) -> int:
        self.at_ms += 1
        return self.at_ms


async def payloads(settings: Settings) -> list[bytes]:
    found = []
    async with opened(settings) as log:
        async for messages in log.read(*await log.ends()):
            found += [each.payload or b"" for each in messages]
    return found


async def faults(settings: Settings, key: Path, now_ms: int) -> list[Fault]:
    verifier = Verifier(public_keys(key.with_suffix(".pub")))
    found = [f for n, each in enumerate(await payloads(settings)) for f in verifier.take(n, each)]
    return [*found, *verifier.end(now_ms)]


async def test_two_writers_side_by_side_and_a_restart_leave_one_sound_log(
    settings: Settings, intake: Intake, key: Path
) -> None:
    clock = Clock()
    one, other = (AccessLog(settings, intake, clock) for _ in range(2))
    await one.write("kim", "10.0.0.7", AccessAction.LOGIN)
    async with asyncio.TaskGroup() as tasks:
        for number in range(20):
            for log in (one, other):
                act = log.write("kim", "10.0.0.7", AccessAction.LOOK, "work", f"W-{number}")
                tasks.create_task(act)
    again = AccessLog(settings, intake, clock)
    last = (await payloads(settings))[-1]
    await again.write("lee", "10.0.0.8", AccessAction.DOWNLOAD, "works", "", 40, " 월간 보고 ")
    record = wire.decode((await payloads(settings))[-1])
    assert isinstance(record, AccessRecord)
    assert (record.number, record.before, record.reason) == (0, hash_of(last), "월간 보고")
    found = [wire.decode(each) for each in await payloads(settings)]
    writers = [each.writer for each in found if isinstance(each, AccessRecord)]
    assert sorted(map(writers.count, set(writers))) == [1, 20, 21]
    assert await faults(settings, key, clock.at_ms) == []


async def test_what_cannot_be_recorded_is_refused_and_the_chain_goes_on_after_it(
    settings: Settings, key: Path, own_broker: Process
) -> None:
    clock, intake = Clock(), Intake(settings, within_s=1)
    log = AccessLog(settings, intake, clock)
    await log.write("kim", "10.0.0.7", AccessAction.LOGIN)
    with pytest.raises(RecordRefusedError):
        await log.write("kim", "10.0.0.7", AccessAction.DOWNLOAD, reason="010-1234-5678 전화")
    with pytest.raises(RecordRefusedError):
        await log.write("kim", "10.0.0.7", AccessAction.DOWNLOAD, reason="가" * 201)
    await log.write("p@ss word!", "\u202e" * 900, AccessAction.LOGIN_FAILED, subject="x" * 900)
    before = await payloads(settings)
    records = [wire.decode(each) for each in before]
    assert [r.number for r in records if isinstance(r, AccessRecord)] == [0, 1]
    assert b"p@ss" not in before[-1]
    assert '"account":"?"' in before[-1].decode()
    os.killpg(own_broker.pid, signal.SIGSTOP)
    writes = (log.write("kim", "10.0.0.7", AccessAction.LOOK) for _ in range(20))
    refused = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(each) for each in refused} == {IntakeError}
    os.killpg(own_broker.pid, signal.SIGCONT)
    await _written(log)
    after = await payloads(settings)
    assert after[:2] == before
    last = wire.decode(after[-1])
    assert isinstance(last, AccessRecord)
    assert last.account == "park"
    assert await faults(settings, key, clock.at_ms) == []
    await intake.close()


async def _written(log: AccessLog) -> None:
    """Write one as soon as the log takes one."""
    async with asyncio.timeout(30):
        while True:
            try:
                await log.write("park", "10.0.0.9", AccessAction.LOOK)
            except IntakeError:
                continue
            return


async def test_a_log_that_is_away_refuses_the_first_record_too() -> None:
    settings = Settings(kafka=("127.0.0.1:9",))
    intake = Intake(settings)
    log = AccessLog(settings, intake)
    with pytest.raises(IntakeError):
        await log.write("kim", "10.0.0.7", AccessAction.LOOK)
    await intake.close()


async def test_days_are_signed_once_whoever_signs(
    settings: Settings, intake: Intake, key: Path
) -> None:
    clock = Clock()
    log = AccessLog(settings, intake, clock)
    await log.write("kim", "10.0.0.7", AccessAction.LOGIN)
    clock.at_ms += DAY_MS
    await log.write("kim", "10.0.0.7", AccessAction.LOOK)
    both = await asyncio.gather(*(sign_due(settings, intake, NOW_MS) for _ in range(2)))
    signed = max(both, key=len)
    assert [(head.day, head.count) for head in signed] == [("2026-11-23", 1), ("2026-11-24", 1)]
    assert all(head in signed for heads in both for head in heads)
    assert await sign_due(settings, intake, NOW_MS) == []
    assert await faults(settings, key, NOW_MS) == []
    await log.write("kim", "10.0.0.7", AccessAction.LOGOUT)  # told by a clock of the day before
    assert len(await faults(settings, key, NOW_MS)) == 1
    heads = [h for h in map(wire.decode, await payloads(settings)) if isinstance(h, AccessHead)]
    assert {head.key_id for head in heads} == {*public_keys(key.with_suffix(".pub"))}
    assert topics.ACCESS_RECORDS.retention_h >= 24 * 730

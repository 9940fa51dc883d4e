"""Access records on a real log: several writers, a log that is away, days signed, commands."""

import asyncio
import os
import signal
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from local.services import Process, free_port
from local.stack import Stack
from local.waiting import until
from maps.__main__ import COMMANDS, command_parser
from maps.records import heads, looking
from maps.records.chain import Fault, Verifier, head_in
from maps.records.heads import sign_due
from maps.records.looking import Asked, find
from streams.contract import cli, topics, wire
from streams.contract.access import AccessHead, AccessRecord
from streams.contract.access_chain import hash_of
from streams.contract.ed25519 import make_key, public_keys, public_text
from streams.contract.enums import AccessAction
from streams.contract.errors import BomnaeError, IntakeError, RecordRefusedError
from streams.contract.records import Tick
from streams.contract.running import cancel
from streams.contract.settings import Settings
from streams.contract.terminal import user_here
from streams.contract.times import DAY_MS, HOUR_MS
from streams.kafka.access_log import opened
from streams.kafka.access_writing import AccessLog
from streams.kafka.intake import Intake
from streams.kafka.kept_acts import FOLDER, hand_over, record_or_keep, waiting
from tests.cities.looks import D0_MS, MORNING_MS
from tests.halting import halt
from tests.pages.auditing import auditing
from tests.services.asking import Json, ask

NOW_MS = D0_MS + 2 * DAY_MS + 2 * HOUR_MS


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "records.pem"
    public = tmp_path / "records.pub"
    public.write_text(public_text(make_key(path)), encoding="ascii")
    return path


@pytest.fixture
def settings(city: Stack, key: Path) -> Settings:
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
                act = log.write(
                    "kim", "10.0.0.7", AccessAction.LOOK, subject=f"W-{number}", subject_kind="work"
                )
                tasks.create_task(act)
    again = AccessLog(settings, intake, clock)
    last = (await payloads(settings))[-1]
    await again.write("lee", "10.0.0.8", AccessAction.DOWNLOAD, count=40, reason=" 월간 보고 ")
    record = wire.decode((await payloads(settings))[-1])
    assert isinstance(record, AccessRecord)
    assert (record.number, record.before, record.reason) == (0, hash_of(last), "월간 보고")
    found = [wire.decode(each) for each in await payloads(settings)]
    writers = [each.writer for each in found if isinstance(each, AccessRecord)]
    assert sorted(map(writers.count, set(writers))) == [1, 20, 21]
    assert await faults(settings, key, clock.at_ms) == []


async def test_what_was_done_to_keys_without_a_log_stands_there_before_the_next_act(
    settings: Settings, tmp_path: Path
) -> None:
    away = replace(settings, kafka=(f"127.0.0.1:{free_port()}",))

    async def act(given: Settings, does: str) -> bool:
        return await record_or_keep(given, tmp_path, does, "crew", by="", ask=None)

    assert [await act(away, "key.make"), await act(away, "key.rotate")] == [False, False]
    before = len(await payloads(settings))
    assert await hand_over(settings, tmp_path / FOLDER) == 2
    assert await hand_over(settings, tmp_path / FOLDER) == 0
    assert await act(away, "key.derive") is False
    assert await act(settings, "key.rotate") is True
    assert waiting(tmp_path) == 0
    found = [wire.decode(each) for each in (await payloads(settings))[before:]]
    rows = [(x.subject_kind, "late" in x.reason) for x in found if isinstance(x, AccessRecord)]
    assert rows == [
        ("key.make", True),
        ("key.rotate", True),
        ("key.derive", True),
        ("key.rotate", False),
    ]
    assert {x.account for x in found if isinstance(x, AccessRecord)} == {user_here()}
    verifier, stand = Verifier({}), enumerate(await payloads(settings))
    assert [fault for at, each in stand for fault in verifier.take(at, each)] == []


async def test_what_cannot_be_recorded_is_refused_and_the_chain_goes_on_after_it(
    settings: Settings, key: Path, own_broker: Process
) -> None:
    clock, intake = Clock(), Intake(settings)
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
    halt(own_broker.pid)
    intake._within_s = 1.0
    writes = (log.write("kim", "10.0.0.7", AccessAction.LOOK) for _ in range(20))
    refused = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(each) for each in refused} == {IntakeError}
    os.killpg(own_broker.pid, signal.SIGCONT)
    intake._within_s = 10.0
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

    async def write() -> IntakeError | None:
        try:
            await log.write("park", "10.0.0.9", AccessAction.LOOK)
        except IntakeError as error:
            return error
        return None

    await until(write, "a log that takes a record", lambda seen: seen is None)


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
    assert all(head in signed for some in both for head in some)
    assert await sign_due(settings, intake, NOW_MS) == []
    assert await faults(settings, key, NOW_MS) == []
    await log.write("kim", "10.0.0.7", AccessAction.LOGOUT)  # told by a clock of the day before
    assert len(await faults(settings, key, NOW_MS)) == 1
    written = [head for each in await payloads(settings) if (head := head_in(each)) is not None]
    assert {head.key_id for head in written} == {*public_keys(key.with_suffix(".pub"))}
    assert topics.ACCESS_RECORDS.retention_h >= 24 * 730


async def test_a_server_signs_what_is_due_and_finds_the_last_head_from_the_end(
    settings: Settings, intake: Intake, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "BACK", 3)
    clock = Clock()
    log = AccessLog(settings, intake, clock)
    for _ in range(4):
        clock.at_ms += DAY_MS
        for _ in range(5):
            await log.write("kim", "10.0.0.7", AccessAction.LOOK)
        async with signing(settings, clock.at_ms + DAY_MS):
            await _last_is_a_head(settings)
    found = [wire.decode(each) for each in await payloads(settings)]
    days = [(each.day, each.count) for each in found if isinstance(each, AccessHead)]
    assert days == [(f"2026-11-{day}", 5) for day in range(24, 28)]
    assert await faults(settings, key, clock.at_ms + HOUR_MS) == []
    clock.at_ms += 30 * DAY_MS
    assert len(await sign_due(settings, intake, clock.at_ms)) == 29
    assert await faults(settings, key, clock.at_ms + HOUR_MS) == []


@asynccontextmanager
async def signing(settings: Settings, at_ms: int) -> AsyncIterator[None]:
    """The task of a map server whose clock stands."""
    task = asyncio.create_task(heads.sign_days(settings, lambda: at_ms))
    try:
        yield
    finally:
        await cancel([task])


async def _last_is_a_head(settings: Settings) -> None:
    await until(lambda: payloads(settings), "a head", lambda seen: head_in(seen[-1]) is not None)


class Commands:
    """`python -m maps records` in this process: starting one takes seconds."""

    def __init__(self, city: Stack, capsys: pytest.CaptureFixture[str]) -> None:
        self.kafka, self.capsys = (city.env["BOMNAE_KAFKA"],), capsys

    def __call__(self, key: Path | None, *arguments: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr, with this key in BOMNAE_RECORDS_KEY."""
        settings = Settings(kafka=self.kafka, records_key=str(key or ""))
        options = command_parser().parse_args(["records", *arguments])
        try:
            code = COMMANDS[options.command](settings, options)
        except BomnaeError as error:
            cli.complain(cli.said_of(error), settings)
            code = cli.exit_code(error)
        return code, *self.capsys.readouterr()


@pytest.fixture
def records(city: Stack, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(city, capsys)


async def test_the_commands_sign_verify_and_report(
    records: Commands, settings: Settings, intake: Intake, key: Path, tmp_path: Path
) -> None:
    clock = Clock()
    log = AccessLog(settings, intake, clock)
    await log.write("kim", "10.0.0.7", AccessAction.DOWNLOAD, count=300)
    public = ("--public", str(key.with_suffix(".pub")))
    code, out, _ = await asyncio.to_thread(records, key, "verify", *public)
    assert (code, "days without a head" in out) == (1, True)
    code, out, _ = await asyncio.to_thread(records, key, "sign")
    assert code == 0
    assert "2026-11-23: 1 records" in out
    code, out, _ = await asyncio.to_thread(records, key, "verify", *public)
    assert (code, "no fault" in out) == (0, True), out
    for since, wanted in (("2026-11-23", 0), ("2026-11-22", 1), ("yesterday", 2)):
        arguments = ("verify", *public, "--since", since)
        assert (await asyncio.to_thread(records, key, *arguments))[0] == wanted, since
    folder = tmp_path / "reports"
    month = ("report", "--month", "2026-11", "--out", str(folder))
    code, out, _ = await asyncio.to_thread(records, key, *month)
    assert (code, "Mass look-ups: 1" in out) == (0, True), out
    assert {each.name for each in folder.iterdir()} == {
        "access-records-2026-11.csv",
        "access-records-2026-11.html",
    }
    forged = AccessRecord(
        writer="w-x", number=7, at_ms=1, account="", address="", action=AccessAction.ACT
    )
    await intake.send(topics.ACCESS_RECORDS, 0, forged)
    code, out, _ = await asyncio.to_thread(records, key, "verify", *public)
    assert code == 1
    assert f"offset {len(await payloads(settings)) - 1} w-x/7 the writer's record 0" in out
    assert (await asyncio.to_thread(records, key, *month))[0] == 1
    assert (await asyncio.to_thread(records, key, "report", "--month", "2026"))[0] == 2


def test_the_commands_refuse_wrong_keys_without_a_word_of_them(
    records: Commands, key: Path
) -> None:
    assert records(None, "verify")[0] == 2
    assert records(None, "sign")[0] == 2
    code, _, error = records(None, "key", "--out", str(key))
    assert (code, "File exists" in error) == (2, True)
    assert key.stat().st_mode & 0o777 == 0o600
    secret = key.read_text(encoding="ascii").splitlines()[1]
    code, _, error = records(key.with_suffix(".pub"), "sign")
    assert (code, "no Ed25519 private key" in error) == (2, True)
    code, _, error = records(None, "verify", "--public", str(key))
    assert (code, secret in error) == (2, False)


def test_the_commands_say_that_the_log_is_away(
    records: Commands, key: Path, own_broker: Process
) -> None:
    own_broker.stop()
    assert records(key, "verify")[0] == 8
    assert records(key, "sign")[0] == 8


async def test_the_auditor_reads_the_newest_first_and_goes_on_from_there(
    settings: Settings, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "STEP", 7)
    clock = Clock()
    log = AccessLog(settings, intake, clock)
    for number in range(30):
        account = "lee" if number % 10 == 0 else "kim"
        await log.write(
            account, "10.0.0.7", AccessAction.LOOK, subject=f"W-{number}", subject_kind="work"
        )
    await sign_due(settings, intake, D0_MS + DAY_MS + HOUR_MS)
    await intake.send(topics.ACCESS_RECORDS, 0, Tick(1))
    found = await find(settings, Asked(limit=10))
    assert [offset for offset, _ in found.rows] == [*range(29, 19, -1)]
    found = await find(settings, Asked(limit=25, before=found.before))
    assert [record.subject for _, record in found.rows] == [f"W-{n}" for n in range(19, -1, -1)]
    assert found.before is None
    found = await find(settings, Asked(account="lee"))
    assert [offset for offset, _ in found.rows] == [20, 10, 0]
    found = await find(settings, Asked(action=AccessAction.DELETE))
    assert (found.rows, found.before) == ([], None)
    found = await find(settings, Asked(from_ms=MORNING_MS + 5, to_ms=MORNING_MS + 8))
    assert [record.at_ms - MORNING_MS for _, record in found.rows] == [7, 6, 5]
    assert (await find(settings, Asked(from_ms=MORNING_MS + DAY_MS))).rows == []
    async with opened(settings) as open_log:
        found = await looking.look_back(open_log, Asked(account="lee"), most_looked=15)
        assert ([offset for offset, _ in found.rows], found.before) == ([20], 17)


def test_the_api_gives_records_to_auditors_and_refuses_what_it_cannot_read(
    city: Stack, own_broker: Process
) -> None:
    auditing(city)
    base = city.start_map()
    asyncio.run(_two_looks(Settings(kafka=(city.env["BOMNAE_KAFKA"],))))
    assert ask(base, "/api/v1/records")[0] == 401
    assert asked_as("nobody", base, "/api/v1/records")[0] == 401
    status, body = asked_as("audit", base, "/api/v1/records?account=kim&action=download&limit=5")
    assert (status, body["before"]) == (200, None)
    [row] = body["records"]
    assert (row["offset"], row["account"], row["count"], row["reason"]) == (1, "kim", 40, "=보고")
    [own] = asked_as("audit", base, "/api/v1/records?account=audit&limit=1")[1]["records"]
    assert (own["action"], own["address"]) == ("look", "127.0.0.1")
    assert asked_as("audit", base, "/api/v1/records.csv")[1]["error"]["code"] == "no_reason"
    headers = {"X-Remote-User": "audit", "Bomnae-Reason": "monthly%20check"}
    asked = urllib.request.Request(f"{base}/api/v1/records.csv", headers=headers)  # noqa: S310
    with urllib.request.urlopen(asked, timeout=30) as table:  # noqa: S310
        text = table.read().decode("utf-8-sig")
    assert "'=보고" in text
    narrow = "/api/v1/records?account=audit&action=download&limit=1"
    [own] = asked_as("audit", base, narrow)[1]["records"]
    assert (own["subject_kind"], own["count"]) == ("record.export", len(text.splitlines()) - 1)
    narrow = "/api/v1/records?account=audit&action=look&limit=1"
    [own] = asked_as("audit", base, narrow)[1]["records"]
    assert (own["subject_kind"], own["subject"]) == (
        "record.list",
        "account=audit&action=download",
    )
    for wrong in ("acount=kim", "action=sing", "limit=0", "limit=1001", "from_ms=1", "before=x"):
        status, body = asked_as("audit", base, f"/api/v1/records?{wrong}")
        assert (status, body["error"]["code"]) == (400, "bad_parameter"), wrong
    own_broker.stop()
    assert asked_as("audit", base, "/api/v1/records")[0] == 503


def asked_as(name: str, base: str, path: str) -> tuple[int, Json]:
    """What the proxy's user of this name is answered."""
    return ask(base, path, X_Remote_User=name)


async def _two_looks(settings: Settings) -> None:
    intake = Intake(settings)
    log = AccessLog(settings, intake)
    await log.write("kim", "10.0.0.7", AccessAction.LOGIN)
    await log.write("kim", "10.0.0.7", AccessAction.DOWNLOAD, count=40, reason="=보고")
    await intake.close()

"""Who the records of commands name, and what is done to keys where no log is reached."""

import asyncio
import json
from pathlib import Path

import pytest

from local.services import free_port
from producers.network.importing import write_network
from streams.__main__ import main
from streams.contract.account import Account
from streams.contract.enums import Role
from streams.contract.errors import AccountError, LogAwayError, SettingsError
from streams.contract.grammars import LoginMode
from streams.contract.settings import Settings
from streams.contract.terminal import user_here
from streams.kafka.access_writing import WHO
from streams.kafka.intake import Intake
from streams.kafka.kept_acts import FOLDER, NAME, hand_over, record_or_keep, waiting
from streams.kafka.terminal import Terminal
from tests.cities import worlds

KIM = Account(account="kim", roles=(Role.ADMIN,))
LOCKED = Account(account="lee", roles=(Role.ADMIN,), is_locked=True)


async def known(name: str) -> Account | None:
    return {"kim": KIM, "lee": LOCKED}.get(name)


async def away(name: str) -> Account | None:
    raise ConnectionError(name)


@pytest.fixture
def nowhere() -> Settings:
    """A log and a state that nobody answers for."""
    return Settings(kafka=(f"127.0.0.1:{free_port()}",), redis=f"redis://127.0.0.1:{free_port()}/0")


def who(settings: Settings, **given: object) -> tuple[str, str]:
    async def ask() -> tuple[str, str]:
        return await Terminal(settings, Intake(settings), **given).who()  # type: ignore[arg-type]

    return asyncio.run(ask())


def test_an_account_that_is_known_is_named_with_the_machines_user_as_its_address(
    nowhere: Settings,
) -> None:
    assert who(nowhere, by="kim", ask=known) == ("kim", user_here())
    assert user_here().startswith("terminal:")


def test_nobody_acts_as_an_account_that_is_locked_or_none(nowhere: Settings) -> None:
    for name in ("lee", "nobody", "Kim", "a;b", "--"):
        with pytest.raises(AccountError, match="--by"):
            who(nowhere, by=name, ask=known)


def test_where_accounts_cannot_be_asked_the_machine_is_named_and_the_claim_beside_it(
    nowhere: Settings,
) -> None:
    for ask in (away, None):
        assert who(nowhere, by="kim", ask=ask) == (user_here(), f"{user_here()} (kim?)")
    of_provider = Settings(login=LoginMode.PROXY)
    assert who(of_provider, by="park", ask=known)[0] == user_here()
    assert who(nowhere) == (user_here(), user_here())
    assert who(nowhere, service="retention")[0] == "service:retention"


@pytest.mark.parametrize("name", ["root", "DOM\\kim", "김철수", "a" * 80, "a b\n"])
def test_whatever_the_machine_calls_somebody_fits_a_record(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: name)
    assert WHO.fullmatch(user_here())


def keep(settings: Settings, folder: Path, subject: str) -> bool:
    return asyncio.run(record_or_keep(settings, folder, "key.rotate", subject, by="kim", ask=known))


def test_without_a_log_an_act_on_keys_waits_beside_them_for_its_owner_alone(
    nowhere: Settings, tmp_path: Path
) -> None:
    assert [keep(nowhere, tmp_path, name) for name in ("crew", "codes")] == [False, False]
    lines = (tmp_path / FOLDER / NAME).read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [(row["account"], row["does"], row["subject"]) for row in rows] == [
        ("kim", "key.rotate", "crew"),
        ("kim", "key.rotate", "codes"),
    ]
    assert (tmp_path / FOLDER / NAME).stat().st_mode & 0o077 == 0
    with pytest.raises(LogAwayError, match="2 acts still wait"):
        asyncio.run(hand_over(nowhere, tmp_path / FOLDER))
    assert waiting(tmp_path) == 2


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b'{"at_ms":1,"account":"a","address":"b","does":"no.verb","subject":""}',
        b'{"at_ms":9999999999999,"account":"a","address":"b","does":"key.make","subject":""}',
        b'{"at_ms":1,"account":"a","address":"b","does":"key.make","subject":"","x":1}',
        b"\xff\xfe",
    ],
)
def test_a_file_that_is_not_ours_is_named_and_nothing_is_done(
    nowhere: Settings, tmp_path: Path, line: bytes
) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / NAME).write_bytes(line + b"\n")
    with pytest.raises(SettingsError, match="line 1"):
        keep(nowhere, tmp_path, "crew")
    assert (tmp_path / FOLDER / NAME).read_bytes() == line + b"\n"


def test_where_neither_takes_it_the_keys_stay_as_they_were(
    nowhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, nowhere)
    file = tmp_path / "keys.json"
    assert main(["keys", "make", "--file", str(file)]) == 0
    before = file.read_bytes()
    (tmp_path / FOLDER / NAME).unlink()
    (tmp_path / FOLDER / NAME).mkdir()
    assert main(["keys", "rotate", "crew", "--file", str(file)]) == 2
    assert file.read_bytes() == before


def use(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("BOMNAE_KAFKA", settings.kafka[0])
    monkeypatch.setenv("BOMNAE_REDIS", settings.redis)


@pytest.mark.parametrize(
    "arguments",
    [
        ["refold"],
        ["audit"],
        ["undelivered", "ep_1", "--replay"],
        ["subscriptions", "list"],
    ],
)
def test_what_must_be_recorded_is_not_done_while_the_log_is_away(
    arguments: list[str],
    nowhere: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, nowhere)
    write_network(worlds.road(worlds.STOPS), tmp_path)
    monkeypatch.setenv("BOMNAE_NETWORK", str(tmp_path))
    assert main(arguments) == 8

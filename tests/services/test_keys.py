"""Keys that turn under running processes: the dispatcher's, and the map server's own part."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyotp
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from local.services import free_port
from local.stack import Stack
from local.waiting import wait_until
from streams.__main__ import main
from streams.contract import topics
from streams.contract.key_file import load
from streams.contract.keys import Purpose
from streams.delivery.deciding.crew_links import make_token
from streams.delivery.deciding.secrets import endpoint_secret
from tests.cities import worlds
from tests.devices import Device
from tests.pages.crew import link_of
from tests.receivers import MASTER, Got, Receiver, alert, put, subscribe, subscription
from tests.services.test_login import PASSWORD, Browser, City

ADMIN = "an admin's key for tests"
HOOK = {"url": "https://crew.example/hook", "title": "현장반"}
FILES = {"maps": "maps.json", "dispatch": "dispatch.json", "producers": "producers.json"}


class Keyed(City):
    """A city with logins whose processes have each their part of one key file."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.whole = stack.folder / "keys.json"
        self.keys("make", env={"BOMNAE_SECRET": MASTER})
        self.derive()
        stack.env["BOMNAE_KEYS"] = str(self.part("maps"))
        super().__init__(stack)

    def keys(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        options = ("--file", str(self.whole))
        return self.stack.run("keys", "streams", "keys", *arguments, *options, env=env)

    def derive(self) -> None:
        for process in FILES:
            options = ["--file", str(self.whole), "--out", str(self.part(process))]
            assert main(["keys", "derive", "--for", process, *options]) == 0

    def part(self, process: str) -> Path:
        return self.stack.folder / FILES[process]

    def rotate(self, purpose: str) -> None:
        self.keys("rotate", purpose)
        self.derive()

    def secret(self, purpose: Purpose) -> bytes:
        return load(self.whole).current(purpose).secret


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, kafka_kind: str) -> Iterator[Keyed]:
    env = {"BOMNAE_LOGIN": "local", "BOMNAE_ADMIN_KEY": ADMIN}
    env |= {"BOMNAE_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    with Stack(tmp_path_factory.mktemp("keys"), kafka=kafka_kind, env=env) as stack:
        worlds.lay(stack)
        stack.start_worker()
        worlds.publish(stack, worlds.tick(worlds.T0_MS))
        worlds.wait_drained(stack, worlds.T0_MS)
        yield Keyed(stack)


def verified(secret: str, got: Got) -> Any:
    """The body, as the independent library gives it to a receiver that has one secret."""
    return Webhook(secret).verify(got.raw, dict(got.headers))


def test_a_receiver_with_either_secret_goes_on_for_the_day_of_a_rotation(city: Keyed) -> None:
    store = worlds.redis_of(city.stack)
    with Receiver() as receiver:
        subscribe(store, subscription("ep_a", receiver.url("ep_a")))
        part = str(city.part("dispatch"))
        process = city.stack.python("dispatch", "streams", "dispatch", env={"BOMNAE_KEYS": part})
        before = endpoint_secret(city.secret(Purpose.WEBHOOKS), "ep_a", 1)
        put(store, [alert("work:W1", 1)])
        wait_until(lambda: len(receiver.got), "a message before", lambda seen: seen == 1)
        assert verified(before, receiver.got[0])["type"] == "closure.begin"
        city.rotate("webhooks")
        after = endpoint_secret(city.secret(Purpose.WEBHOOKS), "ep_a", 1)
        put(store, [alert("work:W2", 1)])
        wait_until(lambda: len(receiver.got), "a message after", lambda seen: seen == 2)
        for secret in (before, after):
            assert verified(secret, receiver.got[1])["type"] == "closure.begin"
        with pytest.raises(WebhookVerificationError):
            verified(after, receiver.got[0])
        city.keys("rotate", "webhooks", "--leaked")
        city.derive()
        put(store, [alert("work:W3", 1)])
        wait_until(
            lambda: len(receiver.got), "a message without what leaked", lambda seen: seen == 3
        )
        with pytest.raises(WebhookVerificationError):
            verified(after, receiver.got[2])
        process.stop()
        assert process.exit_code == 0, process.output
        printed = process.log.read_text("utf-8")
        assert not [secret for secret in (before, after) if secret in printed]


def crew_says(city: Keyed, key: bytes) -> str:
    """`link_not_listed` for a token whose key counts: nobody told the log of its link."""
    token = make_token(key, link_of("W/1"))
    path = f"/api/v1/works/{quote('W/1', safe='')}/page"
    found = city.browser(Authorization=f"Bearer {token}").ask("GET", path)[1]
    return str(found["error"]["code"])


def test_links_of_crews_live_through_a_rotation_and_end_with_a_leaked_key(city: Keyed) -> None:
    before = city.secret(Purpose.CREW)
    assert crew_says(city, before) == "link_not_listed"
    city.rotate("crew")
    after = city.secret(Purpose.CREW)
    assert [crew_says(city, each) for each in (before, after)] == 2 * ["link_not_listed"]
    city.keys("rotate", "crew", "--leaked")
    city.derive()
    newest = city.secret(Purpose.CREW)
    found = [crew_says(city, each) for each in (before, after, newest)]
    assert found == ["bad_token", "bad_token", "link_not_listed"], "a leak ends all of before"
    assert crew_says(city, b"n" * 32) == "bad_token"


def test_the_map_server_says_by_name_what_its_part_cannot(city: Keyed) -> None:
    admin = Browser(city.base, Authorization=f"Bearer {ADMIN}")
    status, body = admin.ask("POST", "/api/v1/subscriptions", HOOK)
    assert (status, body["error"]["code"]) == (503, "no_secret")
    assert "webhooks" in body["error"]["message"]
    assert str(city.part("maps")) not in json.dumps(body)


def sealed_by(city: Keyed, account: str) -> list[str]:
    """The ids of the keys that sealed an account's codes, as the log has them."""
    rows = [json.loads(raw) for raw in city.read(topics.ACCOUNTS)]
    seals = [row.get("code_secret", "") for row in rows if row["account"] == account]
    return [seal.partition(".")[0] for seal in seals if seal]


def _add_passkey(found: Browser, device: Device) -> None:
    """A key of a device for whoever is logged in; it is for a name, not an address."""
    found.base = device.origin
    asked = found.ask("POST", "/api/v1/account/passkeys/options", {"password": PASSWORD})[1]
    body = {"credential": device.made(asked["challenge"])}
    assert found.ask("POST", "/api/v1/account/passkeys", body)[0] == 200


def _enter(city: Keyed, device: Device) -> None:
    """Log in by it."""
    one = city.browser()
    one.base = device.origin
    asked = one.ask("POST", "/api/v1/session/passkey/options", {})[1]
    body = {"credential": device.signed(asked["challenge"])}
    assert one.ask("POST", "/api/v1/session/passkey", body)[0] == 200


def test_a_second_factor_outlives_a_rotation_and_is_sealed_anew_at_the_next_login(
    city: Keyed,
) -> None:
    found = city.account("careful", "viewer")
    made = found.ask("POST", "/api/v1/account/code")[1]
    maker = pyotp.TOTP(made["secret"])
    body = {"sealed": made["sealed"], "code": maker.at(time.time()), "password": PASSWORD}
    assert found.ask("PUT", "/api/v1/account/code", body)[0] == 200
    old = load(city.whole).current(Purpose.CODES).id
    city.rotate("codes")
    new = load(city.whole).current(Purpose.CODES).id
    assert sealed_by(city, "careful") == [old]
    assert city.browser().login("careful", PASSWORD, maker.at(time.time() + 30))[0] == 200
    assert sealed_by(city, "careful")[-1] == new
    _add_passkey(found, device := Device("localhost", found.base.replace("127.0.0.1", "localhost")))
    city.rotate("codes")
    _enter(city, device)
    assert sealed_by(city, "careful")[-1] == load(city.whole).current(Purpose.CODES).id
    city.rotate("codes")
    code, said = city.run("accounts", "reseal")
    newest = load(city.whole).current(Purpose.CODES).id
    assert (code, said) == (0, f"1 sealed anew with {newest}\n")
    assert sealed_by(city, "careful")[-1] == newest
    assert city.run("accounts", "reseal")[1].startswith("0 sealed anew")
    city.keys("rotate", "codes", "--leaked")
    city.derive()
    status, body = city.browser().login("careful", PASSWORD, maker.at(time.time() + 30))
    assert (status, body["error"]["code"]) == (400, "bad_account")
    assert "accounts reset" in body["error"]["message"]
    code, said = city.run("accounts", "reseal")
    assert (code, "accounts reset careful" in said) == (2, True)
    printed = city.stack.processes["maps"].log.read_text("utf-8")
    assert made["secret"] not in printed


@pytest.mark.parametrize(
    ("process", "command"),
    [
        ("maps", ["maps", "serve"]),
        ("dispatch", ["streams", "dispatch"]),
        ("producers", ["producers", "run", "--no-clock"]),
    ],
)
def test_a_process_ends_with_2_for_a_file_that_is_none_or_anothers(
    city: Keyed, tmp_path: Path, process: str, command: list[str]
) -> None:
    env = {"BOMNAE_HTTP": f"127.0.0.1:{free_port()}", "BOMNAE_TAGO_KEY": "k"}
    other = next(each for each in FILES if each != process)
    wrong = tmp_path / "keys.json"
    wrong.write_bytes(city.part(process).read_bytes().replace(b'"key": "', b'"key": "AAAA"//', 1))
    wrong.chmod(0o600)
    for file, says in ((city.part(other), f"is the part for {other}"), (wrong, str(wrong))):
        said = city.stack.run("wrong", *command, env={**env, "BOMNAE_KEYS": str(file)}, fine=(2,))
        assert says in said
        secrets = re.findall(r'"key": "(.+?)"', file.read_text())
        assert not [each for each in secrets if each in said]

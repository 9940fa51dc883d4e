"""Endpoints by CLI and by API, through Kafka, the worker and the dispatcher to a sink."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from local.services import free_port
from local.stack import Stack
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.enums import Closure
from streams.contract.records import Permit, PermitBatch
from streams.contract.terminal import user_here
from streams.kafka.access_log import opened
from tests import warm
from tests.cities import worlds
from tests.services.asking import Json, ask

KEY = "an admin's key for tests"
MASTER = "a master key for tests, of 32 characters or more"
BEARER = {"Authorization": f"Bearer {KEY}"}
PATH = "/api/v1/subscriptions"
HOOK = {"url": "http://127.0.0.1:8720/", "title": "현장반"}


@pytest.fixture
def desk(city: Stack) -> Stack:
    """A city with a worker, whose endpoints may be on this machine."""
    city.env |= {
        "BOMNAE_SECRET": MASTER,
        "BOMNAE_ADMIN_KEY": KEY,
        "BOMNAE_WEBHOOK_NETWORKS": "127.0.0.0/8",
    }
    city.start_worker()
    worlds.publish(city, worlds.tick(worlds.T0_MS))
    worlds.wait_drained(city, worlds.T0_MS)  # it has its partitions: what is told is folded at once
    return city


@pytest.fixture(scope="module")
def keyless(tmp_path_factory: pytest.TempPathFactory, kafka_kind: str) -> Iterator[Stack]:
    """A city that nothing is changed in: its endpoints may not be on this machine."""
    env = {"BOMNAE_SECRET": MASTER}
    with Stack(tmp_path_factory.mktemp("keyless"), kafka=kafka_kind, env=env) as stack:
        yield worlds.lay(stack)


def keyed(base: str, path: str, body: Json | None = None, method: str = "") -> tuple[int, Json]:
    """Ask with the admin's key."""
    return ask(base, path, body, method, **BEARER)


def run(stack: Stack, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `python -m streams`."""
    return warm.run("streams", arguments, stack.env)


def subscriptions(stack: Stack, *arguments: str) -> tuple[int, str, str]:
    return run(stack, "subscriptions", *arguments)


def added(stack: Stack, url: str, *more: str) -> tuple[str, str]:
    """The id and the secret of a new endpoint."""
    code, out, error = subscriptions(stack, "add", "--url", url, "--title", "현장반", *more)
    assert code == 0, error
    words = out.split()
    return words[1], words[3]


def recorded(stack: Stack, endpoint: str) -> list[str]:
    """What access records say was done to an endpoint at the terminal."""

    async def read() -> list[bytes]:
        async with opened(worlds.settings_of(stack)) as log:
            return [
                each.payload or b"" async for run in log.read(*await log.ends()) for each in run
            ]

    rows = [json.loads(payload) for payload in asyncio.run(read())]
    own = [row for row in rows if row.get("subject") == endpoint]
    assert {(row["account"], row["address"]) for row in own} == {(user_here(), user_here())}
    return [row["subject_kind"] for row in own]


def test_an_endpoint_lives_from_add_to_remove_and_its_secret_is_seen_twice(
    desk: Stack, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    endpoint, secret = added(desk, url, "--rules", "closure", "--area", "127,37 128,37 128,38")
    assert endpoint.startswith("ep_")
    code, listed, _ = subscriptions(desk, "list")
    assert code == 0
    assert all(part in listed for part in (endpoint, url, "rules: closure", "area: 127,37 128,37"))
    assert secret not in listed
    (tmp_path / "secrets").write_text(f"secret   {secret}\n", encoding="utf-8")
    sink = desk.python(
        "sink",
        "streams",
        "sink",
        "--listen",
        f"127.0.0.1:{port}",
        "--secrets",
        str(tmp_path / "secrets"),
    )
    wait_until(
        lambda: sink.log.read_text("utf-8"), "the sink listens", lambda seen: "sink on" in seen
    )
    assert subscriptions(desk, "test", endpoint)[:2][0] == 0
    assert subscriptions(desk, "rotate", endpoint)[0] == 0
    assert subscriptions(desk, "test", endpoint)[0] == 0  # the secret before signs too
    code, out, _ = subscriptions(desk, "rotate", endpoint, "--leaked")
    assert code == 0
    assert secret not in out
    code, out, _ = subscriptions(desk, "test", endpoint)
    assert (code, out.split()[:3]) == (1, ["refused:", "status", "401"])
    assert subscriptions(desk, "change", endpoint, "--rules", "", "--no-enabled")[0] == 0
    listed = subscriptions(desk, "list")[1]
    assert "rules" not in listed
    assert f"{endpoint} off secret 3" in listed
    assert subscriptions(desk, "remove", endpoint)[0] == 0
    assert subscriptions(desk, "list")[:2] == (0, "")
    assert subscriptions(desk, "remove", endpoint)[0] == 7
    assert recorded(desk, endpoint) == [
        "endpoint.add",
        "endpoint.test",
        "endpoint.rotate",
        "endpoint.test",
        "endpoint.rotate",
        "endpoint.test",
        "endpoint.change",
        "endpoint.remove",
    ]
    sink.stop()
    said = sink.log.read_text("utf-8")
    assert "3 messages, 2 as they must be" in said
    assert "1 forged" in said
    assert sink.exit_code == 4, said
    for process in desk.processes.values():
        assert secret not in process.log.read_text("utf-8", errors="replace")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "--url", "http://10.0.0.1/", "--title", "t"], 2, "BOMNAE_WEBHOOK_NETWORKS"),
        (["add", "--url", "https://u:hunter2@a.example/", "--title", "t"], 2, "user name"),
        (["add", "--url", "https://a.example/", "--title", "t", "--rules", "x"], 2, "rules"),
        (["add", "--url", "https://a.example/", "--title", "t", "--area", "1,2"], 2, "area"),
        (["add", "--url", "https://a.example/", "--title", "t", "--area", "x"], 2, "LON,LAT"),
        (["add", "--url", "https://a.example/", "--title", "t", "--links", "L"], 2, "links"),
        (["add", "--url", "https://a.example/", "--title", "010-1234-5678"], 2, "number"),
        (["add", "--url", "https://a.example/", "--title", "t", "--weekdays", "mo"], 2, "weekdays"),
        (["change", "ep_00000000", "--title", "t"], 7, "no endpoint"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    keyless: Stack, arguments: list[str], code: int, said: str
) -> None:
    found = subscriptions(keyless, *arguments)
    assert found[0] == code, found
    assert said in found[2]
    assert "hunter2" not in found[2]
    assert "1234" not in found[2]


def test_without_a_master_key_no_secret_is_made_and_a_new_key_is(city: Stack) -> None:
    code, _, error = subscriptions(city, "add", "--url", "https://a.example/", "--title", "t")
    assert (code, "BOMNAE_SECRET is not set" in error) == (2, True)
    code, out, _ = subscriptions(city, "secret")
    assert code == 0
    assert len(out.strip()) >= 32
    city.processes["redis"].stop()
    assert subscriptions(city, "list")[0] == 8


def test_the_api_does_what_the_cli_does(desk: Stack) -> None:
    base = desk.start_map()
    status, made = keyed(base, PATH, {**HOOK, "rules": ["closure"], "weekdays": [0]})
    assert status == 201, made
    secret, one = made.pop("secret"), f"{PATH}/{made['endpoint']}"
    Webhook(secret)
    status, known = keyed(base, one)
    assert (status, known) == (200, {**made, "created_ms": made["changed_ms"]})
    assert keyed(base, PATH)[1] == {"subscriptions": [known]}
    status, changed = keyed(base, one, {"rules": [], "hours": "22:00-05:00"}, "PATCH")
    assert (status, changed["rules"], changed["weekdays"]) == (200, [], [0])
    status, rotated = keyed(base, f"{one}/rotate", {})
    assert (status, rotated["secret_generation"], rotated["secret"] != secret) == (200, 2, True)
    assert secret not in json.dumps(keyed(base, PATH)[1])
    assert keyed(base, one, {}, "DELETE")[0] == 200
    assert keyed(base, one)[0] == 404
    assert keyed(base, PATH)[1] == {"subscriptions": []}
    log = desk.processes["maps"].log.read_text("utf-8")
    assert not any(word in log for word in (secret, rotated["secret"], KEY, MASTER))


def test_the_api_refuses_who_has_no_key_and_what_cannot_be(city: Stack) -> None:
    city.env |= {"BOMNAE_ADMIN_KEY": KEY, "BOMNAE_SECRET": MASTER}
    base = city.start_map()
    refusals: list[tuple[Json | None, dict[str, str], int, str]] = [
        (None, {}, 401, "wrong_key"),
        (HOOK, {"Authorization": f"Bearer {KEY}x"}, 401, "wrong_key"),
        (HOOK, {"Authorization": f"Basic {KEY}"}, 401, "wrong_key"),
        (HOOK, {"Authorization": "Bearer \xe9"}, 401, "wrong_key"),
        (HOOK, {**BEARER, "Origin": "https://evil.example"}, 403, "other_origin"),
        (HOOK, BEARER, 400, "bad_subscription"),  # http, and this machine's address
        ({"title": "t"}, BEARER, 400, "bad_body"),
        ({**HOOK, "is_removed": True}, BEARER, 400, "bad_body"),
        ({**HOOK, "url": "https://a.example/", "area": [[1, 2]]}, BEARER, 400, "bad_subscription"),
        ({**HOOK, "url": "https://a.example/", "routes": ["x"]}, BEARER, 400, "bad_subscription"),
        ({**HOOK, "url": "https://a.example/", "area": [[1]]}, BEARER, 400, "bad_body"),
        ({"url": "https://a.example/", "title": "010-1234-5678"}, BEARER, 400, "bad_subscription"),
        ({**HOOK, "title": "가" * 9_000}, BEARER, 413, "too_large"),
    ]
    for body, headers, status, code in refusals:
        found = ask(base, PATH, body, **headers)
        assert (found[0], found[1]["error"]["code"]) == (status, code), found
    for _ in range(30):
        last = ask(base, PATH, Authorization="Bearer guess")[0]
    assert last == 429
    assert keyed(base, PATH)[0] == 200  # whoever has the key is not kept out


def test_without_an_admin_key_the_api_says_who_manages(city: Stack) -> None:
    status, body = ask(city.start_map(), PATH, HOOK, **BEARER)
    assert (status, body["error"]["code"]) == (403, "no_admin_key")


# --- all the way


def told_to_dig(now_ms: int, *, ends_ms: int) -> list[worlds.Sent]:
    """A permit that closes S3>S4 from now on, and the time in every partition."""
    permit = Permit(
        permit_id="W1",
        title="하수관 정비",
        starts_ms=now_ms - 60_000,
        ends_ms=ends_ms,
        organisation="하수과",
        closure=Closure.FULL,
        link_ids=("S3>S4",),
    )
    batch = PermitBatch("permits", now_ms, is_complete=True, rows=(permit,))
    return [(topics.PERMITS, 0, wire.encode(batch)), *worlds.tick(now_ms)]


def test_a_closure_comes_to_the_sink_verified_once_and_ends(desk: Stack) -> None:
    port = free_port()
    endpoint, _ = added(desk, f"http://127.0.0.1:{port}/", "--rules", "closure")
    deaf, _ = added(desk, f"http://127.0.0.1:{port}/", "--organisations", "가스공사")
    sink = desk.python(
        "sink", "streams", "sink", "--listen", f"127.0.0.1:{port}", "--endpoint", endpoint
    )
    desk.python("dispatcher", "streams", "dispatch")
    now_ms = time.time_ns() // 1_000_000
    worlds.publish(desk, told_to_dig(now_ms, ends_ms=now_ms + 7_200_000))
    wait_until(lambda: sink.log.read_text("utf-8"), "the begin", lambda seen: "통제" in seen)
    later_ms = now_ms + 1_000
    worlds.publish(desk, told_to_dig(later_ms, ends_ms=later_ms))
    wait_until(lambda: sink.log.read_text("utf-8"), "the end", lambda seen: "해제" in seen)
    sink.stop()
    said = sink.log.read_text("utf-8")
    assert sink.exit_code == 0, said
    assert "2 messages, 2 as they must be" in said
    assert deaf not in said

"""Every route by every role at a running server, and what a script without a login comes to."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from local.stack import Stack
from local.waiting import until
from maps.access.guard import COOKIE, GUARD
from maps.access.passkeys import FOR_S
from maps.access.passwords import hash_of as hash_of_password
from maps.access.recording import RECORDER
from maps.access.refused import TALLY, write_rest
from maps.access.sessions import name_of
from maps.api import matrix, stream
from maps.api.admin_key import NAME
from maps.api.context import CONTEXT
from maps.api.operation import Operation
from maps.api.routes import OPERATIONS
from maps.server import build_app
from producers.datasets.loading import load
from streams.contract.access import AccessRecord
from streams.contract.account import Account, Passkey, is_name
from streams.contract.enums import AccessAction, Role
from streams.contract.grammars import Address, LoginMode, SecondFactor
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.domain.stages.accounts import ACCOUNTS
from streams.geo.loading import load_network
from streams.kafka.access_log import opened
from streams.state.keys import CHALLENGE, FAILED, failed_of, login_key
from streams.state.kinds import hash_of
from streams.state.store import Store
from tests.cities import datasets, worlds
from tests.devices import Device
from tests.services.asking import send

MASTER = "a master key for tests, of 32 characters or more"
PASSWORD = "four words nobody expects"  # noqa: S105
ADMIN = "an admin's key for tests"
LOCAL = LoginMode.LOCAL
NOT_THEIRS = {"not_yours", "no_login", "idle", "must_change"}
THEIRS_ALL_THE_SAME: dict[str, str] = {}
"""What refuses (401, 403) somebody who may, for another cause: the code, by path."""


@dataclass
class Door:
    """A map server in this process that asks who one is; everybody has an account."""

    url: str
    app: web.Application
    settings: Settings
    http: aiohttp.ClientSession

    async def cookie(self, column: str) -> str:
        """A new session of a column of the matrix, "" for nobody."""
        if column == matrix.NOBODY:
            return ""
        sessions = self.app[GUARD].sessions
        if column != matrix.AWAY:
            return (await sessions.begin(column, LOCAL, "10.0.0.1"))[0]
        then_ms = sessions.now_ms() - sessions.idle_s * 1000 - 1
        earlier = replace(sessions, now_ms=lambda: then_ms, _known={})
        return (await earlier.begin(column, LOCAL, "10.0.0.1"))[0]

    async def typed_account(self, passkeys: tuple[Passkey, ...] = ()) -> None:
        """An account with a password."""
        hashed = hash_of_password(PASSWORD)
        roles = (Role.DESK,)
        made = Account(account="typed", roles=roles, password_hash=hashed, passkeys=passkeys)
        await self.account(made)

    async def account(self, made: Account) -> None:
        """An account as the log would have it."""
        guard = self.app[GUARD]
        guard.forget(made.account)
        raw = msgspec.json.encode(made)
        await guard.store.client.hset(hash_of(ACCOUNTS, 0), made.account, raw)

    async def ask(self, method: str, path: str, token: str, **headers: str) -> tuple[int, str]:
        """Status, and the code of a refusal or where it leads. Of a stream its head alone."""
        if token:
            headers["Cookie"] = f"{COOKIE}={token}"
        body = None if method in ("GET", "HEAD") else b"{}"
        if body:
            headers["Content-Type"] = "application/json"
        asking = self.http.request(
            method, self.url + path, data=body, headers=headers, allow_redirects=False
        )
        async with asking as answer:
            if answer.status < 400:
                return answer.status, answer.headers.get("Location", "")
            try:
                return answer.status, msgspec.json.decode(await answer.read())["error"]["code"]
            except msgspec.DecodeError:
                return answer.status, ""

    async def records(self) -> list[AccessRecord]:
        found = []
        async with opened(self.settings) as log:
            async for entries in log.read(*await log.ends()):
                found += [each.payload or b"" for each in entries]
        return [msgspec.json.decode(raw, type=AccessRecord) for raw in found]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, kafka_kind: str) -> Iterator[Stack]:
    env = {"BOMNAE_SECRET": MASTER, "BOMNAE_LOGIN": "local"}
    with Stack(tmp_path_factory.mktemp("doors"), kafka=kafka_kind, env=env) as stack:
        yield worlds.lay(stack)


@pytest.fixture
async def door(town: Stack) -> AsyncIterator[Door]:
    async with opened_door(town) as door:
        yield door


@asynccontextmanager
async def opened_door(
    town: Stack, rule: SecondFactor = SecondFactor.OPTIONAL
) -> AsyncIterator[Door]:
    here = Address("127.0.0.1", 0)
    known = worlds.settings_of(town)
    settings = replace(known, http=here, admin_key=ADMIN, second_factor=rule)
    roles = {str(role): (role,) for role in Role}
    roles |= {matrix.AWAY: (Role.OPERATOR,), matrix.FRESH: (Role.OPERATOR,)}
    with worlds.redis_of(town) as client:
        for name, given in roles.items():
            account = Account(account=name, roles=given, must_change=name == matrix.FRESH)
            client.hset(hash_of(ACCOUNTS, 0), name, msgspec.json.encode(account))
    app = build_app(settings, load_network(settings.network), Store.connect(settings))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        await until(
            lambda: app[CONTEXT].live.store_state, "a store that answers", lambda seen: seen == "ok"
        )
        async with aiohttp.ClientSession() as http:
            yield Door(f"http://{host}:{port}", app, settings, http)
    finally:
        await runner.cleanup()


def path_of(operation: Operation) -> str:
    """An address of an operation, with something in the place of each parameter."""
    return re.sub(r"\{[a-z_]+(?::[^{}]*)?\}", "x", operation.path)


def is_as_said(path: str, cell: str, status: int, code: str) -> bool:
    """Whether an answer is what the matrix says of its row and column."""
    if cell == matrix.LOGIN:
        return status == 303 and code.startswith("/login?next=")
    if cell == matrix.NO:
        return status in (401, 403) and code in NOT_THEIRS
    if cell in (matrix.KEY, matrix.LINK):
        return status < 500 and code not in {"not_yours", "idle", "must_change"}
    if status in (401, 403):
        return code == THEIRS_ALL_THE_SAME.get(path, "nothing")
    return not code.startswith("/login?next=")


async def test_every_route_answers_every_role_as_the_matrix_says(door: Door) -> None:
    lines = {(line.method, line.path): line for line in matrix.lines_of(OPERATIONS)}
    wrong: list[Any] = []
    for operation in OPERATIONS:
        line = lines[operation.method, operation.path]
        for column, cell in zip(matrix.COLUMNS, line.cells, strict=True):
            token = await door.cookie(column)
            found = await door.ask(operation.method, path_of(operation), token)
            if not is_as_said(operation.path, cell, *found):
                wrong.append((operation.method, operation.path, column, cell, *found))
    assert wrong == []


async def test_an_account_has_so_many_streams_and_they_end_soon_after_it_is_locked(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_OF_ONE", 3)
    await door.account(Account(account="watcher", roles=(Role.VIEWER,)))
    token = (await door.app[GUARD].sessions.begin("watcher", LOCAL, "10.0.0.1"))[0]
    headers = {"Cookie": f"{COOKIE}={token}"}
    held = [await door.http.get(f"{door.url}/api/v1/stream", headers=headers) for _ in range(3)]
    try:
        assert [each.status for each in held] == [200] * 3
        assert await door.ask("GET", "/api/v1/stream", token) == (429, "too_many_readers")
        await door.account(Account(account="watcher", roles=(Role.VIEWER,), is_locked=True))
        async with asyncio.timeout(60):
            for each in held:
                await each.read()
    finally:
        for each in held:
            each.close()
    await until(
        lambda: door.app[stream.OPEN]["watcher"], "no stream of theirs", lambda seen: seen == 0
    )


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        (SecondFactor.OPTIONAL, set()),
        (SecondFactor.STAFF, {Role.OPERATOR}),
        (SecondFactor.ALL, {Role.OPERATOR, Role.VIEWER}),
    ],
)
async def test_who_must_have_a_second_factor_sets_one_up_first(
    town: Stack, rule: SecondFactor, held: set[Role]
) -> None:
    async with opened_door(town, rule) as door:
        for role in (Role.OPERATOR, Role.VIEWER):
            token, is_held = await door.cookie(role), role in held
            found = await door.ask("GET", "/api/v1/snapshot", token)
            assert found == ((403, "no_factor") if is_held else (200, ""))
            assert (await door.ask("GET", "/", token))[0] == (303 if is_held else 200)
            assert (await door.ask("POST", "/api/v1/account/code", token))[0] == 200
            known = Account(account=str(role), roles=(role,))
            by_key = replace(known, passkeys=(Passkey("k" * 20, "p"),))
            for made in (replace(known, code_secret="sealed"), by_key):  # noqa: S106
                await door.account(made)
                assert (await door.ask("GET", "/api/v1/snapshot", token))[0] == 200
            await door.account(known)


@pytest.mark.parametrize(
    ("rule", "status"), [(SecondFactor.OPTIONAL, 200), (SecondFactor.STAFF, 401)]
)
async def test_a_password_alone_is_no_login_where_the_second_factor_is_a_passkey(
    town: Stack, rule: SecondFactor, status: int
) -> None:
    async with opened_door(town, rule) as door:
        await door.typed_account(passkeys=(Passkey("k" * 20, "p"),))
        body = {"account": "typed", "password": PASSWORD}
        async with door.http.post(f"{door.url}/api/v1/session", json=body) as answer:
            assert answer.status == status
            assert status == 200 or (await answer.json())["error"]["code"] == "passkey_needed"
        await door.typed_account()


async def test_an_address_that_no_operation_stands_for_is_not_served(door: Door) -> None:
    token = await door.cookie(Role.ADMIN)
    assert (await door.ask("GET", "/api/v1/nothing", token))[0] == 404
    assert (await door.ask("PUT", "/api/v1/alerts", token))[0] == 405


async def test_a_script_without_a_login_is_refused_recorded_and_in_nobodys_way(door: Door) -> None:
    before = len(await door.records())
    operator = await door.cookie(Role.OPERATOR)
    codes = [door.ask("POST", f"/api/v1/alerts/alrt_{n:026}/acknowledge", "") for n in range(200)]
    reads = [door.ask("GET", "/api/v1/snapshot", operator) for _ in range(20)]
    answers = await asyncio.gather(*codes, *reads)
    assert answers[:200] == [(401, "no_login")] * 200
    assert answers[200:] == [(200, "")] * 20
    assert (await door.ask("POST", "/api/v1/calls", operator))[1] != "too_many"
    await write_rest(door.app[RECORDER], door.app[TALLY])
    rows = [row for row in (await door.records())[before:] if row.subject_kind == "login.none"]
    assert sum(row.count for row in rows) == 200
    assert len(rows) == 2
    assert {(row.account, row.action) for row in rows} == {("", AccessAction.REFUSED)}


async def test_what_the_admins_key_does_is_recorded_and_wrong_ones_are_counted(door: Door) -> None:
    before, rotate = len(await door.records()), "/api/v1/subscriptions/ep_x/rotate"
    assert await door.ask("POST", rotate, "", Authorization=f"Bearer {ADMIN}") == (404, "not_found")
    guess = {"Authorization": "Bearer guess"}
    codes = {(await door.ask("POST", rotate, "", **guess))[0] for _ in range(30)}
    assert codes == {401, 429}
    await write_rest(door.app[RECORDER], door.app[TALLY])
    [did, *wrong] = (await door.records())[before:]
    assert (did.account, did.action, did.subject) == (NAME, AccessAction.KEY, "ep_x")
    assert not is_name(NAME), "nobody can be called so"
    assert {(row.subject_kind, row.account, row.address) for row in wrong} == {
        ("login.admin_key", "", "127.0.0.1")
    }
    assert (len(wrong), sum(row.count for row in wrong)) == (2, 30)


async def test_a_screen_that_asks_by_itself_is_nobody_there(door: Door) -> None:
    """What a page asks for every few seconds keeps no session alive; keys and pointer do."""
    token, sessions = await door.cookie(Role.DESK), door.app[GUARD].sessions
    then = await sessions.of(token)
    for path in ("/api/v1/calls", "/api/v1/snapshot", "/api/v1/desk/photos/x"):
        assert (await door.ask("GET", path, token))[0] == 200
    assert await sessions.of(token) == then
    assert (await door.ask("POST", "/api/v1/session/here", token))[0] == 204
    now = await sessions.of(token)
    assert now is not None
    assert then is not None
    assert now.acted_ms > then.acted_ms


async def test_photos_are_looked_at_for_a_reason_and_a_look_is_one_record(door: Door) -> None:
    token, path = await door.cookie(Role.DESK), "/api/v1/desk/photos/W-7"
    before = len(await door.records())
    assert await door.ask("GET", f"{path}/a.jpg", token) == (400, "no_reason")
    assert await door.ask("POST", f"{path}/look", token) == (400, "no_reason")
    number = {"Bomnae-Reason": "010-1234-5678"}
    assert await door.ask("POST", f"{path}/look", token, **number) == (400, "bad_reason")
    assert (await door.ask("POST", f"{path}/look", token, **{"Bomnae-Reason": "review"}))[0] == 204
    for _ in range(3):
        assert (await door.ask("GET", f"{path}/a.jpg", token))[1] != "no_reason"
        assert (await door.ask("GET", "/api/v1/calls", token))[0] == 200
    assert await door.ask("GET", "/api/v1/desk/photos/W-8/a.jpg", token) == (400, "no_reason")
    rows = [(row.action, row.subject, row.reason) for row in (await door.records())[before:]]
    assert rows.count((AccessAction.LOOK, "W-7", "review")) == 1
    assert len(rows) <= 2  # the look at the calls may have begun before


async def test_a_made_up_token_is_refused_and_recorded(door: Door) -> None:
    before = len(await door.records())
    made_up = {"Authorization": "Bearer bmn_operator_madeup"}
    for _ in range(30):
        assert (await door.ask("GET", "/api/v1/snapshot", "", **made_up)) == (401, "wrong_token")
    (row,) = (await door.records())[before:]
    assert (row.subject_kind, row.subject, row.account) == ("login.token", "wrong_token", "")


@pytest.mark.parametrize(
    ("path", "role", "status", "said"),
    [
        ("/desk", Role.VIEWER, 403, ("이 계정의 권한으로는 할 수 없습니다", 'href="/"')),
        ("/", Role.AUDITOR, 403, ("관리자에게 역할을 요청하십시오", 'href="/records"')),
        ("/records", Role.DESK, 403, ("열 수 없습니다", 'href="/desk"')),
        ("/nowhere", Role.DESK, 404, ("찾을 수 없습니다", 'href="/desk"')),
        ("/nowhere", None, 404, ("There is nothing", 'href="/login"')),
    ],
)
async def test_a_page_that_is_not_theirs_says_so_and_where_they_may_go(
    door: Door, path: str, role: Role | None, status: int, said: tuple[str, ...]
) -> None:
    token = await door.cookie(role or matrix.NOBODY)
    headers = {"Accept": "text/html,*/*;q=0.8", "Cookie": f"{COOKIE}={token}"}
    async with door.http.get(door.url + path, headers=headers) as answer:
        text = await answer.text()
        assert answer.status == status
        assert answer.content_type == "text/html"
    for each in said:
        assert each in text
    links = set(re.findall(r'class="button" href="([^"]+)"', text))
    for link in links - {"/login"}:
        assert (await door.ask("GET", link, token))[0] == 200, link
    async with door.http.get(door.url + path, headers=headers | {"Accept": "*/*"}) as answer:
        assert status == 404 or answer.content_type == "application/json"


async def test_a_passkey_opens_once_and_a_copy_or_a_replay_does_not(door: Door) -> None:
    host = door.url.removeprefix("http://").replace("127.0.0.1", "localhost")
    device = Device("localhost", f"http://{host}", uses=3)
    account = Account(account="keyed", roles=(Role.DESK,), passkeys=(device.passkey,))
    await door.app[GUARD].store.client.hset(
        hash_of(ACCOUNTS, 0), "keyed", msgspec.json.encode(account)
    )

    async def post(path: str, body: object) -> tuple[int, Any]:
        address, headers = f"{door.url}/api/v1/session/{path}", {"Host": host}
        async with door.http.post(address, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def signed() -> dict[str, Any]:
        status, asked = await post("passkey/options", {"account": "keyed"})
        assert status == 200
        assert [each["id"] for each in asked["allowCredentials"]] == [device.passkey.key_id]
        return {"credential": device.signed(asked["challenge"])}

    sent = await signed()
    assert (await post("passkey", sent))[0] == 200
    assert (await post("passkey", sent))[1]["error"]["code"] == "wrong_passkey"  # a replay
    device.uses = 3  # a copy that does not know how often the other has signed
    assert (await post("passkey", await signed()))[0] == 401
    device.uses = 90
    assert (await post("passkey", await signed()))[0] == 200
    waited = await signed()
    for key in await door.app[GUARD].store.client.keys(login_key(CHALLENGE, "*")):
        assert 0 < await door.app[GUARD].store.client.ttl(key) <= FOR_S
        await door.app[GUARD].store.client.delete(key)  # two minutes later
    assert (await post("passkey", waited))[0] == 401
    asked_of_nobody = (await post("passkey/options", {"account": "no-such"}))[1]
    assert len(asked_of_nobody["allowCredentials"]) == 1
    for _ in range(4):
        assert (await post("passkey", sent))[0] == 401
    assert (await post("passkey", sent))[1]["error"]["code"] == "login_locked"
    for key in await door.app[GUARD].store.client.keys(login_key(FAILED, "*")):
        await door.app[GUARD].store.client.delete(key)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/desk/photos/x/../../../works/y", 400),
        ("/api/v1/desk/photos/x/%2e%2e/%2e%2e/works/y", 400),
        ("/api/v1/desk/photos/x/%252e%252e/works/y", 400),
        ("/w/./x", 400),
        ("//evil.example/x", 400),
        ("/w//x", 400),
        ("/w/x%5C..%5Cy", 400),
        ("/w/2026%2F0412", 200),
    ],
)
async def test_a_path_that_a_proxy_may_read_otherwise_is_refused(
    door: Door, path: str, status: int
) -> None:
    assert (await asyncio.to_thread(send, door.url, "GET", path))[0] == status


async def test_a_login_has_a_new_session_and_the_one_before_is_over(door: Door) -> None:
    await door.typed_account()
    before = await door.cookie(Role.VIEWER)
    headers = {"Cookie": f"{COOKIE}={before}"}
    body = {"account": "typed", "password": PASSWORD}
    async with door.http.post(door.url + "/api/v1/session", json=body, headers=headers) as answer:
        assert answer.status == 200
        after = answer.cookies[COOKIE].value
    assert after != before
    assert (await door.ask("GET", "/api/v1/snapshot", before))[0] == 401
    assert (await door.ask("GET", "/api/v1/snapshot", after))[0] == 200
    more = body | {"roles": ["admin"]}
    async with door.http.post(door.url + "/api/v1/session", json=more) as answer:
        assert answer.status == 400


async def test_no_counter_of_another_kind_can_be_typed(door: Door) -> None:
    """Whoever types what a passkey's failures are counted under locks no passkey; and what is
    locked is recorded wherever a password is asked.
    """
    body = {"account": "passkey of 10.0.0.9", "password": "wrong " + PASSWORD}
    for _ in range(5):
        async with door.http.post(door.url + "/api/v1/session", json=body) as answer:
            assert answer.status == 401
    failures = door.app[GUARD].failures
    assert await failures.client.exists(login_key(FAILED, "address:127.0.0.1"))
    counted = login_key(FAILED, failed_of(body["account"]))
    assert not await failures.client.exists(counted)
    before = len(await door.records())
    first = {"account": "x", "password": PASSWORD, "office": "x", "first_code": "wrong"}
    async with door.http.post(door.url + "/api/v1/account/first", json=first) as answer:
        assert answer.status == 429
    [row] = (await door.records())[before:]
    assert (row.action, row.subject_kind) == ("login-locked", "login.first_code")
    async for key in failures.client.scan_iter(login_key(FAILED, "*")):
        await failures.client.delete(key)


INNER = """id = "owners"
name = "사업자"
field = "인구"
grade = "internal"
period = "year"
key = ["번호"]
column = [{ name = "번호", type = "code" }, { name = "대표자", personal = "pseudonym" }]
[[place]]
lon = ["경도"]
lat = ["위도"]
"""


async def test_a_look_at_pseudonyms_is_recorded_once_and_so_is_who_asked_in_vain(
    door: Door, town: Stack, tmp_path: Path
) -> None:
    toml, file = tmp_path / "owners.toml", tmp_path / "a.csv"
    toml.write_text(INNER, encoding="utf-8")
    file.write_text("번호,대표자,경도,위도\n01,김봄내,127.7,37.8\n", encoding="utf-8")
    with worlds.redis_of(town) as client:
        datasets.lay(client, [load(toml)], {"owners": [file]}, now_ms())
    path, begun = "/api/v1/datasets/owners", len(await door.records())
    desk, viewer = await door.cookie(Role.DESK), await door.cookie(Role.VIEWER)
    for part in ("", "/rows", "/features", "/layer", "/figure"):
        assert (await door.ask("GET", path + part, desk))[0] == 200
        assert await door.ask("GET", path + part, viewer) == (403, "not_yours")
    search = f"{door.url}/api/v1/search/datasets?q=01"
    async with door.http.get(search, headers={"Cookie": f"{COOKIE}={desk}"}) as answer:
        assert (await answer.json())["results"] == []
    found = [row for row in (await door.records())[begun:] if row.account in ("desk", "viewer")]
    [look] = [row for row in found if row.action is AccessAction.LOOK]
    assert (look.account, look.subject_kind, look.subject) == ("desk", "dataset.look", "owners")
    assert (look.count, look.address) == (1, "127.0.0.1")
    asked = {row.subject for row in found if row.action is AccessAction.REFUSED}
    assert asked == {
        f"GET {path}{part}" for part in ("", "/rows", "/features", "/layer", "/figure")
    }


async def test_the_log_away_acts_and_looks_that_need_a_record_are_not_done(
    door: Door, town: Stack
) -> None:
    """Nor does anybody get in unrecorded; what needs none goes on, and a refusal is one all the
    same. With the next test the last: they end the broker and Redis.
    """
    if "broker" not in town.processes:
        pytest.skip("all cities share one broker")
    await door.typed_account()
    tokens = {role: await door.cookie(role) for role in Role}
    town.processes["broker"].stop()
    body = {"account": "typed", "password": PASSWORD}
    because = {"Bomnae-Reason": "review"}
    asked = [
        door.ask("POST", "/api/v1/alerts/x/acknowledge", tokens[Role.OPERATOR]),
        door.ask("POST", "/api/v1/calls/x/done", tokens[Role.DESK]),
        door.ask("GET", "/api/v1/works.csv", tokens[Role.MANAGER], **because),
        door.ask("GET", "/api/v1/desk/photos/away", tokens[Role.DESK]),
        door.ask("POST", "/api/v1/desk/photos/away/look", tokens[Role.DESK], **because),
        door.ask("GET", "/api/v1/accounts", tokens[Role.ADMIN]),
        door.ask("DELETE", "/api/v1/session", tokens[Role.DESK]),
    ]
    assert set(await asyncio.gather(*asked)) == {(503, "not_recorded")}
    async with door.http.post(door.url + "/api/v1/session", json=body) as answer:
        assert answer.status == 503
        assert (await answer.json())["error"]["code"] == "not_recorded"
        assert "Set-Cookie" not in answer.headers
    assert (await door.ask("GET", "/api/v1/snapshot", tokens[Role.DESK]))[0] == 200
    assert (await door.ask("GET", "/records", tokens[Role.DESK])) == (403, "not_yours")
    assert (await door.ask("GET", "/api/v1/snapshot", "")) == (401, "no_login")


async def test_redis_away_screens_go_on_for_their_idle_time_and_nobody_new_gets_in(
    door: Door, town: Stack
) -> None:
    guard, token = door.app[GUARD], await door.cookie(Role.OPERATOR)
    unread = await door.cookie(Role.VIEWER)
    assert (await door.ask("GET", "/api/v1/snapshot", token))[0] == 200
    begun_ms = guard.sessions.now_ms()
    guard.sessions._known.pop(name_of(unread))  # as of another server's login
    town.processes["redis"].stop()
    now_ms = begun_ms
    guard.sessions.now_ms = lambda: now_ms
    for later_s in (1, 6, guard.sessions.idle_s - 1):
        now_ms = begun_ms + later_s * 1000
        assert (await door.ask("GET", "/api/v1/snapshot", token))[0] == 200, later_s
        assert (await door.ask("GET", "/", token))[0] == 200
        assert (await door.ask("GET", "/api/v1/snapshot", unread))[0] == 401
    body = {"account": "typed", "password": PASSWORD}
    async with door.http.post(door.url + "/api/v1/session", json=body) as answer:
        assert answer.status == 503
        assert (await answer.json())["error"]["code"] == "no_new_logins"
    async with door.http.get(door.url + "/api/v1/session") as answer:
        assert answer.status == 200
    now_ms = begun_ms + guard.sessions.idle_s * 1000
    assert (await door.ask("GET", "/api/v1/snapshot", token))[0] == 401

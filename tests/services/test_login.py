"""Logging in on a real city: Kafka, worker, Redis and the map server, with accounts on the log."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any, ClassVar

import pyotp
import pytest
from kafka import KafkaConsumer, TopicPartition

from local.stack import Stack
from local.waiting import wait_until
from maps.access.failures import MOST
from maps.access.guard import COOKIE
from maps.access.passwords import AT_ONCE
from maps.access.sessions import Sessions
from streams.contract import topics
from streams.contract.grammars import LoginMode
from streams.contract.settings import Settings
from streams.contract.terminal import user_here
from streams.contract.times import now_ms
from streams.state.keys import FAILED, login_key
from streams.state.redis_login import connect
from tests import warm
from tests.cities import worlds
from tests.halting import halt
from tests.pages.logins import first_code_of
from tests.services.asking import send

MASTER = "a master key for tests, of 32 characters or more"
PASSWORD = "four words nobody expects"  # noqa: S105
Json = dict[str, Any]


class Browser:
    """A client with one cookie, as a browser has it."""

    seen: ClassVar[set[str]] = set()  # every session's token

    def __init__(self, base: str, **headers: str) -> None:
        self.base, self.headers, self.cookie = base, headers, ""

    def ask(self, method: str, path: str, body: Json | None = None, **headers: str) -> Any:
        """Status and body; a new cookie is kept. Redirects are not followed."""
        given = {**self.headers, **headers, "Content_Type": "application/json"}
        if self.cookie:
            given["Cookie"] = f"{COOKIE}={self.cookie}"
        data = None if body is None else json.dumps(body)
        return self._took(*send(self.base, method, path, data, **given))

    def _took(self, status: int, headers: Any, raw: bytes) -> tuple[int, Any]:
        for line in headers.get_all("Set-Cookie") or []:
            cookie = SimpleCookie(line)
            if COOKIE in cookie:
                self.cookie = cookie[COOKIE].value
                self.seen.update({self.cookie} - {""})
                assert "HttpOnly" in line
                assert "Secure" in line
                assert "SameSite=Strict" in line
        if headers.get_content_type() == "application/json":
            return status, json.loads(raw)
        return status, headers.get("Location", "")

    def login(self, account: str, password: str, code: str = "") -> tuple[int, Any]:
        body = {"account": account, "password": password, "code": code}
        status, found = self.ask("POST", "/api/v1/session", body)
        return status, found


class City:
    """A city with logins, its worker at work."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.base = stack.start_map()
        self.secrets = {PASSWORD}

    def browser(self, **headers: str) -> Browser:
        return Browser(self.base, **headers)

    def run(self, *arguments: str, package: str = "maps") -> tuple[int, str]:
        """Exit code and output of `python -m maps`, or of another package's."""
        code, out, error = warm.run(package, arguments, self.stack.env)
        self.secrets |= set(re.findall(r"(?:password|token|code) (\S{12,}?),?(?:\s|$)", out))
        return code, out + error

    def account(self, name: str, roles: str, password: str = PASSWORD) -> Browser:
        """A new account with a password of its own, logged in."""
        code, said = self.run("accounts", "add", name, "--roles", roles, "--office", "도로과")
        assert code == 0, said
        handed = re.search(r"password (\S+)", said)
        assert handed
        found = self.browser()
        status, body = found.login(name, handed[1])
        assert (status, body["must_change"]) == (200, True)
        assert found.ask("GET", "/api/v1/snapshot")[0] == 403
        status, body = found.ask(
            "POST", "/api/v1/account/password", {"old": handed[1], "new": password}
        )
        assert (status, body["must_change"]) == (200, False), body
        return found

    def records(self) -> list[Json]:
        """The access records on the log, the oldest first."""
        return [json.loads(raw) for raw in self.read(topics.ACCESS_RECORDS)]

    def read(self, topic: topics.Topic) -> list[bytes]:
        """The messages of a topic of one partition, the oldest first."""
        place = TopicPartition(topic.name, 0)
        consumer = KafkaConsumer(bootstrap_servers=self.stack.env["BOMNAE_KAFKA"])
        try:
            consumer.assign([place])
            end = consumer.end_offsets([place])[place]
            consumer.seek_to_beginning(place)
            found: list[bytes] = []
            while consumer.position(place) < end:
                for run in consumer.poll(timeout_ms=500).values():
                    found += [each.value for each in run]
            return found
        finally:
            consumer.close()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, kafka_kind: str) -> Iterator[City]:
    env = {"BOMNAE_SECRET": MASTER, "BOMNAE_LOGIN": "local"}
    with Stack(tmp_path_factory.mktemp("login"), kafka=kafka_kind, env=env) as stack:
        worlds.lay(stack)
        stack.start_worker()
        worlds.publish(stack, worlds.tick(worlds.T0_MS))
        worlds.wait_drained(stack, worlds.T0_MS)
        yield City(stack)


@pytest.fixture(autouse=True)
def _nobody_failed(city: City) -> None:
    """All come from one address: what failed in one test counts in no other."""
    with worlds.redis_of(city.stack) as client:
        for key in client.scan_iter(login_key(FAILED, "*")):
            client.delete(key)


def test_the_first_account_by_the_code_that_was_printed(city: City) -> None:
    lost = first_code_of(city.stack)
    _, said = city.run("accounts", "first-code")
    again = re.search(r"start code (\w+)", said)
    assert again, said
    code, found = again[1], city.browser()
    assert found.ask("GET", "/api/v1/session")[1]["is_first"]
    body = {"first_code": lost, "account": "boss", "password": PASSWORD}
    assert found.ask("POST", "/api/v1/account/first", body)[0] == 401
    [given] = [row for row in city.records() if row["subject_kind"] == "account.first_code"]
    assert (given["action"], given["account"]) == ("key", user_here())
    [wrong] = [row for row in city.records() if row["subject_kind"] == "login.first_code"]
    assert (wrong["action"], wrong["account"], wrong["address"]) == (
        "login-failed",
        "",
        "127.0.0.1",
    )
    status, who = found.ask("POST", "/api/v1/account/first", body | {"first_code": code})
    assert (status, who["account"], "accounts" in who["may"]) == (200, "boss", True), who
    assert found.ask("POST", "/api/v1/account/first", body | {"first_code": code})[0] == 409
    assert found.ask("GET", "/api/v1/snapshot")[0] == 200
    status, said = city.run("accounts", "first-code")
    assert (status, "start code" in said) == (2, False)


def test_nobody_gets_in_without_a_login(city: City) -> None:
    """The 200 anonymous acknowledgements of a script are 200 x 401."""
    nobody = city.browser()
    codes = [
        nobody.ask("POST", f"/api/v1/alerts/alrt_{n:026}/acknowledge", {"by": "시장"})[0]
        for n in range(200)
    ]
    assert codes == [401] * 200
    refused = [row for row in city.records() if row.get("action") == "refused"]
    assert [row["subject_kind"] for row in refused[:1]] == ["login.none"]
    assert len(refused) <= 3  # each minute of a script is one record, with its number
    assert nobody.ask("GET", "/api/v1/snapshot")[0] == 401
    assert nobody.ask("GET", "/")[0] == 303
    assert nobody.ask("GET", "/?a=1")[1] == "/login?next=/?a%3D1"
    assert nobody.ask("GET", "/livez")[0] == 200
    assert nobody.ask("GET", "/login")[0] == 200


def test_a_role_may_its_own_and_no_more(city: City) -> None:
    viewer = city.account("viewer", "viewer")
    assert viewer.ask("GET", "/api/v1/snapshot")[0] == 200
    assert viewer.ask("GET", "/desk")[0] == 403
    assert viewer.ask("GET", "/api/v1/works.csv")[0] == 403
    assert viewer.ask("GET", "/api/v1/subscriptions")[0] == 403
    auditor = city.account("auditor", "auditor")
    assert auditor.ask("GET", "/api/v1/snapshot")[0] == 403
    refused = [row for row in city.records() if row.get("action") == "refused"]
    assert {row["account"] for row in refused if row["account"]} == {"viewer", "auditor"}


def test_a_download_needs_a_reason_and_leaves_a_record(city: City) -> None:
    manager = city.account("manager", "manager")
    assert manager.ask("GET", "/api/v1/works.csv")[1]["error"]["code"] == "no_reason"
    status, _ = manager.ask("GET", "/api/v1/works.csv", Bomnae_Reason="%EC%8B%AC%EC%9D%98%ED%9A%8C")
    assert status == 200
    last = city.records()[-1]
    assert (last["account"], last["action"], last["reason"]) == ("manager", "download", "심의회")


def test_five_wrong_passwords_lock_and_a_reset_opens(city: City) -> None:
    city.account("typist", "viewer")
    other = city.browser()
    codes = [other.login("typist", f"wrong {n} password")[0] for n in range(6)]
    assert codes == [401] * 5 + [429]
    assert other.login("typist", PASSWORD)[0] == 429
    actions = [row["action"] for row in city.records()[-7:]]
    assert actions.count("login-failed") == 4
    assert actions.count("login-locked") == 2  # what was tried while it was locked is counted
    _forget_failures(city)


def test_guesses_at_one_time_are_no_more_than_guesses_one_by_one(city: City) -> None:
    city.account("hurried", "viewer")

    def guess(number: int) -> int:
        return int(city.browser().login("hurried", f"wrong {number} password")[0])

    with ThreadPoolExecutor(30) as many:
        codes = list(many.map(guess, range(30)))
    assert set(codes) == {401, 429}
    assert codes.count(401) <= MOST + AT_ONCE
    assert city.browser().login("hurried", PASSWORD)[0] == 429
    _forget_failures(city)


def _forget_failures(city: City) -> None:
    """Ten minutes later: the counts are gone."""
    with worlds.redis_of(city.stack) as client:
        for key in client.scan_iter(login_key(FAILED, "*")):
            client.delete(key)


def test_a_lock_ends_sessions_and_what_is_removed_stays_so(city: City) -> None:
    leaver = city.account("leaver", "viewer")
    assert city.run("accounts", "lock", "leaver")[0] == 0
    assert city.run("accounts", "list")[0] == 0
    rows = [row for row in city.records() if row["address"] == user_here()]
    did = [(row["action"], row["subject_kind"], row.get("subject", "")) for row in rows[-3:]]
    assert did == [
        ("act", "account.add", "leaver"),
        ("act", "account.lock", "leaver"),
        ("look", "account.list", ""),
    ]
    assert {row["account"] for row in rows} == {user_here()}
    assert city.run("accounts", "list", "--by", "leaver")[0] == 2  # locked: acts as nobody
    wait_until(
        lambda: leaver.ask("GET", "/api/v1/snapshot")[0],
        "the end of the session",
        lambda seen: seen == 401,
    )
    assert leaver.login("leaver", PASSWORD)[0] == 401
    code, said = city.run("accounts", "unlock", "leaver", "--by", "viewer")
    assert (code, "leaver: 잠금을 풀었습니다 · unlocked" in said) == (0, True), said
    code, said = city.run("accounts", "token", "leaver")
    assert (code, "accounts add NAME --roles viewer --program" in said) == (2, True), said
    assert leaver.login("leaver", PASSWORD)[0] == 200
    assert city.run("accounts", "remove", "leaver")[0] == 0
    wait_until(
        lambda: leaver.ask("GET", "/api/v1/snapshot")[0],
        "the end of the session",
        lambda seen: seen == 401,
    )
    code, said = city.run("accounts", "add", "leaver", "--roles", "viewer")
    assert (code, "removed" in said) == (2, True)


def test_a_new_password_a_reset_and_a_lock_end_sessions_of_servers_whose_clock_is_ahead(
    city: City,
) -> None:
    """What such a server began is later than the change by its own word."""
    boss = city.browser()
    assert boss.login("boss", PASSWORD)[0] == 200
    one, ahead = city.account("ahead", "viewer"), city.browser()

    def begin_ahead() -> None:
        ahead.cookie = asyncio.run(_begun_ahead(city, "ahead", 300_000))
        assert ahead.ask("GET", "/api/v1/snapshot")[0] == 200

    def is_out() -> None:
        wait_until(lambda: ahead.ask("GET", "/api/v1/snapshot")[0] == 401, "the session's end")

    begin_ahead()
    body = {"old": PASSWORD, "new": PASSWORD + " at all"}
    assert one.ask("POST", "/api/v1/account/password", body)[0] == 200
    is_out()
    begin_ahead()
    assert boss.ask("POST", "/api/v1/accounts/ahead/lock", {})[0] == 200
    assert boss.ask("POST", "/api/v1/accounts/ahead/unlock", {})[0] == 200
    is_out()
    begin_ahead()
    assert boss.ask("POST", "/api/v1/accounts/ahead/reset", {})[0] == 200
    is_out()


async def _begun_ahead(city: City, account: str, by_ms: int) -> str:
    """The token of a session that another server of this city began, its clock ahead."""
    client = connect(
        Settings.from_env({"BOMNAE_REDIS": city.stack.env["BOMNAE_REDIS"]}), timeout_s=60
    )
    theirs = Sessions(client, 600, 43_200, lambda: now_ms() + by_ms)
    token, _ = await theirs.begin(account, LoginMode.LOCAL, "10.0.0.9")
    await client.aclose()
    return token


def test_an_administrator_sees_all_accounts_and_locks_one(city: City) -> None:
    boss, pupil = city.browser(), city.account("pupil", "viewer")
    assert boss.login("boss", PASSWORD)[0] == 200
    rows = boss.ask("GET", "/api/v1/accounts")[1]["accounts"]
    [row] = [each for each in rows if each["account"] == "pupil"]
    assert (row["roles"], row["is_locked"], row["office"]) == (["viewer"], False, "도로과")
    assert "argon2id" not in json.dumps(rows)
    assert pupil.ask("GET", "/api/v1/accounts")[0] == 403
    assert pupil.ask("POST", "/api/v1/accounts/boss/lock", {})[0] == 403
    assert boss.ask("POST", "/api/v1/accounts/boss/lock", {})[1]["error"]["code"] == "own_account"
    assert boss.ask("POST", "/api/v1/accounts/nobody/lock", {})[0] == 404
    status, row = boss.ask("POST", "/api/v1/accounts/pupil/lock", {})
    assert (status, row["is_locked"], row["changed_by"]) == (200, True, "boss")
    wait_until(
        lambda: pupil.ask("GET", "/api/v1/snapshot")[0],
        "the end of the session",
        lambda seen: seen == 401,
    )
    acts = [each for each in city.records() if each.get("subject") == "pupil"]
    assert (acts[-1]["account"], acts[-1]["action"]) == ("boss", "act")
    assert boss.ask("POST", "/api/v1/accounts/pupil/unlock", {})[1]["is_locked"] is False
    assert pupil.login("pupil", PASSWORD)[0] == 200


def test_a_change_of_ones_own_never_takes_back_what_an_administrator_did(city: City) -> None:
    """Both are on the log before a worker sees either; the later one was made of the older row."""
    late = city.account("late", "operator")
    worker, told = city.stack.processes["worker"], len(city.read(topics.ACCOUNTS))

    def are_told(count: int) -> None:
        wait_until(
            lambda: len(city.read(topics.ACCOUNTS)),
            "both on the log",
            lambda seen: seen == told + count,
        )

    body = {"old": PASSWORD, "new": PASSWORD + " at all"}
    with ThreadPoolExecutor(2) as both:
        halt(worker.pid)
        try:
            lock = both.submit(city.run, "accounts", "lock", "late")
            are_told(1)
            own = both.submit(late.ask, "POST", "/api/v1/account/password", body)
            are_told(2)
        finally:
            os.killpg(worker.pid, signal.SIGCONT)
        assert lock.result()[0] == 0
        status, found = own.result()
    assert (status, found["error"]["code"]) == (409, "account_changed")
    assert "locked" in city.run("accounts", "list")[1].split("late  ")[1].splitlines()[0]
    assert city.browser().login("late", body["new"])[0] == 401


def test_a_forgotten_account_is_out_within_seconds_and_its_records_stay_whole(city: City) -> None:
    found = city.account("forgotten", "viewer")
    words = ["forget", "--account", "forgotten", "--reason", "퇴직", "--yes"]
    code, said = city.run(*words, package="streams")
    assert code == 0, said
    wait_until(
        lambda: found.ask("GET", "/api/v1/snapshot")[0],
        "the end of the session",
        lambda seen: seen == 401,
    )
    assert found.login("forgotten", PASSWORD)[0] == 401
    records = [row for row in city.records() if "forgotten" in (row["account"], row["subject"])]
    assert {"login", "delete"} <= {row["action"] for row in records}
    assert "forgotten" in {row["account"] for row in records}, "not taken out of the chain"
    assert (records[-1]["subject"], records[-1]["reason"]) == ("forgotten", "퇴직")


def test_a_second_factor_is_asked_and_each_code_counts_once(city: City) -> None:
    found = city.account("careful", "viewer")
    status, made = found.ask("POST", "/api/v1/account/code")
    assert status == 200
    maker = pyotp.TOTP(made["secret"])
    body = {"sealed": made["sealed"], "code": maker.at(time.time()), "password": "another one"}
    assert found.ask("PUT", "/api/v1/account/code", body)[1]["error"]["code"] == "wrong_login"
    body["password"] = PASSWORD
    assert found.ask("PUT", "/api/v1/account/code", body)[1]["has_code"]
    again = city.browser()
    assert again.login("careful", PASSWORD)[1]["error"]["code"] == "code_needed"
    assert again.login("careful", PASSWORD, body["code"])[0] == 401, "it set the codes up"
    code = maker.at(time.time() + 30)
    assert again.login("careful", PASSWORD, code)[0] == 200
    assert city.browser().login("careful", PASSWORD, code)[0] == 401
    city.secrets.add(made["secret"])
    _forget_failures(city)


def test_a_password_and_a_telephone_that_are_lost_are_made_up_for_at_a_terminal(city: City) -> None:
    """The second factor is gone as well, who was in is out, and the new password is no secret."""
    lost = city.browser()
    assert lost.login("careful", PASSWORD)[1]["error"]["code"] == "code_needed"
    _, said = city.run("accounts", "reset", "careful")
    handed = re.search(r"password (\S+)", said)
    assert handed
    assert lost.login("careful", PASSWORD)[0] == 401
    status, body = lost.login("careful", handed[1])
    assert (status, body["must_change"], body["has_code"]) == (200, True, False)
    assert lost.ask("GET", "/api/v1/snapshot")[0] == 403
    _forget_failures(city)


def test_a_program_has_a_token_that_ends(city: City) -> None:
    assert city.run("accounts", "add", "gis", "--roles", "viewer", "--program")[0] == 0
    _, said = city.run("accounts", "token", "gis", "--days", "30")
    token = re.search(r"token (\S+)", said)
    assert token
    program = city.browser(Authorization=f"Bearer {token[1]}")
    wait_until(
        lambda: program.ask("GET", "/api/v1/snapshot")[0], "the token", lambda seen: seen == 200
    )
    assert program.ask("GET", "/api/v1/answer?q=x")[0] == 403
    wrong = city.browser(Authorization=f"Bearer {token[1]}x")
    assert wrong.ask("GET", "/api/v1/snapshot")[0] == 401
    assert program.login("gis", "")[0] == 401


def test_one_sees_and_ends_ones_own_sessions(city: City) -> None:
    one = city.account("twice", "viewer")
    two = city.browser()
    assert two.login("twice", PASSWORD)[0] == 200
    rows = one.ask("GET", "/api/v1/sessions")[1]["sessions"]
    assert len(rows) == 2
    (other,) = [row["id"] for row in rows if not row["is_this"]]
    assert one.ask("DELETE", f"/api/v1/sessions/{other}")[0] == 204
    assert two.ask("GET", "/api/v1/snapshot")[0] == 401
    assert one.ask("DELETE", "/api/v1/session")[0] == 204
    assert one.ask("GET", "/api/v1/snapshot")[0] == 401


def test_no_password_code_or_token_stands_anywhere(city: City) -> None:
    """Not on the log, in Redis, nor in what a process printed; but for the start code, which the
    server prints, and it is void.
    """
    canaries = {each.encode() for each in city.secrets | Browser.seen}
    assert len(canaries) > 20
    found = {
        topic.name: raw
        for topic in (topics.ACCOUNTS, topics.ACCESS_RECORDS, topics.ACKNOWLEDGEMENTS)
        for raw in city.read(topic)
        if any(each in raw for each in canaries)
    }
    found |= {
        log.name: log.read_bytes()
        for log in city.stack.folder.glob("*.log")
        if any(each in log.read_bytes() for each in canaries)
    }
    with worlds.redis_of(city.stack) as client:
        rows = [row for key in client.scan_iter() for row in (key, *_values(client, key))]
    assert any(b"argon2id" in row for row in rows)
    assert found == {}
    assert [row for row in rows if any(each in row for each in canaries)] == []


def _values(client: Any, key: bytes) -> list[bytes]:
    """All that stands under a key."""
    kind = client.type(key)
    if kind == b"string":
        return [client.get(key)]
    if kind == b"hash":
        return [part for pair in client.hgetall(key).items() for part in pair]
    if kind == b"set":
        return list(client.smembers(key))
    if kind == b"zset":
        return list(client.zrange(key, 0, -1))
    return [part for _, row in client.xrange(key) for part in row.values()]

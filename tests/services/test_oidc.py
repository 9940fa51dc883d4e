"""Login at a real OpenID provider, run beside the city: there and back, roles by groups, and what
is not to be believed.
"""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local.services import free_port
from local.stack import Stack
from local.waiting import wait_until
from maps.access.guard import COOKIE
from maps.access.oidc import LOGOUT_EVENT
from maps.api.oidc import BEGUN_A_MINUTE, BINDING, WRONG_A_MINUTE
from streams.state.keys import ASKED, login_key
from tests.cities import worlds
from tests.services.asking import send
from tests.services.logout_provider import PATH
from tests.services.test_login import City

MASTER = "a master key for tests, of 32 characters or more"
PEOPLE = (
    {"sub": "u-1", "preferred_username": "kim", "groups": ["traffic", "x"]},
    {"sub": "u-2", "preferred_username": "lee", "groups": ["garden"]},
    {"sub": "u-3", "preferred_username": "이 름", "groups": "viewers"},
    {"sub": "u-4", "preferred_username": "han", "groups": ["traffic"]},
    {"sub": "u-5", "preferred_username": "seo", "groups": ["traffic"]},
    {"sub": "u-6", "preferred_username": "min", "groups": ["traffic"]},
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, kafka_kind: str) -> Iterator[Stack]:
    """A city whose people log in at a provider, which is one of its processes."""
    port = free_port()
    env = {
        "BOMNAE_SECRET": MASTER,
        "BOMNAE_LOGIN": "oidc",
        "BOMNAE_OIDC_ISSUER": f"http://127.0.0.1:{port}",
        "BOMNAE_OIDC_CLIENT": "bomnae",
        "BOMNAE_OIDC_SECRET": "the client's secret",
        "BOMNAE_OIDC_ROLES": "traffic=operator,viewers=viewer",
        "BOMNAE_OIDC_NAME": "preferred_username",
    }
    with Stack(tmp_path_factory.mktemp("oidc"), kafka=kafka_kind, env=env) as stack:
        people = [json.dumps(each) for each in PEOPLE]
        module = "tests.services.logout_provider"
        provider = stack.python("provider", module, str(port), *people)
        provider.wait_until(lambda: _answers(port), "the provider")
        worlds.lay(stack)
        stack.start_worker()
        yield stack


@pytest.fixture(scope="module")
def city(stack: Stack) -> str:
    """The address of its map."""
    return stack.start_map()


def _answers(port: int) -> bool:
    try:
        return (
            send(f"http://127.0.0.1:{port}", "GET", "/.well-known/openid-configuration")[0] == 200
        )
    except OSError:
        return False


class Person:
    """A browser between the city and the provider, which keeps the city's cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
        given = dict(headers)
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        status, found, body = send(self.base, method, path, None, **given)
        for line in found.get_all("Set-Cookie") or []:
            for name, made in SimpleCookie(line).items():
                self.cookies[name] = made.value
        return status, found, body

    def to_provider(self, leads_to: str = "/desk") -> str:
        """The provider's address that the city sends one to."""
        status, headers, _ = self.ask(f"/login/oidc?next={leads_to}")
        assert status == 303
        return str(headers["Location"])

    def at_provider(self, address: str, subject: str) -> str:
        """Log in there as a subject; the path that leads back."""
        parts = urlsplit(address)
        base = f"{parts.scheme}://{parts.netloc}"
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        path, body = f"{parts.path}?{parts.query}", urlencode({"sub": subject})
        status, headers, _ = send(base, "POST", path, body, **form)
        assert status in (302, 303)
        back = urlsplit(headers["Location"])
        return f"{back.path}?{back.query}"

    def login(self, subject: str) -> tuple[int, bytes]:
        status, _, body = self.ask(self.at_provider(self.to_provider(), subject))
        return status, body

    def may(self, path: str) -> int:
        return self.ask(path)[0]


def test_there_and_back_with_the_roles_of_ones_groups(city: str) -> None:
    kim = Person(city)
    assert kim.may("/api/v1/snapshot") == 401
    asked = parse_qs(urlsplit(kim.to_provider()).query)
    assert asked["code_challenge_method"] == ["S256"]
    status, body = kim.login("u-1")
    assert status == 200
    assert re.search(rb'content="0;url=/desk"', body)
    assert kim.may("/api/v1/snapshot") == 200
    assert kim.may("/desk") == 200
    assert kim.may("/api/v1/subscriptions") == 403
    assert b'"account":"kim"' in kim.ask("/api/v1/session")[2]


def test_whoever_has_no_role_gets_in_nowhere(city: str) -> None:
    lee = Person(city)
    status, body = lee.login("u-2")
    assert status == 403
    assert b"no_role" in body
    assert COOKIE not in lee.cookies


def test_a_name_that_is_none_becomes_one_that_is(city: str) -> None:
    other = Person(city)
    assert other.login("u-3")[0] == 200
    assert re.search(rb'"account":"oidc-[0-9a-f]{16}"', other.ask("/api/v1/session")[2])
    assert other.may("/desk") == 403


def test_a_login_is_of_the_browser_that_began_it_and_counts_once(city: str) -> None:
    one, other = Person(city), Person(city)
    back = one.at_provider(one.to_provider(), "u-1")
    assert other.ask(back)[0] == 400
    other.cookies[BINDING] = "another"
    assert other.ask(back)[0] == 400
    assert one.ask(back)[0] == 200
    one.cookies[BINDING] = parse_qs(urlsplit(back).query)["state"][0]
    assert one.ask(back)[0] == 400


def test_a_code_that_is_none_is_refused(city: str) -> None:
    one = Person(city)
    state = parse_qs(urlsplit(one.to_provider()).query)["state"][0]
    status, _, body = one.ask(f"/login/oidc/back?code=made-up&state={state}")
    assert status == 401
    assert b"oidc_refused" in body


def test_where_it_leads_is_ours(city: str) -> None:
    one = Person(city)
    for leads_to in ("//evil.example/", "https://evil.example/", "/%5Cevil.example"):
        back = one.at_provider(one.to_provider(leads_to), "u-1")
        assert b'url=/"' in one.ask(back)[2]


@pytest.mark.parametrize(("subject", "name"), [("u-4", "han"), ("u-5", "seo")])
def test_a_lock_here_ends_what_the_provider_lets_in(
    stack: Stack, city: str, subject: str, name: str
) -> None:
    """Of a name that has an account here, and of one that has none."""
    one = Person(city)
    assert one.login(subject)[0] == 200
    if name == "han":
        stack.run("add", "maps", "accounts", "add", name, "--roles", "viewer", "--program")
        one.login(subject)  # what was begun before an account is none of its sessions
        assert one.may("/desk") == 200
    stack.run("lock", "maps", "accounts", "lock", name)
    wait_until(
        lambda: one.may("/api/v1/snapshot"), "the end of the session", lambda seen: seen == 401
    )
    status, body = one.login(subject)
    assert (status, b"account_locked" in body) == (403, True)
    stack.run("unlock", "maps", "accounts", "unlock", name)
    assert one.login(subject)[0] == 200
    stack.run("remove", "maps", "accounts", "remove", name)
    wait_until(
        lambda: one.may("/api/v1/snapshot"), "the end of the session", lambda seen: seen == 401
    )
    assert one.login(subject)[0] == 403


def test_a_made_up_logout_ends_nothing(city: str) -> None:
    kim = Person(city)
    kim.login("u-1")
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    status, _, _ = send(city, "POST", "/login/oidc/logout", "logout_token=e30.e30.e30", **form)
    assert status == 400
    assert kim.may("/api/v1/snapshot") == 200


def test_the_providers_word_ends_what_it_began_and_nobody_elses(stack: Stack, city: str) -> None:
    """The ID tokens of this provider have no session: a logout that names one and the subject ends
    the subject's all the same.
    """
    kim, other = Person(city), Person(city)
    kim.login("u-1")
    other.login("u-6")
    issuer, now_s = stack.env["BOMNAE_OIDC_ISSUER"], int(time.time())
    told: dict[str, Any] = {"iss": issuer, "aud": "bomnae", "sub": "u-1", "sid": "s-1"}
    told |= {"iat": now_s, "jti": "1", "events": {LOGOUT_EVENT: {}}}

    def logged_out(**change: Any) -> int:
        claims, kind = json.dumps(told | change), {"Content_Type": "application/json"}
        token = send(issuer, "POST", PATH, claims, **kind)[2].decode()
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        return int(send(city, "POST", "/login/oidc/logout", f"logout_token={token}", **form)[0])

    old: dict[str, Any] = {"iat": now_s - 36_000}
    wrong: dict[str, Any]
    for wrong in (old, {"aud": "other"}, {"events": {}}, {"nonce": "n"}):
        assert logged_out(**wrong) == 400, wrong
    assert kim.may("/api/v1/snapshot") == 200
    assert logged_out() == 200
    wait_until(
        lambda: kim.may("/api/v1/snapshot"), "the end of the session", lambda seen: seen == 401
    )
    assert other.may("/api/v1/snapshot") == 200
    ends = [each for each in Log(stack).records() if each.get("subject_kind") == "session.end"]
    assert [each["account"] for each in ends[-1:]] == ["kim"]
    assert kim.login("u-1")[0] == 200
    failed = Log(stack).failed()
    again = {logged_out() for _ in range(WRONG_A_MINUTE + 1)}
    assert again == {400}, (
        "the same word again, by whoever saw it: of no effect, and no wrong login"
    )
    assert Log(stack).failed() == failed
    assert logged_out(sub=None, sid=None, jti="2") == 400
    assert kim.may("/api/v1/snapshot") == 200


def page_of(person: Person, path: str) -> tuple[int, str]:
    """Status and text of what a browser is shown."""
    status, headers, body = person.ask(path, Accept="text/html,*/*;q=0.8")
    assert headers.get_content_type() == "text/html"
    assert headers["Cache-Control"] == "no-store"
    return status, body.decode()


def test_a_login_that_went_wrong_is_a_page_with_a_way_to_try_again(city: str) -> None:
    one = Person(city)
    state = parse_qs(urlsplit(one.to_provider()).query)["state"][0]
    for query, status, code, said in (
        (f"code=made-up&state={state}", 401, "oidc_refused", "BOMNAE_OIDC_*"),
        (f"error=access_denied&state={state}", 401, "oidc_denied", "access_denied"),
        (f"error=%3Cimg+onerror%3E&state={state}", 401, "oidc_denied", "Finish the login there"),
        ("code=x&state=of-nobody", 400, "oidc_state", "10분"),
    ):
        found, text = page_of(one, f"/login/oidc/back?{query}")
        assert found == status
        assert f'data-code="{code}"' in text
        assert said in text
        assert 'href="/login/oidc"' in text
        assert "<img" not in text
        assert state not in text


def test_whoever_has_no_role_reads_whom_to_ask(city: str) -> None:
    lee = Person(city)
    status, text = page_of(lee, lee.at_provider(lee.to_provider(), "u-2"))
    assert status == 403
    assert "계정 관리자에게 역할을 요청하십시오" in text


class Log(City):
    """The log of a city, to be read."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def failed(self) -> list[dict[str, Any]]:
        """The records of logins that went wrong."""
        return [each for each in self.records() if each.get("action") == "login-failed"]


def test_beginnings_and_wrong_returns_are_paced_and_counted(stack: Stack, city: str) -> None:
    """A script leaves a bounded number of keys and records."""

    def at_once(path: str, count: int) -> list[int]:  # one by one it might last a minute
        with ThreadPoolExecutor(8) as many:
            return [*many.map(lambda _: Person(city).ask(path)[0], range(count))]

    with worlds.redis_of(stack) as client:
        codes = at_once("/login/oidc", BEGUN_A_MINUTE + 20)
        assert codes.count(429) >= 20
        assert len(list(client.scan_iter(login_key(ASKED, "*")))) <= 2 * BEGUN_A_MINUTE
    wrong = at_once("/login/oidc/back?state=x", WRONG_A_MINUTE + 20)
    assert wrong.count(429) >= 20
    assert set(wrong) <= {400, 429}
    failed = Log(stack).failed()
    assert {each["subject"] for each in failed} >= {"oidc_state", "oidc_refused"}
    assert len(failed) < WRONG_A_MINUTE


def test_a_provider_that_is_down_is_said_and_who_is_in_goes_on(stack: Stack, city: str) -> None:
    """The last: it ends the provider. Whoever begins, and whoever comes back, reads what to do."""
    stack.processes["maps"].stop()
    city = stack.start_map()  # one whose minute is not full
    kim, late = Person(city), Person(city)
    assert kim.login("u-1")[0] == 200
    back = late.at_provider(late.to_provider(), "u-1")
    stack.processes["provider"].stop()
    status, text = page_of(late, back)
    assert status == 503
    assert 'data-code="oidc_away"' in text
    assert "BOMNAE_LOGIN=local" in text
    assert kim.may("/api/v1/snapshot") == 200
    stack.processes["maps"].stop()
    base = stack.start_map()  # one that has never heard of the provider
    new = Person(base)
    status, text = page_of(new, "/login/oidc?next=/desk")
    assert status == 503
    assert 'data-code="oidc_away"' in text
    assert 'href="/login/oidc"' in text
    assert new.may("/api/v1/snapshot") == 401
    kim.base = base
    assert kim.may("/api/v1/snapshot") == 200

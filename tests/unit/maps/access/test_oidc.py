"""What an OpenID provider signs: believed for this city, for now, and by its own key alone."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from maps.access.oidc import (
    AGAIN_S,
    LEEWAY_S,
    LOGOUT_EVENT,
    MAX_ANSWER_BYTES,
    Facts,
    OidcError,
    Person,
    Provider,
    account_of,
)
from maps.api.oidc import own_path
from streams.contract.account import is_name
from streams.contract.enums import Role
from streams.contract.grammars import SecondFactor
from streams.contract.settings import Settings

ISSUER, CLIENT = "https://login.city.example", "bomnae"
KEY, OTHER = (RSAKey.generate_key(2048, {"kid": "k1"}) for _ in range(2))
FIVE_MIN = 300
WITHIN_S = 5.0


def provider() -> Provider:
    settings = Settings(oidc_issuer=ISSUER, oidc_client=CLIENT)
    facts = Facts(ISSUER, "", "", "")
    return Provider(
        settings, None, (time.monotonic(), facts, KeySet([KEY])), [time.monotonic()] * 2
    )


def token(key: RSAKey = KEY, off_s: int = 0, **change: Any) -> str:
    """A token for five minutes, of a provider whose clock is `off_s` ahead of ours."""
    now_s = int(time.time()) + off_s
    claims: Mapping[str, Any] = {"iss": ISSUER, "aud": CLIENT, "sub": "u-1", "iat": now_s}
    told = {**claims, "exp": now_s + FIVE_MIN, **change}
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "k1"}, told, key)


def code_of(text: str) -> str:
    """What it is refused with, "" where it is believed."""
    try:
        asyncio.run(provider()._claims(text))
    except OidcError as error:
        return error.code
    return ""


@pytest.mark.parametrize("off_s", [0, LEEWAY_S - 5, 5 - LEEWAY_S])
def test_a_clock_that_is_off_by_seconds_is_believed(off_s: int) -> None:
    assert code_of(token(off_s=off_s)) == ""


@pytest.mark.parametrize("off_s", [FIVE_MIN, LEEWAY_S + 5, -2 * FIVE_MIN])
def test_a_clock_that_is_minutes_off_is_named(off_s: int) -> None:
    """Five minutes ahead it is a token of the future; as many behind, one that is over."""
    assert code_of(token(off_s=off_s)) == "oidc_clock"


@pytest.mark.parametrize(
    "made",
    [
        lambda: token(OTHER),
        lambda: token(iss="https://evil.example"),
        lambda: token(aud="another"),
        lambda: token(sub=None),
        lambda: token(exp=None),
        lambda: token(iat=None),
        lambda: token()[:-4] + "AAAA",
        lambda: "eyJhbGciOiJub25lIn0." + token().split(".")[1] + ".",
        lambda: "e30.e30.e30",
        lambda: "",
    ],
)
def test_what_is_not_the_providers_own_word_for_us_is_refused(made: Callable[[], str]) -> None:
    """Made when it is tried: a token lasts five minutes, the tests before this one longer."""
    assert code_of(made()) == "oidc_refused"


@pytest.mark.parametrize(("extra", "code"), [(0, ""), (MAX_ANSWER_BYTES, "oidc_refused")])
async def test_an_answer_is_read_to_its_end_and_within_a_bound(extra: int, code: str) -> None:
    """In as many pieces as it comes."""
    keys = json.dumps(KeySet([KEY]).as_dict()).encode() + b" " * extra

    async def in_pieces(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        for piece in (keys[:40], keys[40:]):
            await answer.write(piece)
            await asyncio.sleep(0.05)  # a packet of its own
        return answer

    app = web.Application()
    app.router.add_get("/keys", in_pieces)
    async with TestServer(app, host="127.0.0.1") as server:
        found, refused = {}, ""
        try:
            found = await provider()._json("GET", str(server.make_url("/keys")))
        except OidcError as error:
            refused = error.code
    assert (bool(found), refused) == (not code, code)


class City:
    """A provider that says what a test has it say, and how often its keys were asked for."""

    def __init__(self) -> None:
        self.keys: Any = KeySet([KEY]).as_dict()
        self.told: Any = {"id_token": ""}
        self.change: dict[str, Any] = {}
        self.asked = self.asked_facts = 0
        self.status = self.facts_status = 200
        self.goes_on, self.is_asked = asyncio.Event(), asyncio.Event()
        self.goes_on.set()
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._facts)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/token", self._token)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def base(self) -> str:
        return str(self.server.make_url("/")).rstrip("/")

    def provider(self, name: str = "sub") -> Provider:
        settings = Settings(oidc_issuer=self.base, oidc_client=CLIENT, oidc_name=name)
        return Provider(settings, _Kept())

    async def _facts(self, request: web.Request) -> web.Response:
        del request
        self.asked_facts += 1
        self.is_asked.set()
        await self.goes_on.wait()
        if self.facts_status != 200:
            return web.Response(status=self.facts_status)
        told: dict[str, Any] = {
            name: f"{self.base}/{name}" for name in ("authorization_endpoint", "userinfo")
        }
        told |= {"issuer": self.base, "token_endpoint": f"{self.base}/token"}
        told |= {"jwks_uri": f"{self.base}/keys"} | self.change
        return web.json_response({name: each for name, each in told.items() if each is not None})

    async def _keys(self, request: web.Request) -> web.Response:
        del request
        self.asked += 1
        return web.json_response(self.keys)

    async def _token(self, request: web.Request) -> web.Response:
        del request
        if self.status != 200:
            return web.Response(status=self.status)
        if isinstance(self.told, str):
            return web.Response(text=self.told)
        return web.json_response(self.told)


class _Kept:
    """What a login was begun with: one, whatever its state."""

    async def getdel(self, name: str) -> bytes:
        del name
        return b'{"verifier":"v","nonce":"n","next":"/"}'

    async def set(self, name: str, value: bytes, **more: Any) -> None: ...


async def refused(doing: Any) -> str:
    """The code of what a login is refused with, "" where it is not."""
    try:
        await doing
    except OidcError as error:
        return error.code
    return ""


async def test_a_key_nobody_knows_has_the_keys_asked_for_at_once_and_not_for_each_token() -> None:
    city, turned = City(), RSAKey.generate_key(2048, {"kid": "k2"})
    async with city.server:
        ours = city.provider()
        old = token(iss=city.base)
        assert await refused(ours._claims(old)) == ""
        assert city.asked == 1
        city.keys = KeySet([turned]).as_dict()
        new = jwt.encode(
            {"alg": "RS256", "kid": "k2"},
            {"iss": city.base, "aud": CLIENT, "sub": "u-1", "iat": 0, "exp": time.time() + 99},
            turned,
        )
        assert await refused(ours._claims(new)) == ""
        assert city.asked == 2
        codes = [await refused(ours._claims(token(OTHER, iss=city.base))) for _ in range(20)]
        assert codes == ["oidc_refused"] * 20
        assert city.asked == 2
        ours._again_s[False] -= AGAIN_S
        assert await refused(ours._claims(token(OTHER, iss=city.base))) == "oidc_refused"
        assert city.asked == 3


@pytest.mark.parametrize(
    "change",
    [{"jwks_uri": None}, {"token_endpoint": None}, {"authorization_endpoint": 5}, {"issuer": []}],
)
async def test_a_discovery_document_that_lacks_what_is_needed_is_refused(
    change: dict[str, Any],
) -> None:
    city = City()
    city.change = change
    async with city.server:
        assert await refused(city.provider().begin("http://here/back", "/")) == "oidc_refused"


@pytest.mark.parametrize(
    "keys", [{}, {"keys": []}, {"keys": 5}, {"keys": ["x"]}, {"keys": [{"kty": "RSA"}]}, [1]]
)
async def test_keys_that_are_none_are_refused(keys: object) -> None:
    city = City()
    city.keys = keys
    async with city.server:
        assert await refused(city.provider().begin("http://here/back", "/")) == "oidc_refused"


@pytest.mark.parametrize("told", ["<html>", "[" * 100_000, [], {}, {"id_token": 5}])
async def test_an_answer_about_a_code_that_is_none_is_refused(told: object) -> None:
    city = City()
    city.told = told
    async with city.server:
        assert await refused(city.provider().end("http://here/back", "s", "c")) == "oidc_refused"


@pytest.mark.parametrize("groups", [5, None, {"traffic": 1}, [["traffic"], 5]])
async def test_groups_that_are_none_give_no_role(groups: object) -> None:
    city = City()
    async with city.server:
        city.told = {"id_token": token(iss=city.base, nonce="n", groups=groups or 0)}
        person, _ = await city.provider().end("http://here/back", "s", "c")
        assert (person.account, person.roles) == ("u-1", ())


@pytest.mark.parametrize("name", [None, "", 5, ["kim"]])
async def test_a_login_without_the_claim_that_names_the_account_is_refused(name: object) -> None:
    city = City()
    async with city.server:
        city.told = {"id_token": token(iss=city.base, nonce="n", email=name)}
        ours = city.provider("email")
        assert await refused(ours.end("http://here/back", "s", "c")) == "oidc_refused"


@pytest.mark.parametrize("name", ["Kim", "kim@city.kr", "이 름", "oidc-0123456789abcdef", "x" * 99])
def test_a_name_that_no_account_can_have_becomes_one_that_it_can(name: str) -> None:
    made = account_of(name)
    assert made != name
    assert is_name(made)
    assert account_of("kim.m") == "kim.m"


def test_a_logout_token_is_believed_for_minutes_though_it_names_no_end() -> None:
    def told(off_s: int) -> str:
        text = token(off_s=off_s, exp=None, events={LOGOUT_EVENT: {}})
        try:
            return asyncio.run(provider().logged_out(text)).subject
        except OidcError as error:
            return error.code

    assert [told(off_s) for off_s in (0, -240, -600, -36_000)] == [
        "u-1",
        "u-1",
        *2 * ["oidc_refused"],
    ]


@pytest.mark.parametrize(
    ("typ", "is_logout", "code"),
    [
        ("JWT", False, ""),
        (None, False, ""),
        ("logout+jwt", False, "oidc_refused"),
        ("at+jwt", False, "oidc_refused"),
        ("JWT", True, ""),
        (None, True, ""),
        ("Logout+JWT", True, ""),
        ("application/logout+jwt", True, ""),
        ("at+jwt", True, "oidc_refused"),
    ],
)
async def test_a_token_that_says_what_it_is_for_is_for_nothing_else(
    typ: str | None, *, is_logout: bool, code: str
) -> None:
    now_s = int(time.time())
    told = {"iss": ISSUER, "aud": CLIENT, "sub": "u-1", "iat": now_s, "exp": now_s + FIVE_MIN}
    header = {"alg": "RS256", "kid": "k1", "typ": typ}
    made = jwt.encode({k: v for k, v in header.items() if v}, told, KEY)
    try:
        await provider()._claims(made, is_logout=is_logout)
        found = ""
    except OidcError as error:
        found = error.code
    assert found == code


@pytest.mark.parametrize(
    "change",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": None, "sid": ["s-1"]},
        {"sid": "\ud800"},
        {"sub": "u" * 5_000},
        {"iat": -(10**400)},
    ],
)
async def test_a_logout_of_nobody_or_of_no_time_is_refused(change: dict[str, Any]) -> None:
    text = json.dumps({"iss": ISSUER, "aud": CLIENT, "sub": "u-1", "iat": int(time.time())})
    claims = json.loads(text) | {"events": {LOGOUT_EVENT: {}}} | change
    made = jws.serialize_compact(
        {"alg": "RS256", "kid": "k1"},
        json.dumps({name: each for name, each in claims.items() if each is not None}),
        KEY,
    )
    assert await refused(provider().logged_out(made)) == "oidc_refused"


async def test_a_logout_is_named_by_what_is_signed() -> None:
    """A signature of elliptic curves can be written in many ways, its token counts once."""
    key, now_s = ECKey.generate_key("P-256", {"kid": "e1"}), int(time.time())
    ours = provider()
    ours._found = (time.monotonic(), Facts(ISSUER, "", "", ""), KeySet([key]))

    async def name_of(jti: str | None, iat: int = now_s) -> tuple[str, str]:
        told = {"iss": ISSUER, "aud": CLIENT, "sub": "u-1", "iat": iat, "jti": jti}
        told |= {"events": {LOGOUT_EVENT: {}}}
        claims = {name: each for name, each in told.items() if each is not None}
        text = jwt.encode({"alg": "ES256", "kid": "e1"}, claims, key)
        return text, (await ours.logged_out(text)).name

    one, again = await name_of(None), await name_of(None)
    assert one[0] != again[0]
    assert one[1] == again[1]
    assert await name_of(None, now_s - 1) != one
    assert (await name_of("j-1"))[1] == (await name_of("j-1", now_s - 1))[1]
    assert (await name_of("j-1"))[1] != (await name_of("j-2"))[1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"aud": [CLIENT]}, ""),
        ({"aud": [CLIENT, "other"], "azp": CLIENT}, ""),
        ({"azp": CLIENT}, ""),
        ({"aud": [CLIENT, "other"]}, "oidc_refused"),
        ({"aud": [CLIENT, "other"], "azp": "other"}, "oidc_refused"),
        ({"azp": "other"}, "oidc_refused"),
        ({"azp": [CLIENT]}, "oidc_refused"),
    ],
)
async def test_an_answer_that_another_program_asked_for_is_refused(
    change: dict[str, Any], code: str
) -> None:
    city = City()
    async with city.server:
        city.told = {"id_token": token(iss=city.base, nonce="n", **change)}
        assert await refused(city.provider().end("http://here/back", "s", "c")) == code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "oidc_away"),
        (503, "oidc_away"),
        (429, "oidc_away"),
        (302, "oidc_refused"),
        (400, "oidc_refused"),
    ],
)
async def test_a_provider_in_trouble_is_away_and_not_in_the_wrong(status: int, code: str) -> None:
    city = City()
    city.status = status
    async with city.server:
        assert await refused(city.provider().end("http://here/back", "s", "c")) == code


async def test_a_provider_that_does_not_answer_is_waited_for_once_and_not_in_a_line() -> None:
    """Each of those who come meanwhile would wait for all before it."""
    city = City()
    async with city.server:
        ours, city.facts_status = city.provider(), 503
        codes = await asyncio.gather(*(refused(ours.begin("http://here", "/")) for _ in range(9)))
        assert codes == ["oidc_away"] * 9
        assert city.asked_facts == 1
        city.facts_status = 200
        assert await refused(ours.begin("http://here", "/")) == "oidc_away"
        ours._away = None  # some seconds later
        assert await refused(ours.begin("http://here", "/")) == ""


async def test_made_up_logouts_keep_no_login_from_the_providers_new_keys() -> None:
    city, turned = City(), RSAKey.generate_key(2048, {"kid": "k2"})
    async with city.server:
        ours = city.provider()
        assert await refused(ours._claims(token(iss=city.base))) == ""
        assert await refused(ours.logged_out(token(OTHER, iss=city.base))) == "oidc_refused"
        city.keys = KeySet([turned]).as_dict()
        told = {"iss": city.base, "aud": CLIENT, "sub": "u-1", "iat": 0, "exp": time.time() + 99}
        new = jwt.encode({"alg": "RS256", "kid": "k2"}, told, turned)
        assert await refused(ours._claims(new)) == ""


async def test_made_up_logouts_at_a_slow_provider_have_no_login_wait() -> None:
    city = City()
    async with city.server, asyncio.timeout(WITHIN_S):
        ours = city.provider()
        assert await refused(ours.begin("http://here/back", "/")) == ""
        city.goes_on.clear()
        city.is_asked.clear()
        made_up = asyncio.create_task(refused(ours.logged_out(token(OTHER, iss=city.base))))
        await city.is_asked.wait()
        city.told = {"id_token": token(iss=city.base, nonce="n")}
        assert await refused(ours.begin("http://here/back", "/")) == ""
        assert await refused(ours.end("http://here/back", "s", "c")) == ""
        assert not made_up.done()
        city.goes_on.set()
        assert await made_up == "oidc_refused"


async def test_new_keys_of_a_provider_that_was_away_are_asked_for_when_it_is_back() -> None:
    city, turned = City(), RSAKey.generate_key(2048, {"kid": "k2"})
    async with city.server:
        ours = city.provider()
        assert await refused(ours._claims(token(iss=city.base))) == ""
        city.keys, city.facts_status = KeySet([turned]).as_dict(), 503
        told = {"iss": city.base, "aud": CLIENT, "sub": "u-1", "iat": 0, "exp": time.time() + 99}
        new = jwt.encode({"alg": "RS256", "kid": "k2"}, told, turned)
        assert [await refused(ours._claims(new)) for _ in range(9)] == ["oidc_away"] * 9
        assert city.asked_facts == 2, "each of these asked it anew"
        city.facts_status = 200
        ours._away = None  # some seconds later
        assert await refused(ours._claims(new)) == ""


@pytest.mark.parametrize(
    "other",
    [
        {"kty": "OKP", "crv": "X448", "x": "AAAA", "kid": "q"},
        {"kty": "EC", "crv": "P-999", "x": "AAAA", "y": "AAAA", "kid": "q"},
        {"kty": "RSA", "kid": "q"},
        5,
    ],
)
async def test_a_key_that_cannot_be_read_keeps_nobody_out(other: object) -> None:
    city = City()
    city.keys = {"keys": [other, *KeySet([KEY]).as_dict()["keys"]]}
    async with city.server:
        assert await refused(city.provider()._claims(token(iss=city.base))) == ""


@pytest.mark.parametrize(
    ("address", "begins"),
    [
        ("https://login.city.example/auth", "https://login.city.example/auth?response_type=code&"),
        ("https://a.example/auth?p=x", "https://a.example/auth?p=x&response_type=code&"),
        ("javascript:alert(1)", ""),
    ],
)
async def test_the_providers_login_keeps_its_own_query(address: str, begins: str) -> None:
    city = City()
    city.change = {"authorization_endpoint": address}
    async with city.server:
        try:
            found, _ = await city.provider().begin("http://here/back", "/")
        except OidcError:
            found = ""
        assert found.startswith(begins)
        assert bool(found) == bool(begins)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/desk?a=1", "/desk?a=1"),
        ("//[", "/"),
        ("/\t/[x", "/"),
        ("/\\[", "/"),
        ("https://[::1", "/"),
        ("//\u2100/", "/"),
    ],
)
def test_an_address_that_is_none_leads_home(text: str, path: str) -> None:
    assert own_path(text) == path


PERSON = Person("kim", (Role.OPERATOR,), "", "u-1")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"amr": ["pwd", "otp"]}, ""),
        ({"acr": "urn:city:two"}, ""),
        ({"amr": ["pwd"], "acr": "1"}, "oidc_factor"),
        ({"amr": "otp"}, "oidc_factor"),
        ({"acr": ["otp"]}, "oidc_factor"),
        ({}, "oidc_factor"),
    ],
)
def test_a_second_factor_that_is_due_is_shown_by_the_provider(
    claims: Mapping[str, Any], code: str
) -> None:
    def refused(person: Person = PERSON, **more: Any) -> str:
        given: dict[str, Any] = {"oidc_factors": ("otp", "urn:city:two"), **more}
        try:
            Provider(Settings(**given), None)._check_factor(person, claims)
        except OidcError as error:
            return error.code
        return ""

    assert refused(second_factor=SecondFactor.STAFF) == code
    viewer = Person("lee", (Role.VIEWER,), "", "u-2")
    assert refused(viewer, second_factor=SecondFactor.STAFF) == ""
    assert refused(viewer, second_factor=SecondFactor.ALL) == code
    assert refused() == ""
    assert refused(second_factor=SecondFactor.ALL, oidc_factors=()) == ""


@pytest.mark.parametrize(
    ("ago_s", "code"),
    [(0, ""), (600, ""), (600 + LEEWAY_S + 5, "oidc_refused"), (None, "oidc_refused")],
)
def test_a_login_there_of_too_long_ago_is_refused_where_it_may_not_be(
    ago_s: int | None, code: str
) -> None:
    claims = {} if ago_s is None else {"auth_time": int(time.time()) - ago_s}
    try:
        Provider(Settings(oidc_max_age_s=600), None)._check_age(claims)
        found = ""
    except OidcError as error:
        found = error.code
    assert found == code
    Provider(Settings(), None)._check_age(claims)
    with pytest.raises(OidcError, match="auth_time"):
        Provider(Settings(oidc_max_age_s=600), None)._check_age({"auth_time": True})

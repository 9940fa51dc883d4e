"""What an OpenID provider signs: believed for this city, for now, and by its own key alone."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from maps.access.oidc import LEEWAY_S, MAX_ANSWER_BYTES, OidcError, Provider
from streams.contract.settings import Settings

ISSUER, CLIENT = "https://login.city.example", "bomnae"
KEY, OTHER = (RSAKey.generate_key(2048, {"kid": "k1"}) for _ in range(2))
FIVE_MIN = 300


def provider() -> Provider:
    settings = Settings(oidc_issuer=ISSUER, oidc_client=CLIENT)
    return Provider(settings, None, (time.monotonic(), {"issuer": ISSUER}, KeySet([KEY])))


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

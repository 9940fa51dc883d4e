"""What an OpenID provider signs: believed for this city, for now, and by its own key alone."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from maps.access.oidc import LEEWAY_S, OidcError, Provider
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
    "bad",
    [
        token(OTHER),
        token(iss="https://evil.example"),
        token(aud="another"),
        token(sub=None),
        token(exp=None),
        token(iat=None),
        token()[:-4] + "AAAA",
        "eyJhbGciOiJub25lIn0." + token().split(".")[1] + ".",
        "e30.e30.e30",
        "",
    ],
)
def test_what_is_not_the_providers_own_word_for_us_is_refused(bad: str) -> None:
    assert code_of(bad) == "oidc_refused"

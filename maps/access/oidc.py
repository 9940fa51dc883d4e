"""Login at an OpenID provider: authorization code with PKCE (RFC 7636), its signed answer checked;
and its word that somebody has logged out there.

The groups it tells become roles by BOMNAE_OIDC_ROLES, and the claim of BOMNAE_OIDC_NAME names the
account. What it was asked is kept in Redis for ten minutes: any server of the city may take the
answer.
"""

import asyncio
import base64
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import aiohttp
import msgspec

from maps.access.factors import are_shown, is_due_of
from streams.contract.account import is_name
from streams.contract.enums import Role
from streams.contract.errors import BomnaeError, SettingsError
from streams.contract.settings import Settings
from streams.state.keys import ASKED, OBEYED, login_key

STATE_FOR_S = 600
WITHIN_S = 10.0
KNOWN_S = 3600.0  # how long the provider's addresses and keys are believed
AGAIN_S = 60.0  # a signature by no key that is known has the keys asked for anew, so often at most
AWAY_S = 5.0  # a provider that did not answer is not asked again for so long: nobody waits in line
LOGOUT_S = 300  # a logout token is believed for; it need not say when it ends
LEEWAY_S = 60  # two machines' clocks may be off by
MAX_ANSWER_BYTES = 256 << 10
MAX_NAME = 1000  # characters of what it calls a person or a session by
BUSY = 429  # the status of a server that is asked too often; from 500 on it is the server's fault
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
HASHED = "oidc-"  # what the account of a name begins with that cannot be one
_TYPES = (("jwt",), ("jwt", "logout+jwt"))  # what a login's and a logout's token may say it is
_TIMES = ("iat", "nbf", "exp")  # claims that are times
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]


class OidcError(BomnaeError):
    """The provider is away, or what it says cannot be believed; `code` says which."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"OpenID provider: {reason}")
        self.code, self.reason = code, reason


class Facts(msgspec.Struct):
    """What the provider says of itself (OpenID Discovery), as far as it is needed here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""


class BegunLogin(msgspec.Struct):
    """What a login was begun with; `next` is where it leads."""

    verifier: str
    nonce: str
    next: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider names. `session` is its own session, "" where it tells none."""

    account: str
    roles: tuple[Role, ...]
    session: str
    subject: str


class Logout(NamedTuple):
    """What the provider says is over: a session of its own, a subject, or that session of that
    subject; either may be "". `name` is the token's, for it counts once.
    """

    session: str
    subject: str
    name: str


@dataclass(slots=True)
class Provider:
    """The provider of the settings; connects when it is first asked."""

    settings: Settings
    client: Any  # of Redis
    _found: tuple[float, Facts, Any] | None = None
    _again_s: list[float] = field(default_factory=lambda: [-AGAIN_S, -AGAIN_S])
    """When the keys were last asked for anew for a signature: of a login, and of a logout, which
    anybody may send."""
    _away: tuple[float, OidcError] | None = None  # when it last gave no facts, and why
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def begin(self, back: str, leads_to: str) -> tuple[str, str]:
        """The address to send somebody to, and the state that must come back with them.

        Raises OidcError where the provider is away, and what Redis does when that is.
        """
        facts, _ = await self._facts()
        state, verifier, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        asked = msgspec.json.encode(BegunLogin(verifier, nonce, leads_to))
        await self.client.set(login_key(ASKED, state), asked, ex=STATE_FOR_S)
        digest = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self.settings.oidc_client,
            "redirect_uri": back,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": digest.decode(),
            "code_challenge_method": "S256",
        }
        if self.settings.oidc_max_age_s:
            query["max_age"] = str(self.settings.oidc_max_age_s)
        return _with_query(facts.authorization_endpoint, query), state

    async def end(self, back: str, state: str, code: str) -> tuple[Person, str]:
        """Whom a code is of, and where their login leads. A state counts once."""
        raw = await self.client.getdel(login_key(ASKED, state))
        if raw is None:
            raise OidcError("oidc_state", "no such login was begun, or longer than 10 minutes ago")
        asked = msgspec.json.decode(raw, type=BegunLogin)
        facts, _ = await self._facts()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": asked.verifier,
            "client_id": self.settings.oidc_client,
        }
        told = await self._post(facts.token_endpoint, form)
        claims = await self._claims(str(told.get("id_token", "")))
        if claims.get("nonce") != asked.nonce:
            raise OidcError("oidc_refused", "its answer is to another login (nonce)")
        self._check_party(claims)
        self._check_age(claims)
        by_token = claims
        wanted = {self.settings.oidc_claim, self.settings.oidc_name}
        if wanted - claims.keys() and facts.userinfo_endpoint:
            claims = await self._more(facts.userinfo_endpoint, told, claims) | claims
        person = self._person(claims)
        self._check_factor(person, by_token)
        return person, asked.next

    async def logged_out(self, token: str) -> Logout:
        """What a logout token ends."""
        claims = await self._claims(token, is_logout=True)
        events = claims.get("events")
        if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise OidcError("oidc_refused", "no logout token")
        if claims["iat"] < time.time() - LOGOUT_S:
            raise OidcError("oidc_refused", "a logout token that is old")
        session, subject = _named(claims, "sid"), _named(claims, "sub")
        if not (session or subject):
            raise OidcError("oidc_refused", "a logout token of nobody")
        name = claims.get("jti") or token.split(".")[1]  # a signature can be written in other ways
        return Logout(session, subject, sha256(str(name).encode()).hexdigest())

    async def check_new(self, logout: Logout) -> None:
        """OidcError for a logout that was obeyed already: whoever saw its token could end the
        logins after it.
        """
        if await self.client.exists(login_key(OBEYED, logout.name)):
            raise OidcError("oidc_refused", "a logout token that was here before")

    async def obeyed(self, logout: Logout) -> None:
        """What this logout was to end is ended: from here on it counts no more."""
        await self.client.set(login_key(OBEYED, logout.name), 1, ex=LOGOUT_S + 2 * LEEWAY_S)

    def _check_party(self, claims: Mapping[str, object]) -> None:
        """OidcError for an answer that was made for another program (OpenID Core 3.1.3.7): one that
        names several says which of them asked.
        """
        audience, client = claims.get("aud"), self.settings.oidc_client
        others = isinstance(audience, list) and any(each != client for each in audience)
        if claims.get("azp", None if others else client) != client:
            raise OidcError("oidc_refused", "its answer is for another program (azp)")

    def _check_age(self, claims: Mapping[str, object]) -> None:
        """OidcError where somebody logged in there too long ago, or it is not said when."""
        most_s, at_s = self.settings.oidc_max_age_s, claims.get("auth_time")
        began_s = at_s if isinstance(at_s, int | float) and not isinstance(at_s, bool) else 0
        if most_s and time.time() - began_s > most_s + LEEWAY_S:
            raise OidcError("oidc_refused", "it let in a login of too long ago (auth_time)")

    def _check_factor(self, person: Person, claims: Mapping[str, object]) -> None:
        """OidcError where a second factor is due and the signed answer shows none."""
        accepted = self.settings.oidc_factors
        is_due = is_due_of(person.roles, self.settings.second_factor)
        if accepted and is_due and not are_shown(claims, accepted):
            raise OidcError("oidc_factor", "neither acr nor amr is one of BOMNAE_OIDC_FACTORS")

    def _person(self, claims: Mapping[str, object]) -> Person:
        groups = claims.get(self.settings.oidc_claim, [])
        told = groups if isinstance(groups, list) else [groups]
        named = {each for each in told if isinstance(each, str)}
        roles = tuple(dict.fromkeys(r for group, r in self.settings.oidc_roles if group in named))
        name = claims.get(self.settings.oidc_name)
        if not isinstance(name, str) or not name:
            raise OidcError("oidc_refused", "its answer has no claim of BOMNAE_OIDC_NAME")
        return Person(account_of(name), roles, _named(claims, "sid"), _named(claims, "sub"))

    async def _claims(self, token: str, *, is_logout: bool = False) -> dict[str, Any]:
        """What a token of the provider says, its signature, maker, audience and times checked."""
        from joserfc import jwt  # noqa: PLC0415 - an extra: asked for at the start
        from joserfc.errors import JoseError  # noqa: PLC0415

        facts, claims = await self._signed(token, is_logout=is_logout)
        try:
            rules = jwt.JWTClaimsRegistry(
                leeway=LEEWAY_S,
                iss={"essential": True, "value": facts.issuer},
                aud={"essential": True, "value": self.settings.oidc_client},
                exp={"essential": not is_logout},
                iat={"essential": True},
            )
            rules.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            name = type(error).__name__
            is_wrong = name in {"ExpiredTokenError", "InvalidClaimError"}  # and not missing
            is_time = is_wrong and getattr(error, "claim", "exp") in _TIMES
            code = "oidc_clock" if is_time else "oidc_refused"
            raise OidcError(code, f"its answer cannot be believed ({name})") from None
        if not is_logout and not claims.get("sub"):
            raise OidcError("oidc_refused", "its answer names nobody")
        return claims

    async def _signed(self, token: str, *, is_logout: bool) -> tuple[Facts, dict[str, Any]]:
        """What a token says that a key of the provider has signed. Where none that is known has,
        they may be others by now: they are asked for anew, once in `AGAIN_S`.
        """
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError  # noqa: PLC0415

        found = await self._facts()
        while True:
            facts, keys = found
            try:
                read = jwt.decode(token, keys, algorithms=_ALGORITHMS)
                _check_type(read.header.get("typ"), _TYPES[is_logout])
                return facts, dict(read.claims)
            except (JoseError, ValueError, TypeError, LookupError) as error:
                is_unknown = isinstance(error, InvalidKeyIdError | BadSignatureError)
                again = await self._other_keys(keys, is_logout=is_logout) if is_unknown else None
                if again is None:
                    name = type(error).__name__
                    raise OidcError(
                        "oidc_refused", f"its answer cannot be believed ({name})"
                    ) from None
                found = again

    async def _more(
        self, address: str, told: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What it says of somebody on being asked; of somebody else it is no answer."""
        headers = {"Authorization": f"Bearer {told.get('access_token', '')}"}
        more = await self._json("GET", address, headers=headers)
        if more.get("sub") != claims.get("sub"):
            raise OidcError("oidc_refused", "its answers name two people")
        return more

    async def _post(self, address: str, form: Mapping[str, str]) -> dict[str, Any]:
        secret = self.settings.oidc_secret
        auth = aiohttp.BasicAuth(self.settings.oidc_client, secret) if secret else None
        return await self._json("POST", address, data=form, auth=auth)

    async def _facts(self) -> tuple[Facts, Any]:
        """The provider's addresses and its keys, asked for anew each hour; who needs no others does
        not wait for who asks: anybody may send a token that has them asked for.
        """
        if (known := self._known()) is not None:
            return known
        async with self._turn:
            return self._known() or await self._ask()

    def _known(self) -> tuple[Facts, Any] | None:
        if self._found and time.monotonic() - self._found[0] < KNOWN_S:
            return self._found[1:]
        return None

    async def _other_keys(self, known: Any, *, is_logout: bool) -> tuple[Facts, Any] | None:
        """The same, asked for since `known` were; None where that was done lately for a token of
        this kind: a logout that somebody made up keeps no login from new keys. A provider that was
        away is asked as soon as it may be back.
        """
        async with self._turn:
            if self._found and self._found[2] is not known:  # somebody else's turn brought others
                return self._found[1:]
            now_s = time.monotonic()
            if now_s - self._again_s[is_logout] < AGAIN_S:
                return None
            found = await self._ask()
            self._again_s[is_logout] = now_s
            return found

    async def _ask(self) -> tuple[Facts, Any]:
        """Ask; who waited for the turn meanwhile is told at once what came of it."""
        if self._away and time.monotonic() - self._away[0] < AWAY_S:
            error = self._away[1]
            raise OidcError(error.code, error.reason)
        try:
            return await self._asked()
        except OidcError as error:
            self._away = time.monotonic(), error
            raise

    async def _asked(self) -> tuple[Facts, Any]:
        issuer = self.settings.oidc_issuer.rstrip("/")
        told = await self._json("GET", f"{issuer}/.well-known/openid-configuration")
        try:
            facts = msgspec.convert(told, Facts)
        except msgspec.ValidationError as error:
            raise OidcError("oidc_refused", f"its discovery document: {error}") from None
        if facts.issuer.rstrip("/") != issuer:
            raise OidcError("oidc_refused", "it calls itself by another address")
        if urlsplit(facts.authorization_endpoint).scheme not in ("https", "http"):
            raise OidcError("oidc_refused", "its login is no address of the web")
        keys = _keys_in(await self._json("GET", facts.jwks_uri))
        self._found = time.monotonic(), facts, keys
        return facts, keys

    async def _json(self, method: str, address: str, **given: Any) -> dict[str, Any]:
        limit = aiohttp.ClientTimeout(total=WITHIN_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.request(method, address, allow_redirects=False, **given) as answer,
            ):
                if answer.status != 200:
                    is_away = answer.status >= 500 or answer.status == BUSY
                    code = "oidc_away" if is_away else "oidc_refused"
                    raise OidcError(code, f"it answered {answer.status}")
                raw = bytearray()
                async for piece in answer.content.iter_any():
                    raw += piece
                    if len(raw) > MAX_ANSWER_BYTES:
                        bound = f"its answer is larger than {MAX_ANSWER_BYTES} bytes"
                        raise OidcError("oidc_refused", bound)
            body = msgspec.json.decode(raw)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise OidcError("oidc_away", f"no answer ({type(error).__name__})") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise OidcError("oidc_refused", "its answer is no JSON") from None
        if not isinstance(body, dict):
            raise OidcError("oidc_refused", "its answer is no object")
        return body


def _check_type(told: object, types: Collection[str]) -> None:
    """OidcError for a token that says it is for something else; most say nothing, or `JWT`."""
    name = str(told or "jwt").lower().removeprefix("application/")
    if name not in types:
        raise OidcError("oidc_refused", "its answer is a token for something else (typ)")


def account_of(name: str) -> str:
    """The account of a name that the provider tells. One that no account can have becomes its hash;
    so does one that looks like such: nobody is somebody else.
    """
    if is_name(name) and not name.startswith(HASHED):
        return name
    return HASHED + sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]


def _named(claims: Mapping[str, object], claim: str) -> str:
    """Whom or what a claim names, "" where it is not there; OidcError for what is no name."""
    told = "" if claims.get(claim) is None else claims[claim]
    if isinstance(told, str) and len(told) <= MAX_NAME and told.isprintable():
        return told
    raise OidcError("oidc_refused", f"its answer has a {claim} that is no name")


def _with_query(address: str, query: Mapping[str, str]) -> str:
    """An address with a query; one that has some keeps it (RFC 6749, 3.1)."""
    parts = urlsplit(address)
    own = parse_qsl(parts.query, keep_blank_values=True)
    return urlunsplit(parts._replace(query=urlencode([*own, *query.items()]), fragment=""))


def _keys_in(told: Mapping[str, Any]) -> Any:
    """The keys of a JWKS that can be read: one that cannot is of no use to us, and keeps nobody
    out. OidcError where it is none, or has no key.
    """
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415

    keys, fault = [], "no key"
    listed = told.get("keys")
    for each in listed if isinstance(listed, list) else ():
        try:
            keys += KeySet.import_key_set({"keys": [each]}).keys
        except (JoseError, ValueError, TypeError, LookupError, AttributeError) as error:
            fault = type(error).__name__
    if not keys:
        raise OidcError("oidc_refused", f"its keys cannot be read ({fault})")
    return KeySet(keys)


def check_extra() -> None:
    """SettingsError where what reads the provider's signatures is not installed."""
    try:
        import joserfc  # noqa: F401, PLC0415
    except ImportError:
        raise SettingsError(
            "BOMNAE_LOGIN=oidc needs the extra `oidc`: pip install 'bomnae[oidc]'"
        ) from None

"""Which door somebody came in by, and what is believed of a proxy and of a session's time."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network

import msgspec
import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from maps.access import accounts
from maps.access.failures import Failures
from maps.access.guard import COOKIE, Guard
from maps.access.looks import Looks
from maps.access.sessions import KNOWN_MS, Session, Sessions, name_of
from maps.access.who import Who
from maps.http.refusals import RequestRefusedError
from streams.contract.account import Account
from streams.contract.enums import Role
from streams.contract.grammars import LoginMode
from streams.contract.settings import Settings
from streams.state.store import Store

NOW_MS, AHEAD_MS = 1_795_392_000_000, 300_000
KIM = Account(account="kim", roles=(Role.DESK,), valid_from_ms=NOW_MS)
PROXY = "10.1.0.5"


class Rows:
    """What Redis says of one session."""

    def __init__(self, session: Session | None = None) -> None:
        self.raw = msgspec.json.encode(session) if session else None

    async def get(self, key: str) -> bytes | None:
        del key
        return self.raw


async def who(
    login: LoginMode,
    headers: CIMultiDict[str] | Mapping[str, str],
    *,
    remote: str = PROXY,
    session: Session | None = None,
    account: Account = KIM,
) -> Who:
    settings = Settings(
        kafka=("127.0.0.1:9",), login=login, trusted_proxies=(ip_network("10.1.0.0/16"),)
    )
    rows = Rows(session)
    sessions = Sessions(rows, 600, 3600, lambda: NOW_MS)
    guard = Guard(settings, Store.connect(settings), sessions, Failures(rows), Looks(rows))
    guard._accounts["kim"] = (NOW_MS + KNOWN_MS, account)
    request = make_mocked_request("GET", "/", headers=CIMultiDict(headers))
    return await guard.who(request.clone(remote=remote))


def refused(login: LoginMode, headers: CIMultiDict[str], remote: str) -> str:
    with pytest.raises(RequestRefusedError) as error:
        asyncio.run(who(login, headers, remote=remote))
    return error.value.code


def test_a_name_is_taken_from_a_trusted_proxy_alone_and_one_at_a_time() -> None:
    one = CIMultiDict({"X-Remote-User": "kim"})
    assert asyncio.run(who(LoginMode.PROXY, one)).account == "kim"
    assert refused(LoginMode.PROXY, one, "203.0.113.9") == "no_proxy"
    two = CIMultiDict([("X-Remote-User", "kim"), ("X-Remote-User", "lee")])
    assert refused(LoginMode.PROXY, two, PROXY) == "two_names"


@pytest.mark.parametrize("login", [LoginMode.LOCAL, LoginMode.OIDC, LoginMode.PROXY])
def test_a_session_counts_at_the_door_it_came_in_by_alone(login: LoginMode) -> None:
    session = Session(name_of("t"), "kim", LoginMode.LOCAL, "10.0.0.1", NOW_MS, NOW_MS)
    found = asyncio.run(who(login, {"Cookie": f"{COOKIE}=t"}, session=session))
    assert found.account == ("kim" if login is LoginMode.LOCAL else "")


def test_a_login_counts_though_the_clock_of_who_reset_the_account_was_ahead() -> None:
    cookie = {"Cookie": f"{COOKIE}=t"}
    ahead = replace(KIM, valid_from_ms=NOW_MS + AHEAD_MS)
    known = Session(name_of("t"), "kim", LoginMode.LOCAL, "10.0.0.1", NOW_MS, NOW_MS)
    before = asyncio.run(who(LoginMode.LOCAL, cookie, session=known, account=ahead))
    assert before.account == ""
    since = replace(known, counts_from_ms=ahead.valid_from_ms)
    after = asyncio.run(who(LoginMode.LOCAL, cookie, session=since, account=ahead))
    assert after.account == "kim"
    again = accounts.locked(ahead, NOW_MS + 1000, "boss")
    again = accounts.locked(again, NOW_MS + 2000, "boss", is_locked=False)
    ended = asyncio.run(who(LoginMode.LOCAL, cookie, session=since, account=again))
    assert ended.account == ""

"""A city whose proxy says who somebody is: `audit` may read the access records."""

import msgspec

from local.stack import Stack
from streams.contract.account import Account
from streams.contract.enums import Role
from streams.domain.stages.accounts import ACCOUNTS
from streams.state.kinds import hash_of
from tests.cities import worlds


def auditing(city: Stack) -> None:
    """Let this machine be the proxy, and give it the auditor's account."""
    city.env |= {"BOMNAE_LOGIN": "proxy", "BOMNAE_TRUSTED_PROXIES": "127.0.0.1/32"}
    account = Account(account="audit", roles=(Role.AUDITOR,))
    with worlds.redis_of(city) as client:
        client.hset(hash_of(ACCOUNTS, 0), "audit", msgspec.json.encode(account))

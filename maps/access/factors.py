"""Who must have a second factor: one-time codes or a passkey. Pure.

A program has a token, and whoever comes by the city's login or a proxy is asked there.
"""

from streams.contract.account import Account
from streams.contract.enums import Role
from streams.contract.grammars import SecondFactor


def is_due(known: Account, rule: SecondFactor) -> bool:
    """Whether the account's person must have one."""
    if rule is SecondFactor.STAFF:
        return any(role is not Role.VIEWER for role in known.roles)
    return rule is SecondFactor.ALL


def is_lacking(known: Account, rule: SecondFactor) -> bool:
    """Whether they must, and have none: then they may do nothing but set one up."""
    return is_due(known, rule) and not (known.code_secret or known.passkeys)

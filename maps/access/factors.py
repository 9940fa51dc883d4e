"""Who must have a second factor: one-time codes or a passkey. Pure.

A program has a token, and whoever comes by the city's login or a proxy is asked there; what an
OpenID provider says of how is held against BOMNAE_OIDC_FACTORS.
"""

from collections.abc import Collection, Iterable, Mapping

from streams.contract.account import Account
from streams.contract.enums import Role
from streams.contract.grammars import SecondFactor


def is_due(known: Account, rule: SecondFactor) -> bool:
    """Whether the account's person must have one."""
    return is_due_of(known.roles, rule)


def is_due_of(roles: Iterable[Role], rule: SecondFactor) -> bool:
    """Whether whoever has these roles must have one."""
    if rule is SecondFactor.STAFF:
        return any(role is not Role.VIEWER for role in roles)
    return rule is SecondFactor.ALL


def are_shown(claims: Mapping[str, object], accepted: Collection[str]) -> bool:
    """Whether a provider's answer says by `acr` or `amr` that it asked for more than a password."""
    methods = claims.get("amr")
    told = [claims.get("acr"), *(methods if isinstance(methods, list) else [])]
    return any(isinstance(each, str) and each in accepted for each in told)


def is_lacking(known: Account, rule: SecondFactor) -> bool:
    """Whether they must, and have none: then they may do nothing but set one up."""
    return is_due(known, rule) and not (known.code_secret or known.passkeys)

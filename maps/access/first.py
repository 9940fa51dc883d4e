"""The code by which the first account of a city is made: printed by the server at its start, or by
`python -m maps accounts first-code`, good for a day. The last one alone counts.
"""

import hmac
import secrets
from hashlib import sha256

from streams.contract.errors import AccountError
from streams.state.keys import FIRST, login_key
from streams.state.store import Store

FOR_S = 86_400


async def first_code(store: Store) -> str:
    """A new code where there is no account yet, else "". One from before is void.

    Raises what Redis does when it is away.
    """
    if await store.accounts():
        return ""
    code = secrets.token_hex(6).upper()
    await store.client.set(login_key(FIRST), _hash_of(code), ex=FOR_S)
    return code


async def first_code_again(store: Store) -> str:
    """The same for somebody who lost it; AccountError where there are accounts already."""
    code = await first_code(store)
    if not code:
        raise AccountError("first-code", "a city with accounts", "`accounts reset` or `add` there")
    return code


async def is_first_code(store: Store, code: str) -> bool | None:
    """Whether it is the one that counts; None where none does (any more)."""
    due = await store.client.get(login_key(FIRST))
    if due is None or await store.accounts():
        return None
    return hmac.compare_digest(due, _hash_of(code).encode())


async def end_first_code(store: Store) -> None:
    """There is a first account."""
    await store.client.delete(login_key(FIRST))


def _hash_of(code: str) -> str:
    return sha256(code.strip().upper().encode()).hexdigest()

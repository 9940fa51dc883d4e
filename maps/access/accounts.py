"""How an account comes to be and becomes another; each is written to the log whole. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from maps.access.guard import TOKEN
from streams.contract.account import MAX_ACCOUNTS, Account, Passkey, check_account
from streams.contract.enums import Role
from streams.contract.errors import AccountError
from streams.contract.times import DAY_MS


def added(
    name: str,
    roles: Iterable[Role],
    office: str,
    *,
    password_hash: str,
    now_ms: int,
    by: str,
    must_change: bool = True,
) -> Account:
    """A new account. Whoever made it knows its password, so that must be changed."""
    made = Account(
        account=name,
        roles=tuple(dict.fromkeys(roles)),
        office=office.strip(),
        password_hash=password_hash,
        must_change=must_change,
        valid_from_ms=now_ms,
        changed_ms=now_ms,
        changed_by=by,
        revision=1,
    )
    check_account(made)
    return made


def of_provider(name: str) -> Account:
    """The row before the first of somebody who logs in at the city's provider: there to be locked.
    The role is of no weight, the provider's groups give theirs.
    """
    made = Account(account=name, roles=(Role.VIEWER,))
    check_account(made)
    return made


def locked(account: Account, now_ms: int, by: str, *, is_locked: bool = True) -> Account:
    """Nobody logs in as it, and its sessions end; or again they do."""
    valid_from_ms = _ended_ms(account, now_ms) if is_locked else account.valid_from_ms
    return _changed(account, now_ms, by, is_locked=is_locked, valid_from_ms=valid_from_ms)


def reset(account: Account, password_hash: str, now_ms: int, by: str) -> Account:
    """A password handed out anew: the second factors go, the lock too, and all sessions end.
    AccountError for a program's account: it has a token, and no password.
    """
    if account.token_hash:
        raise AccountError("account", account.account, "a person's: a program gets its next token")
    return _changed(
        account,
        now_ms,
        by,
        password_hash=password_hash,
        code_secret="",
        passkeys=(),
        must_change=True,
        is_locked=False,
        valid_from_ms=_ended_ms(account, now_ms),
    )


def with_password(account: Account, password_hash: str, now_ms: int) -> Account:
    """Its person's own new password; other sessions than this one's end."""
    ended_ms = _ended_ms(account, now_ms)
    given = {"password_hash": password_hash, "must_change": False, "valid_from_ms": ended_ms}
    return _changed(account, now_ms, account.account, **given)


def _ended_ms(account: Account, now_ms: int) -> int:
    """When its sessions end: after all that counted until now, also by a clock that is behind."""
    return max(now_ms, account.valid_from_ms + 1)


def with_codes(account: Account, sealed: str, now_ms: int, by: str) -> Account:
    """With the sealed secret of one-time codes; "" takes them away."""
    return _changed(account, now_ms, by, code_secret=sealed)


def with_passkey(account: Account, key: Passkey, now_ms: int) -> Account:
    """With one passkey more, its person's own."""
    made = _changed(account, now_ms, account.account, passkeys=(*account.passkeys, key))
    check_account(made)
    return made


def without_passkeys(account: Account, key_ids: Collection[str], now_ms: int) -> Account:
    """Without these passkeys."""
    keys = tuple(each for each in account.passkeys if each.key_id not in key_ids)
    return _changed(account, now_ms, account.account, passkeys=keys)


def with_roles(account: Account, roles: Iterable[Role], now_ms: int, by: str) -> Account:
    """With other roles; its sessions go on with them."""
    made = _changed(account, now_ms, by, roles=tuple(dict.fromkeys(roles)))
    check_account(made)
    return made


def with_token(account: Account, token: str, days: int, now_ms: int, by: str) -> Account:
    """A program's account with its next token; the one before counts no more."""
    if account.password_hash:
        bound = "a program's, as `accounts add NAME --roles viewer --program` makes it"
        raise AccountError("account", account.account, bound)
    hashed = sha256(token.encode()).hexdigest()
    return _changed(account, now_ms, by, token_hash=hashed, expires_ms=now_ms + days * DAY_MS)


def _changed(account: Account, now_ms: int, by: str, **given: Any) -> Account:
    """The next one of a row as it was read: the stage takes it where that row still holds."""
    revision = account.revision + 1
    return replace(account, **given, changed_ms=now_ms, changed_by=by, revision=revision)


def token_of(name: str, secret: str) -> str:
    """The token a program of this account sends as its bearer."""
    return f"{TOKEN}{name}_{secret}"


def removed(account: Account, now_ms: int, by: str) -> Account:
    """The message that removes it; what it held is not said again."""
    return Account(account=account.account, is_removed=True, changed_ms=now_ms, changed_by=by)


def check_room(accounts: int) -> None:
    """Raise AccountError when there are as many accounts as there may be."""
    if accounts >= MAX_ACCOUNTS:
        raise AccountError("account", f"{accounts} of them", f"at most {MAX_ACCOUNTS}")

"""Accounts: who may log in, and what as; kept by the log like all else.

A change is the whole account written again. A password is there as its Argon2id hash, the secret of
its one-time codes sealed: neither can be read out of the log.
"""

import re
from dataclasses import dataclass

from streams.contract.enums import Role
from streams.contract.errors import AccountError
from streams.people import names_a_number

MAX_ACCOUNTS = 2_000
MAX_OFFICE = 40
MAX_TIME_MS = 4_102_444_800_000
MAX_REVISION = 1 << 31
MAX_HASH, MAX_SEALED = 200, 200
MAX_PASSKEYS = 8
_NAME = re.compile(r"[a-z][a-z0-9.-]{1,31}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{11,1364}")  # 1,023 bytes at most
_PUBLIC_KEY = re.compile(r"[A-Za-z0-9_-]{1,2048}")
_HASH = re.compile(r"\$argon2id\$[A-Za-z0-9$=,+/]+")


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key of somebody's device, as WebAuthn has it (base64url); `uses` is how often it had
    signed when it was added: one that counts less was copied.
    """

    key_id: str
    public_key: str
    uses: int = 0
    added_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account a person. `account` is what they log in as and what stands beside their acts;
    `office` says where they sit. What was begun before `valid_from_ms` is no session any more.
    `must_change`: somebody else knows the password.

    `revision` counts its changes from 1: one made of a row that was changed since is not taken. 0
    is of messages from before they were counted.
    """

    account: str
    roles: tuple[Role, ...] = ()
    office: str = ""
    password_hash: str = ""
    code_secret: str = ""  # of one-time codes, sealed; "": none
    passkeys: tuple[Passkey, ...] = ()
    token_hash: str = ""  # SHA-256 of a program's token, hex; such an account has no password
    expires_ms: int = 0  # until when that token counts
    must_change: bool = False
    is_locked: bool = False
    valid_from_ms: int = 0
    changed_ms: int = 0
    changed_by: str = ""
    is_removed: bool = False
    revision: int = 0


def is_name(text: str) -> bool:
    """Whether an account can be called so."""
    return bool(_NAME.fullmatch(text)) and not names_a_number(text)


def check_account(account: Account) -> None:
    """Raise AccountError for the first field that cannot be; no secret is repeated."""
    if not is_name(account.account):
        bound = "2 to 32 of a-z 0-9 . -, a letter first, no person's number"
        raise AccountError("account", account.account, bound)
    if not account.roles and not account.is_removed:
        raise AccountError("roles", "none", "one or more of " + " ".join(Role))
    if len(set(account.roles)) != len(account.roles):
        raise AccountError("roles", " ".join(account.roles), "each role once")
    office = account.office
    if len(office) > MAX_OFFICE or (office and not office.isprintable()) or names_a_number(office):
        bound = f"at most {MAX_OFFICE} printable characters, no person's number"
        raise AccountError("office", f"{len(office)} characters", bound)
    _check_secrets(account)
    for field in ("valid_from_ms", "changed_ms", "expires_ms"):
        time_ms = getattr(account, field)
        if not 0 <= time_ms <= MAX_TIME_MS:
            raise AccountError(field, time_ms, f"0 to {MAX_TIME_MS} ms")
    if not 0 <= account.revision <= MAX_REVISION:
        raise AccountError("revision", account.revision, f"0 to {MAX_REVISION}")


def _check_secrets(account: Account) -> None:
    hashed = account.password_hash
    if hashed and (len(hashed) > MAX_HASH or not _HASH.fullmatch(hashed)):
        raise AccountError("password_hash", f"{len(hashed)} characters", "an Argon2id hash")
    if account.token_hash and not _DIGEST.fullmatch(account.token_hash):
        raise AccountError(
            "token_hash", f"{len(account.token_hash)} characters", "a SHA-256 in hex"
        )
    if len(account.code_secret) > MAX_SEALED:
        raise AccountError("code_secret", f"{len(account.code_secret)} characters", "200 at most")
    if len(account.passkeys) > MAX_PASSKEYS:
        raise AccountError(
            "passkeys", f"{len(account.passkeys)} of them", f"{MAX_PASSKEYS} at most"
        )
    for key in account.passkeys:
        if not (_KEY_ID.fullmatch(key.key_id) and _PUBLIC_KEY.fullmatch(key.public_key)):
            raise AccountError("passkeys", "one that is none", "id and public key in base64url")

"""Passkeys (WebAuthn): a device signs a login for this host, once it has asked its owner by PIN,
finger or face.

What it signs is random, counts once and for two minutes. The library is an extra: without it there
are no passkeys, and nothing speaks of them.
"""

import base64
import hmac
import importlib.util
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import cast
from urllib.parse import urlsplit

from streams.contract.account import Account, Passkey
from streams.contract.errors import BomnaeError

FOR_S = 120
_WRONG = (ValueError, TypeError, LookupError, AttributeError)  # of a body that is no answer
Json = Mapping[str, object]


class PasskeyError(BomnaeError):
    """What a device sent cannot be believed; the message says why, and nothing of the key."""


@dataclass(frozen=True, slots=True)
class PasskeySite:
    """Whom keys are for: the host's name, and the origins its pages come from."""

    name: str
    origins: tuple[str, ...]


def is_installed() -> bool:
    """Whether the extra `passkeys` is there."""
    return importlib.util.find_spec("webauthn") is not None


def site_of(scheme: str, host: str, own_origins: Iterable[str]) -> PasskeySite | None:
    """The site of a request's Host; None for an address: keys are made for names alone."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    if not name or ":" in name or name.rpartition(".")[2].isdigit():
        return None
    ours = (each for each in own_origins if urlsplit(each).hostname == name)
    return PasskeySite(name, tuple(dict.fromkeys((f"{scheme}://{host}", *ours))))


def registration(site: PasskeySite, city: str, account: Account, challenge: bytes) -> Json:
    """What a browser is asked, so that a device makes a key for an account. The account stands in
    it as a hash: a device keeps it.
    """
    import webauthn as lib  # noqa: PLC0415 - an extra
    from webauthn.helpers import structs  # noqa: PLC0415

    known = [lib.base64url_to_bytes(each.key_id) for each in account.passkeys]
    options = lib.generate_registration_options(
        rp_id=site.name,
        rp_name=f"Bomnae {city}",
        user_name=account.account,
        user_id=sha256(f"bomnae {account.account}".encode()).digest(),
        challenge=challenge,
        timeout=FOR_S * 1000,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=each) for each in known],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return cast(Json, json.loads(lib.options_to_json(options)))


def registered(site: PasskeySite, credential: Json, challenge: bytes, now_ms: int) -> Passkey:
    """The key that a device made; PasskeyError where its answer is to something else."""
    import webauthn as lib  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        made = lib.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, *_WRONG) as error:
        raise PasskeyError(type(error).__name__) from None
    return Passkey(
        _text(made.credential_id), _text(made.credential_public_key), made.sign_count, now_ms
    )


def login(site: PasskeySite, challenge: bytes, key_ids: Iterable[str]) -> Json:
    """What a browser is asked for a login; no `key_ids`: whatever key its device keeps for us."""
    import webauthn as lib  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = lib.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        timeout=FOR_S * 1000,
        allow_credentials=[
            structs.PublicKeyCredentialDescriptor(id=lib.base64url_to_bytes(each))
            for each in key_ids
        ],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return cast(Json, json.loads(lib.options_to_json(options)))


def uses_of(site: PasskeySite, credential: Json, challenge: bytes, key: Passkey, uses: int) -> int:
    """How often the key has signed, told by a login that is right; PasskeyError for any other, and
    for one whose count does not go on from `uses`: the key was copied.
    """
    import webauthn as lib  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        told = lib.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=list(site.origins),
            credential_public_key=lib.base64url_to_bytes(key.public_key),
            credential_current_sign_count=uses,
            require_user_verification=True,
        )
    except (WebAuthnException, *_WRONG) as error:
        raise PasskeyError(type(error).__name__) from None
    return told.new_sign_count


def challenge_in(credential: Json) -> bytes:
    """What the device says it signed; PasskeyError where that cannot be read."""
    try:
        response = cast(Json, credential["response"])
        said = json.loads(_bytes(cast(str, response["clientDataJSON"])))
        return _bytes(said["challenge"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise PasskeyError("no client data") from None


def owner_of(key_id: str, accounts: Iterable[Account]) -> tuple[Account, Passkey] | None:
    """Whose key it is."""
    for account in accounts:
        for key in account.passkeys:
            if key.key_id == key_id:
                return account, key
    return None


def made_up_id(name: str, key: bytes) -> str:
    """A key's id for a name that has none: who asks does not learn which names there are."""
    return _text(hmac.digest(key, f"no passkey of {name}".encode(), sha256))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

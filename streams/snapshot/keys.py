"""The keys that sign snapshots, and those that check them."""

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from streams.contract.ed25519 import is_public, key_id, private_key, public_keys
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key of BOMNAE_SNAPSHOT_KEY; SettingsError where there is none."""
    how = "`python -m streams snapshot --make-key FILE`"
    return private_key(settings.snapshot_key, "BOMNAE_SNAPSHOT_KEY", how)


def keys_to_check(settings: Settings, public: Path | None) -> Mapping[str, Ed25519PublicKey]:
    """The keys of a file (PEM), else the one that belongs to BOMNAE_SNAPSHOT_KEY: who only checks
    has the public ones there.
    """
    if public is not None:
        return public_keys(public)
    if not settings.snapshot_key:
        raise SettingsError("neither --public FILE nor BOMNAE_SNAPSHOT_KEY: no key to check with")
    if is_public(Path(settings.snapshot_key)):
        return public_keys(Path(settings.snapshot_key))
    key = signing_key(settings).public_key()
    return {key_id(key): key}

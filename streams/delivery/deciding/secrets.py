"""The secrets of endpoints: stored nowhere, made of the master key whenever they are needed. Pure.

Whoever has the master key (BOMNAE_SECRET) has them all; a new master key makes every secret anew.
"""

import base64
import hmac
from hashlib import sha256

from streams.contract.errors import SettingsError
from streams.contract.subscription import Subscription
from streams.delivery.deciding.signing import PREFIX

MIN_CHARACTERS = 32


def master_key(text: str) -> str:
    """BOMNAE_SECRET, checked; raises SettingsError that never repeats it."""
    if len(text) < MIN_CHARACTERS:
        missing = "is not set" if not text else f"has {len(text)} characters"
        raise SettingsError(
            f"BOMNAE_SECRET {missing}, at least {MIN_CHARACTERS}; "
            "`python -m streams subscriptions secret` makes one"
        )
    return text


def endpoint_secret(master: str, endpoint: str, generation: int) -> str:
    """The secret of an endpoint, `whsec_` and base64 of 32 bytes."""
    label = f"webhook\n{endpoint}\n{generation}"
    return PREFIX + base64.b64encode(hmac.digest(master.encode(), label.encode(), sha256)).decode()


def active_secrets(master: str, subscription: Subscription, now_ms: int) -> tuple[str, ...]:
    """The secrets that sign for an endpoint now, the current one first."""
    generation = subscription.secret_generation
    current = endpoint_secret(master, subscription.endpoint, generation)
    if generation == 1 or now_ms >= subscription.previous_until_ms:
        return (current,)
    return current, endpoint_secret(master, subscription.endpoint, generation - 1)

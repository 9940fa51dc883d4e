"""The secrets of endpoints: stored nowhere, made of the key for webhooks whenever they are needed.
Pure.

Whoever has that key has them all. After it was rotated every endpoint has a secret anew, and those
made of the key before sign too while that key counts.
"""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256

from streams.contract.keys import Key
from streams.contract.subscription import Subscription
from streams.delivery.deciding.signing import PREFIX


def endpoint_secret(key: bytes, endpoint: str, generation: int) -> str:
    """The secret of an endpoint, `whsec_` and base64 of 32 bytes."""
    label = f"webhook\n{endpoint}\n{generation}"
    return PREFIX + base64.b64encode(hmac.digest(key, label.encode(), sha256)).decode()


def active_secrets(keys: Sequence[Key], subscription: Subscription, now_ms: int) -> tuple[str, ...]:
    """The secrets that sign for an endpoint now: one of each key, the newest key first; then those
    before its own rotation.
    """
    generation = subscription.secret_generation
    generations = [generation]
    if generation > 1 and now_ms < subscription.previous_until_ms:
        generations.append(generation - 1)
    return tuple(
        endpoint_secret(key.secret, subscription.endpoint, each)
        for each in generations
        for key in keys
    )

"""Texts without any secret, as it is or as URLs and JSON spell it. Pure."""

import json
from functools import lru_cache
from urllib.parse import quote, quote_plus

MIN_SECRET = 4  # covering a shorter "secret" would garble every line


def without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """The text with every secret covered, in each of its spellings."""
    for secret in secrets:
        for spelt in _spellings(secret):
            text = text.replace(spelt, "[secret]")
    return text


@lru_cache(maxsize=64)
def _spellings(secret: str) -> tuple[str, ...]:
    """The longest first, so that no tail of one is left."""
    if len(secret) < MIN_SECRET:
        return ()
    once = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    once |= {spelt.lower() for spelt in once if "%" in spelt}
    twice = {quote(spelt, safe="") for spelt in once}
    escaped = {json.dumps(spelt)[1:-1] for spelt in once}
    escaped |= {spelt.replace("/", "\\/") for spelt in once}
    return tuple(sorted(once | twice | escaped, key=len, reverse=True))

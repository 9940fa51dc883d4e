"""Ids made of what a thing is: the same thing has the same id, wherever it is made again."""

import hashlib
from base64 import b32encode


def named_of(kind: str, text: str) -> str:
    """The kind, `_` and 26 letters and digits: 130 bits of the text's SHA-256."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"{kind}_{b32encode(digest).decode()[:26].lower()}"

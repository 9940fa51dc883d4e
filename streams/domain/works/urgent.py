"""Words of permits and incidents for what nobody planned."""

import re

_URGENT = re.compile("긴급|응급|파열|붕괴|침하|누수|싱크홀")


def is_urgent(text: str) -> bool:
    """Whether a text says that nobody planned it."""
    return _URGENT.search(text) is not None

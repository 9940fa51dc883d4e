"""What a store that is away is to who asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from maps.http.refusals import RequestRefusedError
from maps.picture.catch_up import LOSSES


@contextmanager
def store_needed(word: str = "refused.store_away") -> Iterator[None]:
    """Makes a store that does not answer, or not in words of ours, a 503 of this text."""
    try:
        yield
    except LOSSES:
        raise RequestRefusedError(503, word) from None

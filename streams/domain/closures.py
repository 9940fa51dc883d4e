"""Which closure is the gravest, which leave the lanes open, and what they are called."""

from streams.contract.enums import Closure
from streams.words.catalogue import Phrase, has_word, phrase

GRAVITY = (
    Closure.FULL,
    Closure.PARTIAL,
    Closure.UNKNOWN,
    Closure.SHOULDER,
    Closure.BUS_STOP,
    Closure.BICYCLE,
    Closure.SIDEWALK,
    Closure.NONE,
)
"""The gravest first. What nobody knows is graver than what leaves the lanes open."""
BESIDE_LANES = (Closure.SHOULDER, Closure.BUS_STOP, Closure.BICYCLE, Closure.SIDEWALK)


def closure_name(closure: str) -> Phrase:
    """What a closure is called; one that nobody knows is called one not stated."""
    code = f"closure.{closure}"
    return phrase(code if has_word(code) else "closure.unknown")

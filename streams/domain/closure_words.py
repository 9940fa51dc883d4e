"""What closures are called, in Korean and in English: the same on screens, in messages, in exports;
and which of them is the gravest.

The page's own words (`maps/static/words.js`) are these; a test holds them together.
"""

from streams.contract.enums import Closure

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

CLOSURE_WORDS = {
    "full": ("전면 통제", "Road closed"),
    "partial": ("부분 통제", "Lanes closed"),
    "shoulder": ("갓길 통제", "Shoulder closed"),
    "sidewalk": ("보도 통제", "Sidewalk closed"),
    "bicycle": ("자전거도로 통제", "Cycle path closed"),
    "bus_stop": ("버스정류장 통제", "Bus stop closed"),
    "none": ("통제 없음", "No closure"),
    "unknown": ("통제 여부 미상", "Closure not stated"),
}
BESIDE_LANES = {
    "shoulder": ("갓길", "shoulder"),
    "bus_stop": ("버스정류장", "bus stop"),
    "bicycle": ("자전거도로", "cycle path"),
    "sidewalk": ("보도", "sidewalk"),
}
"""What a closure that leaves the lanes open takes."""


def closure_words(closure: str) -> tuple[str, str]:
    """The words within a sentence; of a closure that nobody knows, those of one not stated."""
    korean, english = CLOSURE_WORDS.get(closure, CLOSURE_WORDS["unknown"])
    return korean, english.lower()

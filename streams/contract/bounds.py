"""The bounds of what is measured, and of times: what lies outside is a mistake."""

from typing import Annotated

from msgspec import Meta

MAX_SPEED_KMH = 250.0
MAX_TIME_MS = 4_102_444_800_000  # 2100: later is no time but a mistake
BoundedKmh = Annotated[float, Meta(ge=0, le=MAX_SPEED_KMH)]
BoundedMs = Annotated[int, Meta(ge=0, le=MAX_TIME_MS)]

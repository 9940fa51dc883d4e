"""How far the store may be believed."""

from enum import StrEnum


class StoreState(StrEnum):
    """OK, being made again from the log, or not to be reached."""

    OK = "ok"
    REBUILDING = "rebuilding"
    LOST = "lost"

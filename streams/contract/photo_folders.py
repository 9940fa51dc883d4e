"""Where the photos of a work are, below the folder of all photos, and how long they may be."""

import hashlib

from streams.contract.times import DAY_MS

KEEP_MS = 7 * DAY_MS  # after the work is over


def folder_of(work: str) -> str:
    """The folder of a work: a permit number may hold any sign, a digest only 64."""
    return hashlib.sha256(work.encode("utf-8", "surrogatepass")).hexdigest()


def is_folder(name: str) -> bool:
    """Whether a folder is one of a work."""
    return len(name) == 64 and set(name) <= set("0123456789abcdef")

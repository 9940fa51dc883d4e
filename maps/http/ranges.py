"""A part of a body, as the header Range asks for it (RFC 9110): one range of bytes. Pure."""

import re

_ONE = re.compile(r"bytes=(\d*)-(\d*)")


def span_of(header: str, size: int) -> tuple[int, int] | None:
    """The first byte asked for and the one behind the last; None where the whole is to be sent: no
    range, several, or one that is not understood. Raises ValueError for one that lies outside.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-" or len(header) > 60:
        return None
    if not found[1]:  # the last so many
        count = int(found[2])
        if not count:
            raise ValueError(header)
        return max(0, size - count), size
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if first > last and found[2]:
        return None
    if first >= size:
        raise ValueError(header)
    return first, min(last, size - 1) + 1

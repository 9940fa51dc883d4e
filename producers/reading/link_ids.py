"""The id of a standard link, however a portal or its table spells it."""

import re
from typing import Any

from producers.reading.fields import text

PLACEHOLDERS = frozenset({"", "0", "1", "-"})
_FLOAT = re.compile(r"([0-9]{1,12})(?:\.([0-9]*))?(?:[eE]\+?([0-9]{1,2}))?")


def link_id_of(value: Any) -> str:
    """The link id without blanks, "" for a placeholder such as "1". A table of floats has written
    it as "2500000001.0" or "2.500000001E9".
    """
    bare = text(value, 40).replace(" ", "")
    if match := _FLOAT.fullmatch(bare):
        digits, power = f"{match[1]}{match[2] or ''}", int(match[3] or 0)
        bare = digits[: len(match[1]) + power].ljust(len(match[1]) + power, "0")
    return "" if bare in PLACEHOLDERS else bare

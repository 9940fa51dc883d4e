"""What a fresh map server says to whoever may make the first account."""

import re

from local.stack import Stack
from local.waiting import wait_until


def first_code_of(stack: Stack) -> str:
    """The start code, once it is printed."""
    log = stack.folder / "maps.log"
    found: list[str] = wait_until(
        lambda: re.findall(r"start code (\w+)", log.read_text()), "the start code"
    )
    return found[-1]

"""What a fresh map server says to whoever may make the first account."""

import re

from local.services import wait_until
from local.stack import Stack


def first_code_of(stack: Stack) -> str:
    """The start code, once it is printed."""
    found: list[str] = []

    def is_said() -> bool:
        said = (stack.folder / "maps.log").read_text()
        found[:] = re.findall(r"start code (\w+)", said)
        return bool(found)

    wait_until(is_said, "the start code")
    return found[-1]

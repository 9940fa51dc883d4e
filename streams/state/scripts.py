"""The Lua scripts of this folder: what Redis does in one step, or not at all."""

from pathlib import Path
from typing import Any


def script_text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.lua").read_text("utf-8")


def script(client: Any, name: str) -> Any:
    """A script of this folder, to be called with `keys` and `args`; Redis keeps it by its hash."""
    return client.register_script(script_text(name))

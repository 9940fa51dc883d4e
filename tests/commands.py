"""Whether a command that a document or a container names is there."""

import importlib.util
from collections.abc import Callable, Sequence

import pytest

from maps.__main__ import main as maps_main
from producers.__main__ import parser as producers_parser
from streams.__main__ import main as streams_main


def ends_well(main: Callable[[list[str]], int], words: Sequence[str]) -> bool:
    """Whether a command's help is there to be asked for."""
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    return ended.value.code == 0


def is_accepted(words: Sequence[str]) -> bool:
    """Whether a command and its options exist. Without options its name is enough."""
    package, *rest = words
    has_options = any(word.startswith("--") for word in rest)
    if package == "producers" and has_options:
        producers_parser().parse_args(rest)
        return True
    mains = {
        "producers": producers_parser().parse_args,
        "maps": maps_main,
        "streams": streams_main,
    }
    if package in mains:
        return ends_well(mains[package], rest)  # type: ignore[arg-type]
    return importlib.util.find_spec(package) is not None

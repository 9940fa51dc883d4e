"""The corridors of a city, as its operators wrote them down in a file. Pure but for reading it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.contract.errors import SettingsError

MOST = 40
MAX_CHARS = 60
_FIELDS = ("name", "name_en", "from", "to")


@dataclass(frozen=True, slots=True)
class Corridor:
    """From one place to another, both as one types them into the search; what it is called."""

    start: str
    goal: str
    name: str = ""
    name_en: str = ""


def read_corridors(path: str) -> tuple[Corridor, ...]:
    """The corridors of a file, none without one; SettingsError that says what is wrong where."""
    if not path:
        return ()
    try:
        return corridors_of(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"BOMNAE_CORRIDORS: cannot read {path}: {error.strerror}") from None
    except ValueError as error:  # of UTF-8 and TOML too
        raise SettingsError(f"BOMNAE_CORRIDORS: {path}: {error}") from None


def corridors_of(text: str) -> tuple[Corridor, ...]:
    """The corridors of a text in TOML; ValueError that says what is wrong where."""
    body = tomllib.loads(text)
    if unknown := body.keys() - {"corridor"}:
        raise ValueError(f"`{min(unknown)}` is none of ours; corridors are [[corridor]]")
    rows = body.get("corridor", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("corridors are [[corridor]], each with `from` and `to`")
    if len(rows) > MOST:
        raise ValueError(f"{len(rows)} corridors; at most {MOST}")
    found = tuple(_corridor(f"corridor {place}", row) for place, row in enumerate(rows, 1))
    ends = [(each.start, each.goal) for each in found]
    for place, pair in enumerate(ends, 1):
        if pair in ends[: place - 1]:
            raise ValueError(f"corridor {place}: {pair[0]} to {pair[1]} stands there already")
    return found


def _corridor(where: str, row: Mapping[str, object]) -> Corridor:
    texts = {name: _text(where, name, value) for name, value in row.items()}
    for name in ("from", "to"):
        if not texts.get(name):
            raise ValueError(f"{where} has no `{name}`")
    named = texts.get("name", "")
    return Corridor(texts["from"], texts["to"], named, texts.get("name_en", ""))


def _text(where: str, name: str, value: object) -> str:
    if name not in _FIELDS:
        raise ValueError(f"{where}: `{name}` is none of {', '.join(_FIELDS)}")
    if not isinstance(value, str) or len(value) > MAX_CHARS:
        raise ValueError(f"{where}: `{name}` must be a text of at most {MAX_CHARS} characters")
    return " ".join(value.split())

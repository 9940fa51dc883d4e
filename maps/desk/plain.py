"""The picture as mappings, until the desk works on the rows' own types."""

from types import SimpleNamespace
from typing import Any

import msgspec

from maps.picture.picture import Picture
from maps.picture.text import shown
from streams.state.kinds import KINDS


class PlainRow(dict[str, Any]):
    """A row as a mapping; its fields are attributes as well."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(name)


def plain(picture: Picture) -> Any:
    """A picture of plain rows; of feeds the states."""
    rows = {
        kind.name: {name: plain_row(row) for name, row in getattr(picture, kind.name).items()}
        for kind in KINDS
        if kind.name not in {"feeds", "clocks"}
    }
    return SimpleNamespace(**rows, feeds=picture.feeds, clock_ms=picture.clock_ms)


def plain_row(row: Any) -> Any:
    return None if row is None else PlainRow(msgspec.to_builtins(row))


def shown_value(value: Any) -> Any:
    return shown(value) if isinstance(value, str) else value

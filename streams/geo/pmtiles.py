"""The head of a PMTiles archive (version 3): what it holds, and whether it is whole. Pure."""

import gzip
import json
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from streams.contract.errors import BasemapError
from streams.contract.grammars import Bounds

MOST_BYTES = 15_000_000
HEAD_BYTES = 127
VECTOR = 1  # the type of tiles that are Mapbox vector tiles
GZIP = 2
_HEAD = struct.Struct("<7sB11QBBBBBBiiiiBii")
_E7 = 1e7


@dataclass(frozen=True, slots=True)
class TileArchive:
    """What a map needs to know of an archive before it reads a tile."""

    bounds: Bounds
    min_zoom: int
    max_zoom: int
    layers: tuple[str, ...]
    attribution: str
    description: str


def read_archive(body: bytes) -> TileArchive:
    """The archive's head and metadata; raises BasemapError that says what is wrong with it."""
    if len(body) > MOST_BYTES:
        raise BasemapError(
            f"it has {len(body):,} bytes, more than the {MOST_BYTES:,} of a basemap: give it fewer "
            "layers, or leave the buildings out"
        )
    if len(body) < HEAD_BYTES or body[:7] != b"PMTiles":
        raise BasemapError("it is no PMTiles archive")
    head = _HEAD.unpack_from(body)
    version, sections = head[1], head[2:10]
    if version != 3:
        raise BasemapError(f"it is PMTiles of version {version}; 3 is read")
    ends = [sections[place] + sections[place + 1] for place in range(0, 8, 2)]
    if max(ends) > len(body):
        raise BasemapError(f"it is cut short: {len(body):,} bytes of {max(ends):,}")
    internal, kind, low, high = head[14], head[16], head[17], head[18]
    if kind != VECTOR:
        raise BasemapError("its tiles are no vector tiles")
    metadata = _metadata(body[sections[2] : ends[1]], internal)
    west, south, east, north = (edge / _E7 for edge in head[19:23])
    return TileArchive(
        Bounds(west, south, east, north),
        low,
        high,
        tuple(str(layer.get("id", "")) for layer in metadata.get("vector_layers", ())),
        str(metadata.get("attribution", "")),
        str(metadata.get("description", "")),
    )


def _metadata(packed: bytes, compression: int) -> dict[str, Any]:
    try:
        found = json.loads(gzip.decompress(packed) if compression == GZIP else packed)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise BasemapError("its metadata cannot be read") from error
    if not isinstance(found, dict):
        raise BasemapError("its metadata cannot be read")
    return found

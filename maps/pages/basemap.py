"""The basemap's file, read and checked once at the start."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from maps.picture.network_file import bounds
from streams.contract.errors import BasemapError, SettingsError
from streams.geo.network import Network
from streams.geo.pmtiles import MOST_BYTES, TileArchive, read_archive


@dataclass(frozen=True, slots=True)
class Basemap:
    """A PMTiles archive; `version` names its content."""

    body: bytes
    version: str
    archive: TileArchive

    @property
    def address(self) -> str:
        return f"/api/v1/basemap/{self.version}.pmtiles"


def read_basemap(path: str, network: Network) -> Basemap | None:
    """The basemap of a setting, None without one; raises SettingsError for a file that is none, is
    too large, or shows another place than the network.
    """
    if not path:
        return None
    try:
        with Path(path).open("rb") as file:
            body = file.read(MOST_BYTES + 1)
        archive = read_archive(body)
    except OSError as error:
        raise SettingsError(f"BOMNAE_BASEMAP: cannot read {path}: {error.strerror}") from None
    except BasemapError as error:
        raise SettingsError(f"BOMNAE_BASEMAP: {path}: {error}") from None
    west, south, east, north = bounds(network)
    if network.links and not archive.bounds.holds((west + east) / 2, (south + north) / 2):
        raise SettingsError(
            f"BOMNAE_BASEMAP: {path} shows {archive.bounds}, and the network's middle lies outside "
            f"it ({(west + east) / 2:.3f}, {(south + north) / 2:.3f}): it is of another city"
        )
    return Basemap(body, hashlib.sha256(body).hexdigest()[:12], archive)

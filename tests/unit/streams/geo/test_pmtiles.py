import pytest

from producers.simulator.ground import FILE
from streams.contract.errors import BasemapError
from streams.geo.pmtiles import HEAD_BYTES, MOST_BYTES, read_archive

BODY = FILE.read_bytes()


def changed(place: int, value: int) -> bytes:
    return BODY[:place] + bytes([value]) + BODY[place + 1 :]


def test_an_archive_says_what_it_holds() -> None:
    found = read_archive(BODY)
    assert (found.min_zoom, found.max_zoom, found.description) == (7, 13, "approximate")
    assert found.bounds.holds(127.73, 37.88)
    assert set(found.layers) == {"border", "name", "rail", "stream", "water"}
    assert "국토지리정보원" in found.attribution


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no PMTiles"),
        (b"PK\x03\x04" * 99, "no PMTiles"),
        (BODY[: HEAD_BYTES - 1], "no PMTiles"),
        (changed(7, 2), "version 2"),
        (BODY[:-1], "cut short"),
        (changed(99, 2), "no vector tiles"),
        (changed(97, 1), "metadata cannot be read"),
        (bytes(MOST_BYTES + 1), "more than the 15,000,000"),
    ],
)
def test_what_is_none_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(BasemapError, match=why):
        read_archive(body)

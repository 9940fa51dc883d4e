"""The files of the city: the network that `python -m producers network` writes, the gazetteer."""

import csv
from codecs import getincrementaldecoder
from pathlib import Path

from streams.contract.errors import NetworkError, SettingsError
from streams.geo.addresses import gazetteer_keys
from streams.geo.measures import Point
from streams.geo.network import Network

CHECKED_AT_A_TIME = 1 << 20


def load_network(folder: str) -> Network:
    """The network in a folder; raises NetworkError that says how to get one."""
    if not folder:
        raise NetworkError(
            "BOMNAE_NETWORK is not set: the folder written by `python -m producers network`"
        )
    file = Path(folder) / "network.json"
    try:
        written = file.read_bytes()
        check_utf8(written)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise NetworkError(
            f"BOMNAE_NETWORK: cannot read {file}: {reason}; `python -m producers network` writes it"
        ) from None
    return Network.loads(written)


def check_utf8(written: bytes) -> None:
    """UnicodeDecodeError where bytes are not UTF-8."""
    decoder = getincrementaldecoder("utf-8")()
    for begin in range(0, len(written), CHECKED_AT_A_TIME):
        decoder.decode(written[begin : begin + CHECKED_AT_A_TIME])
    decoder.decode(b"", final=True)


def load_gazetteer(path: str) -> dict[str, Point]:
    """Address -> (lon, lat) from any CSV with an address column and 위도, 경도 (CP949 or UTF-8).

    An address is town, area and number without blanks ("신북읍율문리935-93").
    """
    if not path:
        return {}
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(f"BOMNAE_GAZETTEER: cannot read {path}: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp949")
    known: dict[str, Point] = {}
    for row in csv.DictReader(text.splitlines()):
        point = _point_of(row)
        for column in ("소재지지번주소", "소재지도로명주소", "주소"):
            keys = gazetteer_keys(row.get(column) or "")
            if point and keys:
                known.setdefault(keys[0], point)
    return known


def _point_of(row: dict[str, str]) -> Point | None:
    """The point of a gazetteer's row; None where it is not two numbers."""
    try:
        return float(row["경도"]), float(row["위도"])
    except (KeyError, TypeError, ValueError):
        return None

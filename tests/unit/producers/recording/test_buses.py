"""The positions of buses in recordings."""

import json
from pathlib import Path

import pytest

from producers.reading.answers import Exchange
from producers.recording.buses import positions_in
from producers.recording.recorder import Recorder
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings

AT_MS = 1_795_414_390_000
SETTINGS = Settings(pseudonym_key="a key of thirty-two characters or more")
URL = "https://x/getRouteAcctoBusLcList?routeId=CCB1&pageNo=1"


def answer(plate: str, order: int) -> bytes:
    row = {
        "gpslati": 37.88,
        "gpslong": 127.73,
        "nodeid": "CCB11",
        "nodeord": order,
        "routenm": 16,
        "vehicleno": plate,
    }
    response = {
        "header": {"resultCode": "00"},
        "body": {"items": {"item": [row]}, "totalCount": 1, "numOfRows": 100, "pageNo": 1},
    }
    return json.dumps({"response": response}, ensure_ascii=False).encode()


def recording(path: Path, *orders: int) -> Path:
    with Recorder(path, SETTINGS) as recorder:
        for number, order in enumerate(orders):
            at_ms = AT_MS + number * 30_000
            body = answer("강원71바1260", order)
            recorder.write(Exchange("tago.positions", at_ms, URL, 200, body))
            recorder.write(Exchange("its.speeds", at_ms, URL, 200, b"{}"))
    return path


@pytest.mark.parametrize("name", ["day.jsonl", "day.jsonl.gz"])
def test_the_buses_of_recordings_come_one_after_another(tmp_path: Path, name: str) -> None:
    one, other = recording(tmp_path / f"a-{name}", 1, 2), recording(tmp_path / f"b-{name}", 3)
    found = list(positions_in([one, other], Settings()))
    assert [(row.route_id, row.stop_order) for row in found] == [("CCB1", x) for x in (1, 2, 3)]
    assert found[0].vehicle == found[1].vehicle != "강원71바1260"


def test_a_line_that_is_none_is_passed_over(tmp_path: Path) -> None:
    path = recording(tmp_path / "day.jsonl", 1, 2)
    path.write_text("no line\n" + path.read_text())
    assert [row.stop_order for row in positions_in([path], SETTINGS)] == [1, 2]


def test_a_recording_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        list(positions_in([tmp_path / "none.jsonl"], SETTINGS))

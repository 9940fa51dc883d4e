"""`python -m producers check`: what a city engineer runs on a file before dropping it in."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from producers.__main__ import main
from producers.reading.answers import Exchange
from producers.recording.recorder import line_of
from tests.cities.builder import city, link
from tests.places import ROOT

AT_MS = 1_795_414_391_934
HEADER = "허가번호,공사명,위치,점용시작일,점용종료일,작업시간,통제구분,시공사,연락처,경도,위도\n"
GOOD = (
    "가-1,배수관 정비,석사동 1,2026-09-01,2026-09-30,09:00~18:00,"
    "1차로 통제,춘천시청,033-250-3000,127.73,37.87\n"
)
NAMELESS = "가-2,,,2026-09-01,2026-09-30,,,,010-1234-5678,,\n"
KEYS = {
    "id", "title", "place", "organisation", "starts", "ends", "hours", "closure", "also_closed",
    "lanes_closed", "direction", "observed_start", "observed_end", "lon", "lat", "links", "flags",
    "in_force",
}  # fmt: skip


def alone(*args: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with nothing of a broker or a store about it."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("BOMNAE_")}
    return subprocess.run(
        [sys.executable, "-m", "producers", "check", *map(str, args)],
        cwd=ROOT, env={**bare, **(env or {})}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def written(folder: Path, name: str, words: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(words.encode() if isinstance(words, str) else words)
    return path


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command here: its exit code and what it printed."""
    for name in [name for name in os.environ if name.startswith("BOMNAE_")]:
        monkeypatch.delenv(name)

    def run(*args: str | Path) -> tuple[int, str]:
        code = main(["check", *map(str, args)])
        return code, capsys.readouterr().out

    return run


def test_a_file_is_one_object_of_the_contract(tmp_path: Path) -> None:
    path = written(tmp_path, "list.csv", HEADER + GOOD)
    moments = ("2026-09-10T12:00", "2026-09-10 19:00", "2026-10-01T09:00:00+09:00")
    done = alone(
        path, "--json", "--at", "2026-08-20", *(x for m in moments for x in ("--moment", m))
    )
    found = json.loads(done.stdout)
    assert (done.returncode, set(found)) == (0, {"file", "feed", "read", "refused", "rows"})
    assert (found["file"], found["feed"], found["read"], found["refused"]) == (
        str(path),
        "permits",
        1,
        [],
    )
    [row] = found["rows"]
    assert set(row) == KEYS
    assert row == {
        **row,
        "id": "가-1", "title": "배수관 정비", "place": "석사동 1", "organisation": "춘천시청",
        "starts": "2026-09-01T00:00:00+09:00", "ends": "2026-10-01T00:00:00+09:00",
        "hours": ["09:00-18:00"], "closure": "partial", "also_closed": [], "lon": 127.73,
        "lat": 37.87,
        "observed_start": None, "observed_end": None, "links": [], "flags": [],
        "in_force": dict(zip(moments, (True, False, False), strict=True)),
    }  # fmt: skip


def test_a_refused_row_is_told_with_its_number_and_no_personal_data(tmp_path: Path) -> None:
    done = alone(written(tmp_path, "list.csv", HEADER + GOOD + NAMELESS), "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["read"], len(found["rows"])) == (1, 1, 1)
    [refused] = found["refused"]
    assert set(refused) == {"row", "code", "field", "value", "why"}
    assert (refused["row"], refused["code"]) == (2, "R012")
    assert "neither title nor place" in refused["why"]
    assert "5678" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("empty.csv", b"", "EMPTY-BODY"),
        ("binary.xlsx", bytes(range(256)) * 8, "R009"),
        ("list.pdf", b"%PDF-1.4", "R009"),
        ("other.csv", "이름,주소\n가,나\n".encode(), "R004"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_as_row_0(
    tmp_path: Path, told: Any, name: str, body: bytes, code: str
) -> None:
    exit_code, out = told(written(tmp_path, name, body), "--json")
    found = json.loads(out)
    assert (exit_code, found["read"], found["rows"]) == (2, 0, [])
    assert [(r["row"], r["code"]) for r in found["refused"]] == [(0, code)]


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path, told: Any) -> None:
    code, out = told(tmp_path / "none.csv", tmp_path, "--json")
    whys = [json.loads(line)["refused"][0]["why"] for line in out.splitlines()]
    assert code == 2
    assert ["no such file" in whys[0], "a folder" in whys[1]] == [True, True]


@pytest.mark.parametrize(
    ("bodies", "code"),
    [
        ((HEADER + GOOD,), 0),
        ((HEADER,), 0),
        ((HEADER + GOOD + NAMELESS,), 1),
        ((HEADER + NAMELESS,), 2),
        (("",), 2),
        ((HEADER + GOOD, HEADER + GOOD), 0),
        ((HEADER + GOOD, ""), 1),
        (("", "x"), 2),
    ],
)
def test_the_exit_code_is_that_of_all_files(
    tmp_path: Path, told: Any, bodies: tuple[str, ...], code: int
) -> None:
    paths = [written(tmp_path, f"{n}.csv", body) for n, body in enumerate(bodies)]
    found, out = told(*paths, "--json")
    assert (found, len(out.splitlines())) == (code, len(bodies))


@pytest.mark.parametrize(
    "args",
    [
        ("--json",),
        ("x.csv", "--feed", "bus"),
        ("x.csv", "--at", "gestern"),
        ("x.csv", "--moment", "x"),
    ],
)
def test_wrong_usage_is_exit_2(args: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["check", *args])


def test_wrong_settings_and_a_missing_network_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, "list.csv", HEADER + GOOD)
    done = alone(path, env={"BOMNAE_BBOX": "1,2,3"})
    assert (done.returncode, "BOMNAE_BBOX" in done.stderr) == (2, True)
    done = alone(path, "--network", tmp_path / "none")
    assert (done.returncode, "none" in done.stderr) == (2, True)


EVENT = {
    "type": "시군도", "eventType": "공사", "startDate": "20260901090000", "coordX": "127.73",
    "coordY": "37.87", "linkId": "L1", "roadName": "석사로", "lanesBlocked": "1차로 차단",
    "message": "보도 정비", "endDate": "",
}  # fmt: skip
SPEED = {
    "linkId": "2500100100",
    "speed": "42.5",
    "travelTime": "12",
    "createdDate": "20260921220000",
}
BUS = {
    "vehicleno": "강원70자1234", "routenm": "7", "nodeid": "CCB250001192", "nodeord": 3,
    "gpslati": 37.87, "gpslong": 127.73, "nodenm": "석사동",
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "its.events": {"header": {"resultCode": 0}, "body": {"totalCount": 1, "items": [EVENT]}},
    "its.speeds": {"header": {"resultCode": 0}, "body": {"totalCount": 1, "items": [SPEED]}},
    "tago.positions": {
        "response": {
            "header": {"resultCode": "00"},
            "body": {"items": {"item": [BUS]}, "totalCount": 1},
        }
    },
}


@pytest.mark.parametrize("feed", ANSWERS)
def test_the_feed_of_an_answer_is_known_by_its_content(
    tmp_path: Path, told: Any, feed: str
) -> None:
    code, out = told(written(tmp_path, "answer.json", json.dumps(ANSWERS[feed])), "--json")
    found = json.loads(out)
    assert (code, found["feed"], found["read"]) == (0, feed, 1)
    assert set(found["rows"][0]) >= KEYS
    assert "1234" not in out


def test_an_event_is_in_force_from_its_begin(tmp_path: Path, told: Any) -> None:
    path = written(tmp_path, "answer.json", json.dumps(ANSWERS["its.events"]))
    _, out = told(path, "--json", "--moment", "2026-09-01T08:59", "--moment", "2026-09-01T09:01")
    assert list(json.loads(out)["rows"][0]["in_force"].values()) == [False, True]


@pytest.mark.parametrize("name", ["city.jsonl", "city.jsonl.gz"])
def test_a_recording_is_read_by_its_own_feeds_and_times(
    tmp_path: Path, told: Any, name: str
) -> None:
    lines = "".join(
        line_of(Exchange(feed, AT_MS, "https://x/?routeId=7", 200, json.dumps(body).encode()))
        + "\n"
        for feed, body in ANSWERS.items()
    ).encode()
    path = written(tmp_path, name, gzip.compress(lines) if name.endswith("gz") else lines)
    code, out = told(path, "--json")
    found = json.loads(out)
    assert (code, found["feed"].split(","), found["read"]) == (0, list(ANSWERS), 3)
    _, out = told(path, "--json", "--feed", "its.speeds")
    assert [row["speed_kmh"] for row in json.loads(out)["rows"]] == [42.5]


def test_json_lines_of_permits_are_no_recording(tmp_path: Path, told: Any) -> None:
    row = {"공사명": "관로", "위치": "석사동", "시작일": "2026-09-01", "종료일": "2026-09-30"}
    code, out = told(written(tmp_path, "list.jsonl", f"{json.dumps(row)}\n" * 2), "--json")
    assert (code, json.loads(out)["read"]) == (0, 2)


def test_rows_are_placed_on_a_network_and_drawn_on_it(tmp_path: Path, told: Any) -> None:
    ends = ((127.729, 37.87), (127.731, 37.87))
    written(tmp_path, "network.json", city(link("A>B", *ends, road_name="석사로")).dumps())
    path, out_map = written(tmp_path, "list.csv", HEADER + GOOD), tmp_path / "out.geojson"
    _, out = told(path, "--json", "--network", tmp_path, "--map", out_map)
    assert json.loads(out)["rows"][0]["links"] == ["A>B"]
    [feature] = json.loads(out_map.read_text(encoding="utf-8"))["features"]
    assert feature["geometry"]["coordinates"] == [[list(end) for end in ends]]
    told(path, "--json", "--map", out_map)
    [feature] = json.loads(out_map.read_text(encoding="utf-8"))["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [127.73, 37.87]}


def test_the_table_is_aligned_and_says_what_is_odd_and_what_was_refused(
    tmp_path: Path, told: Any
) -> None:
    other = GOOD.replace("가-1", "나-2").replace("127.73,37.87", "126.9,37.4")
    note = "합계,2건,,,,,,,,,\n"
    _, out = told(written(tmp_path, "list.csv", HEADER + GOOD + other + NAMELESS + note))
    lines = out.splitlines()
    assert lines[0].endswith("(permits)")
    assert "관할 밖 좌표 · coordinate outside the city" in out
    assert any("3행 · row 3: R012" in line for line in lines)
    assert "2행 읽음" in lines[-1]
    assert "합계·주석 1건 건너뜀" in lines[-1]
    wide = {
        _columns_before(line, "2026-09-01~2026-09-30") for line in lines if "2026-09-01~" in line
    }
    assert len(wide) == 1


def _columns_before(line: str, words: str) -> int:
    return sum(2 if "가" <= letter <= "힣" else 1 for letter in line.partition(words)[0])


def test_the_last_day_is_shown_as_the_list_has_it(tmp_path: Path, told: Any) -> None:
    _, out = told(written(tmp_path, "list.csv", HEADER + GOOD))
    assert "2026-09-01~2026-09-30" in out


def test_a_large_list_is_read_whole(tmp_path: Path, told: Any) -> None:
    lines = (GOOD.replace("가-1", f"가-{n}") for n in range(5_000))
    code, out = told(written(tmp_path, "list.csv", HEADER + "".join(lines)), "--json")
    assert (code, json.loads(out)["read"]) == (0, 5_000)


def test_the_table_names_the_value_that_was_left_out_of_a_row(tmp_path: Path, told: Any) -> None:
    bad = GOOD.replace("2026-09-30", "추석 전날쯤").replace("가-1", "가-3")
    code, out = told(written(tmp_path, "list.csv", HEADER + GOOD + bad))
    assert code == 0
    assert "2행 · row 2: ends '추석 전날쯤' cannot be read" in out
    assert "1행 · row 1:" not in out

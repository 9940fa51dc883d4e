"""Datasets from a folder to the API, through the polls, Kafka, the worker and Redis."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from local.stack import Stack
from local.waiting import wait_until
from tests.cities import worlds
from tests.services.asking import Json, ask, seen
from tests.services.live_bodies import Document
from tests.warm import WarmStack

PATH = "/api/v1/datasets"
HEAD = 'id = "{name}"\nname = "{name}"\nfield = "인구"\ngrade = "{grade}"\nperiod = "year"\n'
REST = """key = ["번호"]
column = [{ name = "번호", type = "code" }, { name = "개수", type = "whole", unit = "개" }]
[[place]]
lon = ["경도"]
lat = ["위도"]
"""
CSV = "번호,개수,경도,위도\n01,3,127.7,37.8\n02,많음,127.7,37.8\n<b>3,0,,\n"


def lay(home: Path, name: str, csv: str = CSV, *, grade: str = "open") -> None:
    (home / name).mkdir(exist_ok=True, parents=True)
    (home / name / "a.csv").write_text(csv, encoding="utf-8")
    (home / f"{name}.toml").write_text(HEAD.format(name=name, grade=grade) + REST, encoding="utf-8")


def tell(stack: Stack) -> None:
    """A topic of the city's own: a key comes twice, one goes, and a message is none."""
    admin = KafkaAdminClient(bootstrap_servers=stack.env["BOMNAE_KAFKA"])
    with closing(admin):
        admin.create_topics([NewTopic("city-told", 1, 1)])
    producer = KafkaProducer(bootstrap_servers=stack.env["BOMNAE_KAFKA"], acks="all")
    rows = [("a", "01", 1), ("b", "02", 5), ("a", "01", 2)]
    with closing(producer):
        for name, number, count in rows:
            value = json.dumps({"번호": number, "개수": count}).encode()
            producer.send("city-told", key=name.encode(), value=value)
        producer.send("city-told", key=b"b", value=None)
        producer.send("city-told", key=b"c", value=b"{")
        producer.flush(30)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, kafka_kind: str) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("datasets")
    with WarmStack(folder, kafka=kafka_kind) as stack:
        worlds.lay(stack)
        home = folder / "home"
        for name, grade in (("benches", "open"), ("inner", "internal"), ("people", "personal")):
            lay(home, name, grade=grade)
        stack.env["BOMNAE_DATASETS"] = str(home)
        (home / "told.toml").write_text(
            HEAD.format(name="told", grade="open")
            + REST
            + '[source]\nkind = "kafka"\ntopic = "city-told"\n',
            encoding="utf-8",
        )
        tell(stack)
        stack.start_worker()
        stack.env["URL"] = stack.start_map()
        yield stack


def poll(city: Stack, *options: str) -> str:
    """All that are laid down, polled once."""
    home = Path(city.env["BOMNAE_DATASETS"])
    files = [str(path) for path in sorted(home.glob("*.toml"))]
    return city.run("once", "producers", "datasets", "run", "--once", *files, *options, fine=(0, 1))


def shown(city: Stack, rows: int, status: str) -> Json:
    """The open dataset, once it stands so."""
    return seen(
        city.env["URL"],
        lambda body: (body.get("rows"), body.get("status")) == (rows, status),
        f"{PATH}/benches",
    )


def test_a_dataset_goes_from_its_file_to_the_api_and_a_part_changes_nothing(city: Stack) -> None:
    base, home = city.env["URL"], Path(city.env["BOMNAE_DATASETS"])
    assert "benches  data  2 rows, 1 refused" in poll(city)
    body = shown(city, 2, "fresh")
    assert body["refused_rows"] == [
        {"row": 2, "column": "개수", "value": "많음", "why": "no number"}
    ]
    [number, count] = body["columns"]
    assert (number["sum"], count["sum"], count["unit"], count["unknown"]) == (None, 3.0, "개", 0)
    assert (body["on_map"], body["draw"], body["refused"], body["fresh"]) == (1, "point", 1, True)
    rows = ask(base, f"{PATH}/benches/rows")[1]
    assert rows["rows"] == [["01", 3], ["<b>3", 0]]
    assert ask(base, f"{PATH}/benches/rows?q=01&limit=1")[1]["total"] == 1
    assert ask(base, f"{PATH}/benches/rows?offset=1&limit=1")[1]["rows"] == [["<b>3", 0]]
    assert ask(base, f"{PATH}/benches/rows?limit=0")[0] == 400
    [feature] = ask(base, f"{PATH}/benches/features")[1]["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [127.7, 37.8]}
    assert ask(base, f"{PATH}/benches/features?bbox=128,37,129,38")[1]["features"] == []
    document = Document(base)
    for path in ("", "/{id}", "/{id}/rows", "/{id}/features"):
        answer = ask(base, PATH + path.replace("{id}", "benches"))[1]
        assert document.faults(document.schema(PATH + path), answer) == []

    lay(home, "benches", "번호,수\n01,3\n")
    poll(city)
    body = shown(city, 2, "unknown")
    assert (body["code"], body["has_data"]) == ("NO-COLUMN", True)
    assert ask(base, f"{PATH}/benches/rows")[1]["rows"] == rows["rows"]
    lay(home, "benches", CSV.replace("많음", "9"))
    poll(city)
    shown(city, 3, "fresh")
    assert ask(base, f"{PATH}/benches/rows")[1]["total"] == 3


def test_a_number_of_many_digits_passes_no_bound(city: Stack) -> None:
    for query in ("rows?limit=0000000000001000001", "layer?zoom=00000000000012345678"):
        status, body = ask(city.env["URL"], f"{PATH}/benches/{query}")
        assert (status, body["error"]["code"]) == (400, "bad_parameter"), query


def test_a_topic_is_read_with_the_last_of_each_key(city: Stack) -> None:
    assert "told  data  1 rows, 1 refused" in poll(city)
    body = seen(city.env["URL"], lambda body: body.get("has_data") is True, f"{PATH}/told")
    assert (body["source"], body["refused_rows"][0]["why"]) == ("kafka city-told", "no JSON object")
    assert ask(city.env["URL"], f"{PATH}/told/rows")[1]["rows"] == [["01", 2]]


def test_the_grade_decides_who_gets_what(city: Stack) -> None:
    base = city.env["URL"]
    poll(city)
    body = seen(base, lambda body: body.get("hidden") == 2, PATH)
    assert [each["id"] for each in body["datasets"]] == ["benches", "told"]
    for name in ("inner", "people"):
        for path in ("", "/rows", "/features"):
            assert ask(base, f"{PATH}/{name}{path}")[0] == 403
    assert ask(base, f"{PATH}/nowhere")[0] == 404


def test_a_descriptor_that_lies_is_named_and_stops_no_other(city: Stack) -> None:
    home = Path(city.env["BOMNAE_DATASETS"])
    (home / "liar.toml").write_text('id = "liar"\ncolumns = 3\n', encoding="utf-8")
    said = poll(city)
    assert "liar.toml:" in said
    assert "benches  data" in said
    (home / "liar.toml").unlink()


def test_descriptors_are_taken_up_changed_and_let_go_by_running_producers(city: Stack) -> None:
    """Without a restart of producers or map server; what was read stays until there is better."""
    base, home = city.env["URL"], Path(city.env["BOMNAE_DATASETS"])
    process = city.python("polls", "producers", "datasets", "run")
    try:
        seen(base, lambda body: len(body.get("datasets", [])) > 50, PATH)
        lay(home, "later", CSV.replace("많음", "5"))
        lay(home, "untreated", "번호,성명\n1,김봄내\n")
        words = (home / "untreated.toml").read_text(encoding="utf-8")
        people = 'column = [{ name = "성명" },'
        (home / "untreated.toml").write_text(words.replace("column = [", people), encoding="utf-8")
        (home / "twin.toml").write_text((home / "benches.toml").read_text(encoding="utf-8"))
        before = ask(base, f"{PATH}/benches/rows")[1]
        words = (home / "benches.toml").read_text(encoding="utf-8")
        (home / "benches.toml").write_text(words.replace('"whole"', '"whale"'), encoding="utf-8")
        seen(base, lambda body: body.get("rows") == 3, f"{PATH}/later")
        body = seen(base, lambda body: bool(body.get("fault")), f"{PATH}/benches")
        assert body["fault"].startswith("benches.toml:7:"), body["fault"]
        assert (body["status"], body["rows"]) == ("fresh", 3)
        assert ask(base, f"{PATH}/benches/rows")[1] == before
        places = {"benches.toml:7:26", "untreated.toml:7:21", "twin.toml:1:1"}

        def named(shot: Json) -> set[str]:
            details = [x["detail"] for x in shot["feeds"] if x["feed"] == "datasets"]
            return {place for x in details for place in x.partition(";")[0].split(", ")}

        seen(base, lambda body: places <= named(body), "/api/v1/snapshot")
        for said in ("the version before stays in use", "looks personal", "id 'benches' stands in"):
            process.wait_said(said)
        assert ask(base, f"{PATH}/untreated")[0] == 404
        assert "later" in json.dumps(ask(base, "/api/v1/search/datasets?q=later")[1])

        more = words.replace('name = "번호", type', 'name = "기호", aliases = ["번호"], type')
        more = more.replace('key = ["번호"]', 'key = ["기호"]')
        (home / "benches.toml").write_text(more, encoding="utf-8")
        for name in ("twin", "untreated", "later"):
            (home / f"{name}.toml").unlink()
        gone = {"later"}
        seen(base, lambda x: not gone & {each["id"] for each in x["datasets"]}, PATH)
        body = seen(base, lambda body: body.get("key") == ["기호"], f"{PATH}/benches")
        assert (body["fault"], body["status"]) == ("", "fresh")
        assert ask(base, f"{PATH}/benches/rows")[1]["columns"] == ["기호", "개수"]
        (home / "benches.toml").write_text(more.replace('"개수"', '"수"'), encoding="utf-8")
        body = seen(base, lambda body: body.get("code") == "NO-COLUMN", f"{PATH}/benches")
        assert [each["name"] for each in body["columns"]] == ["기호", "개수"], "as it was read"
        assert ask(base, f"{PATH}/benches/rows")[1]["rows"] == before["rows"]
    finally:
        (home / "benches.toml").write_text(words, encoding="utf-8")
        process.stop()
    assert process.exit_code == 0, process.output


def test_the_state_is_the_logs(city: Stack) -> None:
    worlds.publish(city, worlds.tick(worlds.T0_MS))
    wait_until(lambda: worlds.audited(city), "the same state of the log")
    letters = json.dumps(ask(city.env["URL"], "/api/v1/snapshot")[1])
    assert "benches" not in letters, "rows are asked for, no screen is told of them"

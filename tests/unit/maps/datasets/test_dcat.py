"""The catalogue as linked data: what is open can be taken, what is not is only named."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from maps.datasets.dcat import Entry, catalogue
from maps.datasets.file_table import TableColumn

BASE = "https://bomnae.example"
COLUMNS = (TableColumn("관리번호", "code"), TableColumn("대수", "whole", "대", "카메라의 수"))
OPEN = Entry(
    id="cctv",
    title="CCTV",
    title_en="CCTV cameras",
    field="안전·재난",
    grade="open",
    licence="공공누리 제1유형",
    owner="정보통신과",
    period="month",
    note="",
    columns=COLUMNS,
    has_data=True,
    has_places=True,
    at_ms=1_795_000_000_000,
    box=(127.7, 37.8, 127.8, 37.9),
)
PIPES = OPEN._replace(id="water_pipes", title="상수관로", grade="internal", field="도시시설·환경")
EMPTY = OPEN._replace(id="vms", has_data=False, box=None, at_ms=0, licence="제한 없음")


def made() -> dict[str, Any]:
    return catalogue("춘천시", BASE, [OPEN, PIPES, EMPTY], 1_795_000_000_000)


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for child in (
        tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    ):
        yield from nodes(child)


def test_every_dataset_stands_in_it_with_what_dcat_ap_asks_for() -> None:
    body = made()
    assert [each["dct:identifier"] for each in body["dcat:dataset"]] == [
        "cctv",
        "water_pipes",
        "vms",
    ]
    for part in (body, *body["dcat:dataset"]):
        assert {"@id", "@type", "dct:title", "dct:description", "dct:publisher"} <= part.keys()
    themes = [each["dcat:theme"]["@id"] for each in body["dcat:dataset"]]
    known = {each["@id"] for each in body["dcat:themeTaxonomy"]["skos:hasTopConcept"]}
    assert set(themes) <= known
    assert themes[0] != themes[1]


def test_every_prefix_is_declared_and_every_address_is_whole() -> None:
    body = made()
    prefixes = body["@context"].keys()
    for node in nodes({k: v for k, v in body.items() if k != "@context"}):
        assert {name.partition(":")[0] for name in node if not name.startswith("@")} <= prefixes
        if "@id" in node:
            assert node["@id"].startswith(("https://", "http://"))
    assert json.loads(json.dumps(body)) == body


@pytest.mark.parametrize(("at", "count"), [(0, 4), (1, 0), (2, 0)])
def test_only_open_data_that_is_there_can_be_taken(at: int, count: int) -> None:
    dataset = made()["dcat:dataset"][at]
    assert len(dataset.get("dcat:distribution", ())) == count


def test_a_file_says_its_kind_licence_and_columns() -> None:
    first = made()["dcat:dataset"][0]["dcat:distribution"][0]
    assert first["dcat:downloadURL"] == {"@id": f"{BASE}/api/v1/datasets/cctv/file.csv"}
    assert first["dcat:mediaType"]["@id"].endswith("/text/csv")
    assert first["dct:license"]["@id"].endswith("licenseType1.do")
    assert first["csvw:tableSchema"]["csvw:column"][1] == {
        "csvw:name": "대수", "csvw:datatype": "integer", "dct:description": "카메라의 수",
        "csvw:unit": "대",
    }  # fmt: skip


def test_grade_and_period_are_named_by_their_authority() -> None:
    dataset, pipes, _ = made()["dcat:dataset"]
    assert dataset["dct:accessRights"]["@id"].endswith("access-right/PUBLIC")
    assert pipes["dct:accessRights"]["@id"].endswith("access-right/RESTRICTED")
    assert dataset["dct:accrualPeriodicity"]["@id"].endswith("frequency/MONTHLY")
    assert dataset["dct:spatial"]["dcat:bbox"]["@value"].startswith(
        "POLYGON((127.7 37.8, 127.8 37.8"
    )

"""The rows of works, made once and kept: always what a row made now would say."""

from dataclasses import replace
from typing import Any

import msgspec

from maps.picture.bodies import rows_of, snapshot
from maps.picture.picture import Picture, advance, picture_of, translate
from maps.picture.work_shelf import WorkShelf
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.state.kinds import StoredPicture
from tests.cities.rows import json_of, row_of, run

Json = dict[str, Any]


def shown(shelf: WorkShelf, picture: Picture) -> list[Json]:
    return [msgspec.json.decode(row) for row in shelf.rows(picture.works)]


def test_rows_follow_the_works_and_only_those_that_changed_are_made_anew(
    network: Network, work: Json
) -> None:
    stored = {name: row_of(Work, {**work, "permit_id": name}) for name in ("b", "a", "c")}
    picture, shelf = picture_of(StoredPicture(works=stored), network), WorkShelf(network)
    first = shelf.rows(picture.works)
    assert shown(shelf, picture) == json_of(rows_of("works", picture, network))
    assert [row["id"] for row in shown(shelf, picture)] == ["a", "b", "c"]

    delta = run({"w": {"b": {**work, "permit_id": "b", "title": "다른"}, "c": None}})
    picture, _ = advance(picture, translate(delta, network))
    assert shown(shelf, picture) == json_of(rows_of("works", picture, network))
    assert shelf.rows(picture.works)[0] is first[0]
    assert [row["title"] for row in shown(shelf, picture)] == [work["title"], "다른"]


def test_snapshot_says_the_same_with_rows_that_were_kept(network: Network, work: Json) -> None:
    stored = StoredPicture(works={"a": row_of(Work, work)})
    picture = picture_of(stored, network)
    kept = WorkShelf(network).rows(picture.works)
    plain = snapshot(picture, network, now_ms=1, is_simulated=True)
    assert json_of(snapshot(picture, network, now_ms=1, is_simulated=True, works=kept)) == json_of(
        plain
    )


def test_works_of_another_picture_leave_nothing_behind(network: Network, work: Json) -> None:
    row = row_of(Work, work)
    shelf = WorkShelf(network)
    shelf.rows({"a": row})
    assert shelf.rows({}) == []
    assert len(shelf.rows({"a": replace(row, title="다른")})) == 1

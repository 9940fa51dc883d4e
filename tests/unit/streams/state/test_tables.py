"""Links in Redis: pages, what stood there before there were any, and what cannot be read."""

import logging
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from streams.contract.derived import (
    LinkBatch,
    LinkEvents,
    Obstruction,
    Origin,
    Passage,
    SpeedColumns,
)
from streams.contract.enums import Cause, Closure, Phase
from streams.contract.errors import StateError
from streams.domain.links.columns import LINKS, PAGE, ROW, STOOD, LinkColumns, LinkPatch
from streams.domain.links.fold import LinkView
from streams.domain.stage import State, apply, empty_state
from streams.domain.stages.roadstate import RoadsStage
from streams.geo.network import Network
from streams.state.kinds import KINDS, read_delta, rows_of
from streams.state.tables import (
    PackedViews,
    Writes,
    packed,
    page_of,
    read,
    read_columns,
    views_of,
    written,
)
from tests.cities.builder import city, in_a_row, section
from tests.cities.fakes import RULES, at

COUNT = PAGE + 6
KIND = next(kind for kind in KINDS if kind.name == "links")


def town() -> Network:
    stops = in_a_row((f"정류장 {n}" for n in range(COUNT + 1)), step_deg=0.004)
    return city(*(section(a, b) for a, b in pairwise(stops)), stops=stops)


NETWORK = town()
IDS = [link.id for link in NETWORK.links]


def speeds(offset: int, links: list[str], kmh: float) -> LinkEvents:
    rows = SpeedColumns(tuple(links), (kmh,) * len(links), (at(offset),) * len(links))
    return LinkEvents(Origin("link-speeds", 0, offset), 0, speeds=rows)


def step(stage: RoadsStage, state: State, *parts: LinkEvents) -> LinkPatch:
    """The patch of some messages; the state has it."""
    effects = stage.step(state, LinkBatch(parts), Origin("link-events", 0, 0))
    apply(state, effects.changes)
    patch = effects.changes[LINKS.name]
    assert isinstance(patch, LinkPatch)
    return patch


def stage_and_state() -> tuple[RoadsStage, State]:
    stage = RoadsStage(NETWORK, RULES, ("link-speeds/0", "permits/0"))
    return stage, empty_state(stage)


def hash_after(patch: LinkPatch, before: dict[bytes, bytes] | None = None) -> dict[bytes, bytes]:
    """What stands in Redis after a step."""
    writes = written(patch)
    rows = {name: row for name, row in (before or {}).items() if name.decode() not in writes.gone}
    return rows | {name.encode(): row for name, row in writes.kept.items()}


def test_a_page_has_64_links_and_only_pages_that_changed_are_written() -> None:
    stage, state = stage_and_state()
    first = written(step(stage, state, speeds(0, IDS, 40.0)))
    assert pages(first) == ["0", "1"]
    again = written(step(stage, state, speeds(5, IDS[-1:], 12.0)))
    assert pages(again) == ["1"]
    assert list(views_of(again.kept["1"])) == IDS[PAGE:]


def pages(writes: Writes) -> list[str]:
    return [name for name in writes.kept if name.isdigit()]


def test_what_is_read_again_is_what_was_there() -> None:
    stage, state = stage_and_state()
    full = Obstruction(IDS[3], "work:P1", Cause.WORK, Phase.ACTIVE, Closure.FULL)
    block = LinkEvents(Origin("permits", 0, 0), 0, obstructions=(full,))
    rows = hash_after(step(stage, state, speeds(0, IDS, 40.0), block))
    known = read_columns(rows)
    assert known == state[LINKS.name]
    assert known[IDS[3]].subjects == ("work:P1",)
    assert rows_of(KIND, rows) == dict(known)


def test_the_screens_hear_of_the_links_that_changed() -> None:
    stage, state = stage_and_state()
    step(stage, state, speeds(0, IDS, 40.0))
    patch = step(stage, state, speeds(5, [IDS[2], IDS[66]], 9.0))
    value = msgspec.json.encode({"at": 7, "l": packed(patch)})
    heard = read_delta("1-0", value).links
    assert heard == {name: state[LINKS.name][name] for name in (IDS[2], IDS[66])}
    assert dict(patch) == heard


def test_rows_of_before_are_read_and_written_anew_as_pages() -> None:
    view = LinkView(speed_kmh=31.5, subjects=("work:P1",), closure=Closure.PARTIAL)
    before = {name.encode(): msgspec.json.encode(view) for name in IDS[:3]}
    assert rows_of(KIND, before) == dict.fromkeys(IDS[:3], view)
    stage, state = stage_and_state()
    state[LINKS.name] = read_columns(before)
    assert dict(state[LINKS.name]) == dict.fromkeys(IDS[:3], view)
    after = hash_after(step(stage, state, speeds(0, IDS[5:6], 40.0)), before)
    assert set(after) - {b"stood"} == {b"0"}
    assert read_columns(after)[IDS[0]] == view
    assert written(step(stage, state, speeds(5, IDS[5:6], 20.0))).gone in ([], ["stood"])


def test_rows_of_before_of_links_whose_ids_are_numbers_are_no_pages() -> None:
    view = LinkView(speed_kmh=31.5)
    before = {name: msgspec.json.encode(view) for name in (b"2250000100", b"2250000200", b"S1>S2")}
    due = {name.decode(): view for name in before}
    assert rows_of(KIND, before) == due
    assert dict(read_columns(before)) == due
    assert set(read_columns(before).unpaged) == due.keys()


def test_a_delta_of_before_is_heard() -> None:
    view = LinkView(speed_kmh=31.5)
    value = msgspec.json.encode({"at": 7, "l": {IDS[0]: view}})
    assert read_delta("1-0", value).links == {IDS[0]: view}


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"no head\nbody",
        b'{"ids":["a"],"form":2}\n' + bytes(84),
        b'{"ids":["a","b"]}\n' + bytes(84),
    ],
)
def test_a_page_that_is_none_of_ours_takes_no_other_with_it(
    page: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    stage, state = stage_and_state()
    rows = hash_after(step(stage, state, speeds(0, IDS, 40.0)))
    with caplog.at_level(logging.WARNING):
        found = rows_of(KIND, {**rows, b"0": page})
    assert list(found) == list(state[LINKS.name])[PAGE:]
    assert "rows left out" in caplog.text
    with pytest.raises(msgspec.MsgspecError):  # a worker does not go on without a part of its state
        read_columns({**rows, b"0": page})


def test_views_of_a_delta_that_do_not_fit_their_links_are_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    value = msgspec.json.encode({"at": 7, "l": PackedViews([IDS[0]], {}, b"short")})
    with caplog.at_level(logging.WARNING):
        assert read_delta("1-0", value).links == {}
    assert "rows left out" in caplog.text


def test_a_link_with_buses_has_a_row_beside_its_page() -> None:
    stage, state = stage_and_state()
    drive = Passage(IDS[1], at(10), 60_000, 500)
    part = LinkEvents(Origin("bus-positions", 0, 0), 0, passages=(drive,))
    effects = stage.step(state, LinkBatch((part,)), Origin("link-events", 0, 0))
    assert list(written(effects.changes["folds"]).kept) == [IDS[1]]
    assert list(effects.changes[LINKS.name]) == [IDS[1]]


def test_no_link_is_no_page() -> None:
    assert read_columns({}) == LinkColumns()


def with_code(page: bytes, name: str) -> bytes:
    """A page that says of its first link what no version of ours does."""
    head, rows = page_of(page)
    rows = rows.copy()
    rows["view"][name][0] = 77
    return bytes(page[: -len(head.ids) * ROW.itemsize] + rows.tobytes())


FAR = np.array([(COUNT, at(0), (at(0), 1.0, 1.0, 1.0, 1.0))], STOOD).tobytes()


def test_a_state_that_cannot_be_read_is_named_with_its_place() -> None:
    stage, state = stage_and_state()
    rows = hash_after(step(stage, state, speeds(0, IDS, 40.0)))
    spoilt = {
        "page 1: page of form 1": rows | {b"1": rows[b"1"][:-1]},
        "page 0: there is none": {b"1": rows[b"1"]},
        "page 1: there is none": {b"0": rows[b"0"], b"7": rows[b"1"]},
        "page 1 of 3 has 6 links": rows | {b"2": rows[b"0"]},
        "70 places of 64 links": rows | {b"1": page_like(rows[b"1"], IDS[:6])},
        "page 0: level of a later version: 77": rows | {b"0": with_code(rows[b"0"], "level")},
        "stood: 5 bytes": rows | {b"stood": b"12345"},
        "stood: places of more than 70 links": rows | {b"stood": FAR},
    }
    for said, fields in spoilt.items():
        with pytest.raises(StateError, match=rf"^bomnae:links:3 in Redis cannot be read: {said}"):
            read(LINKS, fields, "bomnae:links:3")
    assert read(LINKS, rows | {b"hello": b"x", b"\xff": b"x"}) == state[LINKS.name]


def page_like(page: bytes, ids: list[str]) -> bytes:
    """A page with other links."""
    rows = page[page.index(b"\n") + 1 :]
    return msgspec.json.encode({"ids": ids}) + b"\n" + rows


@pytest.mark.parametrize("name", ["level", "certainty", "closure", "closure_certainty"])
def test_what_a_later_version_says_of_a_link_takes_its_page_from_the_screens_alone(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage, state = stage_and_state()
    rows = hash_after(step(stage, state, speeds(0, IDS, 40.0)))
    found = rows_of(KIND, rows | {b"1": with_code(rows[b"1"], name), b"\xff": b"x"})
    assert list(found) == IDS[:PAGE]
    other = page_of(rows[b"0"])[1]["view"].copy()
    other[name][0] = 77
    delta = PackedViews(IDS[:PAGE], {}, other.tobytes())
    assert read_delta("1-0", msgspec.json.encode({"at": 7, "l": delta})).links == {}
    assert "rows left out" in caplog.text

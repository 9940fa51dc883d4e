"""What Redis holds as the domain's rows: also what another version wrote."""

import msgspec
import pytest

from streams.contract.enums import Closure, Level
from streams.domain.links.fold import LinkView
from streams.state.kinds import KINDS, LETTERS, read_delta, readable
from tests.cities.rows import BUS, run


def test_a_delta_has_rows_by_kind_and_none_for_what_is_gone() -> None:
    [delta] = run({"l": {"a": {"level": "jam", "closure": "full"}, "b": None}, "k": {"0": 7}})
    assert delta.links == {"a": LinkView(level=Level.JAM, closure=Closure.FULL), "b": None}
    assert (delta.delta_id, delta.at_ms, delta.clocks, delta.works) == ("1-0", 1, {"0": 7}, {})


def test_a_row_that_cannot_be_read_takes_nothing_else_of_its_delta_with_it() -> None:
    rows = {"odd": {**BUS, "lon": "east"}, "gone": None, "sound": {**BUS, "hue": 3}}
    [delta] = run({"b": rows, "l": {"a": {"level": "purple"}}, "z": {"tram": {}}})
    assert (set(delta.buses), delta.buses["gone"], dict(delta.links)) == (
        {"gone", "sound"},
        None,
        {},
    )


@pytest.mark.parametrize("value", [b"{oops", b"[]", b'{"at": "late"}'])
def test_what_is_no_delta_is_said_so(value: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        read_delta("1-0", value)


def test_every_table_of_a_kind_has_its_letter() -> None:
    assert {LETTERS[table.name] for row in KINDS for table in row.stage_tables} == {
        row.letter for row in KINDS
    }


def test_what_is_left_out_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    rows = {"a": b"1", "b": b'"x"', "c": b"{", "d": b'"\xff"'}
    found = readable("counts", msgspec.json.Decoder(int).decode, rows.items())
    assert found == {"a": 1}
    [line] = caplog.records
    facts = {name: getattr(line, name) for name in ("kind", "count", "first", "error")}
    assert facts == {"kind": "counts", "count": 3, "first": "b", "error": "ValidationError"}

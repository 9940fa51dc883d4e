import json
import re
from dataclasses import fields, is_dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract import records as rec
from streams.contract import wire
from streams.contract.derived import (
    LinkBatch,
    LinkEvents,
    Origin,
    PassedTick,
    SpeedColumns,
    SpeedShare,
)
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Message
from tests.cities.fakes import at, bus, parts_of, passage

KINDS: dict[str, type] = {
    "positions": rec.PositionBatch,
    "speeds": rec.SpeedBatch,
    "permits": rec.PermitBatch,
    "incidents": rec.IncidentBatch,
    "tick": rec.Tick,
    "report": rec.FeedReport,
    "link-events": LinkBatch,
}


ORIGIN = {"topic": "link-speeds", "partition": 0, "offset": 7}


def code_of(payload: bytes | None) -> str:
    with pytest.raises(RecordRefusedError) as refusal:
        wire.decode(payload)
    assert refusal.value.code in wire.RULES
    return refusal.value.code


def positions(**change: Any) -> bytes:
    row = {"vehicle": "v", "route_id": "R1", "route_no": "1", "stop_id": "S1", "stop_order": 1}
    row |= {"observed_ms": at(0), "lon": 127.7, "lat": 37.9} | change
    return body("positions", rows=[row])


def speeds(**change: Any) -> bytes:
    return body("speeds", rows=[{"link_id": "L", "speed_kmh": 30, "observed_ms": at(0)} | change])


def columns(**change: Any) -> bytes:
    of_one = {"links": ["L"], "speeds_kmh": [30], "observed_ms": [at(0)]}
    return body("speeds", **{name: some for name, some in (of_one | change).items() if some != ...})


def events(**change: Any) -> bytes:
    speeds = {"link_ids": ["L"], "speeds_kmh": [30], "observed_ms": [at(0)]} | change
    part = {"origin": ORIGIN, "watermark_ms": 0, "speeds": speeds}
    return json.dumps({"kind": "link-events", "parts": [part]}).encode()


def permits(**change: Any) -> bytes:
    row = {"permit_id": "P", "title": "t", "starts_ms": at(0), "ends_ms": at(1)} | change
    return body("permits", rows=[row], is_complete=True)


def incidents(**change: Any) -> bytes:
    row = {"incident_id": "I", "kind": "accident", "title": "t", "starts_ms": at(0)} | change
    return body("incidents", rows=[row], is_complete=True)


def site_report(**change: Any) -> bytes:
    row = {"report_id": "r1", "permit_id": "P", "word": "start", "by": "crew"} | change
    return body("site-report", **row)


def body(kind: str, **more: Any) -> bytes:
    return json.dumps({"kind": kind, "feed": "f", "received_ms": at(0)} | more).encode()


@pytest.mark.parametrize(
    "good", [positions(), speeds(), columns(), events(), permits(), incidents()]
)
def test_what_breaks_no_rule_is_read(good: bytes) -> None:
    assert wire.encode(wire.decode(good)).startswith(good[:9].replace(b" ", b""))


@pytest.mark.parametrize(
    ("code", "payload"),
    [
        ("R001", b""),
        ("R001", b"{"),
        ("R001", b'{"kind":"tick"'),
        ("R001", b'{"kind":"tick","tick_ms":1} and more'),
        ("R001", b'{"kind":"tick","tick_ms":NaN}'),
        ("R001", b'{"kind":"tick","tick_ms":Infinity}'),
        ("R001", positions(vehicle="X").replace(b'"X"', b'"\\ud800"')),  # a lone surrogate
        ("R001", '{"kind":"tick","tick_ms":1}'.encode("utf-16")),
        ("R001", b"<html>SERVICE ERROR</html>"),
        ("R002", b" " * (2 << 20)),
        ("R003", b'{"kind":"tick","tick_ms":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        ("R004", None),
        ("R004", b'{"kind":"weather"}'),
        ("R005", b"[" * 100_000),
        ("R005", b"null"),
        ("R005", b"{}"),
        ("R005", b'{"kind":7}'),
        ("R005", b'{"kind":"tick"}'),
        ("R005", b'{"kind":"tick","tick_ms":"1"}'),
        ("R005", b'{"kind":"tick","tick_ms":1.5}'),
        ("R005", b'{"kind":"tick","tick_ms":true}'),
        ("R005", b'{"kind":"tick","tick_ms":' + b"9" * 5000 + b"}"),
        ("R005", positions(lon="127.7")),
        ("R005", positions(lon=127.7).replace(b"127.7", b"1e999")),
        ("R005", permits(closure="half")),
        ("R006", positions(lon=37.9, lat=127.7)),  # swapped
        ("R006", positions(lon=180.1)),
        ("R006", permits(lon=127.7, lat=-90.5)),
        ("R006", incidents(lon=-181, lat=37.9)),
        ("R007", positions(observed_ms=at(120) + 1)),
        ("R007", speeds(observed_ms=at(120) + 1)),
        ("R008", positions(stop_order=-1)),
        ("R008", positions(stop_order=1001)),
        ("R008", speeds(speed_kmh=-0.1)),
        ("R008", speeds(speed_kmh=250.1)),
        ("R005", speeds(speed_kmh="30")),
        ("R005", columns(links=...)),
        ("R005", columns(observed_ms=...)),
        ("R005", columns(speeds_kmh=["30"])),
        ("R005", columns(links=["L", "M"])),
        ("R005", columns(observed_ms=[])),
        ("R005", columns(speeds_kmh=[30.5]).replace(b"30.5", b"1e999")),
        ("R001", columns(speeds_kmh=[30.5]).replace(b"30.5", b"NaN")),
        ("R007", columns(observed_ms=[at(120) + 1])),
        ("R008", columns(observed_ms=[-1])),
        ("R008", columns(observed_ms=[wire.MAX_TIME_MS + 1], received_ms=wire.MAX_TIME_MS)),
        ("R008", columns(received_ms=-1)),
        ("R008", columns(speeds_kmh=[-0.1])),
        ("R008", columns(speeds_kmh=[250.1])),
        ("R008", columns(flags={"repaired": [1]})),
        ("R005", columns(flags={"repaired": ["L"]})),
        ("R005", events(speeds_kmh=[])),
        ("R005", events(vias=["L", "M"])),
        ("R005", events(shares=[1, 1])),
        ("R005", events(offsets=[8])),
        ("R005", events(offsets=[2**70])),
        ("R005", events(observed_ms=[2**70])),
        ("R009", positions(vehicle="X").replace(b"X", "춘천".encode("cp949"))),
        ("R009", positions(vehicle="X").replace(b"X", b"\xed\xa0\x80")),
        ("R006", permits(geometry=[[127.7, 37.8], [1e308, 37.8]])),
        ("R006", permits(geometry=[[127.7, 37.8], [129.0, 37.8]])),
        ("R008", permits(geometry=[[127.7, 37.8]] * 2001)),
        ("R008", b'{"kind":"tick","tick_ms":9007199254740993}'),
        ("R008", b'{"kind":"tick","tick_ms":-1}'),
        ("R010", permits(dig_starts_ms=at(9), dig_ends_ms=at(8))),
        ("R010", permits(restore_starts_ms=at(9), restore_ends_ms=at(9))),
        ("R010", permits(began_ms=at(-8), done_ms=at(-9))),
        ("R007", permits(began_ms=at(120) + 1)),
        ("R007", permits(done_ms=at(120) + 1)),
        ("R008", permits(remaining_width_m=-0.1)),
        ("R008", permits(remaining_width_m=100.1)),
        ("R008", permits(direction="가" * 81)),
        ("R005", permits(also_closed=["half"])),
        ("R005", site_report(by="driver")),
        ("R005", site_report(word="pause")),
        ("R005", site_report(word="extend")),  # until when?
        ("R008", site_report(word="extend", until_ms=5_000_000_000_000)),
        ("R008", site_report(received_ms=-1)),
        ("R012", site_report(report_id="")),
        ("R012", site_report(permit_id="P" * 81)),
        ("R010", permits(ends_ms=at(0))),
        ("R010", permits(ends_ms=at(-1))),
        ("R012", permits(permit_id="")),
        ("R012", incidents(incident_id="")),
        ("R005", events(speeds_kmh=[-1])),
        ("R005", events(speeds_kmh=[1e10])),  # would not fit a view
        ("R005", events(observed_ms=[-1])),  # is none, in a column
        ("R005", events(observed_ms=[wire.MAX_TIME_MS + 1])),
        ("R005", events(vias=["M"])),
        ("R005", events(shares=[0.5])),  # of what?
    ],
)
def test_a_broken_rule_has_its_code(code: str, payload: bytes | None) -> None:
    assert code_of(payload) == code


@pytest.mark.parametrize(
    "good",
    [
        positions(observed_ms=at(120)),
        positions(observed_ms=0),
        positions(lon=None, lat=None),
        positions(lon=-180, lat=90, stop_order=1000),
        speeds(speed_kmh=0),
        speeds(speed_kmh=250, observed_ms=at(120)),
        columns(speeds_kmh=[0], observed_ms=[at(120)]),
        columns(speeds_kmh=[250], observed_ms=[0]),
        columns(rows=[], added_later=1),
        columns(rows=[{}]),
        columns(links=[], speeds_kmh=[], observed_ms=[]),
        columns(flags={"repaired": [0]}, added_later=1),
        events(vias=["M"], shares=[0.5], offsets=[7]),
        permits(ends_ms=at(0) + 1),
        permits(began_ms=at(120), done_ms=at(120), remaining_width_m=0, direction="가" * 80),
        permits(remaining_width_m=100, also_closed=["sidewalk", "bicycle"], is_withdrawn=True),
        site_report(word="extend", until_ms=at(9), by="office"),
        site_report(permit_id="P" * 80),
        b'{"kind":"tick","tick_ms":1,"added_later":{"x":[1]}}',
        b" " * (wire.MAX_BYTES - 27) + b'{"kind":"tick","tick_ms":1}',
    ],
)
def test_a_bound_belongs_to_what_is_allowed(good: bytes) -> None:
    wire.decode(good)


def test_a_refusal_says_little_of_a_hostile_text() -> None:
    with pytest.raises(RecordRefusedError) as refusal:
        wire.decode(json.dumps({"kind": "x" * 100_000}).encode())
    assert len(str(refusal.value)) < 100


COLUMNS = [part.name for part in fields(rec.SpeedBatch)]


def compact(payload: bytes) -> bytes:
    """The same without blanks, as `encode` writes it."""
    return json.dumps(json.loads(payload), separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (columns(links=["L"] * 3, speeds_kmh=[9, 251, 9], observed_ms=[at(0)] * 3), "row 1: speed"),
        (
            columns(links=["L"] * 2, speeds_kmh=[9] * 2, observed_ms=[0, at(121)]),
            "row 1: 121000 ms",
        ),
        (columns(links=["L"] * 2, speeds_kmh=[9, "9"], observed_ms=[0, 0]), "$.speeds_kmh[1]"),
        (body("speeds", rows=[{"link_id": "L", "speed_kmh": 9}]), "`$.rows[0]`"),
        (speeds(speed_kmh=251), "row 0: speed 251.0 km/h, within 0..250.0"),
    ],
)
def test_a_refused_message_of_speeds_says_which_row_it_was(payload: bytes, detail: str) -> None:
    for form in (payload, compact(payload)):
        with pytest.raises(RecordRefusedError, match=re.escape(detail)):
            wire.decode(form)


ROWS = [
    rec.LinkSpeed("L", 30.5, at(0)),
    rec.LinkSpeed("M", 0, at(-9), ("repaired", "old")),
    rec.LinkSpeed("L", 250, at(1), ("old",)),
]


def test_speeds_with_a_row_each_are_read_as_the_same_columns() -> None:
    told = {"kind": "speeds", "feed": "f", "received_ms": at(0), "rows": ROWS}
    of_old = msgspec.json.encode(told)
    due = rec.SpeedBatch.of("f", at(0), ROWS)
    assert due.flags == {"repaired": (1,), "old": (1, 2)}
    late_rows = msgspec.json.encode({"kind": "speeds", "more": "x" * 300} | told)
    for payload in (of_old, late_rows, json.dumps(json.loads(of_old)).encode()):
        assert wire.decode(payload) == due
    assert wire.decode(wire.encode(due)) == due


def test_link_events_with_a_row_a_speed_are_read_as_the_same_columns() -> None:
    own, part = SpeedShare("L", "L", 30.5, at(0), 1.0), SpeedShare("S", "L", 30.5, at(0), 0.4)
    origin = Origin("link-speeds", 0, 7)
    for rows in ((), (own,), (own, part)):
        old = {"origin": origin, "watermark_ms": 5, "passages": [], "speeds": rows}
        now = LinkEvents(origin, 9, speeds=SpeedColumns((), (), ()))
        payload = msgspec.json.encode({"kind": "link-events", "parts": [old, now]})
        of_old = LinkEvents(origin, 5, speeds=SpeedColumns.of(rows))
        assert wire.decode(payload) == LinkBatch((of_old, now))
        assert of_old.speeds.rows == rows
    assert SpeedColumns.of((own,)) == SpeedColumns(("L",), (30.5,), (at(0),))


def test_ticks_of_an_input_that_follow_each_other_go_as_one_part() -> None:
    tick = [LinkEvents(Origin("permits", 0, n), at(n)) for n in range(3)]
    other = LinkEvents(Origin("calls", 0, 0), at(9))
    news = LinkEvents(Origin("permits", 0, 3), at(3), passages=(passage("L", 1),))
    (payload,) = wire.encode_parts([*tick, other, news])
    ticks = PassedTick(0, at(0)), PassedTick(1, at(1))
    assert parts_of(payload) == (LinkEvents(tick[2].origin, at(2), ticks=ticks), other, news)
    again = wire.encode_parts([*parts_of(payload)[:1], LinkEvents(news.origin, at(3))])
    assert parts_of(again[0])[0].ticks == (*ticks, (2, at(2)))


@pytest.mark.parametrize("offsets", [(0, 1, 2, 3), (0, 0, 0, 3), (0, 3, 3, 3)])
def test_a_part_that_is_too_large_goes_in_two_between_two_inputs(offsets: tuple[int, ...]) -> None:
    names = tuple(f"{n}" * 300_000 for n in range(4))
    speeds = SpeedColumns(names, (9.0,) * 4, (at(0),) * 4, offsets=offsets)
    ticks = PassedTick(1, at(1)), PassedTick(2, at(2))
    whole = LinkEvents(Origin("link-speeds", 0, 4), at(4), speeds=speeds, ticks=ticks)
    parts = [part for payload in wire.encode_parts([whole]) for part in parts_of(payload)]
    assert len(parts) == 2
    assert [row for part in parts for row in part.speeds.rows] == list(speeds.rows)
    assert [part.origin.offset for part in parts] == [parts[0].speeds.offsets[-1], 4]
    assert [part.watermark_ms for part in parts] == [0, at(4)]
    assert sum((part.ticks for part in parts), ()) == ticks
    assert all(offset < parts[0].origin.offset for offset, _ in parts[0].ticks)


# Any record, of every kind. Texts are what UTF-8 can carry; numbers keep the rules of the codec.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WHEN = st.integers(0, wire.MAX_TIME_MS)
LON, LAT = st.floats(-180, 180), st.floats(-90, 90)
OWN = {
    "observed_ms": st.integers(0, 2**30),
    "received_ms": st.integers(2**30, wire.MAX_TIME_MS),
    "dig_ends_ms": st.none(),
    "stop_order": st.integers(0, 1000),
    "speed_kmh": st.floats(0, 250),
    "lon": st.none() | LON,
    "lat": st.none() | LAT,
    "geometry": st.lists(st.tuples(st.floats(127.5, 128), st.floats(37.5, 38)), max_size=3).map(
        tuple
    ),
    "starts_ms": st.integers(0, 2**40),
    "permit_id": TEXT.filter(bool),
    "incident_id": TEXT.filter(bool),
}


def _any(record: type) -> st.SearchStrategy[Any]:
    own = {part.name: OWN[part.name] for part in fields(record) if part.name in OWN}
    if record is rec.Permit:
        own["ends_ms"] = st.integers(2**40 + 1, 2**60)
    return st.builds(record, **own)


RECORDS = [v for v in vars(rec).values() if isinstance(v, type) and is_dataclass(v)]
st.register_type_strategy(str, TEXT)
st.register_type_strategy(int, WHEN)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
for _record in (*RECORDS, SpeedShare):
    st.register_type_strategy(_record, _any(_record))
st.register_type_strategy(
    rec.SpeedBatch,
    st.builds(
        rec.SpeedBatch.of,
        TEXT,
        OWN["received_ms"],
        st.lists(st.from_type(rec.LinkSpeed), max_size=4),
    ),
)
st.register_type_strategy(
    SpeedColumns, st.builds(SpeedColumns.of, st.lists(st.from_type(SpeedShare), max_size=4))
)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_decoding_undoes_encoding(kind: str, data: st.DataObject) -> None:
    message = data.draw(st.from_type(KINDS[kind]))
    payload = wire.encode(message)
    assert payload.startswith(b'{"kind":"' + kind.encode() + b'",')
    assert wire.decode(payload) == message


def _decode(payload: bytes) -> Message | None:
    """The message, or None where it was refused with a code of the table."""
    try:
        return wire.decode(payload)
    except RecordRefusedError as refusal:
        wire.RULES[refusal.code]
        return None


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(payload: bytes) -> None:
    _decode(payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=15,
)


@given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.text(max_size=5), JSON), st.data())
def test_no_json_does_more_than_be_refused(kind: str, noise: Any, data: st.DataObject) -> None:
    good = msgspec.json.decode(wire.encode(rec.PositionBatch("f", at(0), (bus(0, 0),))))
    row = good["rows"][0]
    names = sorted({part.name for part in fields(KINDS[kind])} | set(row))
    for name in data.draw(st.lists(st.sampled_from(names), max_size=3)):
        target = data.draw(st.sampled_from([good, row]))
        target[name] = data.draw(JSON)
    payload = json.dumps({**noise, **good, "kind": kind}, ensure_ascii=False)
    found = _decode(payload.encode(errors="surrogatepass"))
    assert found is None or wire.decode(wire.encode(found)) == found


@given(st.dictionaries(st.sampled_from(["rows", *COLUMNS]), JSON, max_size=2), st.data())
def test_blanks_between_the_fields_of_speeds_change_nothing(
    noise: Any, data: st.DataObject
) -> None:
    """What `encode` writes has a reader of its own."""
    message = data.draw(st.from_type(rec.SpeedBatch))
    told = json.loads(wire.encode(message)) | noise
    for name in data.draw(st.lists(st.sampled_from(COLUMNS), max_size=2)):
        value = data.draw(st.sampled_from([-1, 0, 251, 2**70, 1e300, "L", None]))
        told[name] = [*told[name], value] if isinstance(told[name], list) else value
    spaced = json.dumps(told).encode()
    assert _outcome(compact(spaced)) == _outcome(spaced)


def _outcome(payload: bytes) -> Message | str:
    try:
        return wire.decode(payload)
    except RecordRefusedError as refusal:
        return str(refusal).split(" (byte")[0]

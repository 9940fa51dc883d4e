"""Every damage to a log of access records shows, and a sound one shows none."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from maps.records.chain import (
    KEPT_HASHES,
    Fault,
    Verifier,
    day_in,
    end_of_ms,
    noted_heads,
    signed,
    verify,
)
from streams.contract import wire
from streams.contract.access import AccessHead
from streams.contract.access_chain import hash_of
from streams.contract.errors import SettingsError
from streams.contract.records import Tick
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS, day_text, kst_day
from tests.cities.looks import D0_MS, KEY, KEYS, MORNING_MS, THREE_MS, Book, faults_of, three_days

SOUND = three_days().payloads
PLACES = [(place, at) for place, payload in enumerate(SOUND) for at in range(len(payload))]
RECORDS = [place for place, payload in enumerate(SOUND) if b'"access"' in payload[:20]]
HEADS = [place for place in range(len(SOUND)) if place not in RECORDS]


def codes(faults: list[Fault]) -> set[str]:
    return {fault.what.code.removeprefix("records.fault.") for fault in faults}


def head_of(payload: bytes) -> AccessHead:
    head = wire.decode(payload)
    assert isinstance(head, AccessHead)
    return head


def test_a_sound_log_shows_no_fault() -> None:
    assert (len(RECORDS), len(HEADS)) == (8, 3)
    assert faults_of(SOUND, THREE_MS) == []
    assert [head_of(SOUND[place]).count for place in HEADS] == [6, 2, 0]
    assert verify([], KEYS, THREE_MS) == []


@given(st.sampled_from(PLACES), st.integers(1, 255))
def test_one_changed_byte_is_found_wherever_it_is(place: tuple[int, int], change: int) -> None:
    number, at = place
    damaged = bytearray(SOUND[number])
    damaged[at] ^= change
    found = faults_of([*SOUND[:number], bytes(damaged), *SOUND[number + 1 :]], THREE_MS)
    assert found
    assert {fault.offset for fault in found} & {number, *range(number, len(SOUND))}


@pytest.mark.parametrize("place", range(len(SOUND)))
def test_a_message_that_is_gone_is_found_with_its_place(place: int) -> None:
    kept = [each for each in enumerate(SOUND) if each[0] != place]
    assert verify(kept, KEYS, THREE_MS)
    moved_up = [*SOUND[:place], *SOUND[place + 1 :]]
    assert faults_of(moved_up, THREE_MS)


@given(st.data())
def test_two_that_are_swapped_are_found(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(range(len(SOUND))))
    other = data.draw(st.sampled_from([n for n in range(len(SOUND)) if n != one]))
    swapped = list(SOUND)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert faults_of(swapped, THREE_MS)


@given(st.sampled_from(range(len(SOUND))), st.booleans())
def test_one_that_is_put_in_is_found(place: int, is_copy: bool) -> None:  # noqa: FBT001
    book = three_days()
    book.begin("w9")
    book.chains["w9"] = replace(book.chains["w9"], before=hash_of(SOUND[max(place - 1, 0)]))
    book.write("w9")
    new = SOUND[RECORDS[place % len(RECORDS)]] if is_copy else book.payloads[-1]
    assert faults_of([*SOUND[:place], new, *SOUND[place:]], THREE_MS)


def test_what_is_unsigned_is_held_by_its_writers_chain() -> None:
    book = Book()
    for number in range(8):
        book.write(f"w{number % 2}", MORNING_MS + number)
    now_ms = MORNING_MS + HOUR_MS
    assert book.faults(now_ms) == []
    changed = [*book.payloads]
    changed[3] = changed[3].replace(b'"kim"', b'"lee"')
    [fault] = faults_of(changed, now_ms)
    assert (fault.offset, fault.record) == (3, "w1/2")
    assert (codes([fault]), fault.what.values) == ({"changed"}, {"after": 5})
    [fault] = faults_of([*book.payloads[:4], *book.payloads[5:]], now_ms)
    assert (fault.offset, fault.record, codes([fault])) == (5, "w0/3", {"number"})
    assert faults_of(book.payloads[:-1], now_ms) == []  # of today's last its head will tell


def test_a_writer_begins_with_what_stood_before_it() -> None:
    book = Book()
    book.write("w1")
    book.write("w2", MORNING_MS + HOUR_MS, before="")
    book.write("w3", MORNING_MS + HOUR_MS, before="0" * 64)
    book.write("w4", MORNING_MS + HOUR_MS, number=4)
    found = book.faults(MORNING_MS + HOUR_MS)
    assert [(fault.offset, *codes([fault])) for fault in found] == [
        (1, "begin"),
        (2, "begin"),
        (3, "number"),
    ]


def test_writers_that_meet_an_empty_log_together_are_sound() -> None:
    book = Book()
    book.begin("w1")
    book.begin("w2")
    book.write("w1")
    book.write("w2", MORNING_MS + 40)
    assert book.faults(MORNING_MS) == []


def test_a_writer_may_begin_as_long_after_it_read_as_others_write() -> None:
    book = Book()
    book.write("w1")
    book.begin("w2")
    for number in range(KEPT_HASHES - 1):
        book.write("w1", MORNING_MS + number)
    book.write("w2", MORNING_MS + HOUR_MS)
    assert book.faults(MORNING_MS) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"day": "2026-11-22"}, "no_head"),
        ({"day": "tomorrow"}, "day"),
        ({"day": "20261123"}, "day"),
        ({"count": 5}, "count"),
        ({"digest": "0" * 64}, "digest"),
        ({"first_offset": 1}, "digest"),
        ({"last_offset": 4}, "count"),
        ({"last_offset": 10**6}, "span"),
        ({"before": "0" * 64}, "head_before"),
    ],
)
def test_a_head_that_is_rightly_signed_but_wrong_is_found(
    change: dict[str, object], code: str
) -> None:
    place = HEADS[0] if "before" not in change else HEADS[1]
    head = replace(head_of(SOUND[place]), **change)  # type: ignore[arg-type]
    payloads = [*SOUND]
    payloads[place] = wire.encode(signed(head, KEY))
    found = faults_of(payloads, THREE_MS)
    assert code in codes(found)
    assert "signature" not in codes(found)


def test_a_head_of_another_key_is_named_and_both_keys_may_be_known() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    book = Book()
    book.write(at_ms=MORNING_MS)
    book.sign(D0_MS + DAY_MS + HOUR_MS)
    book.write(at_ms=MORNING_MS + DAY_MS)
    book.sign(D0_MS + 2 * DAY_MS + HOUR_MS, other)
    [fault] = book.faults(D0_MS + 2 * DAY_MS + HOUR_MS)
    assert (fault.offset, codes([fault])) == (3, {"key"})
    key = head_of(book.payloads[3]).key_id
    both = {**KEYS, key: other.public_key()}
    assert verify(enumerate(book.payloads), both, D0_MS + 2 * DAY_MS + HOUR_MS) == []
    forged = replace(head_of(book.payloads[1]), key_id=key)
    payloads = [book.payloads[0], wire.encode(forged)]
    assert codes(verify(enumerate(payloads), both, D0_MS + DAY_MS + HOUR_MS)) == {"signature"}


def test_heads_of_servers_that_sign_at_the_same_time_are_no_fault() -> None:
    both = [*SOUND[: HEADS[0]], *(SOUND[place] for place in HEADS for _ in range(2))]
    assert faults_of(both, THREE_MS) == []
    one_after_the_other = [*SOUND, *(SOUND[place] for place in HEADS)]
    assert faults_of(one_after_the_other, THREE_MS) == []
    forged = wire.encode(replace(head_of(SOUND[HEADS[0]]), count=7))
    assert codes(faults_of([*SOUND, forged], THREE_MS)) == {"signature"}


def test_a_day_without_a_head_is_found_an_hour_after_its_end() -> None:
    book = Book()
    book.write(at_ms=MORNING_MS)
    midnight_ms = D0_MS + DAY_MS
    assert book.faults(midnight_ms + HOUR_MS - 1) == []
    [fault] = book.faults(midnight_ms + HOUR_MS)
    assert fault.what.values == {"since": "2026-11-23", "until": "2026-11-23"}
    [fault] = book.faults(midnight_ms + 5 * DAY_MS + HOUR_MS)
    assert fault.what.values == {"since": "2026-11-23", "until": "2026-11-28"}


def test_a_day_is_signed_ten_minutes_after_its_end_and_what_comes_later_is_of_the_next() -> None:
    book = Book()
    book.write(at_ms=D0_MS + DAY_MS - 2)
    book.write("w2", at_ms=D0_MS + DAY_MS + 1)
    book.write(at_ms=D0_MS + DAY_MS - 1)  # came late
    assert book.sign(D0_MS + DAY_MS + 10 * MINUTE_MS - 1) == 0
    assert book.sign(D0_MS + DAY_MS + 10 * MINUTE_MS) == 1
    assert book.sign(D0_MS + DAY_MS + 10 * MINUTE_MS) == 0
    assert book.sign(D0_MS + 2 * DAY_MS + 10 * MINUTE_MS) == 1
    first, second = (head_of(payload) for payload in book.payloads[3:])
    assert (first.day, first.first_offset, first.last_offset, first.count) == (
        "2026-11-23",
        0,
        0,
        1,
    )
    assert (second.first_offset, second.last_offset, second.count) == (1, 2, 2)
    assert book.faults(D0_MS + 2 * DAY_MS + HOUR_MS) == []


def test_a_record_with_a_time_of_a_day_that_is_signed_is_found() -> None:
    book = three_days()
    book.write("w2", MORNING_MS)
    [fault] = book.faults(THREE_MS)
    assert (fault.offset, fault.record, codes([fault])) == (len(SOUND), "w2/3", {"late"})


def test_a_wrong_clock_holds_no_signature_up() -> None:
    book = Book()
    book.write(at_ms=MORNING_MS)
    book.write(at_ms=MORNING_MS + 400 * DAY_MS)
    book.write(at_ms=MORNING_MS + HOUR_MS)
    assert book.sign(D0_MS + DAY_MS + HOUR_MS) == 1
    assert head_of(book.payloads[-1]).count == 3
    [fault] = book.faults(D0_MS + DAY_MS + HOUR_MS)
    assert (fault.offset, codes([fault])) == (1, {"ahead"})


def test_a_first_record_of_next_year_holds_no_signature_up() -> None:
    book = Book()
    book.write(at_ms=MORNING_MS + 400 * DAY_MS)
    assert codes(book.faults(MORNING_MS)) == {"ahead"}
    book.write(at_ms=MORNING_MS)
    now_ms = D0_MS + DAY_MS + 2 * HOUR_MS
    assert codes(book.faults(now_ms)) == {"ahead", "no_head"}
    assert book.sign(now_ms) == 1
    [fault] = book.faults(now_ms)
    assert (fault.offset, codes([fault])) == (0, {"ahead"})


def test_a_log_without_a_record_that_does_not_begin_at_its_begin_was_emptied() -> None:
    assert codes(verify([], KEYS, THREE_MS, first_offset=len(SOUND))) == {"emptied"}
    assert codes(faults_of(SOUND[-1:], THREE_MS, len(SOUND) - 1)) == {"emptied"}


def test_days_that_are_missing_of_the_two_years_are_found() -> None:
    book = Book()
    for day in range(500):
        book.write(at_ms=MORNING_MS + day * DAY_MS)
        book.sign(D0_MS + (day + 1) * DAY_MS + HOUR_MS)
    now_ms = D0_MS + 500 * DAY_MS + 2 * HOUR_MS
    assert book.faults(now_ms) == []
    assert codes(faults_of(book.payloads[240:], now_ms, 240)) == {"begin_gone"}
    assert codes(faults_of(book.payloads[241:], now_ms, 241)) == {"begin_gone"}


def test_days_cut_off_and_signed_again_show_by_a_head_that_was_noted() -> None:
    last = head_of(SOUND[HEADS[-1]]).day
    noted = noted_heads([f"{last}:{hash_of(SOUND[HEADS[-1]])}"])
    book = Book(payloads=list(SOUND[:6]))
    for payloads, found in ((SOUND, set()), (book.payloads, {"head_gone", "no_head"})):
        assert codes(faults_with(noted, payloads)) == found
    assert book.sign(THREE_MS) == 3
    assert book.faults(THREE_MS) == []
    assert codes(faults_with(noted, book.payloads)) == {"head_other"}


@pytest.mark.parametrize("text", ["", "2026-11-28", "2026-11-28:abc", f"tomorrow:{'0' * 64}"])
def test_a_noted_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="--head"):
        noted_heads([text])


def faults_with(noted: dict[str, str], payloads: Sequence[bytes]) -> list[Fault]:
    verifier = Verifier(KEYS, noted=noted)
    found = [fault for each in enumerate(payloads) for fault in verifier.take(*each)]
    return [*found, *verifier.end(THREE_MS)]


def test_a_head_of_a_day_that_is_not_over_stops_no_signer() -> None:
    book = Book()
    book.write(at_ms=MORNING_MS)
    forged = replace(head_of(SOUND[HEADS[0]]), day="2099-01-01")
    book.payloads += [wire.encode(forged), wire.encode(replace(forged, day="?"))]
    assert book.sign(D0_MS + DAY_MS + HOUR_MS) == 1
    assert {"signature", "day"} <= codes(book.faults(D0_MS + DAY_MS + HOUR_MS))


def test_a_log_that_begins_later_is_sound_once_its_begin_is_past_its_time() -> None:
    cut, late_ms = SOUND[2:], THREE_MS + 800 * DAY_MS
    found = faults_of(cut, THREE_MS, first_offset=2)
    assert codes(found) == {"begin_gone"}
    assert codes(faults_of(cut, late_ms, first_offset=2)) == {"no_head"}  # 799 days of nothing
    changed = [*cut]
    changed[4] = changed[4].replace(b'"count":1', b'"count":2')
    assert "number" not in codes(faults_of(cut, late_ms, first_offset=2))


@pytest.mark.parametrize(("day", "faults"), [("2026-11-23", set()), ("2026-11-22", {"since"})])
def test_a_log_that_was_made_anew_does_not_go_back(day: str, faults: set[str]) -> None:
    verifier = Verifier(KEYS, since=day_in(day))
    found = [fault for each in enumerate(SOUND) for fault in verifier.take(*each)]
    assert codes([*found, *verifier.end(THREE_MS)]) == faults
    assert codes([*Verifier(KEYS, since=day_in(day)).end(THREE_MS)]) == {"since"}


def test_a_message_that_is_none_of_these_is_named() -> None:
    book = Book()
    book.write()
    payloads = [*book.payloads, wire.encode(Tick(1)), b"{}", b"\xff"]
    found = faults_of(payloads, MORNING_MS)
    assert [(fault.offset, *codes([fault])) for fault in found] == [
        (1, "foreign"),
        (2, "unreadable"),
        (3, "unreadable"),
    ]
    assert codes(verify([(0, None)], KEYS, MORNING_MS)) == {"unreadable"}


def test_a_gap_and_a_step_back_are_told_once() -> None:
    verifier = Verifier(KEYS)
    found = [list(verifier.take(offset, None)) for offset in (0, 5, 6, 2)]
    assert [codes(each) - {"unreadable"} for each in found] == [set(), {"gap"}, set(), {"order"}]


@given(st.integers(0, 4_000_000_000_000))
def test_a_day_holds_its_times(at_ms: int) -> None:
    day = kst_day(at_ms)
    assert end_of_ms(day) - DAY_MS <= at_ms < end_of_ms(day)
    assert len(day_text(day)) == 10

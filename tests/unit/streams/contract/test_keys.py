"""Keys: which counts when, what a rotation leaves, and which files are none."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.errors import SettingsError
from streams.contract.keys import (
    KEPT_MS,
    NEEDED,
    Key,
    Keys,
    Purpose,
    keys_of_settings,
    part,
    read,
    rotated,
    written,
)
from streams.contract.times import DAY_MS, HOUR_MS, KST_MS

AT_MS = 1_795_414_390_000
CANARY = b"canary-canary-canary-canary-0123"
MASTER = "a master key for tests, 32 or longer"
WHOLE = keys_of_settings(MASTER, "p" * 32)


def fresh(number: int) -> bytes:
    return number.to_bytes(32, "big")


def ids(keys: tuple[Key, ...]) -> list[bytes]:
    return [each.secret for each in keys]


@pytest.mark.parametrize("purpose", [Purpose.WEBHOOKS, Purpose.CREW, Purpose.CODES])
def test_the_key_before_counts_until_its_time_and_not_longer(purpose: Purpose) -> None:
    before = WHOLE.current(purpose).secret
    after = rotated(WHOLE, purpose, secret=CANARY, now_ms=AT_MS)
    until_ms = AT_MS + KEPT_MS[purpose]
    assert after.current(purpose).secret == CANARY
    assert ids(after.accepted(purpose, AT_MS)) == [CANARY, before]
    assert ids(after.accepted(purpose, until_ms - 1)) == [CANARY, before]
    assert ids(after.accepted(purpose, until_ms)) == [CANARY]
    leaked = rotated(WHOLE, purpose, secret=CANARY, now_ms=AT_MS, kept_ms=0)
    assert ids(leaked.accepted(purpose, AT_MS)) == [CANARY]
    again = rotated(after, purpose, secret=b"x" * 32, now_ms=AT_MS + 1, kept_ms=0)
    assert ids(again.accepted(purpose, AT_MS + 1)) == [b"x" * 32], "the one before that leaked too"
    others = {*Purpose} - {purpose}
    assert all(after.current(each) == WHOLE.current(each) for each in others)


def test_a_pseudonyms_key_from_before_counts_for_the_rest_of_the_korean_day() -> None:
    after = rotated(WHOLE, Purpose.PSEUDONYMS, secret=CANARY, now_ms=AT_MS)
    midnight_ms = (AT_MS + KST_MS) // DAY_MS * DAY_MS + DAY_MS - KST_MS
    assert len(after.accepted(Purpose.PSEUDONYMS, midnight_ms - 1)) == 2
    assert ids(after.accepted(Purpose.PSEUDONYMS, midnight_ms)) == [CANARY]


@given(st.lists(st.tuples(st.sampled_from(Purpose), st.integers(0, 3 * DAY_MS)), max_size=12))
def test_after_any_rotations_a_file_is_read_as_it_was_written(
    steps: list[tuple[Purpose, int]],
) -> None:
    keys, now_ms = WHOLE, AT_MS
    for number, (purpose, wait_ms) in enumerate(steps):
        now_ms += wait_ms
        keys = rotated(keys, purpose, secret=fresh(number), now_ms=now_ms)
        assert keys.current(purpose).secret == fresh(number)
        newest = [each.made_ms for each in keys.accepted(purpose, now_ms)]
        assert newest == sorted(newest, reverse=True)
        assert all(each.until_ms is None or each.until_ms > now_ms for each in keys.keys)
    assert read(written(keys), "f").keys == keys.keys


@given(st.integers(0, 40 * HOUR_MS), st.integers(0, 40 * HOUR_MS))
def test_what_was_made_before_a_rotation_is_made_by_the_same_key_while_it_counts(
    then_ms: int, later_ms: int
) -> None:
    after = rotated(WHOLE, Purpose.CREW, secret=CANARY, now_ms=AT_MS + 20 * HOUR_MS)
    now_ms = AT_MS + max(20 * HOUR_MS, then_ms) + later_ms
    found = after.current_at(Purpose.CREW, AT_MS + then_ms, now_ms=now_ms)
    is_before = then_ms < 20 * HOUR_MS and now_ms < AT_MS + 44 * HOUR_MS
    assert found is not None
    assert (found.secret != CANARY) is is_before
    assert Keys((), "f").current_at(Purpose.CREW, 0, now_ms=0) is None


def test_the_settings_make_what_they_always_made() -> None:
    """Whoever changes this changes every link, seal and pseudonym of the cities that run."""
    made = {each.purpose: each.secret.hex()[:16] for each in WHOLE.keys}
    assert made == {
        "webhooks": MASTER.encode().hex()[:16],
        "crew": "1e0f0b84c8ba374e",
        "codes": "b49d6e46ea85e961",
        "pseudonyms": "70" * 8,
    }
    for purpose in Purpose:
        with pytest.raises(
            SettingsError, match=f"is not set, nor BOMNAE_KEYS: no key for {purpose}"
        ):
            keys_of_settings("", "").current(purpose)


@pytest.mark.parametrize("process", [*NEEDED])
def test_a_part_holds_what_is_needed_and_no_other(process: str) -> None:
    whole = rotated(WHOLE, Purpose.CREW, secret=CANARY, now_ms=AT_MS)
    found = part(whole, process, AT_MS)
    assert {each.purpose for each in found.keys} == {*NEEDED[process]}
    assert found.accepted(Purpose.CREW, AT_MS) == (
        whole.accepted(Purpose.CREW, AT_MS) if Purpose.CREW in NEEDED[process] else ()
    )
    text = written(found)
    assert read(text, "f").made_for == process
    held = {*NEEDED[process]}
    for each in whole.keys:
        is_in = base64.b64encode(each.secret) in text
        assert is_in is (each.purpose in held)
    with pytest.raises(SettingsError, match="no key for"):
        part(Keys((), "f"), process, AT_MS)


def row(**changes: Any) -> dict[str, Any]:
    key = base64.b64encode(CANARY).decode()
    return {"id": "crew-1", "purpose": "crew", "key": key, "made_ms": 5} | changes


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("", "no key file"),
        ("{", "no key file"),
        ("[]", "no key file"),
        ('{"keys": 5}', "no key file"),
        ({"keys": []}, "1 to 100 keys, has 0"),
        ({"keys": [row(id=f"crew-{n}") for n in range(101)]}, "1 to 100 keys, has 101"),
        ({"keys": [row()], "made_for": CANARY.decode()}, "made_for must be one of"),
        ({"keys": [row()], CANARY.decode(): 1}, "no key file"),
        ({"keys": [row() | {CANARY.decode(): 1}]}, "key 1 of the list: must have id"),
        ({"keys": [5]}, "key 1 of the list"),
        ({"keys": [row(made_ms="5")]}, "key 1 of the list"),
        ({"keys": [row(), row(id=CANARY.decode().upper())]}, "key 2 of the list: id must be"),
        ({"keys": [row(purpose=CANARY.decode())]}, "key crew-1: purpose must be one of"),
        ({"keys": [row(key=CANARY.decode() + "!")]}, "key crew-1: key must be base64"),
        ({"keys": [row(key="Y2FuYXJ5")]}, "key crew-1: key must have 32 to 1024 bytes, has 6"),
        ({"keys": [row(key="")]}, "key crew-1: key must have 32 to 1024 bytes, has 0"),
        ({"keys": [row(until_ms=4)]}, "key crew-1: until_ms must not be before"),
        ({"keys": [row(made_ms=-1)]}, "key crew-1: until_ms must not be before"),
        ({"keys": [row(until_ms=9)]}, "key crew-1: crew has no current key"),
        ({"keys": [row(), row(until_ms=9)]}, "key crew-1: there are two of this id"),
        ({"keys": [row(), row(id="crew-2")]}, "keys crew-1 and crew-2: both current for crew"),
    ],
)
def test_a_file_that_is_none_is_refused_by_file_and_id_and_not_repeated(
    file: Any, says: str
) -> None:
    text = file if isinstance(file, str) else json.dumps(file)
    with pytest.raises(SettingsError, match=says) as refused:
        read(text.encode(), "/keys/maps.json")
    assert str(refused.value).startswith("/keys/maps.json: ")
    for shown in (CANARY.decode(), base64.b64encode(CANARY).decode(), "Y2FuYXJ5"):
        assert shown.lower() not in str(refused.value).lower()


def test_no_key_shows_in_a_repr() -> None:
    assert MASTER not in repr(WHOLE)
    assert "secret" not in repr(WHOLE)

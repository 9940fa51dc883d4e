import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.keys import Purpose, keys_of_settings
from streams.contract.times import DAY_MS
from streams.delivery.deciding.crew_links import (
    MOST_MS,
    Check,
    check_token,
    crew_url,
    expires_ms,
    make_token,
)

KEY = keys_of_settings("m" * 32, "").current(Purpose.CREW).secret
WORK = "2026-굴착-1007"
UNTIL_S = 1_795_000_000
NOW_MS = UNTIL_S * 1000
TOKEN = make_token(KEY, WORK, expires_s=UNTIL_S)


def test_a_token_counts_through_its_last_second_and_no_longer() -> None:
    for now_ms, found in (
        (0, Check.VALID),
        (NOW_MS + 999, Check.VALID),
        (NOW_MS + 1000, Check.EXPIRED),
    ):
        assert check_token([KEY], WORK, TOKEN, now_ms=now_ms) is found


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        "0" + TOKEN,
        TOKEN.replace(".", ":"),
        f"{UNTIL_S + 1}{TOKEN[10:]}",
        "９" + TOKEN[1:],
        "9" * 5000,
        make_token(KEY, WORK + "1", expires_s=UNTIL_S),
        make_token(b"n" * 32, WORK, expires_s=UNTIL_S),
    ],
)
def test_what_was_not_signed_for_this_work_is_forged_even_when_it_looks_expired(token: str) -> None:
    for now_ms in (0, NOW_MS + DAY_MS):
        assert check_token([KEY], WORK, token, now_ms=now_ms) is Check.FORGED


def test_without_a_key_no_token_counts() -> None:
    assert check_token([], WORK, TOKEN, now_ms=0) is Check.FORGED


def test_a_link_of_the_key_before_counts_while_that_key_does() -> None:
    assert check_token([b"n" * 32, KEY], WORK, TOKEN, now_ms=NOW_MS) is Check.VALID
    assert check_token([b"n" * 32], WORK, TOKEN, now_ms=NOW_MS) is Check.FORGED


@given(
    st.integers(0, len(TOKEN) - 1), st.sampled_from(string.ascii_letters + string.digits + "-_.")
)
def test_no_other_sign_at_any_place_is_taken(place: int, sign: str) -> None:
    other = TOKEN[:place] + sign + TOKEN[place + 1 :]
    found = check_token([KEY], WORK, other, now_ms=0)
    assert (found is Check.VALID) == (other == TOKEN)


def test_a_token_is_the_same_in_every_version_of_this_program() -> None:
    assert TOKEN.split(".") == ["1795000000", "1OHL4Nu1vkawkBbe-GLcRDEMKxmS0tDGpuVrsZrDN3s"]


@pytest.mark.parametrize(
    ("ends_in_ms", "lasts_ms"),
    [
        (None, DAY_MS),
        (-5 * DAY_MS, DAY_MS),
        (0, DAY_MS),
        (3 * DAY_MS, 4 * DAY_MS),
        (400 * DAY_MS, MOST_MS),
    ],
)
def test_a_link_lasts_a_day_longer_than_its_work_within_14_days(
    ends_in_ms: int | None, lasts_ms: int
) -> None:
    ends_ms = None if ends_in_ms is None else NOW_MS + ends_in_ms
    assert expires_ms(NOW_MS, ends_ms) - NOW_MS == lasts_ms


def test_a_link_names_its_work_in_one_piece_of_the_path() -> None:
    url = crew_url("https://map.example", KEY, "W/1 ?", at_ms=NOW_MS, ends_ms=None)
    token = make_token(KEY, "W/1 ?", expires_s=UNTIL_S + 86_400)
    assert url == f"https://map.example/w/W%2F1%20%3F?t={token}"
    assert crew_url("", KEY, WORK, at_ms=NOW_MS, ends_ms=None) is None
    assert crew_url("https://map.example", None, WORK, at_ms=NOW_MS, ends_ms=None) is None

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.crew_link import MOST_MS, CrewLink, check_crew_link
from streams.contract.keys import Purpose, keys_of_settings, rotated
from streams.contract.times import DAY_MS, HOUR_MS, KST_MS
from streams.delivery.deciding.crew_links import (
    Check,
    CheckedToken,
    check_token,
    crew_keys,
    crew_url,
    expires_ms,
    make_token,
    sent_link,
)

HELD = keys_of_settings("m" * 32, "")
KEYS = (HELD.current(Purpose.CREW).secret,)
WORK = "2026-굴착-1007"
UNTIL_S = 1_795_000_000
NOW_MS = UNTIL_S * 1000
NAME = "A" * 21 + "g"
LINK = CrewLink(
    link=NAME, work=WORK, holder="ep_a", made_ms=NOW_MS - DAY_MS, expires_ms=NOW_MS + 999
)
TOKEN = make_token(KEYS[0], LINK)


def test_a_token_counts_through_its_last_second_and_no_longer() -> None:
    for now_ms, found in (
        (NOW_MS - MOST_MS, Check.VALID),
        (NOW_MS + 999, Check.VALID),
        (NOW_MS + 1000, Check.EXPIRED),
    ):
        assert check_token(KEYS, WORK, TOKEN, now_ms=now_ms) == CheckedToken(found, NAME)


def test_a_token_that_would_count_for_longer_than_any_made_is_forged() -> None:
    found = check_token(KEYS, WORK, TOKEN, now_ms=NOW_MS - MOST_MS - 1)
    assert found == CheckedToken(Check.FORGED)
    year_5138 = make_token(KEYS[0], replace(LINK, expires_ms=99_999_999_999_000))
    assert check_token(KEYS, WORK, year_5138, now_ms=NOW_MS).check is Check.FORGED


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN.replace(f".{UNTIL_S}", f".0{UNTIL_S}"),
        TOKEN.replace(".", ":"),
        TOKEN.replace(str(UNTIL_S), str(UNTIL_S + 1)),
        TOKEN.replace("1", "１"),
        TOKEN.replace(NAME, "B" * 22),
        "9" * 5000,
        TOKEN.partition(".")[2],  # the form of former versions
        make_token(KEYS[0], replace(LINK, work=WORK + "1")),
        make_token(b"n" * 32, LINK),
    ],
)
def test_what_was_not_signed_for_this_work_is_forged_even_when_it_looks_expired(token: str) -> None:
    for now_ms in (NOW_MS, NOW_MS + DAY_MS):
        assert check_token(KEYS, WORK, token, now_ms=now_ms) == CheckedToken(Check.FORGED)


def test_every_key_that_counts_is_taken_and_without_one_none_is() -> None:
    other = b"n" * 32
    assert check_token((other, *KEYS), WORK, TOKEN, now_ms=NOW_MS).check is Check.VALID
    for keys in ((other,), ()):
        assert check_token(keys, WORK, TOKEN, now_ms=NOW_MS).check is Check.FORGED
    assert crew_keys(HELD, NOW_MS) == KEYS
    assert crew_keys(keys_of_settings("", ""), NOW_MS) == ()
    turned = rotated(HELD, Purpose.CREW, secret=other, now_ms=NOW_MS)
    assert crew_keys(turned, NOW_MS + DAY_MS - 1) == (other, *KEYS)
    assert crew_keys(turned, NOW_MS + DAY_MS) == (other,)


@given(
    st.integers(0, len(TOKEN) - 1), st.sampled_from(string.ascii_letters + string.digits + "-_.")
)
def test_no_other_sign_at_any_place_is_taken(place: int, sign: str) -> None:
    other = TOKEN[:place] + sign + TOKEN[place + 1 :]
    found = check_token(KEYS, WORK, other, now_ms=NOW_MS).check
    assert (found is Check.VALID) == (other == TOKEN)


def test_a_token_is_the_same_in_every_version_of_this_program() -> None:
    signature = "O_J4DhuFGbdRWmx3-ta3ANo878kucD9vi4Xsk51f-zE"
    assert TOKEN.split(".") == [NAME, "1795000000", signature]


@given(st.integers(0, 2 * DAY_MS), st.none() | st.integers(-20 * DAY_MS, 400 * DAY_MS))
def test_a_link_lasts_through_the_day_after_its_works_end_within_14_days(
    later_ms: int, ends_in_ms: int | None
) -> None:
    at_ms = NOW_MS + later_ms
    ends_ms = None if ends_in_ms is None else at_ms + ends_in_ms
    end_ms = expires_ms(at_ms, ends_ms) + 1000  # the last second counts
    assert (end_ms + KST_MS) % DAY_MS == 0
    assert DAY_MS <= end_ms - at_ms <= MOST_MS
    if ends_in_ms is not None and ends_in_ms < 12 * DAY_MS:
        assert DAY_MS <= end_ms - max(at_ms, at_ms + ends_in_ms) < 2 * DAY_MS
    check_crew_link(sent_link(WORK, "ep_a", at_ms, ends_ms))


def test_messages_of_one_day_carry_one_link_a_holder_until_it_is_ended() -> None:
    first = sent_link(WORK, "ep_a", NOW_MS, NOW_MS + 3 * DAY_MS)
    later = sent_link(WORK, "ep_a", NOW_MS + HOUR_MS, NOW_MS + 3 * DAY_MS)
    assert (first.link, first.expires_ms) == (later.link, later.expires_ms)
    others = [
        sent_link(WORK, "ep_b", NOW_MS, NOW_MS + 3 * DAY_MS),
        sent_link(WORK + "1", "ep_a", NOW_MS, NOW_MS + 3 * DAY_MS),
        sent_link(WORK, "ep_a", NOW_MS, NOW_MS + 4 * DAY_MS),
        sent_link(WORK, "ep_a", NOW_MS, NOW_MS + 3 * DAY_MS, 1),
    ]
    assert len({each.link for each in [first, *others]}) == 5


def test_a_link_names_its_work_in_one_piece_of_the_path_and_its_token_behind_the_fragment() -> None:
    link = replace(LINK, work="W/1 ?")
    url = crew_url("https://map.example", KEYS[0], link)
    assert url == f"https://map.example/w/W%2F1%20%3F#t={make_token(KEYS[0], link)}"

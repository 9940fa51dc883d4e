"""Passwords and one-time codes: what is one, what opens, and what never does."""

import asyncio
from dataclasses import replace

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.access import codes
from maps.access.passwords import Passwords, Turns, check_password, hash_of, made_password
from streams.contract.account import MAX_SEALED
from streams.contract.errors import AccountError
from streams.contract.keys import Purpose, keys_of_settings

MASTER = "a master key for tests, of 32 characters or more"


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "aaaaaaaaaaaaaaaa",
        "password1234",
        "qwerty123456",
        "kimminsu-kimminsu",
        "x" * 129,
        "abcabcabcabcabc",
        "p@ssw0rd1234!",
        "q1w2e3r4t5y6!",
        "trustno1-1999",
        "춘천시도로과춘천시도로과",
    ],
)
def test_weak_passwords_are_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(AccountError) as refusal:
        check_password(password, told=("kimminsu", "춘천시", "도로과"))
    assert password not in str(refusal.value)


@pytest.mark.parametrize(
    "password", ["four words nobody expects", "봄내-호수-안개-새벽길-42", "tR9-vva.p2Qm7"]
)
def test_good_passwords_are_taken(password: str) -> None:
    check_password(password, told=("kim", "도로과", "춘천시"))


def test_a_made_password_is_one() -> None:
    made = {made_password() for _ in range(50)}
    assert len(made) == 50
    for each in made:
        check_password(each)


async def test_a_hash_says_nothing_and_opens_for_its_password_alone() -> None:
    hashed = hash_of("four words nobody expects")
    assert hashed.startswith("$argon2id$")
    assert "words" not in hashed
    passwords = Passwords()
    assert await passwords.is_right("four words nobody expects", hashed)
    assert not await passwords.is_right("four words nobody expect", hashed)
    assert not await passwords.is_right("", "")
    assert not await passwords.is_right("anything", "$argon2id$broken")
    many = await asyncio.gather(*(passwords.is_right(f"guess {n}", hashed) for n in range(4)))
    assert many == [False] * 4


def test_a_code_counts_for_its_half_minute_and_the_ones_beside() -> None:
    secret, at_s = codes.new_secret(), 1_795_392_015.0
    code = pyotp.TOTP(secret).at(int(at_s))
    step = codes.step_of(secret, code, at_s)
    assert step == int(at_s) // 30
    assert codes.step_of(secret, code, at_s + 30) == step
    assert codes.step_of(secret, code, at_s + 90) is None
    assert codes.step_of(secret, code, at_s - 90) is None


SECRET = pyotp.random_base32()


@given(code=st.text(max_size=12) | st.integers(0, 999_999).map("{:06}".format))
def test_no_text_but_a_code_is_one(code: str) -> None:
    found = codes.step_of(SECRET, code, 1_795_392_015.0)
    due = {pyotp.TOTP(SECRET).at(1_795_392_015 + 30 * k) for k in (-1, 0, 1)}
    assert (found is not None) == (code in due)


KEY = keys_of_settings(MASTER, "").current(Purpose.CODES)
NEXT = replace(KEY, id="codes-1", secret=b"n" * 48)
OLD_SEAL = "xVnJiePIkFv3MyVbZAN32wG8wzDVFbOvW+7UjBgyLsd46H1uws004lh22G8="


def test_a_seal_opens_for_its_account_and_key_alone() -> None:
    secret = codes.new_secret()
    seal = codes.sealed(secret, "kim", KEY)
    assert secret not in seal
    assert codes.opened(seal, "kim", [KEY]) == secret
    for text, account, key in (
        (seal, "lee", KEY),
        (seal, "kim", NEXT),
        (seal[:-4] + "AAAA", "kim", KEY),
        ("", "kim", KEY),
        ("not base64!", "kim", KEY),
    ):
        with pytest.raises(AccountError) as refusal:
            codes.opened(text, account, [key])
        assert secret not in str(refusal.value)


def test_a_seal_of_the_key_before_opens_and_says_that_it_is_its() -> None:
    secret = codes.new_secret()
    seal = codes.sealed(secret, "kim", KEY)
    assert codes.opened(seal, "kim", [NEXT, KEY]) == secret
    assert (codes.is_of(seal, KEY), codes.is_of(seal, NEXT)) == (True, False)
    with pytest.raises(AccountError, match="not codes-0 that is not"):
        codes.opened(seal, "kim", [NEXT])
    assert len(codes.sealed(secret, "kim", replace(KEY, id="c" * 64))) <= MAX_SEALED


def test_a_seal_from_before_keys_had_ids_opens() -> None:
    assert codes.opened(OLD_SEAL, "kim", [NEXT, KEY]) == "JBSWY3DPEHPK3PXP"
    assert not codes.is_of(OLD_SEAL, KEY)


async def test_of_one_address_one_guess_after_another_and_nobody_else_waits() -> None:
    turns, inside, most = Turns(), 0, 0

    async def guess(address: str) -> None:
        nonlocal inside, most
        async with turns.of(address):
            inside += address == "10.0.0.1"
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= address == "10.0.0.1"

    async with turns.of("10.0.0.2"), asyncio.timeout(5):
        await asyncio.gather(*(guess("10.0.0.1") for _ in range(50)), guess("10.0.0.3"))
    assert most == 1
    assert turns.count == 0

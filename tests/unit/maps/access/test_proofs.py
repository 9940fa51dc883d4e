"""Passwords and one-time codes: what is one, what opens, and what never does."""

import asyncio

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.access import codes
from maps.access.passwords import Passwords, check_password, hash_of, made_password
from streams.contract.errors import AccountError

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
    ],
)
def test_weak_passwords_are_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(AccountError) as refusal:
        check_password(password, told=("kimminsu",))
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


def test_a_seal_opens_for_its_account_and_key_alone() -> None:
    secret = codes.new_secret()
    seal = codes.sealed(secret, "kim", MASTER)
    assert secret not in seal
    assert codes.opened(seal, "kim", MASTER) == secret
    for text, account, master in (
        (seal, "lee", MASTER),
        (seal, "kim", MASTER + "x"),
        (seal[:-4] + "AAAA", "kim", MASTER),
        ("", "kim", MASTER),
        ("not base64!", "kim", MASTER),
    ):
        with pytest.raises(AccountError) as refusal:
            codes.opened(text, account, master)
        assert secret not in str(refusal.value)

"""Passkeys: what a device answers counts for this host, its pages, this question and once."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.access import accounts, passkeys
from maps.access.passkeys import PasskeyError, PasskeySite, site_of
from streams.contract.account import MAX_PASSKEYS, Account, check_account
from streams.contract.enums import Role
from streams.contract.errors import AccountError
from tests.devices import UP, Device, b64

CHALLENGE = b"0123456789abcdef0123456789abcdef"
HOST, ORIGIN = "bomnae.city.example", "https://bomnae.city.example"
SITE = PasskeySite(HOST, (ORIGIN,))
KIM = Account(account="kim", roles=(Role.DESK,))


def test_a_key_is_made_and_signs_and_counts_on() -> None:
    device = Device(HOST, ORIGIN)
    key = passkeys.registered(SITE, device.made(b64(CHALLENGE)), CHALLENGE, 5)
    assert key == replace(device.passkey, added_ms=5)
    assert passkeys.challenge_in(device.signed(b64(CHALLENGE))) == CHALLENGE
    uses = passkeys.uses_of(SITE, device.signed(b64(CHALLENGE)), CHALLENGE, key, 0)
    assert uses == device.uses


@pytest.mark.parametrize(
    "change",
    [
        {"name": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://bomnae.city.example"},
        {"flags": UP},
        {"flags": 0},
    ],
)
def test_a_device_of_another_site_or_that_asked_nobody_is_not_believed(
    change: dict[str, Any],
) -> None:
    device = Device(HOST, ORIGIN)
    other = replace(device, **change)
    with pytest.raises(PasskeyError):
        passkeys.registered(SITE, other.made(b64(CHALLENGE)), CHALLENGE, 0)
    with pytest.raises(PasskeyError):
        passkeys.uses_of(SITE, other.signed(b64(CHALLENGE)), CHALLENGE, device.passkey, 0)


def test_another_question_another_key_and_a_copy_are_not_believed() -> None:
    device = Device(HOST, ORIGIN, uses=7)
    signed = device.signed(b64(CHALLENGE))
    assert passkeys.uses_of(SITE, signed, CHALLENGE, device.passkey, 7) == 8
    for challenge, key, uses in (
        (CHALLENGE[::-1], device.passkey, 7),
        (CHALLENGE, Device(HOST, ORIGIN).passkey, 7),
        (CHALLENGE, device.passkey, 8),
        (CHALLENGE, device.passkey, 900),
    ):
        with pytest.raises(PasskeyError):
            passkeys.uses_of(SITE, signed, challenge, key, uses)


Parts = st.recursive(
    st.none() | st.integers() | st.text(max_size=9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
FIELDS = ("id", "rawId", "type", "response")
INNER = ("authenticatorData", "clientDataJSON", "signature", "attestationObject")


@given(
    outer=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, Parts)),
    inner=st.fixed_dictionaries({}, optional=dict.fromkeys(INNER, Parts)),
)
def test_whatever_is_sent_it_is_believed_or_refused(
    outer: dict[str, Any], inner: dict[str, Any]
) -> None:
    device = Device(HOST, ORIGIN)
    signed = device.signed(b64(CHALLENGE))
    sent = signed | outer | {"response": signed["response"] | inner}
    for what in (sent, signed | outer, outer):
        try:
            passkeys.challenge_in(what)
            passkeys.uses_of(SITE, what, CHALLENGE, device.passkey, 0)
        except PasskeyError:
            pass
        with pytest.raises(PasskeyError):
            passkeys.registered(SITE, what, CHALLENGE, 0)


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("localhost:8700", PasskeySite("localhost", ("http://localhost:8700",))),
        ("a.example", PasskeySite("a.example", ("http://a.example", "https://a.example"))),
        ("127.0.0.1:8700", None),
        ("[::1]:8700", None),
        ("", None),
    ],
)
def test_keys_are_for_names(host: str, site: PasskeySite | None) -> None:
    assert site_of("http", host, {"https://a.example"}) == site


def test_what_a_browser_is_asked_holds_no_name_but_its_owners() -> None:
    asked = passkeys.registration(SITE, "춘천시", KIM, CHALLENGE)
    assert asked["rp"] == {"name": "Bomnae 춘천시", "id": HOST}
    chosen: Any = asked["authenticatorSelection"]
    assert chosen["userVerification"] == "required"
    login: Any = passkeys.login(SITE, CHALLENGE, ["AAECAwQFBgcICQoL"])
    assert login["userVerification"] == "required"
    assert login["challenge"] == b64(CHALLENGE)
    assert [each["id"] for each in login["allowCredentials"]] == ["AAECAwQFBgcICQoL"]


def test_a_name_without_keys_has_a_made_up_one_that_stays() -> None:
    one, other = (passkeys.made_up_id(name, b"master") for name in ("kim", "lee"))
    assert one == passkeys.made_up_id("kim", b"master") != other
    assert passkeys.made_up_id("kim", b"another") != one


def test_an_account_has_a_few_and_loses_them_at_a_reset() -> None:
    known = KIM
    for n in range(MAX_PASSKEYS):
        known = accounts.with_passkey(known, replace(KEY, key_id=f"key-number-{n}"), n)
    with pytest.raises(AccountError):
        accounts.with_passkey(known, KEY, 9)
    assert len(accounts.without_passkeys(known, ["key-number-0"], 9).passkeys) == MAX_PASSKEYS - 1
    assert accounts.reset(known, "", 9, "boss").passkeys == ()


def test_a_programs_account_gets_no_password() -> None:
    """It would have two ways in, one of which nobody ends."""
    program = accounts.with_token(replace(KIM, password_hash=""), "secret", 9, 9, "boss")
    with pytest.raises(AccountError):
        accounts.reset(program, "hash", 9, "boss")


KEY = Device(HOST, ORIGIN).passkey


@pytest.mark.parametrize("bad", [{"key_id": "short"}, {"key_id": "a b" * 9}, {"public_key": ""}])
def test_what_is_no_key_is_refused_by_the_log(bad: dict[str, Any]) -> None:
    with pytest.raises(AccountError):
        check_account(replace(KIM, passkeys=(replace(KEY, **bad),)))

import re

import pytest

from streams.delivery.deciding.keys import ATTEMPTS, DEAD, STATE, endpoint_key
from streams.state import keys
from streams.state.keys import CITY, DELIVERY, LOGIN, key
from streams.state.users import HEALTH, SERVICES, acl_file

PASSWORDS = {name: f"password-of-{name}" for name in SERVICES}


def test_the_file_holds_every_service_and_no_password() -> None:
    text = acl_file(PASSWORDS)
    assert re.findall(r"^user (\w+) (on|off)", text, re.MULTILINE) == [
        ("default", "off"),
        (HEALTH, "on"),
        *((name, "on") for name in SERVICES),
    ]
    assert not any(password in text for password in PASSWORDS.values())
    with pytest.raises(KeyError):
        acl_file({})


def test_every_slot_of_the_keys_is_written_by_somebody() -> None:
    patterns = [pattern for access in SERVICES.values() for pattern in access.writes]
    for slot in (0, 511, CITY, DELIVERY, LOGIN):
        assert [p for p in patterns if _matches(p, key("x", slot))], slot
    named = [value for value in vars(keys).values() if isinstance(value, str)]
    slots = {keys.parts_of(each)[1] for each in named if each.startswith(f"{keys.PREFIX}{{")}
    assert slots == {CITY, DELIVERY}


def test_retention_writes_what_it_trims_and_nothing_else() -> None:
    """Taken over it makes no account, no session and no alert."""
    patterns = SERVICES["retention"].writes
    trimmed = [key(keys.OUTBOX, 3), endpoint_key(ATTEMPTS, "ep_1"), endpoint_key(DEAD, "ep_1")]
    others = [key("accounts", 0), key("links", 0), endpoint_key(STATE, "ep_1"), key("meta", CITY)]
    others.append(keys.login_key(keys.SESSION, "x"))
    assert all(any(_matches(pattern, name) for pattern in patterns) for name in trimmed)
    assert not any(_matches(pattern, name) for pattern in patterns for name in others)


def test_who_is_logged_in_is_written_by_no_service_but_the_maps() -> None:
    writers = [
        name
        for name, access in SERVICES.items()
        if any(_matches(pattern, keys.login_key(keys.SESSION, "x")) for pattern in access.writes)
    ]
    assert writers == ["maps", "keeper"]


def _matches(pattern: str, name: str) -> bool:
    """As Redis matches a key: `*`, and a set in square brackets."""
    parts = re.split(r"(\*|\[[^\]]+\])", pattern)
    whole = "".join(".*" if p == "*" else p if p.startswith("[") else re.escape(p) for p in parts)
    return re.fullmatch(whole, name) is not None

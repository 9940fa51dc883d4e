"""Whom a count is of: an IPv6 address is one of 2**64 of its client."""

import pytest

from maps.access.who import nobody
from maps.api.oidc import ALL_A_MINUTE, BEGUN_A_MINUTE, Begun
from maps.http.clients import counted_as
from maps.http.refusals import RequestRefusedError
from streams.contract.grammars import LoginMode


@pytest.mark.parametrize(
    ("address", "due"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_an_address_is_counted_as_its_clients(address: str, due: str) -> None:
    assert counted_as(address) == due
    assert counted_as(counted_as(address)) == due
    who = nobody(address, LoginMode.LOCAL)
    assert who.counted_at == due
    assert who.address == address  # the records have it whole


def test_nobody_is_counted_by_their_network() -> None:
    one, other = (nobody(f"2001:db8::{n}", LoginMode.LOCAL) for n in (1, 2))
    assert one.address != other.address
    assert one.counted_at == other.counted_at


def fill(begun: Begun, client: str) -> int:
    """Begin until it is refused; how many were let in."""
    for count in range(BEGUN_A_MINUTE + 1):
        try:
            begun.take(client)
        except RequestRefusedError:
            return count
    raise AssertionError


def test_a_client_with_many_addresses_begins_no_more_logins_than_one() -> None:
    begun = Begun()
    for n in range(BEGUN_A_MINUTE):
        begun.take(nobody(f"2001:db8::{n:x}", LoginMode.OIDC).counted_at)
    with pytest.raises(RequestRefusedError):
        begun.take(nobody("2001:db8::ffff", LoginMode.OIDC).counted_at)


def test_others_who_fill_the_common_pace_keep_nobody_from_the_first_login() -> None:
    begun, let_in = Begun(), 0
    clients = [f"198.51.100.{n}" for n in range(60)]
    for client in clients:
        let_in += fill(begun, client)
    assert let_in <= ALL_A_MINUTE + len(clients)  # all are bounded, too
    begun.take("203.0.113.9")
    with pytest.raises(RequestRefusedError):
        begun.take("203.0.113.9")

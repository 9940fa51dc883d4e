"""Where a request comes from: what a proxy of ours says, and nobody else."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from maps.access.guard import address_of

PROXIES = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "due"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy of ours: not believed
        ("10.1.0.5", "198.51.100.1", "198.51.100.1"),
        ("10.1.0.5", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the client wrote the first itself
        ("10.1.0.5", "198.51.100.1, 10.1.0.7", "198.51.100.1"),
        ("10.1.0.5", "10.1.0.8", "10.1.0.8"),
        ("10.1.0.5", "garbage", "10.1.0.5"),
        ("10.1.0.5", "", "10.1.0.5"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_address_of_a_request(remote: str, forwarded: str, due: str) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/", headers=headers)
    assert address_of(request.clone(remote=remote), PROXIES) == due


def test_a_header_that_a_proxy_adds_below_the_clients_own_is_the_one_that_counts() -> None:
    headers = CIMultiDict([("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "198.51.100.7")])
    request = make_mocked_request("GET", "/", headers=headers)
    assert address_of(request.clone(remote="10.1.0.5"), PROXIES) == "198.51.100.7"

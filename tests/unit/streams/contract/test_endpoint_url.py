"""Which URLs an endpoint may have, and which addresses are connected to."""

import pytest

from streams.contract.endpoint_url import check_url, check_url_text, is_allowed
from streams.contract.errors import SubscriptionError
from streams.contract.grammars import networks

CITY = networks("10.1.0.0/16,fd00:1::/32")


@pytest.mark.parametrize(
    "url",
    [
        "https://crew.example/hook",
        "https://crew.example",
        "HTTPS://Crew.Example/hook?token=a%20b",
        "https://crew.example:8443/",
        "https://xn--9n2bp8q.example/",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1::1]/hook",
        "https://crew.example/a@b",
        "https://crew.example./",
    ],
)
def test_a_public_https_url_is_taken(url: str) -> None:
    check_url(url, ())


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://crew.example/hook", "https"),
        ("ftp://crew.example/hook", "https://host"),
        ("file:///etc/passwd", "https://host"),
        ("gopher://crew.example/_x", "https://host"),
        ("javascript:alert(1)", "https://host"),
        ("//crew.example/hook", "https://host"),
        ("crew.example/hook", "https://host"),
        ("", "https://host"),
        ("https://", "https://host"),
        ("https:///hook", "https://host"),
        ("https://:443/hook", "https://host"),
        ("https://user:hunter2@crew.example/hook", "without a user name"),
        ("https://user@crew.example/hook", "without a user name"),
        ("https://crew.example@10.0.0.1/", "without a user name"),
        ("https://crew.example/hook#part", "without a fragment"),
        ("https://crew.example#@10.0.0.1/", "without a fragment"),
        ("https://crew.example\\@10.0.0.1/", "without a user name"),
        ("https://crew.example/a b", "ASCII"),
        ("https://crew.example/\r\nX: y", "ASCII"),
        ("https://crew.example/hook\n", "ASCII"),
        ("https://현장.example/", "ASCII"),
        ("https://ｅxample.com/", "ASCII"),
        ("https://crew_1.example/", "ASCII"),
        ("https://crew%2eexample/", "ASCII"),
        ("https://crew.example:99999/", "1 to 65535"),
        ("https://crew.example:0/", "1 to 65535"),
        ("https://crew.example:22/", "443 or 8443"),
        ("https://crew..example/", "labels"),
        ("https://-crew.example/", "labels"),
        ("https://" + "a" * 64 + ".example/", "labels"),
        ("https://localhost/", "public address"),
        ("https://127.0.0.1/", "public address"),
        ("https://10.1.2.3/", "public address"),
        ("https://169.254.169.254/latest/", "public address"),
        ("https://0.0.0.0/", "public address"),
        ("https://224.0.0.1/", "public address"),
        ("https://192.88.99.1/", "public address"),
        ("https://100.64.0.1/", "public address"),
        ("https://[::1]/", "public address"),
        ("https://[::]/", "public address"),
        ("https://[fe80::1]/", "public address"),
        ("https://[fec0::1]/", "public address"),
        ("https://[ff02::1]/", "public address"),
        ("https://[::7f00:1]/", "public address"),
        ("https://[64:ff9b::7f00:1]/", "public address"),
        ("https://[2002:7f00:1::]/", "public address"),
        ("https://[::ffff:127.0.0.1]/", "as such"),
        ("https://[::ffff:7f00:1]/", "as such"),
        ("https://[fe80::1%25eth0]/", "ASCII"),
        ("https://[1::2::3]/", "IPv6 address"),
        ("https://0x7f000001/", "four decimal"),
        ("https://0x7f.0.0.1/", "four decimal"),
        ("https://2130706433/", "four decimal"),
        ("https://127.1/", "four decimal"),
        ("https://0177.0.0.1/", "four decimal"),
        ("https://127.0.0.1./", "four decimal"),
        ("https://1.2.3.4.5/", "four decimal"),
        ("http://crew.example:443/", "https on that port"),
    ],
)
def test_a_url_that_leads_astray_is_refused_and_no_password_repeated(url: str, word: str) -> None:
    with pytest.raises(SubscriptionError) as refusal:
        check_url(url, ())
    assert refusal.value.field == "url"
    assert word in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_a_url_has_at_most_2000_characters() -> None:
    check_url_text("https://a.example/" + "x" * 1982)
    with pytest.raises(SubscriptionError, match="2001 characters"):
        check_url_text("https://a.example/" + "x" * 1983)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3/hook",
        "http://10.1.2.3:8080/hook",
        "https://10.1.2.3:9000/",
        "http://crew.city.local:8080/",  # judged when it is connected to
        "http://[fd00:1::5]:8080/",
        "https://crew.example/",
    ],
)
def test_a_listed_network_lets_its_own_ports_and_schemes_through(url: str) -> None:
    check_url(url, CITY)


@pytest.mark.parametrize(
    "url", ["http://10.2.0.1/", "http://127.0.0.1/", "http://[fd01::1]/", "http://93.184.216.34/"]
)
def test_a_listed_network_lets_no_other_through(url: str) -> None:
    with pytest.raises(SubscriptionError):
        check_url(url, CITY)


@pytest.mark.parametrize(
    ("address", "port", "expected"),
    [
        ("93.184.216.34", 443, True),
        ("93.184.216.34", 8443, True),
        ("93.184.216.34", 80, False),  # plain http in the open
        ("93.184.216.34", 25, False),
        ("10.1.255.255", 25, True),
        ("10.2.0.0", 443, False),
        ("::ffff:10.1.0.1", 80, True),  # the same host
        ("::ffff:127.0.0.1", 443, False),
        ("::ffff:93.184.216.34", 443, True),
        ("fe80::1%2", 443, False),
        ("64:ff9b::a9fe:a9fe", 443, False),
        ("64:ff9b:1::1", 443, False),
        ("5f00::1", 443, False),
        ("2606:2800:220:1::1", 443, True),
        ("not an address", 443, False),
        ("", 443, False),
    ],
)
def test_the_address_of_the_socket_decides(address: str, port: int, *, expected: bool) -> None:
    assert is_allowed(address, port, CITY) is expected

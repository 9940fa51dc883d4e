"""How Redis is reached, and what is refused before anything connects."""

from pathlib import Path

import pytest

from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.state.redis_login import connect


@pytest.mark.parametrize(
    "url", ["redis://:hush@h:6379/0", "redis://u:hush@h/0", "rediss://u:@h:6379/0"]
)
def test_a_password_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="BOMNAE_REDIS_PASSWORD") as refused:
        connect(Settings(redis=url), timeout_s=1)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://h/0", "redis-sentinel://h", "h:6379", ""])
def test_a_url_that_is_none_of_redis_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="BOMNAE_REDIS"):
        connect(Settings(redis=url), timeout_s=1)


def test_a_ca_is_for_tls_and_must_be_a_file(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    with pytest.raises(SettingsError, match="there is no file"):
        connect(Settings(redis="rediss://h:6379/0", redis_ca=str(ca)), timeout_s=1)
    ca.write_text("")
    with pytest.raises(SettingsError, match="must begin with rediss://"):
        connect(Settings(redis="redis://h:6379/0", redis_ca=str(ca)), timeout_s=1)
    client = connect(Settings(redis="rediss://h:6379/0", redis_ca=str(ca)), timeout_s=1)
    assert client.connection_pool.connection_kwargs["ssl_ca_certs"] == str(ca)


def test_the_user_stands_in_the_url_and_the_password_beside_it() -> None:
    made = connect(Settings(redis="redis://some@h:6379/2", redis_password="pw"), timeout_s=1)  # noqa: S106
    given = made.connection_pool.connection_kwargs
    assert (given["username"], given["password"], given["db"]) == ("some", "pw", 2)

"""How Redis is reached, and what is refused before anything connects."""

from pathlib import Path

import pytest

from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.state.redis_login import connect


def test_a_ca_must_be_a_file(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    with pytest.raises(SettingsError, match="there is no file"):
        connect(Settings(redis="rediss://h:6379/0", redis_ca=str(ca)), timeout_s=1)
    ca.write_text("")
    client = connect(Settings(redis="rediss://h:6379/0", redis_ca=str(ca)), timeout_s=1)
    assert client.connection_pool.connection_kwargs["ssl_ca_certs"] == str(ca)


def test_the_user_stands_in_the_url_and_the_password_beside_it() -> None:
    made = connect(Settings(redis="redis://some@h:6379/2", redis_password="pw"), timeout_s=1)  # noqa: S106
    given = made.connection_pool.connection_kwargs
    assert (given["username"], given["password"], given["db"]) == ("some", "pw", 2)

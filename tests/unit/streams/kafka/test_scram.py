import pytest

from streams.contract.errors import SettingsError
from streams.kafka.scram import scram_user, users_in


def test_a_user_is_read_as_it_was_written_without_its_password() -> None:
    user = scram_user("maps", "a-password")
    assert users_in(["", user.line(), ""]) == [user]
    assert "a-password" not in user.line()
    assert scram_user("maps", "a-password").salted != user.salted


@pytest.mark.parametrize(
    "line",
    [
        "maps:password",
        'SCRAM-SHA-256=[name=maps,iterations=8192,salt="YQ==",saltedpassword="YQ=="]',
        "SCRAM-SHA-512=[name=maps,password=abc]",
        'SCRAM-SHA-512=[name=maps,iterations=8192,salt="?",saltedpassword="YQ=="]',
    ],
)
def test_a_line_that_is_no_user_is_named_by_its_number(line: str) -> None:
    with pytest.raises(SettingsError, match=r"^line 2 is no SCRAM user$"):
        users_in([scram_user("maps", "x").line(), line])

"""What `forget` is told to forget."""

import pytest

from streams.__main__ import main


@pytest.mark.parametrize("kind", ["work", "call", "account"])
@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_wrong_usage(
    kind: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["forget", f"--{kind}", name, "--reason", "r"])
    except SystemExit as left:
        code = int(left.code or 0)
    assert code == 2
    assert "must not be empty" in capsys.readouterr().err

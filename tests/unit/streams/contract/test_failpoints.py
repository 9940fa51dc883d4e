import pytest

from streams.contract.errors import SettingsError
from streams.contract.failpoints import POINTS, from_env


def test_a_normal_run_has_none() -> None:
    assert from_env({}) is None


@pytest.mark.parametrize("point", POINTS)
def test_a_point_fails_once_at_the_pass_it_was_told(point: str) -> None:
    fail = from_env({"FAIL_AT": f"{point}:3", "FAIL_KIND": "raise"})
    assert fail is not None
    for _ in range(2):
        fail(point)
        fail("another")
    with pytest.raises(RuntimeError, match=f"failpoint {point}"):
        fail(point)
    fail(point)


@pytest.mark.parametrize("wanted", ["nowhere", "after_gate:x", "after_gate:-1"])
def test_a_point_that_does_not_exist_is_refused(wanted: str) -> None:
    with pytest.raises(SettingsError, match="FAIL_AT must be name"):
        from_env({"FAIL_AT": wanted})

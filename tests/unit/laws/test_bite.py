"""The laws find a gate that breaks its contract, or they would be worth nothing."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.laws.model import ModelGate
from tests.unit.laws.profile import tried
from tests.unit.laws.test_schedules import IN_CI, STEPS, Schedules


@pytest.mark.parametrize("check", ["knows_repeats", "knows_holes"])
def test_a_gate_without_a_check_is_found(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelGate, check, False)
    first_failure = settings(tried(IN_CI, steps=STEPS), phases=[Phase.generate])
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(Schedules, settings=first_failure)

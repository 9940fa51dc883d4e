from pathlib import Path

import pytest

from local.services import Process


def test_processes_started_here_do_not_all_serve_figures_on_the_address_of_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOMNAE_METRICS", "9464")
    monkeypatch.setenv("BOMNAE_LOG", "debug")
    with Process("env", ["env"], tmp_path, {"BOMNAE_CITY": "x"}) as process:
        process.wait_ended(10)
        variables = process.output.splitlines()
    assert {"BOMNAE_LOG=debug", "BOMNAE_CITY=x"} <= set(variables)
    assert not [each for each in variables if each.startswith("BOMNAE_METRICS")]

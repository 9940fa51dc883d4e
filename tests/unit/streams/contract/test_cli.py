import json
import os
import socket
import subprocess
import sys
import urllib.request

import pytest

from streams.contract import cli
from streams.contract.errors import LogError, NetworkError, SettingsError
from streams.contract.grammars import Address
from streams.contract.metrics import serve_metrics
from streams.contract.settings import Settings


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BOMNAE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(cli, "set_up_logs", lambda _: None)


def ended(error: BaseException | None, *failures: type[Exception]) -> int:
    def command(_: Settings) -> int:
        if error is not None:
            raise error
        return 0

    return cli.run(command, *failures)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (None, 0, ""),
        (KeyboardInterrupt(), 0, ""),
        (SettingsError("BOMNAE_A must be b\nBOMNAE_C must be d"), 2, "BOMNAE_A must be b"),
        (NetworkError("no such file"), 2, "no such file"),
        (LogError("made anew"), 3, "made anew"),
        (OSError("no room"), 1, "OSError: no room"),
        (ValueError("a bug"), 1, "ValueError: a bug"),
    ],
)
def test_an_error_is_said_after_one_prefix_and_is_one_exit_code(
    error: BaseException | None, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(error, OSError) == code
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("bomnae: ") for line in lines)
    assert lines[:1] == ([f"bomnae: {says}"] if says else [])


def test_the_last_line_shows_no_secret_and_no_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOMNAE_TAGO_KEY", "s3cret/+key=")
    text = "GET /?key=s3cret%2F%2Bkey%3D 010-1234-5678"
    for error in (OSError(text), NetworkError(text), ValueError(text)):
        ended(error, OSError)
    health(text)
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 4
    assert "s3cret" not in err
    assert "1234-5678" not in err


def test_only_a_bug_leaves_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    ended(OSError("no room"), OSError)
    assert not caplog.records
    ended(OSError("no room"))
    assert [record.getMessage() for record in caplog.records] == ["crashed"]


def health(reason: str | Exception) -> int:
    def reason_of(_: Settings) -> str:
        if isinstance(reason, Exception):
            raise reason
        return reason

    return cli.health(reason_of, LookupError)


@pytest.mark.parametrize(
    ("reason", "code", "says"),
    [
        ("", 0, ""),
        ("it stands", 1, "bomnae: it stands\n"),
        (OSError("away"), 1, "bomnae: OSError: away\n"),
        (LookupError("away"), 1, "bomnae: LookupError: away\n"),
    ],
)
def test_a_health_check_ends_with_why_it_is_not_well(
    reason: str | Exception, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert health(reason) == code
    assert capsys.readouterr().err == says


COMMANDS = (
    "streams worker|streams dispatch|streams.health|streams.delivery.health|"
    "producers run|producers check x.csv|producers.health|maps serve"
)


def test_every_command_names_every_fault_of_the_environment_and_ends_with_2() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOMNAE_")}
    env |= {"BOMNAE_LOG": "loud", "BOMNAE_BBOX": "1,2", "BOMNAE_SECRET": "hush"}
    running = {
        command: subprocess.Popen(
            [sys.executable, "-m", *command.split()],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in COMMANDS.split("|")
    }
    for command, process in running.items():
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out) == (2, ""), (command, err)
        names = [line.split()[1] for line in err.splitlines()]
        assert names == ["BOMNAE_BBOX", "BOMNAE_LOG", "BOMNAE_SECRET"], (command, err)
        assert "hush" not in err


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_metrics_are_served_where_the_settings_say_and_nowhere_without() -> None:
    serve_metrics(Settings())
    place = Address("127.0.0.1", free_port())
    serve_metrics(Settings(metrics=place))
    with urllib.request.urlopen(f"http://{place}/metrics", timeout=10) as answer:
        assert b"process_cpu_seconds_total" in answer.read()
    with pytest.raises(SettingsError, match=f"BOMNAE_METRICS: cannot serve on {place}: Address"):
        serve_metrics(Settings(metrics=place))


def test_a_line_of_the_log_is_json_unless_the_settings_say_text() -> None:
    code = "import logging; from streams.contract import cli; "
    code += "cli.run(lambda s: logging.getLogger('x').warning('hi', extra={'n': 1}) or 0)"
    for form, is_json in (("json", True), ("text", False)):
        env = {"PATH": os.environ["PATH"], "BOMNAE_LOG_FORMAT": form}
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        line = done.stderr.strip()
        assert line.startswith("{") is is_json
        assert json.loads(line)["n"] == 1 if is_json else line.endswith("hi n=1")

import json
import logging
import sys
from typing import Any

import pytest

from streams.contract.derived import Origin
from streams.contract.errors import RecordRefusedError
from streams.contract.grammars import LogFormat
from streams.contract.logs import LogLines, set_up_logs
from streams.contract.settings import Settings

SECRET = "s3cret/+key="  # noqa: S105 - a canary
HOSTILE = "x\n2026 ERROR forged\r\x1b[2J\u2028\u2029\x85\u202e\U000e0041"


def record(message: str, *args: object, **extra: Any) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "streams.worker", "levelno": 30, "levelname": "WARNING"})
    made.msg, made.args = message, args
    vars(made).update(extra)
    return made


def lines(form: LogFormat, made: logging.LogRecord) -> str:
    return LogLines((SECRET,), form).format(made)


@pytest.mark.parametrize("form", LogFormat)
def test_the_fields_of_a_refused_message_are_on_its_line(form: LogFormat) -> None:
    origin = Origin("bus-positions", 3, 1_012_345_678)
    extra = {"topic": origin.topic, "partition": origin.partition, "offset": origin.offset}
    line = lines(form, record("message refused", code="R012", **extra))
    for word in ("message refused", "R012", "bus-positions", "3", "1012345678", "streams.worker"):
        assert word in line
    assert "warning" in line.lower()


def test_a_json_line_is_an_object_of_the_fields() -> None:
    body = json.loads(lines(LogFormat.JSON, record("refused %s", "x", offset=7, codes=["R1"])))
    del body["at"]
    assert body == {
        "level": "warning",
        "log": "streams.worker",
        "message": "refused x",
        "offset": 7,
        "codes": ["R1"],
    }


def test_a_field_named_as_one_of_the_line_takes_no_place_of_it() -> None:
    body = json.loads(lines(LogFormat.JSON, record("polls", level="x", log="y", at="z")))
    assert (body["level"], body["log"]) == ("warning", "streams.worker")


def test_a_line_of_text_names_its_fields() -> None:
    line = lines(LogFormat.TEXT, record("waits", topic="permits", error="not here", code=""))
    assert line.endswith('WARNING streams.worker waits topic=permits error="not here" code=""')


@pytest.mark.parametrize("form", LogFormat)
def test_what_data_says_stays_on_one_line(form: LogFormat) -> None:
    line = lines(form, record("read %s", HOSTILE, feed=HOSTILE))
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    if form is LogFormat.JSON:
        assert json.loads(line)["feed"] == HOSTILE


@pytest.mark.parametrize("form", LogFormat)
def test_a_traceback_stays_on_one_line_and_covers_what_it_quotes(form: LogFormat) -> None:
    def fail() -> None:
        raise RecordRefusedError("R001", f"{SECRET} 010-1234-5678")

    made = record("crashed")
    try:
        fail()
    except RecordRefusedError:
        made.exc_info = sys.exc_info()
    line = lines(form, made)
    assert line.isprintable()
    assert "RecordRefusedError: R001" in line
    assert "test_logs.py" in line
    assert SECRET not in line
    assert "1234-5678" not in line


@pytest.mark.parametrize("form", LogFormat)
@pytest.mark.parametrize("spelt", [SECRET, "s3cret%2F%2Bkey%3D", "s3cret\\/+key="])
def test_no_secret_is_on_a_line_in_any_spelling(form: LogFormat, spelt: str) -> None:
    line = lines(form, record("asked %s", f"https://x/?key={spelt}", url=spelt, more={"k": spelt}))
    assert "s3cret" not in line
    assert "[secret]" in line


@pytest.mark.parametrize("form", LogFormat)
def test_the_names_in_a_table_are_covered_as_its_values_are(form: LogFormat) -> None:
    line = lines(form, record("counts", lists={f"https://x/?key={SECRET}": 1, "010-1234-5678": 2}))
    assert "s3cret" not in line
    assert "1234-5678" not in line


@pytest.mark.parametrize("form", LogFormat)
def test_the_stack_of_a_record_is_a_field_of_its_line(form: LogFormat) -> None:
    line = lines(form, record("slow", stack_info=f"Stack (most recent call last):\n  {SECRET}"))
    assert "stack" in line
    assert "most recent call last" in line
    assert line.isprintable()
    assert "s3cret" not in line


@pytest.mark.parametrize("form", LogFormat)
def test_no_person_is_on_a_line(form: LogFormat) -> None:
    line = lines(form, record("told %s", "담당 김철수 010-1234-5678", phone="010-1234-5678"))
    assert "1234-5678" not in line


def test_every_process_logs_to_stderr_from_its_level_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root, levels = logging.getLogger(), {}
    kept = root.handlers[:], root.level
    names = ("faust", "mode", "aiokafka", "kafka", "kafka.net.connection")
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        set_up_logs(Settings.from_env({"BOMNAE_LOG": "warning", "BOMNAE_TAGO_KEY": SECRET}))
        logging.getLogger("streams.any").info("not shown")
        logging.getLogger("streams.any").warning("shown", extra={"key": SECRET})
        logging.getLogger("kafka.any").warning("not shown either")
    finally:
        root.handlers[:], level = kept
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert json.loads(line)["message"] == "shown"
    assert SECRET not in line

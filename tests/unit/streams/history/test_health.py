"""When the archive's health complains, and what the doctor says of it."""

from pathlib import Path

from streams.contract.settings import Settings
from streams.doctor import judging
from streams.doctor.finding import FAIL, OK
from streams.history.health import FILE, late_s, reason, reason_of, written_ms

NOW_MS = 1_795_000_000_000


def test_an_archive_that_wrote_of_late_is_well() -> None:
    assert reason(NOW_MS - 720_000, NOW_MS, 720) == ""
    assert judging.history(NOW_MS - 720_000, NOW_MS, 720).outcome is OK


def test_one_that_did_not_is_named() -> None:
    late = "the archive wrote last 721 s ago, at most 720"
    assert reason(NOW_MS - 721_000, NOW_MS, 720) == late
    found = judging.history(NOW_MS - 721_000, NOW_MS, 720)
    assert (found.outcome, found.value) == (FAIL, late)
    assert judging.history(None, NOW_MS, 720).outcome is FAIL


def test_it_goes_by_when_the_fold_was_kept(tmp_path: Path) -> None:
    settings = Settings.from_env({"BOMNAE_HISTORY": str(tmp_path), "BOMNAE_HISTORY_EVERY_S": "10"})
    assert late_s(settings) == 140
    assert written_ms(tmp_path) is None
    assert reason_of(settings) == "the archive has written nothing yet"
    (tmp_path / FILE).write_bytes(b"")
    assert reason_of(settings) == ""

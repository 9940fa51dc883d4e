"""A city's log with something of each kind, and its archive, run until the log's end."""

from pathlib import Path

from local.services import Process
from local.stack import Stack
from streams.contract import topics, wire
from streams.contract.enums import Closure, PollOutcome
from streams.contract.records import Call, CallDone, FeedReport, Permit, PermitBatch, Receipt
from streams.history.keeping import kept_in
from tests.cities import worlds


def told() -> list[worlds.Sent]:
    """A permit, a feed, a call and a receipt beside the buses."""
    t0_ms = worlds.T0_MS
    permit = Permit(
        "P1", "중앙로 상수도관 교체", t0_ms + 60_000, t0_ms + 300_000, organisation="상수도과",
        closure=Closure.FULL, link_ids=("S3>S4",),
    )  # fmt: skip
    report = FeedReport("tago.positions", PollOutcome.DATA, t0_ms + 1_000, 10_000, row_count=6)
    call = Call("C1", t0_ms + 5_000, "중앙로 막혔어요", ("S3>S4",), closed=("S3>S4",))
    receipt = Receipt("ep_1", "alrt_1.1", t0_ms + 90_000)
    return [
        (
            topics.PERMITS,
            0,
            wire.encode(PermitBatch("permits", t0_ms, is_complete=True, rows=(permit,))),
        ),
        (topics.FEED_REPORTS, 0, wire.encode(report)),
        (topics.CALLS, 0, wire.encode(call)),
        (topics.CALLS, 0, wire.encode(CallDone("C1", t0_ms + 65_000))),
        (topics.RECEIPTS, 0, wire.encode(receipt)),
    ]


def archive(city: Stack, folder: Path, fail: str = "") -> Process:
    number = sum(name.startswith("archive") for name in city.processes)
    env = {"BOMNAE_HISTORY": str(folder), "BOMNAE_HISTORY_EVERY_S": "1"}
    env |= {"FAIL_AT": fail} if fail else {}
    return city.python(f"archive{number}", "streams", "archive", env=env)


def reached_ms(folder: Path) -> int:
    kept = kept_in(folder)
    return min((place.clock_ms for place in kept.places.values()), default=0) if kept else 0


def finished(city: Stack, folder: Path, until_ms: int, process: Process | None = None) -> None:
    """An archive that has come to the end of the log, and was told to stop."""
    process = process or archive(city, folder)
    process.wait_said("history begins")
    process.wait_until(lambda: reached_ms(folder) >= until_ms, "the archive at the log's end")
    process.stop()
    assert process.exit_code == 0, process.log.read_text()

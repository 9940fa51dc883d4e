"""A permit of ten days, and what a desk, a crew and an office say of it."""

from dataclasses import replace
from typing import Any

from streams.contract.enums import Closure, Reporter, SiteStatus
from streams.contract.records import Permit, PermitBatch, SiteReport
from streams.domain.stages.works import WorksStage
from streams.domain.works import Work
from tests.cities.fakes import LAT, LON, STEP, Folded, street

MIDNIGHT_MS = 1_795_359_600_000  # 2026-11-23 00:00 KST


def kst(clock: str, day: int = 0) -> int:
    """A time of 2026-11-23 (or so many days later) in Korea, ms."""
    hour, minute = clock.split(":")
    return MIDNIGHT_MS + ((day * 24 + int(hour)) * 60 + int(minute)) * 60_000


PERMIT = Permit(
    permit_id="P1",
    title="상수도관 교체",
    starts_ms=kst("00:00"),
    ends_ms=kst("00:00", day=10),
    closure=Closure.PARTIAL,
    lon=LON + STEP / 2,
    lat=LAT,
)


def works() -> Folded:
    return Folded(WorksStage(street(), partitions=1), topic="permits")


def listed(*permits: Permit, received_ms: int = kst("12:00", day=1)) -> PermitBatch:
    return PermitBatch("permits", received_ms, is_complete=True, rows=permits)


def report(word: SiteStatus, at_ms: int, name: str = "", **more: Any) -> SiteReport:
    """A crew's word; its id is its word and time unless it has a `name`."""
    told = SiteReport(name or f"{word}-{at_ms}", "P1", word, Reporter.CREW, at_ms)
    return replace(told, **more)


def the_work(folded: Folded, permit_id: str = "P1") -> Work:
    work = folded.state["works"][permit_id]
    assert isinstance(work, Work)
    return work


def blocks(folded: Folded) -> list[tuple[str, str, bool]]:
    """What links heard, in order: (link, phase, is over)."""
    sent = [b for e in folded.derived[0] for b in e.obstructions]
    return [(b.link_id, b.phase, b.is_over) for b in sent]

"""A shift of the small road in which something of everything happens."""

from collections.abc import Iterable
from datetime import datetime

from local.stack import Stack
from streams.contract import topics, wire
from streams.contract.enums import Closure, IncidentKind, PollOutcome
from streams.contract.records import (
    Call,
    CallDone,
    FeedReport,
    Incident,
    IncidentBatch,
    Message,
    Permit,
    PermitBatch,
)
from streams.contract.times import DAY_MS, HOUR_MS, KST, MINUTE_MS
from tests.cities import worlds
from tests.services.asking import Json, ask, seen

CALLER = "정류장9 앞 침수"
"""Where a caller says it is: the desk knows it, a sheet does not."""


def crash(number: int, link: str, at_ms: int) -> Incident:
    return Incident(
        f"acc-{number}", IncidentKind.ACCIDENT, f"{number}중 추돌", at_ms,
        closure=Closure.FULL if number % 2 else Closure.PARTIAL, link_id=link,
    )  # fmt: skip


def works(now_ms: int, count: int = 3) -> Iterable[Permit]:
    """Works that begin within the next hours."""
    for number in range(count):
        starts_ms = now_ms + (number + 1) * 20 * MINUTE_MS
        yield Permit(
            f"P-{number}", f"상수관 매설 {number + 1}공구", starts_ms, starts_ms + DAY_MS,
            place="중앙로", closure=Closure.PARTIAL, link_ids=(f"S{number + 1}>S{number + 2}",),
        )  # fmt: skip


def told(now_ms: int, crashes: int = 2, permits: int = 3) -> list[tuple[topics.Topic, Message]]:
    """A feed of crashes, one of permits, one that fell silent an hour ago, and two calls."""
    rows = tuple(crash(x + 2, f"S{x % 8 + 2}>S{x % 8 + 3}", now_ms) for x in range(crashes))
    silent = FeedReport(
        "its.speeds", PollOutcome.DATA, now_ms - HOUR_MS, 60_000, row_count=9, digest="a"
    )
    live = FeedReport("utic.incidents", PollOutcome.DATA, now_ms, HOUR_MS, row_count=2, digest="b")
    return [
        (topics.FEED_REPORTS, silent),
        (topics.FEED_REPORTS, live),
        (topics.INCIDENTS, IncidentBatch("utic.incidents", now_ms, is_complete=True, rows=rows)),
        (topics.PERMITS, PermitBatch("permits", now_ms, is_complete=True,
                                     rows=tuple(works(now_ms, permits)))),
        (topics.CALLS, Call("call-1", now_ms, CALLER, ("S8>S9",), 127.73, 37.88, "A-1")),
        (topics.CALLS, Call("call-2", now_ms, "정류장3", (), 127.71, 37.88, "A-2")),
        (topics.CALLS, CallDone("call-2", now_ms + 1)),
    ]  # fmt: skip


def begun(stack: Stack, now_ms: int, crashes: int = 2, permits: int = 3) -> str:
    """The address of the map of a road that all this has been told of."""
    worlds.lay(stack)
    begun = datetime.fromtimestamp((now_ms - HOUR_MS) / 1000, KST)
    stack.env["BOMNAE_SHIFTS"] = (
        f"{begun:%H:%M}"  # no shift ends meanwhile, at whatever time of day
    )
    stack.start_worker()
    stack.python("clock", "producers", "clock")
    log = told(now_ms, crashes, permits)
    worlds.publish(stack, [(topic, 0, wire.encode(message)) for topic, message in log])
    base = stack.start_map()
    seen(base, lambda body: len(body["situations"]) >= crashes, "/api/v1/situations")
    return base


def closed(base: str, closure_id: str, text: str, by: str = "김상황") -> None:
    """A closure by hand."""
    status, answer = ask(
        base, "/api/v1/closures", {"closure_id": closure_id, "by": by, "text": text}
    )
    if status != 202:
        raise ValueError(f"{status} {answer}")


def acknowledged(base: str, by: str = "김상황") -> Json:
    """The first situation, seen by somebody, given away and noted."""
    rows = ask(base, "/api/v1/situations")[1]["situations"]
    row: Json = rows[0]
    for act in (
        {"act": "acknowledge", "note": "순찰차 출동"},
        {"act": "assign", "to": "이관제"},
        {"act": "note", "note": "견인 22시 도착 예정"},
    ):
        status, answer = ask(
            base, "/api/v1/situations/acts", {**act, "situations": [row["id"]], "by": by}
        )
        if status != 202:
            raise ValueError(f"{status} {answer}")
    return row

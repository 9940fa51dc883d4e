"""Makes one report in a process of its own, which ends: what its libraries take goes with it.

`python -m streams.reports.aside` reads an `Order` from stdin and writes a `Made` to stdout. It
writes no file, so that one whose keeper has ended leaves nothing behind.
"""

import asyncio
import signal
import sys
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import msgspec

from streams.contract.enums import ReportFormat, ReportKind
from streams.contract.errors import ReportError, told_of
from streams.reports.kinds import DueReport, period_of

MOST_S = 600
"""So long a report may take: a quarter of a large city, and then some."""


class Order(msgspec.Struct, frozen=True):
    """A report to be made, and all that it is made of. `template` and `fonts`: "" Bomnae's own."""

    kind: ReportKind
    first: date
    clock_ms: int
    missing: tuple[date, ...]
    history: str
    template: str
    fonts: str
    network: str
    city: str
    is_simulated: bool = False


class Made(msgspec.Struct, frozen=True):
    """The files of a report, or why there are none."""

    files: dict[ReportFormat, bytes] = {}
    fault: str = ""


async def made_aside(order: Order, stop: asyncio.Event) -> dict[ReportFormat, bytes] | None:
    """The files of a report, None once told to stop; ReportError says why there are none."""
    maker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "streams.reports.aside"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback has what rows and templates say
    )
    making = asyncio.create_task(maker.communicate(msgspec.msgpack.encode(order)))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((making, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not making.done():
            with suppress(ProcessLookupError):
                maker.kill()
    raw, _ = await making
    if stop.is_set():
        return None
    if maker.returncode:
        raise ReportError(ended(maker.returncode))
    made = msgspec.msgpack.decode(raw, type=Made)
    if made.fault:
        raise ReportError(made.fault)
    return made.files


def ended(code: int) -> str:
    """Why its process gave nothing, in words; of -9 whoever looks for memory is told."""
    if code == -signal.SIGALRM:
        return f"making it took longer than {MOST_S} s"
    if code < 0:
        asks = ": out of memory?" if code == -signal.SIGKILL else ""
        return f"its process was ended by {signal.Signals(-code).name}{asks}"
    return f"its process ended with {code}"


def make(order: Order) -> dict[ReportFormat, bytes]:
    """Make the files."""
    from streams.history.reading import open_history  # noqa: PLC0415 - what takes the memory
    from streams.reports import making  # noqa: PLC0415 - the same
    from streams.reports.asking import Known, known  # noqa: PLC0415 - the same

    due = DueReport(order.kind, period_of(order.kind, order.first))
    made_of = making.template_of(order.kind, Path(order.template) if order.template else None)
    city = making.City(order.city, making.roads_of(order.network), is_simulated=order.is_simulated)
    with closing(open_history(order.history)) as history:
        knows = known(history) or Known(due.period.from_ms, order.clock_ms)
        last_ms = max(knows.last_ms, order.clock_ms)
        knows = knows._replace(last_ms=last_ms, missing=order.missing)
        document = making.document_of(made_of, due, history, knows, city)
    made = making.written(document, tuple(map(str, ReportFormat)), order.fonts)
    return {ReportFormat(form): raw for form, raw in made.items()}


def main() -> None:
    """Make what is ordered."""
    signal.alarm(MOST_S)
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    try:
        made = Made(make(order))
    except Exception as error:  # noqa: BLE001 - whoever ordered is told
        made = Made(fault=told_of(error))
    sys.stdout.buffer.write(msgspec.msgpack.encode(made))


if __name__ == "__main__":
    main()

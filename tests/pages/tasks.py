"""How long the tasks of a page's main thread are, in its own time: a busy machine adds nothing."""

from collections.abc import Callable
from threading import Event
from typing import Any

from playwright.sync_api import Page

Json = dict[str, Any]
_TASKS = ("RunTask", "ThreadControllerImpl::RunTask")


def task_times(page: Page, act: Callable[[], None]) -> list[float]:
    """The ms of processor time of each task of the page while `act` runs, the longest first."""
    session = page.context.new_cdp_session(page)
    found: list[Json] = []
    ended = Event()
    session.on("Tracing.dataCollected", lambda event: found.extend(event["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.set())
    config = {"includedCategories": ["toplevel", "devtools.timeline"]}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    act()
    session.send("Tracing.end")
    while not ended.is_set():
        page.wait_for_timeout(50)
    session.detach()
    mains = {
        (each["pid"], each["tid"])
        for each in found
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    tasks = (each for each in found if each.get("ph") == "X" and each["name"] in _TASKS)
    times = (each.get("tdur", 0) / 1000 for each in tasks if (each["pid"], each["tid"]) in mains)
    return sorted(times, reverse=True)

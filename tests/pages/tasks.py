"""How long the tasks of a page's main thread are, in its own time: a busy machine adds nothing."""

from collections.abc import Callable
from threading import Event
from typing import Any

from playwright.sync_api import Page

from tests.pages.waiting import wait_on

Json = dict[str, Any]
WAIT_S = 60.0
_TASKS = ("ThreadControllerImpl::RunTask", "RunTask")
"""What a task is called; where there are both, the second lies around the first and is the same."""


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
    wait_on(page, ended.is_set, "the trace", within_s=WAIT_S)
    session.detach()
    mains = {
        (each["pid"], each["tid"])
        for each in found
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        each
        for each in found
        if each.get("ph") == "X" and each["name"] in _TASKS and (each["pid"], each["tid"]) in mains
    ]
    called = next((name for name in _TASKS if any(each["name"] == name for each in tasks)), "")
    times = (each.get("tdur", 0) / 1000 for each in tasks if each["name"] == called)
    return sorted(times, reverse=True)

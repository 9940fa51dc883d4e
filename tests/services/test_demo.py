"""The demo as people run it: what ends is started anew, the log does not grow for ever."""

import json
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from local import held
from local.__main__ import parser
from local.demo import Demo, is_moving, is_sending, lacking
from local.services import free_port
from local.waiting import wait_until
from producers.datasets.loading import SHIPPED
from streams.contract.times import DAY_MS, HOUR_MS
from streams.state.keys import DEAD_LETTERS, OUTBOX, POSITIONS, REBUILDING
from tests.cities.worlds import PARTITIONS
from tests.services.asking import get
from tests.services.live_bodies import Document, deltas, questions, read

WITHIN_S = 120.0
NEVER_MIN = 1e6


class Running:
    """A demo in a thread of its own, and what it has said."""

    def __init__(self, folder: Path, kafka: str) -> None:
        port = free_port()
        self.options = parser().parse_args(["demo", "--port", str(port), "--kafka", kafka])
        self.options.log_minutes = NEVER_MIN
        self.map = f"http://127.0.0.1:{port}"
        self.said: list[str] = []
        self.lacked: list[object] = []  # by the picture, and who sends alerts, when it was said
        self.demo = Demo(folder, self.options, self._hear)
        self._end = threading.Event()
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)

    def _hear(self, text: str) -> None:
        self.said.append(text)
        if "the picture moves" in text:  # not the map's own line, which stands in its log too
            self.lacked.append((lacking(self.map), is_sending(self.map)))

    def _run(self) -> None:
        try:
            self.demo.run(self._end.is_set)
        except BaseException as error:  # noqa: BLE001 - raised where a test waits
            self._failed.append(error)

    def begin(self) -> None:
        self._thread.start()
        self.wait(lambda: self.has_said("a receiver checks"), "the demo")

    def end(self) -> None:
        self._end.set()
        self._thread.join(WITHIN_S)

    def wait(
        self, ask: Callable[[], Any], what: str, is_so: Callable[[Any], object] = bool
    ) -> None:
        def look() -> Any:
            if self._failed:
                raise RuntimeError(f"the demo ended: {self._failed[0]!r}, {self.said[-4:]}")
            return ask()

        wait_until(look, what, is_so, within_s=WITHIN_S)

    def has_said(self, text: str, after: int = 0) -> bool:
        return any(text in line for line in self.said[after:])

    def kill(self, name: str) -> None:
        """Kill a process; return once that was said and the picture moves by data of after it."""
        after = len(self.said)
        os.killpg(self.demo.stack.processes[name].pid, signal.SIGKILL)
        self.wait(lambda: self.has_said(f"{name} was ended by signal 9", after), f"{name} said")
        self.wait_moving()

    def wait_moving(self) -> None:
        """Wait for buses seen after this moment."""
        now_ms = time.time() * 1000

        def is_fresh() -> bool:
            if not is_moving(self.map):
                return False
            try:
                buses = get(f"{self.map}/api/v1/snapshot")["buses"]
            except OSError:
                return False
            return any(bus[5] > now_ms for bus in buses)

        self.wait(is_fresh, "buses seen after it")

    def redis(self) -> Any:
        return Redis.from_url(self.demo.stack.env["BOMNAE_REDIS"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("demo"), "embedded")
    try:
        made.begin()
        yield made
    finally:
        made.end()


def test_the_address_is_said_when_there_is_a_moving_picture_to_look_at(running: Running) -> None:
    """And what is done is said before, so that nobody looks at a screen that stands."""
    assert running.lacked == [("", True)]
    at = next(n for n, line in enumerate(running.said) if f"{running.map}/" in line)
    before = "\n".join(running.said[:at])
    for word in ("broker and Redis", "simulated city", "the past goes", "the feeds are polled"):
        assert word in before
    assert lacking(f"http://127.0.0.1:{free_port()}") == "the map server does not answer"


def test_every_live_body_is_what_the_document_says(running: Running) -> None:
    document = Document(running.map)
    asked = list(questions(running.map, document.paths()))
    assert len({path for path, _ in asked}) > 12
    for path, address in asked:
        body = json.loads(read(address))
        assert not document.faults(document.schema(path), body), address
    snapshot = get(f"{running.map}/api/v1/snapshot")
    assert document.faults(document.schema("/api/v1/snapshot"), {**snapshot, "unnamed": 1})
    delta = {"$ref": "#/components/schemas/Delta"}
    found = list(deltas(running.map, snapshot["id"]))
    assert any(body.keys() & {"b", "l"} for body in found)
    assert not [fault for body in found for fault in document.faults(delta, body)]


def test_statistics_days_and_reports_are_there_after_a_while_and_say_simulated(
    running: Running,
) -> None:
    """Of simulated weeks of before, and of what the archive has written since."""

    def has_reports() -> bool:
        found = get(f"{running.map}/api/v1/reports")["reports"]
        return {"daily", "weekly", "monthly"} <= {report["kind"] for report in found}

    def has_live_rows() -> bool:  # a section is in nothing but what buses of the picture drove
        body = get(f"{running.map}/api/v1/statistics/detours?{today}")
        return body["simulated"] and len(body["rows"]) > 0

    def are_known() -> bool:
        """Both look once a while, and may have looked while the weeks were still being laid."""
        about = get(f"{running.map}/api/v1/statistics")
        days = get(f"{running.map}/api/v1/past/days")
        yesterday = date.fromisoformat(days["today"]) - timedelta(days=1)
        return (
            str(about["first"] or "9999") < str(yesterday) <= str(about["last"])
            and days["history"] == "ready"
            and len(days["days"]) > 28
            and all("history" in day["source"] for day in days["days"])
        )

    running.wait(lambda: running.has_said("history, simulated: "), "the weeks of before")
    running.wait(has_reports, "a report of each kind that is over")
    running.wait(are_known, "the days that statistics know")
    about = get(f"{running.map}/api/v1/statistics")
    assert (about["history"], about["simulated"]) == ("ready", True)
    asked = f"from={about['first']}&until={about['last']}"
    for name in ("usual_week", "jam_roads", "closures", "work_cost", "calls", "responses"):
        body = get(f"{running.map}/api/v1/statistics/{name}?{asked}")
        assert body["rows"], name
        assert body["simulated"]
    days = get(f"{running.map}/api/v1/past/days")
    noon_ms = days["now_ms"] - days["now_ms"] % DAY_MS + 3 * HOUR_MS - DAY_MS
    noon = get(f"{running.map}/api/v1/moment?known={noon_ms}")
    assert (noon["is_remembered"], noon["source"]) == (True, "history")
    today = f"from={days['today']}&until={days['today']}"
    running.wait(has_live_rows, "what the archive has written")


def test_the_datasets_of_the_city_are_there_whole_refused_late_and_away(running: Running) -> None:
    """Points, lines, areas and a table that lies nowhere; the shipped catalogue stays whole."""

    def rows() -> dict[str, Any]:
        return {row["id"]: row for row in get(f"{running.map}/api/v1/datasets")["datasets"]}

    whole = ("bus_stops", "bike_paths", "dong_boundaries", "residents_by_dong", "budget_summary")
    due = dict.fromkeys(whole, "fresh") | {"public_wifi": "late", "river_levels": "unknown"}

    def statuses() -> dict[str, str]:  # each is a poll of its own
        found = rows()
        return {name: found[name]["status"] for name in due if name in found}

    running.wait(statuses, "datasets", lambda seen: seen == due)
    running.wait(lambda: rows()["streetlights"]["rows"], "street lamps")
    found = rows()
    assert found["budget_summary"]["on_map"] == 0
    assert found["dong_boundaries"]["on_map"] == found["residents_by_dong"]["rows"] == 8
    assert (found["streetlights"]["rows"], found["streetlights"]["refused"]) == (240, 1)
    assert set(found) <= {path.stem for path in SHIPPED.glob("*.toml")}


@pytest.mark.parametrize(
    "name", ["worker", "clock", "producers", "maps", "city", "redis", "archive", "reports"]
)
def test_what_is_killed_is_said_and_the_picture_moves_again(running: Running, name: str) -> None:
    running.kill(name)
    assert running.demo.has_failed


def known(running: Running) -> tuple[dict[str, int], list[bytes], dict[str, int]]:
    """Positions, the alerts in their order, the dead letters by code."""
    with running.redis() as store:
        positions = held.numbers(store, POSITIONS, PARTITIONS)
        alerts = [fields[b"a"] for _, fields in held.entries(store, OUTBOX, PARTITIONS)]
        return positions, alerts, held.numbers(store, DEAD_LETTERS, PARTITIONS)


SELDOM = ("subscri", "crew-links", "publications")
"""Topics without ticks, to which nobody writes here meanwhile."""


def is_behind(running: Running, before: dict[str, int]) -> bool:
    now = known(running)[0]
    return all(
        now.get(name, -1) >= at if name.startswith(SELDOM) else now.get(name, -1) > at
        for name, at in before.items()
    )


def test_a_log_that_is_long_is_begun_anew_under_the_state(running: Running) -> None:
    positions, alerts, letters = known(running)
    after, begun = len(running.said), begins_of_the_archive(running)
    running.options.log_minutes = 0
    try:
        running.wait(lambda: running.has_said("the log was long", after), "a fresh log")
    finally:
        running.options.log_minutes = NEVER_MIN
    running.wait(lambda: is_behind(running, positions), "positions behind those of before")
    running.wait_moving()
    now = known(running)
    assert now[1][: len(alerts)] == alerts
    assert len(now[1]) == len(set(now[1]))
    assert now[2].get("link-events R001") == letters.get("link-events R001")
    with running.redis() as store:
        running.wait(lambda: not store.exists(REBUILDING), "nothing to be made anew")
    running.wait(lambda: len(begins_of_the_archive(running)) > len(begun), "the archive")
    assert begins_of_the_archive(running)[-1] == "kept"


def begins_of_the_archive(running: Running) -> list[str]:
    """From what it went on each time: the log, what it kept, or nothing that it could use."""
    said = running.demo.stack.processes["archive"].output.splitlines()
    return [json.loads(line)["from"] for line in said if '"history begins"' in line]


def test_a_killed_broker_costs_what_was_not_folded_and_no_more(running: Running) -> None:
    positions, alerts, _ = known(running)
    after = len(running.said)
    running.kill("broker")
    running.wait(lambda: running.has_said("the log is lost", after), "a fresh log")
    running.wait(lambda: is_behind(running, positions), "positions behind those of before")
    assert known(running)[1][: len(alerts)] == alerts


def test_the_receiver_has_found_nothing_wrong_with_any_alert(running: Running) -> None:
    """After all of the above: no signature, no order, no repetition it would name."""
    sink = running.demo.stack.processes["sink"]
    sink.wait_said(" ok ")
    assert sink.exit_code is None


def test_a_feed_whose_key_is_refused_is_named_with_the_way_to_wake_it(running: Running) -> None:
    after = len(running.said)
    city = running.demo.stack.env["BOMNAE_ITS_URL"].removesuffix("/its")
    url = f"{city}/misbehave?feed=tago.positions&mode="
    post(url + "gateway-xml-30")
    running.wait(lambda: running.has_said("tago.positions stopped", after), "the feed named")
    said = next(line for line in running.said[after:] if "tago.positions stopped" in line)
    assert f"curl -X POST '{url}ok'" in said
    post(url + "ok")
    os.kill(int(said.split("kill -HUP ")[1]), signal.SIGHUP)
    running.wait_moving()


def post(url: str) -> None:
    request = urllib.request.Request(url, method="POST")  # noqa: S310 - our own server
    urllib.request.urlopen(request, timeout=60).close()  # noqa: S310

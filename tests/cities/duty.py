"""The demo's city for an hour of an operator: log, worker, clock, map and dispatcher run, and its
feeds say what the hour needs.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer

from local import held
from local.services import answers, free_port
from local.stack import Stack
from producers.feeds import FEEDS
from producers.publishing.messages import Published, batches_of, report_message, ticks
from producers.reading.answers import NO_ANSWER, Answer, Record
from producers.simulator.city import build_city
from producers.simulator.ground import FILE as GROUND
from streams.contract.arrival import REPLAY
from streams.contract.enums import Closure, IncidentKind, PollOutcome
from streams.contract.records import BusPosition, FeedReport, Incident, LinkSpeed, Permit
from streams.contract.times import DAY_MS, HOUR_MS, KST, MINUTE_MS, now_ms
from streams.geo.network import Network
from tests.cities import worlds
from tests.receivers import ENV, Receiver, subscribe, subscription
from tests.services import asking

BUSES, SPEEDS, EVENTS = "tago.positions", "its.speeds", "its.events"
POLICE, PERMITS = "utic.incidents", "permits"
SITUATIONS, CLOSURES = "/api/v1/situations", "/api/v1/closures"
ZONE_MS = 9 * HOUR_MS
SAY_S = 1.0
CRASH_LINK, JAM_LINK = "2501003900", "2501000100"  # 공지로, 중앙로
WORK_LINKS = ("2501000800", "2501000801")  # 금강로
QUEUE = ("2501000101", JAM_LINK, "2501000001")


def _clock(at_ms: int) -> str:
    """The time of day in Korea, "14:05"."""
    return f"{datetime.fromtimestamp(at_ms / 1000, KST):%H:%M}"


def _crashes(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in body["situations"] if EVENTS in row["sources"]]


def this_day(hour: float, *, now: int, is_past: bool = False) -> int:
    """The time of this Korean day at an hour; `is_past`: of the last day on which it has passed."""
    midnight_ms = (now + ZONE_MS) // DAY_MS * DAY_MS - ZONE_MS
    at_ms = midnight_ms + round(hour * HOUR_MS)
    return at_ms - DAY_MS if is_past and at_ms > now - HOUR_MS else at_ms


@dataclass
class Mouth:
    """What a feed says at each poll until it is told otherwise; `code`: why it says nothing."""

    rows: tuple[Record, ...] = ()
    code: str = ""
    polls: int = 0


@dataclass
class Duty:
    """The running city; its feeds speak once a second, each as its producer would."""

    stack: Stack
    network: Network = field(default_factory=build_city)
    receiver: Receiver = field(default_factory=Receiver)
    url: str = ""

    def __enter__(self) -> Self:
        self.now_ms = now_ms()
        self.morning_ms = this_day(8 + 10 / 60, now=self.now_ms, is_past=True)
        self.receiver.__enter__()
        stack = worlds.lay(self.stack, self.network)
        stack.env |= {
            "BOMNAE_SIMULATED": "1",
            "BOMNAE_BASEMAP": str(GROUND),
            "BOMNAE_SHIFTS": _clock(self.now_ms - HOUR_MS),  # no shift ends meanwhile
            **ENV,
        }
        self._settings = worlds.settings_of(stack)
        self._producer = KafkaProducer(bootstrap_servers=stack.env["BOMNAE_KAFKA"], acks="all")
        self.mouths: Mapping[str, Mouth] = {
            BUSES: Mouth(self.buses(self.now_ms)),
            SPEEDS: Mouth(self.speeds(self.now_ms)),
            EVENTS: Mouth(),
            POLICE: Mouth(),
            PERMITS: Mouth(self.permits()),
        }
        port = free_port()
        stack.start_worker()
        maps = stack.python("maps", "maps", "serve", env={"BOMNAE_HTTP": f"127.0.0.1:{port}"})
        self._remember_the_morning()
        subscribe(worlds.redis_of(stack), subscription("ep_crew", self.receiver.url("ep_crew")))
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._speak, name="feeds", daemon=True)
        self._thread.start()
        stack.python("clock", "producers", "clock")
        stack.python("dispatch", "streams", "dispatch")
        maps.wait_until(lambda: answers(port), "the map server")
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join(60)
        self._producer.close()
        for process in self.stack.processes.values():
            process.kill()  # nothing of it is kept
        self.receiver.__exit__(kind, error, traceback)

    def told(self) -> list[dict[str, Any]]:
        """The messages that the crews' endpoint has got."""
        return [each.body for each in self.receiver.confirmed("ep_crew")]

    def say(self, feed: str, *rows: Record) -> None:
        """From now on a feed says this, once a second."""
        self.mouths[feed].code = ""
        self.mouths[feed].rows = rows

    def silence(self, feed: str) -> None:
        """A feed does not answer any more."""
        self.mouths[feed].code = NO_ANSWER

    def wake(self, feed: str) -> None:
        self.mouths[feed].code = ""

    def crash(self) -> None:
        """Two feeds tell of one crash, each in its words."""
        at_ms = now_ms() - MINUTE_MS
        link = self.network.by_id[CRASH_LINK]
        lon, lat = link.geometry[0]
        usual: dict[str, Any] = {"kind": IncidentKind.ACCIDENT, "starts_ms": at_ms}
        self.say(
            EVENTS,
            Incident(
                incident_id="its-4711",
                title="공지로 남부사거리→남부시장 승용차 대 이륜차",
                link_id=CRASH_LINK,
                closure=Closure.PARTIAL,
                lanes="1차로",
                **usual,
            ),
        )
        self.say(
            POLICE,
            Incident(
                incident_id="L933-0815",
                title="[사고] 공지로, 남부사거리에서 남부시장 방향 승용차-이륜차 접촉",
                lon=lon * 0.6 + link.geometry[-1][0] * 0.4,
                lat=lat * 0.6 + link.geometry[-1][1] * 0.4,
                road_name="공지로",
                direction="남부시장 방향",
                closure=Closure.PARTIAL,
                **usual,
            ),
        )

    def stand(self, typed: str) -> None:
        """The crash, acknowledged, and this closure stand, and the speeds are away."""
        if not self.mouths[EVENTS].rows:
            self.crash()
        body = asking.seen(self.url, lambda x: bool(_crashes(x)), SITUATIONS)
        if crashes := [row["id"] for row in _crashes(body) if not row["acknowledged"]]:
            self._post(
                f"{SITUATIONS}/acts", {"act": "acknowledge", "situations": crashes, "by": "김상황"}
            )
        if not asking.ask(self.url, CLOSURES)[1]["standing"]:
            self._post(CLOSURES, {"closure_id": "burst", "text": typed, "by": "김상황"})
        self.silence(SPEEDS)

    def _post(self, path: str, body: dict[str, Any]) -> None:
        status, answer = asking.ask(self.url, path, body)
        if status != 202:
            raise AssertionError(f"{path}: {status} {answer}")

    def speeds(self, at_ms: int, **own: float) -> tuple[Record, ...]:
        """What the traffic centre measures of every street; `own`: other than usual, by link."""
        links = (link.id for link in self.network.links if link.kind == "standard")
        return tuple(
            LinkSpeed(name, own.get(name, 28.0 + place % 17), at_ms)
            for place, name in enumerate(links)
        )

    def buses(self, at_ms: int) -> tuple[Record, ...]:
        """A bus at every tenth stop of the first route."""
        route = self.network.routes[0]
        found = []
        for order in range(1, len(route.stops), 10):
            stop = self.network.stop_by_id[route.stops[order - 1]]
            vehicle, point = f"{order:016x}", (stop.lon, stop.lat)
            found.append(BusPosition(vehicle, route.id, route.no, stop.id, order, at_ms, *point))
        return tuple(found)

    def permits(self) -> tuple[Record, ...]:
        """One work that has run for weeks; two on one street tomorrow, of which one closes it."""
        today, tomorrow = (this_day(hour, now=self.now_ms) for hour in (0, 24))
        return (
            Permit(
                "2026-굴착-0388",
                "석사로 통신관로 매설공사",
                self.now_ms - 20 * DAY_MS,
                today + 30 * DAY_MS,
                organisation="KT 강원본부",
                closure=Closure.PARTIAL,
                lanes_closed=1,
                link_ids=("2501003000",),
            ),
            Permit(
                "2026-굴착-0412",
                "금강로 상수도관 교체공사",
                tomorrow + 9 * HOUR_MS,
                tomorrow + 18 * HOUR_MS,
                organisation="춘천시 상하수도사업본부",
                closure=Closure.FULL,
                link_ids=WORK_LINKS,
            ),
            Permit(
                "2026-굴착-0413",
                "금강로 도시가스 배관공사",
                tomorrow + 9 * HOUR_MS,
                tomorrow + 17 * HOUR_MS,
                organisation="강원도시가스",
                closure=Closure.PARTIAL,
                link_ids=WORK_LINKS[:1],
            ),
        )

    def _remember_the_morning(self) -> None:
        """Half an hour around 08:10 goes through the log first, step by step, as it did then: a
        queue, and a crash that ended.
        """
        begin_ms = self.morning_ms - 12 * MINUTE_MS
        for minute in range(0, 36, 4):
            at_ms, is_jammed = begin_ms + minute * MINUTE_MS, minute < 20
            jam = dict.fromkeys(QUEUE, 7.0) if is_jammed else {}
            crash = self._morning_crash() if 4 < minute < 20 else ()
            said = {SPEEDS: self.speeds(at_ms, **jam), EVENTS: crash, PERMITS: self.permits()}
            self._pass(at_ms, {POLICE: (), **said})
        self._pass(self.now_ms, {feed: mouth.rows for feed, mouth in self.mouths.items()})

    def _pass(self, at_ms: int, said: Mapping[str, tuple[Record, ...]]) -> None:
        """What the feeds said at a time goes through the log and the fold."""
        polls = (each for feed, rows in said.items() for each in self._said(feed, rows, at_ms))
        self._publish([*polls, *ticks(at_ms, self._settings)], is_replay=True)
        store, partitions = worlds.redis_of(self.stack), self._settings.partitions

        def is_passed() -> bool:
            clocks = held.numbers(store, "clock", partitions).values()
            return len(clocks) == partitions and min(clocks) >= at_ms

        self.stack.processes["worker"].wait_until(is_passed, "the morning in the log")
        store.close()

    def _morning_crash(self) -> tuple[Record, ...]:
        begin_ms = self.morning_ms - 6 * MINUTE_MS
        crash = Incident(
            "its-0805",
            IncidentKind.ACCIDENT,
            "중앙로 명동입구 버스 추돌",
            begin_ms,
            closure=Closure.FULL,
            link_id=JAM_LINK,
        )
        return (crash,)

    def _said(self, feed: str, rows: tuple[Record, ...], at_ms: int) -> Iterable[Published]:
        """The messages of one poll: the rows, and the report."""
        outcome = PollOutcome.DATA if rows else PollOutcome.EMPTY
        answer = Answer(outcome, rows=rows, is_complete=True)
        return (*batches_of(feed, at_ms, answer, self._settings), self._report(feed, at_ms, rows))

    def _report(self, feed: str, at_ms: int, rows: tuple[Record, ...], code: str = "") -> Published:
        outcome = PollOutcome.DATA if rows else PollOutcome.EMPTY
        return report_message(
            FeedReport(
                feed,
                PollOutcome.UNKNOWN if code else outcome,
                at_ms,
                FEEDS[feed].poll_ms(self._settings),
                row_count=len(rows),
                digest=str(hash((at_ms, rows))),
                code=code,
                is_simulated=True,
            )
        )

    def _speak(self) -> None:
        while not self._end.wait(SAY_S):
            self._publish(each for feed in self.mouths for each in self._poll(feed, now_ms()))

    def _poll(self, feed: str, at_ms: int) -> Iterable[Published]:
        mouth = self.mouths[feed]
        mouth.polls += 1
        if mouth.code:
            return [self._report(feed, at_ms, (), mouth.code)]
        if feed in (BUSES, SPEEDS):
            is_due = mouth.polls % 5 == 1  # these change with each poll
            make = self.buses if feed == BUSES else self.speeds
            return self._said(feed, make(at_ms), at_ms) if is_due else []
        return self._said(feed, mouth.rows, at_ms)

    def _publish(self, log: Iterable[Published], *, is_replay: bool = False) -> None:
        headers = [(REPLAY, b"1")] if is_replay else []
        for topic, partition, payload in log:
            self._producer.send(topic, value=payload, partition=partition, headers=headers)
        self._producer.flush(120)

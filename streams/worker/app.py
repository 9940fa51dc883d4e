"""The worker: Faust, the stages, the gate, put together. The only module that knows all of them."""

import asyncio
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust
from faust.types import TP

from streams.audit.fold import table_names
from streams.contract import topics, wire
from streams.contract.derived import LinkEvents, Origin
from streams.contract.failpoints import FailAt
from streams.contract.kafka_login import kafka_login
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from streams.geo.network import Network
from streams.state.gate import Gate, GateResult
from streams.state.redis_login import connect
from streams.state.roster import Roster, client_id, worker_name
from streams.state.schema import FIELD, SCHEMA
from streams.topology.stages import folded_by, stages
from streams.worker.agents import StageRunner, delivered
from streams.worker.consumer import LogSource, PositionTransport
from streams.worker.waiting import Waiting

MAX_FETCHED = 8192  # messages that one look into what was fetched may bring
HEARTBEAT_S = 0.5  # so soon a worker hears that another comes or goes: till then a group stands
CARRIERS = 4  # partitions of a topic that are carried at a time: one folds while others wait


class _Topics:
    """Sends to Kafka by Faust's producer and waits for the broker's answer."""

    def __init__(self, app: Any) -> None:
        self._events = _raw(app, topics.LINK_EVENTS)
        self._dead = _raw(app, topics.DEAD_LETTERS)

    async def send_derived(self, partition: int, parts: Sequence[LinkEvents]) -> None:
        for payload in wire.encode_parts(parts):
            sent = await self._events.send(value=payload, partition=partition)
            await asyncio.wait_for(sent, timeout=30)

    async def send_dead(self, payload: bytes, *, code: str, origin: Origin) -> None:
        headers = {
            "code": code.encode(),
            "origin": f"{origin.topic}/{origin.partition}/{origin.offset}".encode(),
        }
        sent = await self._dead.send(
            key=code.encode(), value=payload[: wire.MAX_BYTES // 2], headers=headers
        )
        await asyncio.wait_for(sent, timeout=30)


@dataclass(frozen=True, slots=True)
class Worker:
    """What one worker is made of; `app` is Faust's."""

    settings: Settings
    gate: Gate
    roster: Roster
    app: Any

    async def rewind(self, topic: str, partition: int, offset: int) -> None:
        """Have the consumer deliver from that offset again."""
        await self.app.consumer.go_back(topic, partition, offset)


def create_worker(settings: Settings, network: Network, fail: FailAt = None) -> Worker:
    """A worker of which nothing connects before its app is started."""
    by_topic = stages(settings, network)
    client = connect(settings, timeout_s=10)
    facts = {
        "network": network.version,
        "city": settings.city,
        "simulated": str(int(network.is_simulated or settings.simulated)),
        FIELD: str(SCHEMA),
    }
    gate = Gate(client, settings.history_days * DAY_MS)
    gate.partitions, gate.tables = settings.partitions, table_names(by_topic)
    app = _faust_app(settings)
    waiting = {topic.name: Waiting() for topic in by_topic}
    app.transport = PositionTransport(app, LogSource(settings, gate, waiting, fail))
    roster = Roster(client, facts, folded_by(settings, network), settings.partitions)
    worker = Worker(settings, gate, roster, app)
    outlet = _Topics(app)
    runners = {
        topic: StageRunner(stage, gate, outlet, worker.rewind, fail)
        for topic, stage in by_topic.items()
    }
    for topic, runner in runners.items():
        _add_agent(app, topic, runner, waiting[topic.name])
    app.on_partitions_revoked.connect(_dropper(waiting), weak=False)
    app.on_partitions_assigned.connect(_keeper(runners), weak=False)
    return worker


def _faust_app(settings: Settings) -> Any:
    broker = ";".join(f"kafka://{server}" for server in settings.kafka)
    return faust.App(
        topics.GROUP,
        broker=broker,
        key_serializer="raw",
        value_serializer="raw",
        web_enabled=False,
        datadir=Path(tempfile.gettempdir()) / "bomnae-faust",  # Faust wants one; nothing is in it
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        broker_client_id=client_id(worker_name()),
        broker_credentials=_credentials(settings),
        broker_session_timeout=settings.session_s,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_rebalance_timeout=settings.session_s,
        broker_max_poll_records=MAX_FETCHED,
        producer_acks=-1,
        producer_max_request_size=topics.MAX_MESSAGE_BYTES,
        logging_config={"version": 1, "disable_existing_loggers": False},
    )


def _dropper(waiting: Mapping[str, Waiting]) -> Any:
    """Every rebalance revokes all; what waited is fetched again by whoever gets it."""

    async def drop(_app: Any, revoked: Iterable[TP], **_rest: Any) -> None:
        for topic, waits in waiting.items():
            waits.drop([tp.partition for tp in revoked if tp.topic == topic])

    return drop


def _keeper(runners: Mapping[topics.Topic, StageRunner]) -> Any:
    """Rows of a partition that comes back to this worker are kept."""

    async def keep(_app: Any, assigned: Iterable[TP], **_rest: Any) -> None:
        for topic, runner in runners.items():
            runner.keep([tp.partition for tp in assigned if tp.topic == topic.name])

    return keep


class _Whole(faust.Schema[Any, Any]):
    """The value of a message as the consumer made it: records, not bytes."""

    def loads_value(
        self, app: Any, message: Any, *, loads: Any = None, serializer: Any = None
    ) -> Any:
        _ = app, loads, serializer
        return message.value


def _add_agent(app: Any, topic: topics.Topic, runner: StageRunner, waiting: Waiting) -> None:
    fetched = app.topic(topic.name, schema=_Whole(key_serializer="raw"), acks=False)

    @app.agent(fetched, name=topic.name)  # type: ignore[untyped-decorator]
    async def carry(stream: Any) -> None:
        carriers = [asyncio.create_task(_carry(app, runner, waiting)) for _ in range(CARRIERS)]
        try:
            async for records in stream:
                waiting.put(records[0].partition, [delivered(each) for each in records])
        finally:
            for carrier in carriers:
                carrier.cancel()


async def _carry(app: Any, runner: StageRunner, waiting: Waiting) -> None:
    """Carry what waits, run by run."""
    try:
        while True:
            run = await waiting.run()
            try:
                verdicts = await runner.take(run)
            finally:
                waiting.done(run[0].origin.partition)
            if verdicts[-1] is not GateResult.HOLE:
                app.consumer.carried(run[-1].origin)
    except Exception as error:
        await app.crash(error)
        raise


def _raw(app: Any, topic: topics.Topic) -> Any:
    return app.topic(
        topic.name, key_serializer="raw", value_serializer="raw", value_type=bytes, key_type=bytes
    )


def _credentials(settings: Settings) -> Any:
    login = kafka_login(settings)
    if not settings.kafka_user:
        return None
    return faust.SASLCredentials(
        username=settings.kafka_user,
        password=settings.kafka_password,
        mechanism=login["sasl_mechanism"],
        ssl_context=login["ssl_context"],
    )

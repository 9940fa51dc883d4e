"""The worker: Faust, the stages, the gate, put together. The only module that knows all of them."""

import asyncio
import csv
import tempfile
from pathlib import Path
from typing import Any

import faust
import redis.asyncio as aioredis
from faust.types import TP

from streams import topics, wire
from streams.agents import StageRunner, origin_of
from streams.consumer import PositionTransport
from streams.domain.feeds import FeedsStage
from streams.domain.incidents import IncidentsStage
from streams.domain.levels import parse_levels
from streams.domain.network import Network, Point
from streams.domain.passages import PositionsStage
from streams.domain.placement import address_key
from streams.domain.records import LinkEvents, Origin
from streams.domain.roadstate import RoadsStage, Rules
from streams.domain.speeds import SpeedsStage
from streams.domain.stage import Stage
from streams.domain.windows import WindowGrid
from streams.domain.works import WorksStage
from streams.errors import NetworkError, SettingsError
from streams.gate import Gate
from streams.settings import Settings


class _Topics:
    """Sends to Kafka by Faust's producer and waits for the broker's answer."""

    def __init__(self, app: Any) -> None:
        self._events = _raw(app, topics.LINK_EVENTS)
        self._dead = _raw(app, topics.DEAD_LETTERS)

    async def send_derived(self, partition: int, message: LinkEvents) -> None:
        sent = await self._events.send(value=wire.encode(message), partition=partition)
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


def stages(settings: Settings, network: Network) -> dict[topics.Topic, Stage]:
    """Every stage by the topic it reads."""
    wide = settings.partitions
    rules = Rules(
        WindowGrid(settings.window_ms, settings.grace_ms),
        settings.fresh_ms,
        parse_levels(settings.levels_urban, settings.levels_express, settings.levels_motorway),
    )
    if settings.fresh_ms < settings.window_ms + settings.grace_ms:
        raise SettingsError(
            f"BOMNAE_FRESH_MS must be at least window and grace together "
            f"({settings.window_ms + settings.grace_ms} ms), got {settings.fresh_ms} ms"
        )
    inputs = tuple(f"{t.name}/{p}" for t in topics.TICKED for p in range(t.partitions(wide)))
    return {
        topics.BUS_POSITIONS: PositionsStage(
            network, partitions=wide, dwell_ms=settings.dwell_s * 1000
        ),
        topics.LINK_SPEEDS: SpeedsStage(network, partitions=wide),
        topics.PERMITS: WorksStage(
            network, partitions=wide, gazetteer=load_gazetteer(settings.gazetteer)
        ),
        topics.INCIDENTS: IncidentsStage(network, partitions=wide),
        topics.FEED_REPORTS: FeedsStage(),
        topics.LINK_EVENTS: RoadsStage(network, rules, inputs),
    }


def create_app(settings: Settings, network: Network) -> Any:
    """The Faust app of a worker. Nothing connects before it is started."""
    broker = ";".join(f"kafka://{server}" for server in settings.kafka.split(","))
    app: Any = faust.App(
        "bomnae",
        broker=broker,
        key_serializer="raw",
        value_serializer="raw",
        web_enabled=False,
        datadir=Path(tempfile.gettempdir()) / "bomnae-faust",  # Faust wants one; nothing is in it
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        broker_credentials=_credentials(settings),
        broker_session_timeout=settings.session_s,
        broker_heartbeat_interval=max(1.0, settings.session_s / 5),
        broker_rebalance_timeout=settings.session_s,
        producer_acks=-1,
        producer_max_request_size=topics.MAX_MESSAGE_BYTES,
        logging_config={"version": 1, "disable_existing_loggers": False},
    )
    app.transport = PositionTransport(app.conf.broker, app, app.loop)
    app.gate = Gate(_redis(settings))
    app.facts = {
        "network": network.version,
        "city": settings.city,
        "simulated": str(int(network.is_simulated or settings.simulated)),
    }
    outlet = _Topics(app)

    async def rewind(topic: str, partition: int, offset: int) -> None:
        tp = TP(topic, partition)
        first = (await app.consumer.earliest_offsets(tp))[tp]
        await app.consumer.seek(
            tp, await app.consumer.first_after(tp, offset - 1 if offset else None, first)
        )

    for topic, stage in stages(settings, network).items():
        _add_agent(app, topic, StageRunner(stage, app.gate, outlet, rewind))
    return app


def _add_agent(app: Any, topic: topics.Topic, runner: StageRunner) -> None:
    @app.agent(_raw(app, topic), name=topic.name)  # type: ignore[untyped-decorator]
    async def carry(stream: Any) -> None:
        async for event in stream.events():
            try:
                await runner.take(event.value, origin_of(event))
            except Exception as error:
                await app.crash(error)
                raise


def _raw(app: Any, topic: topics.Topic) -> Any:
    return app.topic(
        topic.name, key_serializer="raw", value_serializer="raw", value_type=bytes, key_type=bytes
    )


def _redis(settings: Settings) -> aioredis.Redis:
    return aioredis.from_url(
        settings.redis,
        password=settings.redis_password or None,
        socket_timeout=10,
        socket_connect_timeout=5,
    )


def _credentials(settings: Settings) -> Any:
    if not settings.kafka_user:
        return None
    import ssl  # noqa: PLC0415 - only where a cluster asks for it

    context = ssl.create_default_context(cafile=settings.kafka_ca or None)
    return faust.SASLCredentials(
        username=settings.kafka_user,
        password=settings.kafka_password,
        mechanism="SCRAM-SHA-512",
        ssl_context=context,
    )


def load_network(folder: str) -> Network:
    """The network of a folder; raises NetworkError naming what is missing."""
    path = Path(folder) / "network.json"
    if not folder or not path.is_file():
        raise NetworkError(
            f"no network at {str(path)!r}: set BOMNAE_NETWORK to the folder that "
            "`python -m producers network --route-stops FILE.csv --out DIR` wrote"
        )
    return Network.loads(path.read_text(encoding="utf-8"))


def load_gazetteer(path: str) -> dict[str, Point]:
    """Address -> (lon, lat) from any CSV with an address column and 위도, 경도 (CP949 or UTF-8)."""
    if not path:
        return {}
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(f"BOMNAE_GAZETTEER: cannot read {path}: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp949")
    known: dict[str, Point] = {}
    for row in csv.DictReader(text.splitlines()):
        point = _point_of(row)
        for column in ("소재지지번주소", "소재지도로명주소", "주소"):
            if point and row.get(column):
                known.setdefault(address_key(row[column]), point)
    return known


def _point_of(row: dict[str, str]) -> Point | None:
    """The point of a gazetteer's row; None where it is not two numbers."""
    try:
        return float(row["경도"]), float(row["위도"])
    except (KeyError, TypeError, ValueError):
        return None

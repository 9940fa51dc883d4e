"""A Redis Cluster of one test: three nodes, each with a third of the slots."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

from local.services import Process, answers, free_port, redis_binary
from local.waiting import wait_until

SLOTS = 16_384
NODES = 3


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of a cluster that ends with the test."""
    with ExitStack() as stack:
        nodes = [_start(folder / f"node{number}", stack) for number in range(NODES)]
        clients = [stack.enter_context(redis.Redis(port=port)) for port, _ in nodes]
        for number, client in enumerate(clients):
            first, last = SLOTS * number // NODES, SLOTS * (number + 1) // NODES - 1
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for port, bus in nodes[1:]:
            clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", port, bus)
        for client in clients:
            wait_until(lambda: _is_whole(client), "the cluster")  # noqa: B023
        yield "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port, _ in nodes)


def _start(folder: Path, stack: ExitStack) -> tuple[int, int]:
    """Start a node; its port, and that of the cluster's own talk."""
    folder.mkdir(parents=True)
    port, bus = free_port(), free_port()
    command = [redis_binary(), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    command += ["--cluster-enabled", "yes", "--cluster-port", str(bus), "--save", ""]
    node = stack.enter_context(Process("redis", command, folder))
    wait_until(lambda: answers(port), f"{node.name} {port}")
    return port, bus


def _is_whole(client: redis.Redis) -> bool:
    said: bytes = client.execute_command("CLUSTER", "INFO")  # type: ignore[no-untyped-call]
    return {"cluster_state:ok", f"cluster_known_nodes:{NODES}"} <= set(said.decode().split())

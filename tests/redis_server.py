"""A Redis of one test, which it may kill and start again on the same port and the same files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from local.services import Process, free_port, start_redis
from local.waiting import wait_until


class RedisServer:
    """It keeps what is saved; with `appendfsync` every write, as `start_redis` does."""

    process: Process

    def __init__(self, folder: Path, appendfsync: str = "") -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder, self._appendfsync = folder, appendfsync
        self.start()

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def start(self) -> None:
        self.process, _ = start_redis(self._folder, appendfsync=self._appendfsync, port=self.port)
        wait_until(self._answers, "Redis")

    def kill(self) -> None:
        self.process.kill()
        self.process.stop()

    def _answers(self) -> bool:
        with self.client as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


@contextmanager
def running(folder: Path, appendfsync: str = "") -> Iterator[RedisServer]:
    """A server that ends with the test whatever it did to it."""
    server = RedisServer(folder, appendfsync)
    try:
        yield server
    finally:
        server.kill()

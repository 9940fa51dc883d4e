"""A small city that tests direct: its state, its clock, and a line to it that can be cut."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import redis

from bench.web import seed
from bench.web.seed import Traffic, link_view, now_ms

TICK_S = 0.4


class City:
    """What the worker would write, on demand; `is_ticking` False stops its clock."""

    def __init__(self, client: redis.Redis, traffic: Traffic) -> None:
        self.client = client
        self.network = traffic.network
        self.is_ticking = True
        self._lock = threading.Lock()
        seed.fill(client, traffic)

    def say(self, **letters: Any) -> str:
        """Writes a delta with these letters; answers its id."""
        with self._lock:
            return seed.emit(self.client, {"at": now_ms(), **letters})

    def tick(self, clock_ms: int | None = None) -> str:
        """Moves the clock of every partition."""
        at = str(now_ms() if clock_ms is None else clock_ms)
        return self.say(k={str(partition): int(at) for partition in range(seed.PARTITIONS)})

    def set_speed(self, index: int, speed_kmh: float | None, **more: Any) -> str:
        link_id = self.network.links[index].id
        return self.say(l={link_id: link_view(speed_kmh, **more)})

    def set_work(self, permit_id: str, **more: Any) -> None:
        self.say(w={permit_id: seed.work(permit_id, **more)})

    def set_feed(self, name: str, *, changed_ms: int | None = None, **more: Any) -> None:
        """Reports a feed; `more` are fields of the report, `changed_ms` its last change."""
        received_ms = more.pop("received_ms", now_ms())
        state = seed.feed(name, received_ms, **more)
        if changed_ms is not None:
            state["last_change_ms"] = changed_ms
        self.say(f={name: state})

    @contextlib.contextmanager
    def living(self) -> Iterator["City"]:
        """The city with its clock running, stopped at the end."""
        is_over = threading.Event()

        def run() -> None:
            while not is_over.wait(TICK_S):
                if self.is_ticking:
                    self.tick()

        clock = threading.Thread(target=run, daemon=True)
        clock.start()
        try:
            yield self
        finally:
            is_over.set()
            clock.join()


class Line:
    """A TCP line to the server. `cut` drops what runs over it; while `is_down` it refuses."""

    def __init__(self, target: str) -> None:
        host, port = target.split(":")
        self._target = (host, int(port))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.is_down = False
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Drops every connection, as a cable pulled out and put back would."""
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._door.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self.is_down:
                    near.close()
                else:
                    self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._target)
        except OSError:
            near.close()
            return
        self._ends += [near, far]
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()

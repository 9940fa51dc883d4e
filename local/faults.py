"""A TCP proxy that misbehaves on demand: between a client and Redis or Kafka."""

import asyncio
import threading
from contextlib import suppress
from enum import StrEnum
from typing import Self

from local.services import free_port

CHUNK_BYTES = 1 << 16
TURN_S = 0.02  # how often a connection in a black hole looks whether it may go on


class Mode(StrEnum):
    """What happens to bytes on their way. A mode holds for open connections too."""

    PASS = "pass"  # noqa: S105 - no password
    BLACKHOLE = "blackhole"  # connections stay open, nothing arrives either way
    RESET = "reset"  # open connections are cut, new ones are cut at once
    DELAY = "delay"  # every chunk of an answer arrives `delay_s` late
    DEAF = "deaf"  # requests arrive, their answers do not: "reply lost after append"


class Proxy:
    """Forwards one port of 127.0.0.1 to another, in a thread of its own."""

    def __init__(self, target_port: int, *, port: int = 0) -> None:
        self.port = port or free_port()
        self.mode = Mode.PASS
        self.delay_s = 0.0
        self.swallowed_bytes = 0
        self._target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._is_ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._is_ready.wait(10):
            raise TimeoutError(f"the proxy on port {self.port} did not start within 10 s")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def set(self, mode: Mode, *, delay_s: float = 0.0) -> None:
        """Change the mode now; RESET also cuts what is open."""
        self.delay_s = delay_s
        self.mode = mode
        if mode is Mode.RESET:
            self.cut()

    def aim(self, target_port: int) -> None:
        """Lead to another port from now on: what is open is cut, and connects there anew."""
        self._target_port = target_port
        self.cut()

    def cut(self) -> None:
        """Cut every open connection."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port)
        )
        self._is_ready.set()
        self._loop.run_forever()
        server.close()
        self._cut()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.RESET:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        self._writers |= pair
        try:
            await asyncio.gather(
                self._carry(reader, far_writer, is_answer=False),
                self._carry(far_reader, writer, is_answer=True),
            )
        finally:
            self._writers -= pair

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        """Carry chunks one way until an end closes, then close the other."""
        with suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                while self.mode is Mode.BLACKHOLE:  # noqa: ASYNC110 - set from another thread
                    await asyncio.sleep(TURN_S)
                if is_answer and self.mode is Mode.DEAF:
                    self.swallowed_bytes += len(chunk)
                    continue
                if is_answer and self.mode is Mode.DELAY:
                    await asyncio.sleep(self.delay_s)
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()

"""The replay as it runs: a recording published at its own pace, or another."""

import hashlib
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from producers.publishing.messages import Output
from producers.publishing.publisher import Publisher
from producers.publishing.topic_setup import ensure_topics
from producers.reading.privacy import NO_KEY_WHY, may_take_plates, with_plate_key
from producers.recording.poll_ends import BadLine
from producers.recording.recorder import lines_of
from producers.recording.replay import ReplayStep, steps
from streams.contract.arrival import REPLAY
from streams.contract.settings import Settings

KEY_BYTES = 1 << 16
BACKLOG = 20_000  # messages a replay at full speed may be ahead of the broker


@dataclass(slots=True)
class ReplayProgress:
    """What a replay has done so far."""

    messages: int = 0
    moments: int = 0
    bad: list[BadLine] = field(default_factory=list)
    first_ms: int | None = None
    last_ms: int = 0

    def note(self, step: ReplayStep) -> None:
        self.bad += step.bad
        if not step.messages:
            return
        self.first_ms = step.at_ms if self.first_ms is None else self.first_ms
        self.last_ms = max(self.last_ms, step.at_ms)
        self.messages += len(step.messages)
        self.moments += 1

    def show(self, step: ReplayStep) -> None:
        """Bad lines and gaps as they come, and the progress every thousand moments, to stderr."""
        if step.gap_ms:
            sys.stderr.write(f"a gap of {step.gap_ms // 3_600_000} h: fewer ticks there\n")
        for bad in step.bad:
            sys.stderr.write(f"line {bad.number}: {bad.code} {bad.detail}\n")
        if self.moments and self.moments % 1000 == 0:
            sys.stderr.write(self.line() + "\n")

    def line(self) -> str:
        span_s = (self.last_ms - (self.first_ms or self.last_ms)) / 1000
        counts = f"{self.messages} messages, {len(self.bad)} bad lines"
        return f"replayed {span_s:.0f} s of the recording, {counts}"


def run_replay(path: Path, settings: Settings, speed: float | None) -> ReplayProgress:
    """Publish a recording at `speed` times its pace, None for as fast as the broker takes it.

    SIGTERM and SIGINT end it after what was handed over is acknowledged.
    """
    settings = keyed(path, settings)
    ensure_topics(settings)
    publisher = Publisher(settings, headers=((REPLAY, b"1"),))
    done = ReplayProgress()
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: stopped.append(number))
    try:
        for step in _paced(steps(lines_of(path), settings), speed, stopped):
            publisher.publish(Output(step.messages, step.letters))
            done.note(step)
            done.show(step)
            while publisher.waiting > BACKLOG and not stopped:
                time.sleep(0.01)
        if not publisher.flush(60.0):
            gone = publisher.lost + publisher.refused
            raise OSError(f"{publisher.waiting + gone.total()} messages not delivered")
    finally:
        publisher.close()
    return done


def keyed(path: Path, settings: Settings) -> Settings:
    """The settings with a key for plates: without one, made of how the recording begins, so that
    it means the same whenever it is replayed.
    """
    if may_take_plates(settings):
        return settings
    with path.open("rb") as stream:
        key = hashlib.sha256(stream.read(KEY_BYTES)).hexdigest()
    sys.stderr.write(f"{NO_KEY_WHY}: plates in this recording get a key made of its beginning\n")
    return with_plate_key(settings, key)


def _paced(
    every: Iterator[ReplayStep], speed: float | None, stopped: list[int]
) -> Iterator[ReplayStep]:
    """The steps, each held back until its moment at this speed; ends early when stopped."""
    begin_s, first_ms = time.monotonic(), None
    for step in every:
        if stopped:
            return
        if speed is not None and step.messages:
            first_ms = step.at_ms if first_ms is None else first_ms
            due_s = begin_s + (step.at_ms - first_ms) / 1000 / speed
            while not stopped and (left_s := due_s - time.monotonic()) > 0:
                time.sleep(min(left_s, 0.2))
        yield step

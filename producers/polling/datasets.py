"""The polls of datasets: each by its descriptor, with a report whatever happens.

Nothing of a reading goes out before all of it came: a part never takes the place of what is known.
One dataset that fails takes no other along.
"""

import asyncio
import logging
import random
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from producers.datasets.agreement import gazetteer_of
from producers.datasets.city import City, city_for
from producers.datasets.descriptor import Descriptor, Period, SourceKind
from producers.datasets.loading import DescriptorError, Fault
from producers.datasets.sources import (
    NO_FILES,
    NO_KEY,
    Signature,
    SourceError,
    read_database,
)
from producers.datasets.whole import Whole, facts_of, needs_key
from producers.polling import metrics
from producers.polling.dataset_sources import Portal, filled_url, keys_of, read_topic
from producers.polling.descriptors import DatasetEntry, Descriptors
from producers.polling.loops import OutputLog
from producers.polling.pacing import backoff_s
from producers.publishing.faults import place_of
from producers.publishing.messages import Output, Published, report_message
from producers.reading.answers import BUG
from producers.reading.encodings import sayable
from producers.reading.privacy import may_take_plates
from streams.contract import topics, wire
from streams.contract.dataset import MAX_WORDS, DatasetGrade, DatasetPage, DatasetReport
from streams.contract.enums import PollOutcome
from streams.contract.key_file import keys_now
from streams.contract.keys import Purpose
from streams.contract.records import FeedReport
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS, now_ms
from streams.geo.addresses import Gazetteer

log = logging.getLogger(__name__)
FEED = "datasets"
"""The name under which all datasets together are a feed: its chip says whether they come."""
LOOK_S = 5.0  # folders of files and of descriptors are looked at so often for what changed
GONE, LIES = "NO-DESCRIPTOR", "DESCRIPTOR"
REPORT_S = 60.0
WHOLE_AGAIN_MS = DAY_MS
"""After so long the rows go out again though they are the same: the log keeps them for a month."""
AT_ONCE = 3
POLL_MS: Mapping[Period, int] = {
    Period.LIVE: MINUTE_MS,
    Period.HOUR: 10 * MINUTE_MS,
    Period.DAY: HOUR_MS,
}
SELDOM_MS = 6 * HOUR_MS
"""How often a source is asked; what comes out more seldom than by the day, every six hours."""
DONG_TABLE = "DONG-TABLE"
WHY_NO_KEY = "pseudonyms need a secret: BOMNAE_PSEUDONYM_KEY or a key in BOMNAE_KEYS"


def poll_ms_of(descriptor: Descriptor) -> int:
    """How often the source of a dataset is asked."""
    return POLL_MS.get(descriptor.period, SELDOM_MS)


@dataclass(slots=True)
class DatasetPoll:
    """What is known of one dataset's polls: what was read last, and what went out."""

    entry: DatasetEntry
    last: DatasetReport | None = None
    as_read: DatasetReport | None = None  # what the folder came to that stood so
    read: Signature | None = None
    seen: Signature | None = None
    sent_digest: str = ""
    sent_ms: int = 0
    failures: int = 0
    ending: threading.Event = field(default_factory=threading.Event)  # of a reading under way

    def of(self, entry: DatasetEntry) -> "DatasetPoll":
        """The polls of another descriptor of the dataset: what went out is known of this one, but
        of another grade: of a personal one no page went out, and those before were let go.
        """
        is_alike = entry.descriptor.grade is self.entry.descriptor.grade
        sent = (self.sent_digest, self.sent_ms) if is_alike else ("", 0)
        return DatasetPoll(entry, last=self.last, sent_digest=sent[0], sent_ms=sent[1])

    def is_as_read(self, signature: Signature, at_ms: int) -> bool:
        """Whether a folder is as it was when it was read, and its rows went out lately."""
        is_lately = at_ms - self.sent_ms < WHOLE_AGAIN_MS
        return bool(signature) and signature == self.read and is_lately

    def is_ripe(self, signature: Signature) -> bool:
        """Whether a folder has changed and come to rest: the same twice, and not what was read."""
        is_still = signature == self.seen
        self.seen = signature
        return is_still and signature != self.read


@dataclass(slots=True)
class DatasetPolls:
    """The polls of all datasets. `is_once`: nobody asks again soon; a report holds for a day."""

    settings: Settings
    publisher: OutputLog
    session: aiohttp.ClientSession
    descriptors: Descriptors
    is_once: bool = False
    rng: random.Random = field(default_factory=random.Random)
    look_s: float = LOOK_S
    polls: dict[str, DatasetPoll] = field(default_factory=dict)
    gazetteer: Gazetteer = field(init=False)
    begun: asyncio.Event = field(default_factory=asyncio.Event)  # each was polled
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.polls = {name: DatasetPoll(x) for name, x in self.descriptors.used.items()}
        self.gazetteer = gazetteer_of(self.settings.gazetteer)

    async def once(self) -> list[DatasetReport]:
        """Each of them polled once."""
        reports = await asyncio.gather(*map(self.poll, self.polls.values()))
        self.publisher.publish(Output((self.feed_report(),)))
        return list(reports)

    async def run(self) -> None:
        """Poll them until cancelled, by their descriptors as they are then."""
        self._say_faults()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._report())
                for name in self.polls:
                    self._begin(group, name)
                while True:
                    await asyncio.sleep(self.look_s)
                    if await asyncio.to_thread(self.descriptors.look):
                        self._take_up(group)
        finally:
            for poll in self.polls.values():
                poll.ending.set()  # a thread that reads would keep the process

    def _begin(self, group: asyncio.TaskGroup, name: str) -> None:
        self.tasks[name] = group.create_task(self._keep_polling(self.polls[name]))

    def _end(self, name: str) -> DatasetPoll:
        self.tasks.pop(name).cancel()
        poll = self.polls.pop(name)
        poll.ending.set()
        return poll

    def _take_up(self, group: asyncio.TaskGroup) -> None:
        """Begin what is new, begin what changed anew, end what is gone; nothing else is touched."""
        used = self.descriptors.used
        self._say_faults()
        for name in self.polls.keys() - used.keys():
            self._take_away(self._end(name))
        for name, entry in used.items():
            known = self.polls.get(name)
            if known is None or not known.entry.is_same(entry):
                log.info("descriptor taken up", extra={"dataset": name, "file": entry.path.name})
                self.polls[name] = self._end(name).of(entry) if known else DatasetPoll(entry)
                self._begin(group, name)
            elif known.entry != entry:
                known.entry = entry
                self._say_again(known)
        self._look_begun()
        self.publisher.publish(Output((self.feed_report(),)))

    def _take_away(self, poll: DatasetPoll) -> None:
        """Say that a dataset is no more: its rows go."""
        entry = poll.entry
        log.warning("descriptor gone", extra={"dataset": entry.descriptor.id, "code": GONE})
        error = SourceError(GONE, f"{entry.path.name} was taken away", is_stopped=True)
        report = replace(self._unknown(entry, error), is_gone=True)
        self.publisher.publish(Output((_message(report),)))
        metrics.forget_dataset(entry.descriptor.id)

    def _say_again(self, poll: DatasetPoll) -> None:
        """What was last reported, with what its descriptor is like now."""
        if poll.last is not None:
            poll.last = replace(poll.last, fault=_fault_of(poll.entry))
            self.publisher.publish(Output((_message(poll.last),)))

    def _say_faults(self) -> None:
        for fault in self.descriptors.faults:
            extra = {"dataset": fault.dataset, "code": LIES}
            log.error("descriptor not used: %s", fault.words(), extra=extra)

    async def _report(self) -> None:
        await self.begun.wait()
        while True:
            self.publisher.publish(Output((self.feed_report(),)))
            await asyncio.sleep(REPORT_S)

    async def _keep_polling(self, poll: DatasetPoll) -> None:
        while True:
            report = await self.poll(poll)
            wait_s = poll_ms_of(poll.entry.descriptor) / 1000
            if report.outcome is PollOutcome.UNKNOWN and not report.is_stopped:
                poll.failures += 1
                wait_s = min(wait_s, 60.0 + backoff_s(poll.failures + 5, self.rng))
            else:
                poll.failures = 0
            await self._pause(poll, wait_s)

    async def _pause(self, poll: DatasetPoll, seconds: float) -> None:
        """Wait for the next poll; a folder that has changed ends the wait early."""
        folder, loop = poll.entry.folder, asyncio.get_running_loop()
        end_s = loop.time() + seconds
        while (left_s := end_s - loop.time()) > 0:
            await asyncio.sleep(min(left_s, self.look_s) if folder else left_s)
            if folder and poll.is_ripe(await asyncio.to_thread(folder.signature)):
                return

    async def poll(self, poll: DatasetPoll) -> DatasetReport:
        """One poll, and what of it goes into the log; its report."""
        async with self.turns:
            while not await asyncio.to_thread(self.publisher.wait_for_room):
                log.warning("datasets wait for the broker")
            begin_ms = now_ms()
            report, pages = await self._read(poll)
            latency_ms = max(0, report.received_ms - begin_ms)
            report = replace(report, latency_ms=latency_ms, fault=_fault_of(poll.entry))
            self._send(poll, report, pages)
        facts = {"dataset": report.dataset, "outcome": report.outcome.value, "code": report.code}
        is_well = report.outcome is not PollOutcome.UNKNOWN or not report.has_source
        rows = report.figures.rows if report.figures else 0
        log.log(
            logging.INFO if is_well else logging.WARNING,
            "dataset",
            extra={**facts, "rows": rows, "refused": report.refused_count},
        )
        metrics.count_dataset(report)
        poll.last = report
        self._look_begun()
        return report

    def _look_begun(self) -> None:
        if all(each.last for each in self.polls.values()):
            self.begun.set()

    async def _read(self, poll: DatasetPoll) -> tuple[DatasetReport, list[DatasetPage]]:
        try:
            return await self._whole(poll)
        except SourceError as error:
            return self._unknown(poll.entry, error), []
        except Exception as error:  # noqa: BLE001 - one dataset takes no other along
            place = place_of(error)
            facts = {"dataset": poll.entry.descriptor.id, "code": BUG, "place": place}
            log.error("dataset not read", extra=facts)  # noqa: TRY400
            return self._unknown(poll.entry, SourceError(BUG, place)), []

    async def _whole(self, poll: DatasetPoll) -> tuple[DatasetReport, list[DatasetPage]]:
        entry, at_ms = poll.entry, now_ms()
        folder = entry.folder
        signature = await asyncio.to_thread(folder.signature) if folder else ()
        if poll.as_read is not None and poll.is_as_read(signature, at_ms):
            return replace(poll.as_read, received_ms=at_ms), []
        whole = Whole.of(entry.descriptor, self._key(entry.descriptor), self._city(entry))
        whole.ending = poll.ending
        await self._reader(entry)(whole)
        whole.end()
        poll.read = poll.seen = signature
        at_ms = now_ms()
        report = whole.report(at_ms, self._poll_ms(entry), is_simulated=self.settings.simulated)
        poll.as_read = report
        return report, list(whole.page_messages(at_ms)) if report.figures else []

    def _city(self, entry: DatasetEntry) -> City:
        """What it is read by; SourceError where the table of the 동 is none."""
        folders = [entry.home, *([Path(self.settings.datasets)] if self.settings.datasets else [])]
        try:
            return city_for(entry.descriptor, self.gazetteer, folders)
        except DescriptorError as error:
            raise SourceError(DONG_TABLE, error.faults[0].words()) from None
        except OSError as error:
            raise SourceError(DONG_TABLE, f"{error.strerror}") from None

    def _reader(self, entry: DatasetEntry) -> Callable[[Whole], Awaitable[None]]:
        """What reads a source into a reading, beside the loop where it takes long."""
        descriptor, keys = entry.descriptor, keys_of(self.settings)
        if (folder := entry.folder) is not None:
            return lambda whole: asyncio.to_thread(folder.read, whole)
        if descriptor.source.kind is SourceKind.DATABASE:
            url = filled_url(descriptor, keys)
            return lambda whole: asyncio.to_thread(read_database, whole, url)
        if descriptor.source.kind is SourceKind.KAFKA:
            return lambda whole: asyncio.to_thread(read_topic, whole, self.settings)
        return Portal(descriptor, self.session, keys).read

    def _key(self, descriptor: Descriptor) -> bytes:
        """The secret of its pseudonyms; SourceError where it needs one and there is none."""
        if not needs_key(descriptor):
            return b""
        if not may_take_plates(self.settings):
            raise SourceError(NO_KEY, WHY_NO_KEY, is_stopped=True)
        found = keys_now(self.settings).current_at(Purpose.PSEUDONYMS, 0, now_ms=now_ms())
        if found is None:
            raise SourceError(NO_KEY, WHY_NO_KEY, is_stopped=True)
        return found.secret

    def _poll_ms(self, entry: DatasetEntry) -> int:
        return DAY_MS if self.is_once else poll_ms_of(entry.descriptor)

    def _unknown(self, entry: DatasetEntry, error: SourceError) -> DatasetReport:
        return DatasetReport(
            dataset=entry.descriptor.id,
            received_ms=now_ms(),
            poll_ms=self._poll_ms(entry),
            facts=facts_of(entry.descriptor),
            outcome=PollOutcome.UNKNOWN,
            code=error.code,
            detail=sayable(error.detail)[:MAX_WORDS],
            has_source=error.code != NO_FILES,
            is_stopped=error.is_stopped,
            is_simulated=self.settings.simulated,
        )

    def _send(self, poll: DatasetPoll, report: DatasetReport, pages: Iterable[DatasetPage]) -> None:
        """Pages that are not known yet, then the report that makes them known."""
        is_old = report.received_ms - poll.sent_ms >= WHOLE_AGAIN_MS
        is_new = bool(report.figures) and (report.digest != poll.sent_digest or is_old)
        messages = [_message(page) for page in pages] if is_new else []
        self.publisher.publish(Output((*messages, _message(report))))
        if is_new:
            poll.sent_digest, poll.sent_ms = report.digest, report.received_ms

    def feed_report(self) -> Published:
        """All datasets together as a feed: unknown where most fail, partial where one does."""
        last = [poll.last for poll in self.polls.values() if poll.last and poll.last.has_source]
        failed = [each for each in last if each.outcome is PollOutcome.UNKNOWN or each.is_partial]
        faults = self.descriptors.faults
        said = [_in_short(faults)] if faults else []
        said += map(_said_of, failed)
        outcome = PollOutcome.DATA if last else PollOutcome.EMPTY
        code = failed[0].code if failed else LIES if faults else ""
        return report_message(
            FeedReport(
                feed=FEED,
                outcome=PollOutcome.UNKNOWN if len(failed) * 2 > len(last) else outcome,
                received_ms=now_ms(),
                poll_ms=DAY_MS if self.is_once else round(REPORT_S * 1000),
                code=code,
                detail="; ".join(said)[:MAX_WORDS],
                row_count=len(last) - len(failed),
                is_partial=bool(said) and len(failed) * 2 <= len(last),
                is_simulated=self.settings.simulated,
            )
        )


def _in_short(faults: Sequence[Fault]) -> str:
    """One fault in full; of several the places, which fit: the log has their words."""
    if len(faults) == 1:
        return faults[0].words()
    return sayable(", ".join(f"{each.file}:{each.line}:{each.column}" for each in faults))


def _said_of(failed: DatasetReport) -> str:
    """What the feed says of a dataset that failed. Everybody reads it: of one that is not open the
    code alone.
    """
    if failed.facts.grade is not DatasetGrade.OPEN:
        return f"(not open): {failed.code}"
    return f"{failed.dataset}: {failed.code} {failed.detail}".strip()


def _fault_of(entry: DatasetEntry) -> str:
    return entry.fault[:MAX_WORDS]


def _message(message: DatasetReport | DatasetPage) -> Published:
    return topics.DATASET_ROWS.name, 0, wire.encode(message)

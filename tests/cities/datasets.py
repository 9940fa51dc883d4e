"""Datasets as the worker would keep them: descriptors, files that are really read, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import redis

from producers.datasets.city import city_for
from producers.datasets.descriptor import Descriptor
from producers.datasets.sources import NO_FILES, take_file
from producers.datasets.whole import Whole, facts_of
from streams.contract.dataset import DatasetReport
from streams.contract.enums import PollOutcome
from streams.contract.times import HOUR_MS
from streams.domain.stages.datasets import DATASET_PAGES, DATASETS, DatasetRow, page_id
from streams.geo.addresses import Gazetteer
from streams.state.kinds import hash_of


def lay(
    client: redis.Redis,
    descriptors: Sequence[Descriptor],
    files: Mapping[str, Sequence[Path]],
    now_ms: int,
) -> None:
    """Every dataset; those with `files` as they are read from them, the others without data."""
    for descriptor in descriptors:
        name = descriptor.id
        if name not in files:
            _put(client, name, DatasetRow(_nothing(descriptor, now_ms)))
            continue
        whole = Whole.of(descriptor, b"of a test", city_for(descriptor, Gazetteer({}), []))
        for path in files[name]:
            take_file(whole, path)
        whole.end()
        report = whole.report(now_ms, HOUR_MS, is_simulated=True)
        row = DatasetRow(replace(report, figures=None))
        if report.figures is not None:
            row = DatasetRow(
                row.last, report.figures, now_ms, now_ms - HOUR_MS, report.digest, report.parts
            )
        _put(client, name, row)
        for page in whole.page_messages(now_ms) if report.figures else ():
            page_name = page_id(name, page.digest, page.part)
            client.hset(hash_of(DATASET_PAGES, 0), page_name, msgspec.json.encode(page))


def _put(client: redis.Redis, name: str, row: DatasetRow) -> None:
    client.hset(hash_of(DATASETS, 0), name, msgspec.json.encode(row))


def _nothing(descriptor: Descriptor, now_ms: int) -> DatasetReport:
    return DatasetReport(
        dataset=descriptor.id,
        received_ms=now_ms,
        poll_ms=HOUR_MS,
        facts=facts_of(descriptor),
        outcome=PollOutcome.UNKNOWN,
        code=NO_FILES,
        has_source=False,
    )

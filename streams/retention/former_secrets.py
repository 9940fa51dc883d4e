"""Former passwords' hashes, seals, passkeys and tokens are taken out of the accounts' log.

A change of an account is the whole account written again, so the log has every secret that anybody
ever had. What it says of rights is written once more behind its end, each message with its time and
without the secrets that hold no more; then all before that is deleted. Nothing has to stop: to a
running fold each of these is a change that another came before, and a fold from there on comes to
the same accounts. Kafka lets nobody delete from the midst of a topic, and one that is compacted by
its keys would keep the last message of a name, which need not be the one that holds.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple

from kafka import KafkaAdminClient, TopicPartition

from streams.contract import topics, wire
from streams.contract.account import Account
from streams.contract.errors import RecordRefusedError
from streams.contract.kafka_login import kafka_login
from streams.contract.settings import Settings
from streams.domain.stages.accounts import GONE
from streams.kafka.cluster import LogReader, Place, Record
from streams.kafka.stretches import LogLayer, own_times, stretch
from streams.snapshot.forgotten import without_forgotten
from streams.state.store import Store

PLACE: Place = (topics.ACCOUNTS.name, 0)


class ToldAccount(NamedTuple):
    """What is to stand on the log of an account, and when it was told."""

    account: Account
    stamp_ms: int


class Plan(NamedTuple):
    """What is written again, how many former secrets that leaves out, and up to where it goes."""

    told: list[ToldAccount]
    secrets: int
    end: int


async def plan_of(settings: Settings, store: Store) -> Plan:
    """What would be done now."""
    known, gone = await store.accounts(), (await store.rows(GONE, 1))[0]
    async with LogReader(settings) as reader:
        first = (await reader.starts([PLACE]))[PLACE]
        end = (await reader.ends([PLACE]))[PLACE]
        found = [x async for run in stretch(reader, PLACE, first, end) for x in run]
    before = list(_accounts(found))
    told = list(redacted(found, known, gone))
    secrets = len(_secrets(before)) - len(_secrets(told))
    return Plan(told, secrets, max([end, *(x.offset + 1 for x in found)]))


async def take_out(settings: Settings, plan: Plan) -> None:
    """Do it. LogError where somebody else wrote at that moment: nothing was deleted then, and it
    may be done again.
    """
    async with own_times(settings, [topics.ACCOUNTS]), LogLayer(settings) as layer:
        if plan.told:
            payloads = [wire.encode(each.account) for each in plan.told]
            await layer.lay(PLACE, payloads, [each.stamp_ms for each in plan.told])
        await asyncio.to_thread(_delete_before, settings, plan.end)


def redacted(
    records: Sequence[Record], known: Mapping[str, Account], gone: Mapping[str, int]
) -> Iterator[ToldAccount]:
    """The messages of the accounts that are known, and of the names that are nobody else's, in
    their order: each has of its secrets those that hold now. What was forgotten, and names that
    were let go, are left out. Pure.
    """
    told = list(_accounts(without_forgotten(records)))
    removed = {each.account.account: at for at, each in enumerate(told) if each.account.is_removed}
    for at, (account, stamp_ms) in enumerate(told):
        name = account.account
        if name in gone and at == removed.get(name):
            yield ToldAccount(replace(account, changed_ms=gone[name]), stamp_ms)
        elif name in gone and not account.is_removed:
            yield ToldAccount(_without(account, None), stamp_ms)
        elif name in known and at > removed.get(name, -1):
            yield ToldAccount(_without(account, known[name]), stamp_ms)


def _without(account: Account, now: Account | None) -> Account:
    """It without what holds no more."""
    kept = now or Account(account=account.account)
    return replace(
        account,
        password_hash=account.password_hash if account.password_hash == kept.password_hash else "",
        code_secret=account.code_secret if account.code_secret == kept.code_secret else "",
        token_hash=account.token_hash if account.token_hash == kept.token_hash else "",
        passkeys=tuple(each for each in account.passkeys if each in kept.passkeys),
    )


def _accounts(records: Iterable[Record]) -> Iterator[ToldAccount]:
    for record in records:
        try:
            message = wire.decode(record.payload or b"")
        except RecordRefusedError:
            continue
        if isinstance(message, Account):
            yield ToldAccount(message, record.stamp_ms)


def _secrets(told: Iterable[ToldAccount]) -> set[object]:
    rows = [each.account for each in told]
    texts = (x for row in rows for x in (row.password_hash, row.code_secret, row.token_hash) if x)
    return {*texts, *(key for row in rows for key in row.passkeys)}


def _delete_before(settings: Settings, offset: int) -> None:
    login = kafka_login(settings)
    with closing(KafkaAdminClient(**login, request_timeout_ms=20_000)) as admin:
        admin.delete_records({TopicPartition(*PLACE): offset})

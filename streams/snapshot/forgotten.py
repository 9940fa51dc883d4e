"""What was forgotten stays out of a snapshot, though the log still has it. Pure.

A message takes the place of the one that is left out, so that offsets stay as they are: a restore
lays them one after another, and what is folded of them comes to the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from streams.contract import topics, wire
from streams.contract.account import Account
from streams.contract.crew_link import CrewLink
from streams.contract.errors import RecordRefusedError
from streams.contract.records import (
    Acknowledgement,
    Call,
    CallDone,
    Forgotten,
    Message,
    PermitBatch,
    SiteReport,
)
from streams.domain.permit_ids import permit_of
from streams.domain.stages.crew_links import names, renamed
from streams.kafka.cluster import Record

FORGETTING = (
    topics.CALLS,
    topics.ACCOUNTS,
    topics.ACKNOWLEDGEMENTS,
    topics.CREW_LINKS,
    topics.PERMITS,
)
"""The topics on which something is taken out. What a snapshot keeps of them is held at once."""
_BEGIN = b'{"kind":"forgotten"'


def without_forgotten(records: Sequence[Record]) -> list[Record]:
    """A partition's messages as if what a later one of them takes out had never been told."""
    gone: list[Forgotten] = []
    kept: list[Record] = []
    for record in reversed(records):
        message = _read(record) if gone or _is_gone(record) else None
        if isinstance(message, Forgotten):
            gone += [message] if message.subject else []
        other = None if message is None else _without(message, gone)
        is_told = other == message
        kept.append(record if is_told or other is None else _with(record, other))
    return kept[::-1]


def _with(record: Record, message: Message) -> Record:
    return record._replace(payload=wire.encode(message))


def _is_gone(record: Record) -> bool:
    return record.payload is not None and record.payload.startswith(_BEGIN)


def _read(record: Record) -> Message | None:
    """What nobody can read is refused wherever it is folded: it stays as it is."""
    try:
        return wire.decode(record.payload or b"")
    except RecordRefusedError:
        return None


def _without(message: Message, gone: Sequence[Forgotten]) -> Message:
    change = _CHANGES.get(type(message))
    for each in reversed(gone) if change is not None else ():
        kind, _, name = each.subject.partition(":")
        assert change is not None  # noqa: S101 - or nothing is gone over
        message = change(message, kind, name, each)
        if isinstance(message, Forgotten):
            break
    return message


def _call(call: Call | CallDone, kind: str, name: str, gone: Forgotten) -> Message:
    return gone if (kind, name) == ("call", call.call_id) else call


def _account(row: Account, kind: str, name: str, gone: Forgotten) -> Message:
    """The name of an account that is gone is nobody else's: a bare removal stands for it."""
    if kind != "account":
        return row
    if row.account == name:
        return Account(account=name, changed_ms=gone.at_ms, is_removed=True)
    return replace(row, changed_by=gone.alias) if row.changed_by == name else row


def _acknowledgement(row: Acknowledgement, kind: str, name: str, gone: Forgotten) -> Message:
    return replace(row, by=gone.alias) if (kind, name) == ("account", row.by) else row


def _crew_link(link: CrewLink, kind: str, name: str, gone: Forgotten) -> Message:
    if kind == "work" and permit_of(link.work) == permit_of(name):
        return gone
    return renamed(link, name, gone.alias) if kind == "account" and names(link, name) else link


def _permits(batch: PermitBatch, kind: str, name: str, _gone: Forgotten) -> Message:
    if kind != "work":
        return batch
    rows = tuple(x for x in batch.rows if permit_of(x.permit_id) != permit_of(name))
    return replace(batch, rows=rows) if len(rows) < len(batch.rows) else batch


def _report(report: SiteReport, kind: str, name: str, gone: Forgotten) -> Message:
    return gone if kind == "work" and permit_of(report.permit_id) == permit_of(name) else report


_CHANGES: Mapping[type, Callable[[Any, str, str, Forgotten], Message]] = {
    Call: _call,
    CallDone: _call,
    Account: _account,
    Acknowledgement: _acknowledgement,
    CrewLink: _crew_link,
    PermitBatch: _permits,
    SiteReport: _report,
}

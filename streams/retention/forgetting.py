"""Takes one work, call or account out before its time: from the state, now and whenever the log is
folded again, from files and from what waits to be sent.

On the log stands the message that takes it out (`Forgotten`); what stood there before goes with the
topic's own retention, for Kafka can delete the beginning of a log and nothing in its midst.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streams.contract import topics
from streams.contract.photo_folders import folder_of
from streams.contract.records import Forgotten
from streams.contract.settings import Settings
from streams.delivery.deciding.keys import DEAD, REPLAYS, endpoint_key
from streams.delivery.sending.saving import message_of
from streams.domain.alerts import is_about
from streams.domain.permit_ids import permit_of
from streams.domain.shifts import book
from streams.domain.situations import acts
from streams.domain.stages.accounts import ACCOUNTS
from streams.domain.stages.acknowledgements import ACKNOWLEDGEMENTS
from streams.domain.stages.calls import CALLS
from streams.domain.stages.closures import CLOSURES, bears
from streams.domain.stages.crew_links import CREW_LINKS, names
from streams.domain.stages.shifts import SHEETS, SHIFTS
from streams.domain.stages.situations import SITUATION_ACTS
from streams.domain.works.step import WORKS
from streams.kafka.intake import Intake
from streams.retention.deleting import remove_folders
from streams.state.folded import is_folded
from streams.state.keys import (
    FAILED,
    PASSKEY_USES,
    SESSION,
    SESSIONS_OF,
    failed_of,
    login_key,
    past_key,
    used_of,
)
from streams.state.store import Store

FOLDED_WITHIN_S = 10.0
NAMING = (
    topics.ACCOUNTS,
    topics.ACKNOWLEDGEMENTS,
    topics.SITUATION_EVENTS,
    topics.SHIFT_EVENTS,
    topics.CREW_LINKS,
    topics.CLOSURES,
)
"""Whose rows name accounts."""
_IN_HISTORY = {
    "work": "still in the history, where there is one: its number, office, links and times",
    "call": "still in the history, where there is one: its id, link, dong and times",
}
"""What the archive's files say of it: no words, and nobody. They go after BOMNAE_ARCHIVE_DAYS."""
Told = tuple[topics.Topic, Forgotten]


@dataclass(slots=True)
class Plan:
    """What is there of a subject, and what takes it away.

    `found` counts by what it is. `keys` go from Redis at once, `entries` are of streams and hashes
    of messages that wait. `left` are the topics that keep what stood on them.
    """

    kind: str  # work, call, account
    name: str
    found: dict[str, int] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    entries: list[tuple[str, bytes, bool]] = field(default_factory=list)  # key, entry, is a stream
    left: tuple[topics.Topic, ...] = ()

    @property
    def count(self) -> int:
        return sum(self.found.values())

    def lines(self) -> list[str]:
        """What was found, and what no deletion reaches before its time."""
        lines = [f"{what}: {count}" for what, count in self.found.items() if count]
        lines += [
            f"still on the log: {x.name}, for {x.retention_h // 24} days and the rest of a segment"
            for x in self.left
        ]
        return [*lines, _IN_HISTORY[self.kind]] if self.kind in _IN_HISTORY else lines


async def plan_of(store: Store, settings: Settings, kind: str, name: str, now_ms: int) -> Plan:
    """What is there of a work, a call or an account; nothing found: it is not known."""
    if kind == "work":
        return await _plan_of_work(store, settings, name, now_ms)
    if kind == "call":
        return await _plan_of_call(store, name, now_ms)
    return await _plan_of_account(store, name, now_ms)


async def _plan_of_work(store: Store, settings: Settings, name: str, now_ms: int) -> Plan:
    works = (await store.rows(WORKS, 1))[0]
    links = (await store.rows(CREW_LINKS, 1))[0]
    spots = sorted(x for x in works if permit_of(x) == permit_of(name))
    linked = [each for each in links if permit_of(each) == permit_of(name)]
    known = sorted({name, permit_of(name), *spots, *linked})
    pasts = [await store.client.exists(past_key(f"work:{each}", 0)) for each in known]
    left = (topics.PERMITS, topics.LINK_EVENTS, topics.CREW_LINKS)
    plan = Plan("work", name, left=left)
    root = settings.photos
    plan.folders = [
        folder for each in known if root and (folder := Path(root) / folder_of(each)).is_dir()
    ]
    plan.entries = await _waiting(store.client, [f"work:{each}" for each in known])
    plan.found = {
        "works": len(spots),
        "histories": sum(pasts),
        "crew links": sum(len(links[each].links) for each in linked),
        "photos": sum(1 for folder in plan.folders for _ in folder.glob("*.jpg")),
        "messages that nobody took": len(plan.entries),
    }
    gone = Forgotten(f"work:{name}", now_ms)
    plan.told = [(topics.PERMITS, gone), (topics.CREW_LINKS, gone)]
    return plan


async def _plan_of_call(store: Store, name: str, now_ms: int) -> Plan:
    calls = (await store.rows(CALLS, 1))[0]
    plan = Plan("call", name, left=(topics.CALLS, topics.LINK_EVENTS))
    plan.entries = await _waiting(store.client, [f"report:{name}"])
    plan.found = {"calls": int(name in calls), "messages that nobody took": len(plan.entries)}
    plan.told = [(topics.CALLS, Forgotten(f"call:{name}", now_ms))]
    return plan


async def _plan_of_account(store: Store, name: str, now_ms: int) -> Plan:
    known = (await store.rows(ACCOUNTS, 1))[0]
    acks = (await store.rows(ACKNOWLEDGEMENTS, 1))[0].values()
    done = (await store.rows(SITUATION_ACTS, 1))[0].values()
    linked = [x for row in (await store.rows(CREW_LINKS, 1))[0].values() for x in row.links]
    closures = (await store.rows(CLOSURES, 1))[0].values()
    sessions = await store.client.smembers(login_key(SESSIONS_OF, name))
    plan = Plan("account", name, left=(topics.ACCOUNTS, topics.ACKNOWLEDGEMENTS))
    plan.left += (topics.SITUATION_EVENTS, topics.SHIFT_EVENTS, topics.CREW_LINKS)
    plan.left += (topics.CLOSURES, topics.ACCESS_RECORDS)
    plan.keys = [login_key(SESSION, each.decode()) for each in sorted(sessions)]
    plan.found = {
        "accounts": int(name in known),
        "acknowledgements under another name": sum(x.by == name for x in acks),
        "acts on situations under another name": sum(acts.names(x, name) for x in done),
        "accounts that it changed": sum(
            x.changed_by == name and x.account != name for x in known.values()
        ),
        "closures under another name": sum(bears(x, name) for x in closures),
        "crew links that name it": sum(names(x, name) for x in linked),
        "sessions": len(sessions),
        "shifts under another name": await _shifts_of(store, name),
    }
    plan.keys += [login_key(SESSIONS_OF, name), login_key(FAILED, failed_of(name))]
    if name in known:
        plan.keys += [
            login_key(PASSKEY_USES, used_of(each.key_id)) for each in known[name].passkeys
        ]
    subject = f"account:{name}"
    plan.told = [
        (topic, Forgotten(subject, now_ms, f"gone-{secrets.token_hex(6)}")) for topic in NAMING
    ]
    return plan


async def _shifts_of(store: Store, name: str) -> int:
    """How many shifts name an account, in their notes, signatures or sheets."""
    rows, sheets = (await store.rows(SHIFTS, 1))[0], (await store.rows(SHEETS, 1))[0]
    return sum(book.bears(row, sheets.get(shift), name) for shift, row in rows.items())


async def _waiting(client: Any, subjects: Iterable[str]) -> list[tuple[str, bytes, bool]]:
    """The messages that tell of subjects, among those that nobody took or are to be sent anew."""
    about = list(subjects)
    found = []
    async for stream in client.scan_iter(match=endpoint_key(DEAD, "*")):
        for entry, fields in await client.xrange(stream):
            if _tells(fields.get(b"m", b""), about):
                found.append((stream.decode(), entry, True))
    for name, raw in (await client.hgetall(REPLAYS)).items():
        if _tells(raw, about):
            found.append((REPLAYS, name, False))
    return found


def _tells(raw: bytes, subjects: Iterable[str]) -> bool:
    message = message_of(raw)
    return message is not None and any(
        is_about(alert.rule, alert.subject, alert.facts, subject)
        for alert in message.alerts
        for subject in subjects
    )


async def forget(store: Store, intake: Intake, plan: Plan) -> bool:
    """Do what a plan says; whether a worker has folded it within 10 s. Raises IntakeError where the
    log did not take a message: those before it stand, and the same plan done again is the same.
    """
    for topic, message in plan.told:
        await intake.send(topic, 0, message)
    client = store.client
    for name in plan.keys:
        await client.delete(name)
    for name, entry, is_stream in plan.entries:
        await (client.xdel(name, entry) if is_stream else client.hdel(name, entry))
    await asyncio.to_thread(remove_folders, plan.folders)
    return await is_folded(lambda: _is_gone(store, plan), within_s=FOLDED_WITHIN_S)


async def _is_gone(store: Store, plan: Plan) -> bool:
    """Whether the state has it no more."""
    links = (await store.rows(CREW_LINKS, 1))[0]
    if plan.kind == "work":
        known = (*(await store.rows(WORKS, 1))[0], *links)
        return all(permit_of(each) != permit_of(plan.name) for each in known)
    if plan.kind == "call":
        return plan.name not in (await store.rows(CALLS, 1))[0]
    acks = (await store.rows(ACKNOWLEDGEMENTS, 1))[0].values()
    closures = (await store.rows(CLOSURES, 1))[0].values()
    accounts = (await store.rows(ACCOUNTS, 1))[0]
    done = (await store.rows(SITUATION_ACTS, 1))[0].values()
    is_named = (
        any(names(x, plan.name) for row in links.values() for x in row.links)
        or any(x.by == plan.name for x in acks)
        or any(bears(x, plan.name) for x in closures)
        or any(acts.names(x, plan.name) for x in done)
        or await _shifts_of(store, plan.name) > 0
    )
    return plan.name not in accounts and not is_named

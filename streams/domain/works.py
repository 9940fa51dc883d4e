"""From permits to works: where they are, in which phase, and what they take from which links."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from streams.domain.derive import send
from streams.domain.network import Network, Point
from streams.domain.placement import place
from streams.domain.records import Message, Obstruction, Origin, Permit, PermitBatch, Tick
from streams.domain.stage import Effects, Rows, Table

DAY_MS = 86_400_000
KST_MS = 9 * 3_600_000  # Korea keeps UTC+9 all year
KEEP_FINISHED_MS = 7 * DAY_MS
SEEN_EVERY_MS = 600_000  # what is only seen again is written so often, or every poll is a delta


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Permit):
    """A permit with its place, its phase and when its feed last listed it."""

    phase: str = "planned"
    links: tuple[str, ...] = ()
    placed_by: str = "nowhere"
    feed: str = ""
    seen_ms: int = 0
    updated_ms: int = 0
    network: str = ""  # the version its links are of


def phase_at(permit: Permit, now_ms: int) -> str:
    """planned, active, paused (inside the period, outside digging or daily hours) or finished."""
    if now_ms >= permit.ends_ms:
        return "finished"
    if now_ms < permit.starts_ms:
        return "planned"
    digs_from = permit.dig_starts_ms or permit.starts_ms
    digs_until = permit.dig_ends_ms or permit.ends_ms
    if not digs_from <= now_ms < digs_until or not within_hours(permit.hours, now_ms):
        return "paused"
    return "active"


def within_hours(hours: str, now_ms: int) -> bool:
    """Whether a time lies in daily hours "HH:MM-HH:MM" (KST, end exclusive, may cross midnight).

    Hours that are empty or cannot be read bound nothing: a closure is rather shown than hidden.
    """
    try:
        begin, end = (_minute(part) for part in hours.split("-"))
    except ValueError:
        return True
    minute = (now_ms + KST_MS) % DAY_MS // 60_000
    if begin == end:
        return True
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def _minute(text: str) -> int:
    hour, minute = (int(part) for part in text.strip().split(":"))
    if not (0 <= hour <= 24 and 0 <= minute < 60 and hour * 60 + minute <= 24 * 60):
        raise ValueError(text)
    return hour * 60 + minute


class WorksStage:
    """permits -> works, and what they do to links, as time passes."""

    takes = (PermitBatch, Tick)
    tables = (Table("works", Work, letter="w"),)

    def __init__(
        self, network: Network, *, partitions: int, gazetteer: Mapping[str, Point] | None = None
    ) -> None:
        self._network = network
        self._partitions = partitions
        self._gazetteer = gazetteer or {}

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, Tick):
            blocks = self._pass_time(state, message.tick_ms, effects)
            send(effects, origin, self._partitions, obstructions=blocks, tick_ms=message.tick_ms)
        elif isinstance(message, PermitBatch):
            blocks = [b for row in message.rows for b in self._admit(state, message, row, effects)]
            send(effects, origin, self._partitions, obstructions=blocks)
        return effects

    def _admit(
        self, state: Mapping[str, Rows], batch: PermitBatch, permit: Permit, effects: Effects
    ) -> list[Obstruction]:
        """Take a permit as its source states it now; what stays the same is placed only once."""
        known: Work | None = effects.changes.get("works", {}).get(
            permit.permit_id, state["works"].get(permit.permit_id)
        )
        version = self._network.version
        if known and known.network == version and _permit_of(known) == permit:
            if batch.received_ms - known.seen_ms >= SEEN_EVERY_MS:
                effects.put("works", permit.permit_id, replace(known, seen_ms=batch.received_ms))
            return []
        if known is None and batch.received_ms > permit.ends_ms + KEEP_FINISHED_MS:
            return []  # forgotten by the clock, and still listed by its source
        links, placed_by = self._place(permit)
        work = Work(
            **_fields_of(permit),
            phase=phase_at(permit, batch.received_ms),
            links=links,
            placed_by=placed_by,
            feed=batch.feed,
            seen_ms=batch.received_ms,
            updated_ms=batch.received_ms,
            network=version,
        )
        effects.put("works", permit.permit_id, work)
        return _obstructions(known, work)

    def _place(self, permit: Permit) -> tuple[tuple[str, ...], str]:
        has_point = permit.lon is not None and permit.lat is not None
        return place(
            self._network,
            link_ids=permit.link_ids,
            geometry=permit.geometry,
            point=(permit.lon, permit.lat) if has_point else None,  # type: ignore[arg-type]
            address=permit.place,
            gazetteer=self._gazetteer,
        )

    def _pass_time(
        self, state: Mapping[str, Rows], now_ms: int, effects: Effects
    ) -> list[Obstruction]:
        """Works whose phase changes by the clock; finished ones are forgotten after a week."""
        blocks: list[Obstruction] = []
        for work_id, work in state["works"].items():
            if now_ms > work.ends_ms + KEEP_FINISHED_MS:
                effects.put("works", work_id, None)
            elif (phase := phase_at(work, now_ms)) != work.phase:
                moved = replace(work, phase=phase, updated_ms=now_ms)
                effects.put("works", work_id, moved)
                blocks += _obstructions(work, moved)
        return blocks


def _fields_of(permit: Permit) -> dict[str, Any]:
    return {row.name: getattr(permit, row.name) for row in fields(Permit)}


def _permit_of(work: Work) -> Permit:
    return Permit(**_fields_of(work))


def _obstructions(before: Work | None, now: Work) -> list[Obstruction]:
    """What links must hear: the work on its links, and its end on links it no longer touches."""
    subject = f"work:{now.permit_id}"
    is_over = now.phase == "finished"
    left = [link_id for link_id in (before.links if before else ()) if link_id not in now.links]
    return [
        Obstruction(link_id, subject, "work", now.phase, now.closure, is_over=is_over)
        for link_id in now.links
    ] + [
        Obstruction(link_id, subject, "work", now.phase, now.closure, is_over=True)
        for link_id in left
    ]

"""What lies on a place: works and incidents with the period that counts now. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from maps.desk.facts.hours import window_edges
from maps.desk.facts.scene import AskedPlace, Scene
from streams.contract.times import DAY_MS, EVER_MS
from streams.domain import closures, overlaps

GRAVITY = tuple(closure.value for closure in closures.GRAVITY)
"""The gravest first, as the fold ranks them."""
IN_FORCE = ("active", "overdue")
OVER = ("finished", "cancelled")
NEXT_MS = 24 * 3_600_000  # a work that begins within a day is worth telling a caller
REMEMBERED_MS = DAY_MS  # a work that ended earlier explains nothing of now


@dataclass(frozen=True, slots=True)
class Blocking:
    """A work or an incident on the place. `began_ms`: in force since; `until_ms`: when it next
    ceases, at the end of today's hours or for good. None: no end is known.
    """

    kind: str
    id: str
    closure: str
    phase: str
    links: tuple[int, ...]
    began_ms: int
    until_ms: int | None
    stated_ms: int | None  # the stated end of its digging, restoring or whole period
    last_ms: int | None  # the same with the night it may end in
    row: Any

    @property
    def is_in_force(self) -> bool:
        return is_in_force(self.row)

    @property
    def feed(self) -> str:
        return str(self.row.get("feed") or "")


def is_by_people(said: Mapping[str, Any] | None) -> bool:
    """Whether a crew or an office said it, not a list."""
    return bool(said) and (said or {}).get("by") in ("crew", "office")


def is_in_force(row: Mapping[str, Any]) -> bool:
    """Whether a work's or an incident's row takes its closure from the road now."""
    said = row.get("is_in_force")
    return row.get("phase", "active") in IN_FORCE if said is None else bool(said)


def blockings_on(place: AskedPlace, scene: Scene) -> list[Blocking]:
    own: dict[str, list[int]] = {}
    for index in place.links:
        for subject in scene.by_link.get(index, ()):
            own.setdefault(subject, []).append(index)
    if place.kind == "work":
        own = {f"work:{place.id}": list(place.links)}
    found = (_blocking(subject, tuple(links), scene) for subject, links in own.items())
    return [blocking for blocking in found if blocking is not None]


def _blocking(subject: str, links: tuple[int, ...], scene: Scene) -> Blocking | None:
    kind, _, name = subject.partition(":")
    rows = scene.picture.works if kind == "work" else scene.picture.incidents
    row = rows.get(name)
    if row is None:
        return None
    closure = str(row.get("closure") or "unknown")
    if closure not in GRAVITY:
        closure = "unknown"
    phase = str(row.get("phase") or "active")
    stated_ms = _stated_ms(row, scene.now_ms)
    last_ms = _with_night(stated_ms, row)
    began_ms, until_ms = _period(row, last_ms, scene.now_ms)
    return Blocking(kind, name, closure, phase, links, began_ms, until_ms, stated_ms, last_ms, row)


def _stated_ms(row: Mapping[str, Any], now_ms: int) -> int | None:
    """When what goes on now ends: the digging, the restoring, or the period as a whole."""
    ends_ms: int | None = row.get("ends_ms")
    whole_ms = EVER_MS if ends_ms is None else ends_ms
    dig_ms, restore_ms = int(row.get("dig_ends_ms") or 0), int(row.get("restore_ends_ms") or 0)
    is_digging = now_ms < (_with_night(dig_ms, row) or 0)
    if is_digging and dig_ms < int(row.get("listed_ends_ms") or whole_ms):
        return dig_ms
    is_restoring = now_ms >= int(row.get("restore_starts_ms") or whole_ms)
    if is_restoring and now_ms < (_with_night(restore_ms, row) or 0):
        return restore_ms
    return ends_ms


def _with_night(ends_ms: int | None, row: Mapping[str, Any]) -> int | None:
    return None if ends_ms is None else overlaps.last_ms(int(ends_ms), str(row.get("hours") or ""))


def real_begin_ms(row: Mapping[str, Any]) -> int | None:
    """When a work's or an incident's period begins, a night's with its first night."""
    starts_ms = row.get("starts_ms")
    if starts_ms is None:
        return None
    hours = str(row.get("hours") or "")
    return overlaps.span(int(starts_ms), row.get("ends_ms"), hours).starts_ms


def real_end_ms(row: Mapping[str, Any]) -> int | None:
    """When a work's or an incident's period ends, a night's with the morning after its last night.

    None: no end is known.
    """
    return _with_night(row.get("ends_ms"), row)


def _period(row: Mapping[str, Any], last_ms: int | None, now_ms: int) -> tuple[int, int | None]:
    """Since when a row holds now and until when: its period, narrowed to today's hours.

    What an office or a crew said of the start counts more than the permit's date.
    """
    said = row.get("started") or {}
    began_ms = int(said.get("at_ms") or row.get("dig_starts_ms") or row.get("starts_ms") or 0)
    opened_ms, closes_ms = window_edges(str(row.get("hours") or ""), now_ms)
    if opened_ms is not None:
        began_ms = max(began_ms, opened_ms)
    if closes_ms is not None and (last_ms is None or now_ms < last_ms):
        return began_ms, closes_ms if last_ms is None else min(last_ms, closes_ms)
    return began_ms, last_ms


def has_ended_lately(blocking: Blocking, now_ms: int) -> bool:
    end_ms = ended_ms(blocking)
    return blocking.phase in OVER and now_ms - REMEMBERED_MS <= end_ms <= now_ms


def ended_ms(blocking: Blocking) -> int:
    """When it ended: as somebody said, else by its date; 0 where there is neither."""
    said = blocking.row.get("ended") or {}
    return int(said.get("at_ms") or real_end_ms(blocking.row) or 0)


def coming_soon(found: Iterable[Blocking], now_ms: int) -> tuple[Blocking, ...]:
    """What begins within a day, the first first."""
    begins = [(real_begin_ms(b.row) or 0, b.id, b) for b in found if b.phase == "planned"]
    soon = [entry for entry in begins if 0 < entry[0] - now_ms <= NEXT_MS]
    return tuple(b for _, _, b in sorted(soon, key=lambda entry: entry[:2]))


def heard_ms(blocking: Blocking, scene: Scene) -> int:
    """When its feed last said it: its last answer, or the last one that listed it."""
    seen_ms = int(blocking.row.get("seen_ms") or 0)
    unlisted_ms = blocking.row.get("unlisted_ms")
    return seen_ms if unlisted_ms else max(seen_ms, scene.last_success_ms(blocking.feed))


def first_end_ms(row: Mapping[str, Any]) -> int | None:
    """The end as first issued where it was put off since, else None."""
    first, last = row.get("first_ends_ms"), row.get("ends_ms")
    return int(first) if first and last and first < last else None

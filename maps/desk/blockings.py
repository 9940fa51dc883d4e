"""What lies on a place: works and incidents with the period that counts now. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from maps.desk.scene import Place, Scene
from maps.desk.times import DAY_MS, window_edges
from streams.domain import closure_words

GRAVITY = tuple(closure.value for closure in closure_words.GRAVITY)
"""The gravest first, as the fold ranks them."""
IN_FORCE = ("active", "overdue")
OVER = ("finished", "cancelled")
NEXT_MS = 24 * 3_600_000  # a work that begins within a day is worth telling a caller
REMEMBERED_MS = DAY_MS  # a work that ended earlier explains nothing of now


@dataclass(frozen=True, slots=True)
class Blocking:
    """A work or an incident on the place. `began_ms`: in force since; `until_ms` None: no end."""

    kind: str
    id: str
    closure: str
    phase: str
    links: tuple[int, ...]
    began_ms: int
    until_ms: int | None
    last_ms: int | None  # the end of its digging, restoring or whole period, whatever its hours
    row: Mapping[str, Any]

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


def blockings_on(place: Place, scene: Scene) -> list[Blocking]:
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
    last_ms = _last_ms(row, scene.now_ms)
    began_ms, until_ms = _period(row, last_ms, scene.now_ms)
    return Blocking(kind, name, closure, phase, links, began_ms, until_ms, last_ms, row)


def _last_ms(row: Mapping[str, Any], now_ms: int) -> int | None:
    """When what goes on now ends: the digging, the restoring, or the period as a whole."""
    ends_ms = row.get("ends_ms")
    if ends_ms is None:
        return None
    dig_ms, restore_ms = row.get("dig_ends_ms"), row.get("restore_ends_ms")
    if dig_ms and now_ms < dig_ms < int(row.get("listed_ends_ms") or ends_ms):
        return int(dig_ms)
    if restore_ms and now_ms < restore_ms and now_ms >= (row.get("restore_starts_ms") or ends_ms):
        return int(restore_ms)
    return int(ends_ms)


def _period(row: Mapping[str, Any], last_ms: int | None, now_ms: int) -> tuple[int, int | None]:
    """Since when a row holds now and until when: its period, narrowed to today's hours.

    What an office or a crew said of the start counts more than the permit's date.
    """
    said = row.get("started") or {}
    began_ms = int(said.get("at_ms") or row.get("dig_starts_ms") or row.get("starts_ms") or 0)
    opened_ms, closes_ms = window_edges(str(row.get("hours") or ""), now_ms)
    if opened_ms is not None:
        began_ms = max(began_ms, opened_ms)
    if closes_ms is not None and last_ms is not None and now_ms < last_ms:
        last_ms = min(last_ms, closes_ms)
    return began_ms, last_ms


def has_ended_lately(blocking: Blocking, now_ms: int) -> bool:
    end_ms = ended_ms(blocking)
    return blocking.phase in OVER and now_ms - REMEMBERED_MS <= end_ms <= now_ms


def ended_ms(blocking: Blocking) -> int:
    """When it ended: as somebody said, else by its date."""
    said = blocking.row.get("ended") or {}
    return int(said.get("at_ms") or blocking.row.get("ends_ms") or 0)


def coming_soon(found: Iterable[Blocking], now_ms: int) -> tuple[Blocking, ...]:
    """What begins within a day, the first first."""
    soon = [
        b
        for b in found
        if b.phase == "planned" and 0 < int(b.row.get("starts_ms") or 0) - now_ms <= NEXT_MS
    ]
    return tuple(sorted(soon, key=lambda b: (int(b.row.get("starts_ms") or 0), b.id)))

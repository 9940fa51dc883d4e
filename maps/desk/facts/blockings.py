"""What lies on a place: works and incidents with the period that counts now. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from maps.desk.facts.hours import window_edges
from maps.desk.facts.scene import HAND, AskedPlace, Scene
from maps.search.entry import PlaceKind
from streams.contract.enums import Closure, Phase, Reporter
from streams.contract.times import DAY_MS, EVER_MS
from streams.domain import overlaps
from streams.domain.closures import GRAVITY
from streams.domain.stages.closures import ClosureRow
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.phases import OVER
from streams.domain.works.rows import ReportedTime, Work

NEXT_MS = DAY_MS  # a work that begins within a day is worth telling a caller
REMEMBERED_MS = DAY_MS  # a work that ended earlier explains nothing of now
PEOPLE = (Reporter.CREW, Reporter.OFFICE)


@dataclass(frozen=True, slots=True)
class Blocking:
    """A work or an incident on the place. `began_ms`: in force since; `until_ms`: when it next
    ceases, at the end of today's hours or for good. None: no end is known.
    """

    id: str
    row: Work | RunningIncident
    links: tuple[int, ...]
    began_ms: int
    until_ms: int | None
    stated_ms: int | None  # the stated end of its digging, restoring or whole period
    last_ms: int | None  # the same with the night it may end in
    reason: str = ""  # why a person closed it, in that person's words

    @property
    def work(self) -> Work | None:
        return self.row if isinstance(self.row, Work) else None

    @property
    def closure(self) -> Closure:
        return self.row.closure

    @property
    def hours(self) -> str:
        return hours_of(self.row)

    @property
    def is_unlisted(self) -> bool:
        """Whether its feed answers and names it no more."""
        return bool(self.work and self.work.unlisted_ms)

    @property
    def is_reported_begun(self) -> bool:
        """Whether a crew or an office reported that it began, and nobody since that it ended."""
        return self.work is not None and is_by_people(self.work.started) and not self.work.ended

    @property
    def gravity(self) -> tuple[int, int, str]:
        """Sorts the gravest first, then what began first."""
        return GRAVITY.index(self.closure), self.began_ms, self.id

    @property
    def first_end_ms(self) -> int | None:
        """The end as first issued where it was put off since, else None."""
        first = self.work.first_ends_ms if self.work else None
        return first if first and self.row.ends_ms and first < self.row.ends_ms else None

    @property
    def ended_ms(self) -> int:
        """When it ended: as somebody reported, else by its date; 0 where there is neither."""
        if self.row.ended:
            return self.row.ended.at_ms
        return real_end_ms(self.row) or 0


def is_by_people(reported: ReportedTime | None) -> bool:
    """Whether a crew or an office reported it, not a list."""
    return reported is not None and reported.by in PEOPLE


def blockings_on(place: AskedPlace, scene: Scene) -> list[Blocking]:
    own: dict[str, list[int]] = {}
    for index in place.links:
        for subject in scene.by_link.get(index, ()):
            own.setdefault(subject, []).append(index)
    if place.kind is PlaceKind.WORK:
        own = {f"work:{place.id}": list(place.links)}
    found = (_blocking(subject, tuple(links), scene) for subject, links in own.items())
    return [blocking for blocking in found if blocking is not None]


def _blocking(subject: str, links: tuple[int, ...], scene: Scene) -> Blocking | None:
    kind, _, name = subject.partition(":")
    row = _row_of(kind, name, scene)
    if row is None:
        return None
    stated_ms = _stated_ms(row, scene.now_ms)
    last_ms = _with_night(stated_ms, row)
    began_ms, until_ms = _period(row, last_ms, scene.now_ms)
    by_hand = scene.picture.hand_closures.get(name) if kind == "closure" else None
    reason = by_hand.reason if by_hand else ""
    return Blocking(name, row, links, began_ms, until_ms, stated_ms, last_ms, reason)


def _row_of(kind: str, name: str, scene: Scene) -> Work | RunningIncident | None:
    if kind == "closure":
        by_hand = scene.picture.hand_closures.get(name)
        return None if by_hand is None else as_incident(by_hand)
    return scene.picture.works.get(name) if kind == "work" else scene.picture.incidents.get(name)


def as_incident(row: ClosureRow) -> RunningIncident:
    """A closure by hand as callers are told of it: an incident that our own house reports."""
    ended = ReportedTime(row.at_ms, Reporter.OFFICE) if row.is_over else None
    return RunningIncident(
        incident_id=row.closure_id,
        kind=row.cause,
        title=row.title,
        starts_ms=row.starts_ms,
        ends_ms=row.ends_ms,
        direction=row.direction,
        closure=row.closure,
        lanes=row.lanes,
        phase=row.phase,
        links=row.links,
        feed=HAND,
        seen_ms=row.at_ms,
        updated_ms=row.updated_ms,
        ended=ended,
    )


def _stated_ms(row: Work | RunningIncident, now_ms: int) -> int | None:
    """When what goes on now ends: the digging, the restoring, or the period as a whole."""
    if isinstance(row, RunningIncident):
        return row.ends_ms
    whole_ms = EVER_MS if row.ends_ms is None else row.ends_ms
    dig_ms, restore_ms = row.dig_ends_ms or 0, row.restore_ends_ms or 0
    is_digging = now_ms < (_with_night(dig_ms, row) or 0)
    if is_digging and dig_ms < (row.listed_ends_ms or whole_ms):
        return dig_ms
    is_restoring = now_ms >= (row.restore_starts_ms or whole_ms)
    if is_restoring and now_ms < (_with_night(restore_ms, row) or 0):
        return restore_ms
    return row.ends_ms


def hours_of(row: Work | RunningIncident) -> str:
    """Its daily hours; "" of an incident, which has none."""
    return row.hours if isinstance(row, Work) else ""


def _with_night(ends_ms: int | None, row: Work | RunningIncident) -> int | None:
    return None if ends_ms is None else overlaps.last_ms(ends_ms, hours_of(row))


def real_begin_ms(row: Work | RunningIncident) -> int | None:
    """When a work's or an incident's period begins, a night's with its first night."""
    if row.starts_ms is None:
        return None
    return overlaps.span(row.starts_ms, row.ends_ms, hours_of(row)).starts_ms


def real_end_ms(row: Work | RunningIncident) -> int | None:
    """When a work's or an incident's period ends, a night's with the morning after its last night.

    None: no end is known.
    """
    return _with_night(row.ends_ms, row)


def _period(
    row: Work | RunningIncident, last_ms: int | None, now_ms: int
) -> tuple[int, int | None]:
    """Since when a row holds now and until when: its period, narrowed to today's hours.

    What an office or a crew reported of the start counts more than the permit's date.
    """
    began_ms = row.starts_ms or 0
    if isinstance(row, Work):
        reported_ms = row.started.at_ms if row.started else 0
        began_ms = reported_ms or row.dig_starts_ms or began_ms
    opened_ms, closes_ms = window_edges(hours_of(row), now_ms)
    if opened_ms is not None:
        began_ms = max(began_ms, opened_ms)
    if closes_ms is not None and (last_ms is None or now_ms < last_ms):
        return began_ms, closes_ms if last_ms is None else min(last_ms, closes_ms)
    return began_ms, last_ms


def has_ended_lately(blocking: Blocking, now_ms: int) -> bool:
    is_over = blocking.row.phase in OVER
    return is_over and now_ms - REMEMBERED_MS <= blocking.ended_ms <= now_ms


def coming_soon(found: Iterable[Blocking], now_ms: int) -> tuple[Blocking, ...]:
    """What begins within a day, the first first."""
    begins = [(real_begin_ms(b.row) or 0, b.id, b) for b in found if b.row.phase is Phase.PLANNED]
    soon = [entry for entry in begins if 0 < entry[0] - now_ms <= NEXT_MS]
    return tuple(b for _, _, b in sorted(soon, key=lambda entry: entry[:2]))


def notice_ms(blocking: Blocking, scene: Scene) -> int:
    """When its feed last stated it: its last answer, or the last one that listed it."""
    seen_ms = blocking.row.seen_ms
    if blocking.is_unlisted:
        return seen_ms
    return max(seen_ms, scene.last_success_ms(blocking.row.feed))

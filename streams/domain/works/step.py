"""What one message does to the works: rows, history, and obstructions of links."""

from collections.abc import Iterable
from dataclasses import replace

from streams.contract.derived import Declaration, Obstruction
from streams.contract.enums import Cause, Phase, Reporter
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.domain.works.phases import OVER, is_in_force, phase_at
from streams.domain.works.rows import Work, as_shown
from streams.domain.works.score import WorksScorer

WORKS = StageTable("works", Work)


class WorksStep:
    """The works as one message finds them, and what it does to them: to each at most once."""

    def __init__(self, state: State) -> None:
        self.effects = Effects()
        self.rows = Rows(WORKS, state, self.effects)
        self.known = self.rows.stored
        self._scorer = WorksScorer(state, self.effects)
        self.obstructions: list[Obstruction] = []
        self.declarations: list[Declaration] = []
        self.is_changed = False  # in what its clashes depend on

    def put(self, work: Work, now_ms: int) -> None:
        """Write a work as it stands now, if that is not how it stood.

        Never in an earlier phase than a later tick or report already brought it to.
        """
        before = self.known.get(work.permit_id)
        is_by_clock = work is before
        at_ms = max(now_ms, before.updated_ms) if before else now_ms
        phase = phase_at(work, at_ms)
        work = replace(work, phase=phase, is_in_force=is_in_force(work, phase, at_ms))
        if work == before:
            return
        if before is None or as_shown(work) != as_shown(before):
            work = replace(work, updated_ms=at_ms)
            self.effects.remember(f"work:{work.permit_id}", at_ms, work)
            self._scorer.changed(before, work, at_ms, is_by_clock=is_by_clock)
            self.obstructions += _obstructions(before, work)
            self.declarations += _declared(before, work)
            self.is_changed |= before is None or _takes(before) != _takes(work)
        self.rows.put(work.permit_id, work)

    def forget(self, work: Work, now_ms: int) -> None:
        """Let go of a work; its history says since when it is gone."""
        self.let_go(work)
        self.effects.remember(f"work:{work.permit_id}", now_ms, None)

    def let_go(self, work: Work) -> None:
        self.rows.put(work.permit_id, None)
        self._scorer.forgotten(work)
        self.obstructions += _freed(work, work.links)
        self.declarations.append(_declaration(work, work.links, is_over=True))
        self.is_changed = True


def _takes(work: Work) -> tuple[object, ...]:
    """What a work takes, where and when: all that its clashes depend on."""
    return (
        (work.links, work.lon, work.lat, work.closure, work.also_closed, work.phase, work.hours),
        (work.begins_ms, work.ends_ms, work.dig_starts_ms, work.dig_ends_ms, work.organisation),
    )


def _obstructions(before: Work | None, now: Work) -> list[Obstruction]:
    """The obstructions of a work on its links, and their end on links it no longer touches.

    An overdue work closes its links like an active one: to a link it is ACTIVE while in force.
    """
    left = [link_id for link_id in (before.links if before else ()) if link_id not in now.links]
    if now.phase in OVER:
        return _freed(now, (*now.links, *left))
    phase = Phase.PAUSED if now.phase is Phase.OVERDUE else now.phase
    phase = Phase.ACTIVE if now.is_in_force else phase
    subject = f"work:{now.permit_id}"
    here = [
        Obstruction(link_id, subject, Cause.WORK, phase, now.closure, is_seen=_is_seen(now))
        for link_id in now.links
    ]
    return here + _freed(now, left)


def _freed(work: Work, links: Iterable[str]) -> list[Obstruction]:
    subject = f"work:{work.permit_id}"
    return [
        Obstruction(link_id, subject, Cause.WORK, work.phase, work.closure, is_over=True)
        for link_id in links
    ]


def _is_seen(work: Work) -> bool:
    """Whether a crew or an office has reported that it began, and nobody that it ended."""
    return work.started is not None and work.started.by is not Reporter.FEED and not work.ended


def _declared(before: Work | None, now: Work) -> list[Declaration]:
    """What a work declares of its links, and then its end on links it no longer lies on."""
    left = [link_id for link_id in (before.links if before else ()) if link_id not in now.links]
    gone = [_declaration(now, tuple(left), is_over=True)] if left else []
    return [_declaration(now, now.links, is_over=now.phase in OVER), *gone]


def _declaration(work: Work, links: tuple[str, ...], *, is_over: bool) -> Declaration:
    return Declaration(
        f"work:{work.permit_id}",
        Cause.WORK,
        work.closure,
        links,
        is_in_force=work.is_in_force and not is_over,
        is_work=True,
        is_over=is_over,
        is_seen=_is_seen(work),
    )

"""Closures by hand: what operators and the desk put on the map, version by version.

A change names, by its number, the version it was made of; the first on the log wins and another is
counted. Time alone begins one and ends it; it reminds ten minutes before its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from streams.contract.derived import Declaration, Obstruction, Origin
from streams.contract.enums import Cause, Phase, RuleName
from streams.contract.hand_closure import HandClosure
from streams.contract.records import Forgotten, Message, Tick
from streams.contract.times import DAY_MS, MINUTE_MS
from streams.domain.alerts import Episode
from streams.domain.derive import send
from streams.domain.rules import AlertRules
from streams.domain.rules.watching import Look
from streams.domain.rules.works import closure_of
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.geo.homes import Homes
from streams.geo.network import Network

REMIND_MS = 10 * MINUTE_MS
KEEP_MS = DAY_MS  # so long one that is over can be read, and brought back
KEEP_VERSIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRow(HandClosure):
    """A closure by hand as it stands; `versions` are those before, the oldest first.

    `is_ending`: its end is less than ten minutes away. `over_ms` is since when it is over, by its
    end or by a person (`is_over`); 0: it is not.
    """

    phase: Phase = Phase.PLANNED
    versions: tuple[HandClosure, ...] = ()
    is_ending: bool = False
    over_ms: int = 0
    updated_ms: int = 0

    @property
    def links(self) -> tuple[str, ...]:
        return self.link_ids

    @property
    def is_in_force(self) -> bool:
        """Whether it takes its closure from its links now."""
        return self.phase is Phase.ACTIVE


CLOSURES = StageTable("closures", ClosureRow)
EPISODES = StageTable("closure-episodes", Episode)
_OF_VERSION = tuple(each.name for each in fields(HandClosure))


def version_of(row: HandClosure) -> HandClosure:
    """What the last act said of a closure."""
    return HandClosure(**{name: getattr(row, name) for name in _OF_VERSION})


def has_act(row: ClosureRow, act_id: str) -> bool:
    """Whether an act is among what made a closure what it is."""
    return act_id in (row.act_id, *(each.act_id for each in row.versions))


def bears(row: ClosureRow, account: str) -> bool:
    """Whether an account made one of its versions."""
    return account in (row.by, *(each.by for each in row.versions))


def phase_at(row: HandClosure, now_ms: int) -> Phase:
    """FINISHED once a person or its end has ended it; PLANNED before its begin."""
    if row.is_over or (row.ends_ms is not None and now_ms >= row.ends_ms):
        return Phase.FINISHED
    return Phase.ACTIVE if now_ms >= row.starts_ms else Phase.PLANNED


def timed(row: ClosureRow, now_ms: int) -> ClosureRow:
    """The row as time has it."""
    phase = phase_at(row, now_ms)
    is_ending = (
        phase is Phase.ACTIVE and row.ends_ms is not None and now_ms >= row.ends_ms - REMIND_MS
    )
    over_ms = (row.over_ms or now_ms) if phase is Phase.FINISHED else 0
    return replace(row, phase=phase, is_ending=is_ending, over_ms=over_ms)


class _Step:
    """The closures in the midst of a message, and what it does to their links."""

    def __init__(self, state: State) -> None:
        self.effects = Effects()
        self.rows = Rows(CLOSURES, state, self.effects)
        self.obstructions: list[Obstruction] = []
        self.declarations: list[Declaration] = []

    def put(self, row: ClosureRow, now_ms: int) -> None:
        """Set a closure as it is at a time, if that is not how it stood."""
        before = self.rows.get(row.closure_id)
        at_ms = max(now_ms, before.updated_ms if before else 0)
        row = timed(row, at_ms)
        if row == before:
            return
        row = replace(row, updated_ms=at_ms)
        self.rows.put(row.closure_id, row)
        bare = replace(row, by="", versions=())  # the past keeps nobody's name
        self.effects.remember(f"closure:{row.closure_id}", at_ms, bare)
        left = [each for each in (before.links if before else ()) if each not in row.links]
        self._obstruct(row, row.links, is_over=row.phase is Phase.FINISHED)
        self._obstruct(row, left, is_over=True)

    def let_go(self, row: ClosureRow) -> None:
        """It is over already: no link has it."""
        self.rows.put(row.closure_id, None)
        self.effects.remember(f"closure:{row.closure_id}", row.over_ms, None)

    def _obstruct(self, row: ClosureRow, links: Iterable[str], *, is_over: bool) -> None:
        subject, places = f"closure:{row.closure_id}", tuple(links)
        self.obstructions += [
            Obstruction(
                each, subject, Cause.HAND, row.phase, row.closure, is_over=is_over, is_seen=True
            )
            for each in places
        ]
        if places:
            is_in_force = row.is_in_force and not is_over
            self.declarations.append(
                Declaration(
                    subject,
                    Cause.HAND,
                    row.closure,
                    places,
                    is_in_force,
                    is_over=is_over,
                    is_seen=True,
                )
            )


class ClosuresStage:
    """closures -> closures by hand, and what they do to links, as time passes."""

    takes = (HandClosure, Tick, Forgotten)
    tables = (CLOSURES, EPISODES)

    def __init__(
        self,
        network: Network,
        *,
        partitions: int,
        rules: AlertRules = AlertRules(),  # noqa: B008 - frozen
    ) -> None:
        self._rules = rules
        self._network = network
        self._partitions = partitions
        self._homes = Homes(network, partitions)

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        step = _Step(state)
        tick_ms = 0
        if isinstance(message, Tick):
            now_ms = tick_ms = message.tick_ms
            _pass_time(step, now_ms)
        elif isinstance(message, HandClosure):
            now_ms = message.at_ms
            _take(step, message)
        elif isinstance(message, Forgotten):
            _forget(step, message)
            return step.effects
        else:
            return step.effects
        send(
            step.effects,
            origin,
            self._partitions,
            obstructions=step.obstructions,
            declarations=step.declarations,
            homes=self._homes,
            tick_ms=tick_ms,
        )
        look = Look(step.effects, Rows(EPISODES, state, step.effects), now_ms)
        held = closure_of(self._network)
        look.at_rows(RuleName.CLOSURE, self._rules.closure, "closure", step.rows, held)
        return step.effects


def _take(step: _Step, version: HandClosure) -> None:
    """Take a version that was made of the one that stands; any other is counted."""
    known = step.rows.get(version.closure_id)
    if known is not None and has_act(known, version.act_id):
        step.effects.count("closures repeated")
    elif version.version != (known.version if known else 0) + 1:
        step.effects.count("closures overtaken" if known else "closures unknown")
    else:
        own = {name: getattr(version, name) for name in _OF_VERSION}
        before = (*known.versions, version_of(known))[-KEEP_VERSIONS:] if known else ()
        updated_ms = known.updated_ms if known else version.at_ms
        step.put(ClosureRow(**own, versions=before, updated_ms=updated_ms), version.at_ms)


def _pass_time(step: _Step, now_ms: int) -> None:
    for row in step.rows.stored.values():
        if row.over_ms and row.over_ms <= now_ms - KEEP_MS:
            step.let_go(row)
        else:
            step.put(row, now_ms)


def _forget(step: _Step, gone: Forgotten) -> None:
    """Give what an account did another name, and take away what bears its own."""
    if not gone.subject.startswith("account:"):
        return
    step.effects.forgotten.append(gone.subject)
    name = gone.subject.removeprefix("account:")
    for row in step.rows.stored.values():
        if bears(row, name):
            step.rows.put(row.closure_id, _renamed(row, name, gone.alias))


def _renamed(row: ClosureRow, name: str, alias: str) -> ClosureRow:
    versions = tuple(replace(x, by=alias) if x.by == name else x for x in row.versions)
    return replace(row, by=alias if row.by == name else row.by, versions=versions)

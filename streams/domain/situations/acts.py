"""What stands of the acts on a situation: the newest of each kind, and the notes. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from streams.contract.enums import Severity
from streams.contract.situation import ActKind, SituationAct
from streams.domain.situations.fact import GRAVITY

MAX_ACTS = 50
"""So many of one situation are kept, the newest."""


@dataclass(frozen=True, slots=True)
class ActLog:
    """The acts on a situation that stand, in the order of their times."""

    acts: tuple[SituationAct, ...] = ()


class StandingActs(NamedTuple):
    """What acts say of a situation now; None: nobody did so."""

    acknowledged: SituationAct | None = None
    snoozed: SituationAct | None = None
    assigned: SituationAct | None = None
    notes: tuple[SituationAct, ...] = ()


def after(log: ActLog, act: SituationAct) -> ActLog:
    """The acts that stand after one more. The same act again changes nothing, and acts of one
    moment stand in one order, whichever came first.
    """
    if act.act is ActKind.UNDO:
        kept = tuple(each for each in log.acts if not _is_undone(each, act))
        return log if kept == log.acts else ActLog(kept)
    if act in log.acts:
        return log
    return ActLog(tuple(sorted((*log.acts, act), key=_order)[-MAX_ACTS:]))


def _is_undone(act: SituationAct, undo: SituationAct) -> bool:
    return (act.by, act.act, act.at_ms) == (undo.by, undo.undoes, undo.undoes_ms)


def _order(act: SituationAct) -> tuple[int, str, str, str, int, str]:
    return act.at_ms, act.act, act.by, act.note, act.until_ms, act.to


def standing(acts: Iterable[SituationAct], severity: Severity) -> StandingActs:
    """What acts say of a situation as grave as this. Who acknowledged or snoozed what was less
    grave did not mean this.
    """
    seen: dict[ActKind, SituationAct] = {}
    notes = []
    for act in sorted(acts, key=_order):
        if act.act is ActKind.NOTE:
            notes.append(act)
        else:
            seen[act.act] = act
    return StandingActs(
        acknowledged=_as_grave(seen.get(ActKind.ACKNOWLEDGE), severity),
        snoozed=_as_grave(seen.get(ActKind.SNOOZE), severity),
        assigned=seen.get(ActKind.ASSIGN),
        notes=tuple(notes),
    )


def _as_grave(act: SituationAct | None, severity: Severity) -> SituationAct | None:
    if act is None or GRAVITY.index(act.severity) > GRAVITY.index(severity):
        return None
    return act


def last_of(acts: Sequence[SituationAct], account: str) -> SituationAct | None:
    """The newest act of an account."""
    return next((act for act in reversed(acts) if act.by == account), None)


def renamed(log: ActLog, account: str, alias: str) -> ActLog:
    """The acts with another name for an account."""
    return ActLog(tuple(_renamed(act, account, alias) for act in log.acts))


def _renamed(act: SituationAct, account: str, alias: str) -> SituationAct:
    by = alias if act.by == account else act.by
    return replace(act, by=by, to=alias if act.to == account else act.to)


def names(log: ActLog, account: str) -> bool:
    """Whether acts bear an account's name."""
    return any(account in (act.by, act.to) for act in log.acts)

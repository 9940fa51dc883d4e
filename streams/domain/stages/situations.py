"""The stage of what operators do with situations: which acts on each stand."""

from streams.contract.derived import Origin
from streams.contract.records import Forgotten, Message
from streams.contract.situation import SituationAct
from streams.contract.times import DAY_MS
from streams.domain.situations.acts import ActLog, after, names, renamed
from streams.domain.stage import Effects, Rows, StageTable, State

SITUATION_ACTS = StageTable("situation_acts", ActLog)  # by situation
KEEP_MS = 30 * DAY_MS
"""So long after its last act those on a situation count."""


class SituationsStage:
    """situation-events -> the acts on each situation. No tick comes here: a write forgets.

    Which facts make a situation is no state: it follows from the alerts (`domain.situations`).
    """

    takes = (SituationAct, Forgotten)
    tables = (SITUATION_ACTS,)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        """Take an act; one older than what is kept is counted late."""
        effects = Effects()
        rows = Rows(SITUATION_ACTS, state, effects)
        if isinstance(message, Forgotten):
            _forget(rows, message, effects)
        if not isinstance(message, SituationAct):
            return effects
        newest_ms = max(map(last_ms, rows.stored.values()), default=message.at_ms)
        if message.at_ms <= newest_ms - KEEP_MS:
            effects.count("situation acts late")
            return effects
        _let_go(rows, message.at_ms)
        known = rows.get(message.situation) or ActLog()
        log = after(known, message)
        if log != known:
            rows.put(message.situation, log if log.acts else None)
        return effects


def _forget(rows: Rows[ActLog], gone: Forgotten, effects: Effects) -> None:
    """Give an account another name in what it did, and take away the deltas that bear its own;
    without a subject, let go of what is too old.
    """
    if not gone.subject:
        _let_go(rows, gone.at_ms)
    kind, _, name = gone.subject.partition(":")
    if kind != "account":
        return
    effects.forgotten.append(gone.subject)
    for situation, log in rows.stored.items():
        if names(log, name):
            rows.put(situation, renamed(log, name, gone.alias))


def last_ms(log: ActLog) -> int:
    """When the newest act that stands was done."""
    return max((act.at_ms for act in log.acts), default=0)


def _let_go(rows: Rows[ActLog], now_ms: int) -> None:
    for situation, log in rows.stored.items():
        if last_ms(log) <= now_ms - KEEP_MS:
            rows.put(situation, None)

"""Acknowledgements: which alerts an operator has seen, who it was, and what they found."""

from dataclasses import replace
from typing import NamedTuple

from streams.contract.derived import Origin
from streams.contract.enums import AlertVerdict
from streams.contract.records import Acknowledgement, Forgotten, Message
from streams.contract.times import DAY_MS
from streams.domain.scores import day_of, put_day
from streams.domain.stage import Effects, Rows, StageTable, State


class Verdicts(NamedTuple):
    """How many alerts of one rule that began on one day operators found true, and false."""

    true: int = 0
    false: int = 0

    def plus(self, other: "Verdicts") -> "Verdicts":
        return Verdicts(self.true + other.true, self.false + other.false)


ACKNOWLEDGEMENTS = StageTable("acknowledgements", Acknowledgement)  # by episode
VERDICTS = StageTable("alert_verdicts", Verdicts)  # by "day rule"
KEEP_MS = 30 * DAY_MS
"""So long one counts: an alert that stays open for longer asks to be looked at again."""


class AcknowledgementsStage:
    """acknowledgements -> the newest one of each episode. No tick comes here: a write forgets."""

    takes = (Acknowledgement, Forgotten)
    tables = (ACKNOWLEDGEMENTS, VERDICTS)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        """The newest by its own time stands; one older than that, or too old, is counted late. One
        without a verdict leaves an earlier one as it was.
        """
        effects = Effects()
        rows = Rows(ACKNOWLEDGEMENTS, state, effects)
        if isinstance(message, Forgotten):
            _forget(rows, message, effects)
        if not isinstance(message, Acknowledgement):
            return effects
        newest_ms = max((row.at_ms for row in rows.stored.values()), default=message.at_ms)
        known = rows.get(message.episode)
        is_late = known is not None and message.at_ms < known.at_ms
        if is_late or message.at_ms <= newest_ms - KEEP_MS:
            effects.count("acknowledgements late")
            return effects
        for episode, row in rows.stored.items():
            if row.at_ms <= message.at_ms - KEEP_MS:
                rows.put(episode, None)
        verdicts = Rows(VERDICTS, state, effects)
        if message.is_withdrawn:
            _withdraw(rows, verdicts, known, message)
        else:
            _take(rows, verdicts, known, message)
        return effects


def _take(
    rows: Rows[Acknowledgement],
    verdicts: Rows[Verdicts],
    known: Acknowledgement | None,
    message: Acknowledgement,
) -> None:
    if known is not None and known.verdict is not None and message.verdict is None:
        verdict, rule, began_ms = known.verdict, known.rule, known.began_ms
        message = replace(message, verdict=verdict, rule=rule, began_ms=began_ms)
    rows.put(message.episode, message)
    if known is None or known.verdict is not message.verdict:
        _count(verdicts, known, -1)
        _count(verdicts, message, 1)


def _withdraw(
    rows: Rows[Acknowledgement],
    verdicts: Rows[Verdicts],
    known: Acknowledgement | None,
    gone: Acknowledgement,
) -> None:
    """Take back what one gave oneself; another's stands."""
    if known is not None and known.by == gone.by:
        rows.put(gone.episode, None)
        _count(verdicts, known, -1)


def _forget(rows: Rows[Acknowledgement], gone: Forgotten, effects: Effects) -> None:
    """Give what an account did another name, and take away the deltas that bear its own; without a
    subject, let go of what is too old.
    """
    if gone.subject.startswith("account:"):
        effects.forgotten.append(gone.subject)
    for episode, row in rows.stored.items():
        if not gone.subject and row.at_ms <= gone.at_ms - KEEP_MS:
            rows.put(episode, None)
        elif gone.subject == f"account:{row.by}":
            rows.put(episode, replace(row, by=gone.alias))


def _count(verdicts: Rows[Verdicts], ack: Acknowledgement | None, by: int) -> None:
    """Add to, or take from, what was found of a rule's alerts of the day this one began on."""
    if ack is None or ack.verdict is None or ack.rule is None:
        return
    row_id = f"{day_of(ack.began_ms)} {ack.rule}"
    is_true = ack.verdict is AlertVerdict.TRUE
    more = Verdicts(by, 0) if is_true else Verdicts(0, by)
    put_day(verdicts, row_id, (verdicts.get(row_id) or Verdicts()).plus(more))

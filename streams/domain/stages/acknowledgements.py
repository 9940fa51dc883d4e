"""Acknowledgements: which alerts an operator has seen, who it was, and what they added."""

from streams.contract.derived import Origin
from streams.contract.records import Acknowledgement, Message
from streams.contract.times import DAY_MS
from streams.domain.stage import Effects, Rows, StageTable, State

ACKNOWLEDGEMENTS = StageTable("acknowledgements", Acknowledgement)  # by episode
KEEP_MS = 30 * DAY_MS
"""So long one counts: an alert that stays open for longer asks to be looked at again."""


class AcknowledgementsStage:
    """acknowledgements -> the newest one of each episode. No tick comes here: a write forgets."""

    takes = (Acknowledgement,)
    tables = (ACKNOWLEDGEMENTS,)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        """The newest by its own time stands; one older than that, or too old, is counted late."""
        effects = Effects()
        if not isinstance(message, Acknowledgement):
            return effects
        rows = Rows(ACKNOWLEDGEMENTS, state, effects)
        newest_ms = max((row.at_ms for row in rows.stored.values()), default=message.at_ms)
        known = rows.get(message.episode)
        is_late = known is not None and message.at_ms < known.at_ms
        if is_late or message.at_ms <= newest_ms - KEEP_MS:
            effects.count("acknowledgements late")
            return effects
        for episode, row in rows.stored.items():
            if row.at_ms <= message.at_ms - KEEP_MS:
                rows.put(episode, None)
        rows.put(message.episode, message)
        return effects

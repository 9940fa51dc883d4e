"""What an operator does with situations, as the log has it: an act of one account on one of them.

An act names the alerts that the situation had then: whoever reads it later finds by them what has
become of it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from streams.contract.enums import Severity
from streams.contract.errors import SituationError
from streams.people import names_a_number

MAX_EPISODES = 200
MAX_NOTE, MAX_BY = 200, 40
MAX_ACCOUNT = 64
MAX_TIME_MS = 4_102_444_800_000
_SITUATION = re.compile(r"sit_[a-z2-7]{26}")
_EPISODE = re.compile(r"alrt_[a-z2-7]{26}")


class ActKind(StrEnum):
    """What an operator does."""

    ACKNOWLEDGE = "acknowledge"  # has seen it, as grave as it was then
    SNOOZE = "snooze"  # wants it back at a time, or once it is graver
    ASSIGN = "assign"  # gives it to an account; "" to nobody
    NOTE = "note"
    UNDO = "undo"  # takes back an act of one's own


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationAct:
    """An act. `undoes` and `undoes_ms` name the act that an undo takes back: its kind and time."""

    situation: str
    act: ActKind
    by: str
    at_ms: int
    severity: Severity = Severity.NOTICE  # how grave it was then
    until_ms: int = 0  # of a snooze
    to: str = ""  # of an assignment
    note: str = ""
    undoes: ActKind | None = None
    undoes_ms: int = 0
    episodes: tuple[str, ...] = ()


def check_act(act: SituationAct) -> None:
    """Raise SituationError for the first field that cannot be."""
    if not _SITUATION.fullmatch(act.situation):
        raise SituationError(
            "situation", f"{len(act.situation)} characters", "sit_ and 26 of a-z 2-7"
        )
    _check_text("by", act.by, MAX_BY, least=1)
    _check_text("note", act.note, MAX_NOTE, least=1 if act.act is ActKind.NOTE else 0)
    _check_text("to", act.to, MAX_ACCOUNT)
    for name in ("at_ms", "until_ms", "undoes_ms"):
        if not 0 <= getattr(act, name) <= MAX_TIME_MS:
            raise SituationError(name, getattr(act, name), f"0 to {MAX_TIME_MS} ms")
    if act.act is ActKind.SNOOZE and act.until_ms <= act.at_ms:
        raise SituationError("until_ms", act.until_ms, "after at_ms")
    if (act.act is ActKind.UNDO) is not (act.undoes not in (None, ActKind.UNDO)):
        raise SituationError("undoes", act.undoes, "the act that an undo takes back, of it alone")
    if len(act.episodes) > MAX_EPISODES or not all(map(_EPISODE.fullmatch, act.episodes)):
        bound = f"at most {MAX_EPISODES} of alrt_ and 26 of a-z 2-7"
        raise SituationError("episodes", f"{len(act.episodes)} of them", bound)


def _check_text(name: str, text: str, most: int, *, least: int = 0) -> None:
    is_number = name != "to" and names_a_number(text)
    if not least <= len(text) <= most or is_number:
        raise SituationError(
            name, f"{len(text)} characters", f"{least} to {most}, no person's number"
        )
